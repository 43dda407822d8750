"""An address as a picture that a camera reads."""

from __future__ import annotations

import segno
from markupsafe import Markup


def pictured(address: str) -> Markup:
    """The address as a QR code: an SVG without any style, because none may stand inside a page here."""
    made = segno.make(address, micro=False)
    return Markup(made.svg_inline(border=4, omitsize=True, dark="#000", light="#fff"))  # noqa: S704 (segno's own)

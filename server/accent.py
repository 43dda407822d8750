"""A property's accent colour as a style sheet, since the pages allow no inline style.

The colour is checked for contrast here: what is written on it is black or white, whichever reads better, and
where it stands as text it is darkened or lightened until it keeps 4.5 to 1 (WCAG 2.2, 1.4.3) even on its
own tint.
"""

from __future__ import annotations

import re

from flask import Blueprint, Response, abort, g, request
from sqlalchemy import select

from server.access import anyone
from server.properties.models import Property

pages = Blueprint("accent", __name__)

PAPER, NIGHT = "#faf8f4", "#171614"
DEFAULT_ACCENT = "#1f5f5b"
ENOUGH = 4.5
AIM = 6.0  # on plain paper: the accent also stands on its own tint, which costs up to a quarter
_HEX = re.compile(r"#[0-9a-fA-F]{6}\Z")

Colour = tuple[int, int, int]


def _read(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def _write(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def luminance(text: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2, definition)."""
    parts = [c / 255 for c in _read(text)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable(text: str, background: str) -> str:
    """The colour itself, or the nearest to it towards black or white that can be read on a background."""
    goal = 0 if luminance(background) > 0.5 else 255
    colour = _read(text)
    while contrast(_write(colour), background) < AIM:
        red, green, blue = (c + (12 if goal else -12) for c in colour)
        colour = tuple(min(255, max(0, c)) for c in (red, green, blue))  # type: ignore[assignment]  # three
    return _write(colour)


def accent_sheet(accent: str) -> str:
    """The style sheet that colours a property's pages; the default for what is no colour."""
    colour = accent if _HEX.match(accent) else DEFAULT_ACCENT
    day, night = readable(colour, PAPER), readable(colour, NIGHT)
    on_day, on_night = ("#ffffff" if contrast(c, "#ffffff") >= ENOUGH else "#14130f" for c in (day, night))
    by_day = f"--accent:{day};--on-accent:{on_day}"
    by_night = f"--accent:{night};--on-accent:{on_night}"
    return (
        f":root{{{by_day}}}\n:root[data-theme=dark]{{{by_night}}}\n"
        f"@media (prefers-color-scheme:dark){{:root[data-theme=auto]{{{by_night}}}}}\n"
    )


def shown_as(accent: str) -> tuple[str, str]:
    """What is made of an accent where it stands as text: by day, by night."""
    return readable(accent, PAPER), readable(accent, NIGHT)


_VERDICTS = {(False, False): "kept", (True, False): "day", (False, True): "night", (True, True): "both"}


def verdict(accent: str) -> tuple[str, dict[str, str]]:
    """What to say of an accent: the code of a sentence and its parameters."""
    day, night = shown_as(accent)
    changed = (day != accent.lower(), night != accent.lower())
    return f"colour.{_VERDICTS[changed]}", {"day": day, "night": night}


@pages.get("/accent/<code>.css")
@anyone
def sheet(code: str) -> Response:
    """The style sheet of one property.

    `colour`, six hex digits, is the one that the page was made with: one just changed must not come as an old
    sheet from the browser's store, and one not yet saved can be looked at.
    """
    if "\0" in code:  # PostgreSQL takes no such text, not even to compare with
        abort(404)
    accent = g.session.scalar(select(Property.accent).where(Property.code == code)) or abort(404)
    wished = f"#{request.args.get('colour', '')}"
    answer = Response(accent_sheet(wished if _HEX.match(wished) else accent), mimetype="text/css")
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer

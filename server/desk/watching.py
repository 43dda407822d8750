"""Live parts of a page ask again every few seconds, and are told "as you know it" as long as nothing moved.

What a page shows of guests may not be kept by the browser, so it keeps no copy to compare: the part itself
carries the tag of what it shows and sends it along (RFC 9110, 13.1.2).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from flask import request
from werkzeug.http import quote_etag
from werkzeug.wrappers import Response


def tag_of(seen: Iterable[object]) -> str:
    """A short name of what is shown: of ids, counts and times, in their order."""
    text = "\x1f".join(str(part) for part in seen)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]


def as_known(tag: str) -> Response | None:
    """304 when whoever asks shows this already; None when it has to be drawn."""
    if not request.if_none_match.contains(tag):
        return None
    return Response(status=304, headers={"ETag": quote_etag(tag)})

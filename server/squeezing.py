"""Files of pages go out compressed: a guest's phone on a slow network waits for bytes.

Files only. A page holds what nobody else may learn beside what a visitor typed, and the length of the two
compressed together tells of the first (BREACH, CVE-2013-3587); and pages are small.
"""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import request
from werkzeug.wrappers import Response

WORTH_IT = 500
"""Bytes; what is shorter fits one packet anyway."""
KINDS = ("text/", "application/javascript", "application/json", "image/svg+xml")


def squeeze_files(response: Response) -> Response:
    """After every answer: a whole file of ours, where the browser takes gzip."""
    if request.endpoint != "static" or not (response.mimetype or "").startswith(KINDS):
        return response
    response.vary.add("Accept-Encoding")
    tag = response.get_etag()[0]
    if response.status_code != 200 or not request.accept_encodings["gzip"] or tag is None:
        return response
    if (response.content_length or 0) < WORTH_IT:
        return response
    response.direct_passthrough = False
    squeezed = _squeezed(request.path, tag, response.get_data())
    response.set_data(squeezed)
    response.headers["Content-Encoding"] = "gzip"
    response.headers.pop("Accept-Ranges", None)
    response.set_etag(tag, weak=True)  # the same file, other bytes (RFC 9110, 8.8.1)
    return response


@lru_cache(maxsize=200)
def _squeezed(path: str, tag: str, content: bytes) -> bytes:
    """Once for each file as it is now."""
    return gzip.compress(content, 9, mtime=0)

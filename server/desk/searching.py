"""What somebody searches for at the desk is a guest's name or number, so no address may hold it readable.

The words come in a form's body and go on as a sealed piece of the address, so that paging, reloading and
going back work, while the browser's history and any log hold nothing of a guest. It opens for a working day.
"""

from __future__ import annotations

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app, g

from server.clock import clock

OPENS_FOR = 12 * 3600
LONGEST = 200
"""Characters of a search; no name, address or number is longer."""


def _seal() -> Fernet:
    secret: bytes = current_app.config["SECRET_KEY"]
    key = HKDF(SHA256(), 32, salt=None, info=f"oneguest desk search {g.actor}".encode()).derive(secret)
    return Fernet(base64.urlsafe_b64encode(key))


def seal_words(words: str) -> str | None:
    """The words as a piece of an address that opens only here and for this colleague; None for no words."""
    kept = words.replace("\0", "").strip()[:LONGEST].encode("utf-8", "replace")
    return _seal().encrypt_at_time(kept, _now()).decode("ascii") if kept else None


def open_words(sealed: str) -> str:
    """The words again; none when the piece is too old, not ours, or another colleague's."""
    try:
        return _seal().decrypt_at_time(sealed.encode("utf-8"), OPENS_FOR, _now()).decode("utf-8")
    except InvalidToken:
        return ""


def _now() -> int:
    return int(clock().timestamp())

"""A form half filled in, carried by the guest's own browser between two plain requests, and by nobody else.

A page that answers a POST cannot be opened again: Back asks whether to send the form once more, and in a
lobby that would bring back the guest before. So a plain form is answered by a redirect, and what was typed
crosses it in a cookie, sealed with a key of this house: unreadable on the device's disk, worthless under
another link, and never a row of ours that nobody has sent yet.
"""

from __future__ import annotations

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app, request
from werkzeug.wrappers import Response

COOKIE = "draft"
LONGEST = 3800  # letters; browsers drop a cookie of more than 4096 bytes with its name and attributes
NONCE_BYTES = 12


def seal(secret: bytes, answers: Mapping[str, str], *, bound_to: str, now: datetime) -> str:
    """Answers as an opaque text that only this house can read, and only for what it is bound to."""
    content = json.dumps([int(now.timestamp()), dict(answers)], ensure_ascii=False).encode("utf-8")
    nonce = os.urandom(NONCE_BYTES)
    return urlsafe_b64encode(nonce + _cipher(secret).encrypt(nonce, content, bound_to.encode())).decode()


def unseal(secret: bytes, text: str, *, bound_to: str, now: datetime, life: timedelta) -> dict[str, str]:
    """The answers of a sealed text; none when it is older than `life`, another's, or not ours at all."""
    try:
        raw = urlsafe_b64decode(text.encode("utf-8"))
        content = _cipher(secret).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], bound_to.encode())
    except (ValueError, InvalidTag):
        return {}
    made, answers = json.loads(content)
    return dict(answers) if 0 <= now.timestamp() - made < life.total_seconds() else {}


def _cipher(secret: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"oneguest draft").derive(secret))


def keep_draft(
    answer: Response, answers: Mapping[str, str], *, bound_to: str, path: str, now: datetime
) -> bool:
    """Let the answer take a draft along, for the pages under `path`; False when it is too long for that."""
    sealed = seal(current_app.config["SECRET_KEY"], answers, bound_to=bound_to, now=now)
    if len(sealed) > LONGEST:
        return False
    secure: bool = current_app.config["SESSION_COOKIE_SECURE"]
    answer.set_cookie(COOKIE, sealed, path=path, httponly=True, samesite="Lax", secure=secure)
    return True


def kept_draft(*, bound_to: str, now: datetime, life: timedelta) -> dict[str, str]:
    """The draft that came with this request; empty when there is none for us."""
    secret: bytes = current_app.config["SECRET_KEY"]
    return unseal(secret, request.cookies.get(COOKIE, ""), bound_to=bound_to, now=now, life=life)


def forget_draft(answer: Response, *, path: str) -> None:
    """Take the draft away, if the request brought one."""
    if COOKIE in request.cookies:
        answer.delete_cookie(COOKIE, path=path)

"""The ids of captures: UUIDv7 (RFC 9562, 5.7), made by whoever sends, so that a resend is recognised."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime


def new_capture_id(now: datetime) -> str:
    """A fresh UUIDv7: 48 bits of Unix milliseconds, then 74 random bits."""
    milliseconds = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    value = milliseconds << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62 | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def is_capture_id(text: str) -> bool:
    """Whether a text is a UUIDv7 in its canonical lower-case form. Its time is never relied on."""
    try:
        value = uuid.UUID(text)
    except ValueError:
        return False
    return value.version == 7 and str(value) == text

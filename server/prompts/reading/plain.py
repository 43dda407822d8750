"""A reply as it came, made plain: one form of each sign, Latin digits, nothing hidden, cut."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 4_000
"""Signs that are read: no answer to "what is your e-mail?" needs more."""

_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U0001f3fb-\U0001f3ff\U000e0000-\U000e0fff]"
)
_BLANKS = re.compile(r"[^\S\n]+")
_LINES = re.compile(r" ?\n ?")
_EMPTY_LINES = re.compile(r"\n{3,}")
_WIDE_DOT = re.compile(r"(?<=[A-Za-z0-9])。(?=[A-Za-z0-9])")
# what holds an @ before any slash is an address that a telephone, or a guest, took for a link
_LINK = re.compile(
    r"\b(?:(?:https?://|www\.)(?![^\s<>@/?#]{1,100}@)[^\s<>]{1,2000}|https?://(?=[^\s<>@/?#]{1,100}@))",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """The text in one form: full-width letters narrow, Arabic and Persian digits Latin, links gone."""
    text = text[:LONGEST].replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n")
    text = unicodedata.normalize("NFKC", _HIDDEN.sub("", text))[:LONGEST]
    text = _HIDDEN.sub("", text)
    if not text.isascii():
        text = (
            "".join(map(_latin, text)).replace("’", "'").replace("‘", "'").replace("‐", "-").replace("‑", "-")
        )
        text = _WIDE_DOT.sub(".", text)
    text = _LINES.sub("\n", _BLANKS.sub(" ", _LINK.sub(" ", text)))
    return _EMPTY_LINES.sub("\n\n", text).strip()


def _latin(sign: str) -> str:
    digit = unicodedata.decimal(sign, None) if sign > "\x7f" else None
    return sign if digit is None else str(digit)

"""How many parts a text message is: what it costs, and how much room is left while somebody writes it.

GSM-7 by 3GPP TS 23.038 (alphabet and extension table), their length by TS 23.040: 160 signs alone,
153 in each of several; with one sign outside of it the whole text goes as UCS-2, 70 and 67. A sign that
takes two places (`€`, an emoji) is never cut in two: it goes into the next part whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["gsm7", "ucs2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")
"""Escaped: they take two places."""

_ALONE: dict[Encoding, int] = {"gsm7": 160, "ucs2": 70}
_EACH: dict[Encoding, int] = {"gsm7": 153, "ucs2": 67}


@dataclass(frozen=True, slots=True)
class Parts:
    """How a text goes out: places it takes, parts it makes, places left in the last of them."""

    encoding: Encoding
    units: int
    parts: int
    left: int


def encoding_of(text: str) -> Encoding:
    """GSM-7 where every sign of the text is in its tables."""
    return "gsm7" if all(sign in _BASIC or sign in _EXTENDED for sign in text) else "ucs2"


def signs_outside(text: str) -> tuple[str, ...]:
    """The signs that make a text UCS-2, each once, in their order: what an editor points at."""
    return tuple(dict.fromkeys(sign for sign in text if sign not in _BASIC and sign not in _EXTENDED))


def count(text: str) -> Parts:
    """What a text is as it goes out; nothing at all is no part."""
    encoding = encoding_of(text)
    sizes = [_size(sign, encoding) for sign in text]
    units = sum(sizes)
    if units <= _ALONE[encoding]:
        return Parts(encoding, units, 1 if text else 0, _ALONE[encoding] - units)
    pieces = _pieces(sizes, _EACH[encoding])
    return Parts(encoding, units, len(pieces), _EACH[encoding] - pieces[-1][1])


def split(text: str) -> list[str]:
    """The text in the parts it goes out in."""
    encoding = encoding_of(text)
    sizes = [_size(sign, encoding) for sign in text]
    if sum(sizes) <= _ALONE[encoding]:
        return [text] if text else []
    parts, start = [], 0
    for length, _ in _pieces(sizes, _EACH[encoding]):
        parts.append(text[start : start + length])
        start += length
    return parts


def _size(sign: str, encoding: Encoding) -> int:
    if encoding == "gsm7":
        return 2 if sign in _EXTENDED else 1
    return 2 if ord(sign) > 0xFFFF else 1  # a surrogate pair


def _pieces(sizes: list[int], room: int) -> list[tuple[int, int]]:
    """Of each part: its signs, and the places they take."""
    pieces, signs, taken = [], 0, 0
    for size in sizes:
        if taken + size > room:
            pieces.append((signs, taken))
            signs, taken = 0, 0
        signs, taken = signs + 1, taken + size
    return [*pieces, (signs, taken)]

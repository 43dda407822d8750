"""Payment card numbers in any text: digits, an issuer's prefix with a length it issues, and the check digit.

Prefixes and lengths: ISO/IEC 7812 ranges as the schemes publish them. The check digit is Luhn's
(ISO/IEC 7812-1 annex B). A tenth of all numbers pass it by chance, so what has another shape (phone, IBAN,
SIRET, two dates) is told apart before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_GAP = r"[ \t\u00a0\u2007\u2009\u202f.\-_/\u2010-\u2015]{0,3}"
MANY_DIGITS = re.compile(rf"\d(?:{_GAP}\d){{12}}")
"""Cheap first look: thirteen digits with at most three signs between two of them."""
_RUN = re.compile(rf"\d(?:{_GAP}\d){{12,}}")
_GROUP = re.compile(r"\d+")
_SECRET = re.compile(
    r"\b(?:cvv2?|cvc2?|cvn|cryptogramme|crypto|pr(?:ü|u|ue)fziffer|c[oó]digo de seguridad)\b\W{0,3}\d{3,4}\b",
    re.IGNORECASE,
)
_SHAPES = frozenset({(4, 4, 4, 4), (4, 4, 4, 4, 3), (4, 4, 4, 4, 2), (4, 4, 4, 4, 1), (4, 6, 5), (4, 6, 4)})
_DATE = r"(?:\d{1,2}([./-])\d{1,2}\1(?:\d{4}|\d{2})|\d{4}([./-])\d{1,2}\2\d{1,2})"
_DATES = re.compile(
    rf"{_DATE}(?:{_GAP}{_DATE.replace(chr(92) + '1', chr(92) + '3').replace(chr(92) + '2', chr(92) + '4')})?"
)
_PHONE_WORD = re.compile(
    r"(?:t[eé]l\w*|phone|mobile|mob|portable|handy|gsm|m[oó]vil|cell\w*|whatsapp|fax|siret|siren)\W{0,4}$",
    re.IGNORECASE,
)
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")

_ISSUERS: tuple[tuple[int, int, int, range], ...] = (
    # digits of the prefix, first, last, lengths issued
    (1, 4, 4, range(13, 20)),  # Visa: 13 (old), 16, 19
    (2, 51, 55, range(16, 17)),  # Mastercard
    (4, 2221, 2720, range(16, 17)),  # Mastercard since 2017
    (2, 34, 34, range(15, 16)),  # American Express
    (2, 37, 37, range(15, 16)),
    (3, 300, 305, range(14, 20)),  # Diners
    (3, 309, 309, range(14, 20)),
    (2, 36, 36, range(14, 20)),
    (2, 38, 39, range(14, 20)),
    (4, 3528, 3589, range(16, 20)),  # JCB
    (4, 2200, 2204, range(16, 20)),  # Mir
    (2, 50, 50, range(13, 20)),  # Maestro, Elo, RuPay
    (2, 56, 69, range(13, 20)),  # Maestro, Discover, UnionPay
    (2, 81, 82, range(16, 20)),  # UnionPay, RuPay
    (4, 9792, 9792, range(16, 17)),  # Troy
)


def is_card_number(digits: str) -> bool:
    """Whether plain ASCII digits are a number an issuer could have given: prefix, length, check digit."""
    return 13 <= len(digits) <= 19 and _has_issuer(digits) and _passes_luhn(digits)


def _has_issuer(digits: str) -> bool:
    if digits[0] == "4":
        return len(digits) in (13, 16, 19)
    return any(
        first <= int(digits[:size]) <= last and len(digits) in lengths
        for size, first, last, lengths in _ISSUERS[1:]
    )


_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def _passes_luhn(digits: str) -> bool:
    numbers = [ord(c) - 48 for c in reversed(digits)]
    return (sum(numbers[0::2]) + sum(_DOUBLED[n] for n in numbers[1::2])) % 10 == 0


def find_cards(text: str, *, shortest: int = 13) -> list[tuple[int, int]]:
    """Where payment card numbers stand in a text, with the security codes beside them, as (start, end).

    `shortest` is raised for columns of phones and references, where 13 and 14 digits are everyday lengths.
    """
    spans = [span for run in _RUN.finditer(text) for span in _in_run(text, run, shortest)]
    if spans:
        spans += [m.span() for m in _SECRET.finditer(text)]
    return _joined(spans)


def _in_run(text: str, run: re.Match[str], shortest: int) -> Iterator[tuple[int, int]]:
    start = run.start()
    groups = [(m.start() + start, m.end() + start) for m in _GROUP.finditer(run[0])]
    sizes = tuple(end - begin for begin, end in groups)
    before = text[max(0, start - 24) : start]
    total = sum(sizes)
    if total <= 15 and (before.endswith("+") or _PHONE_WORD.search(before)):
        return
    if sizes == (3, 3, 3, 5) or _DATES.fullmatch(run[0]) or _in_iban(text, run.start()):
        return
    for first in range(len(groups)):
        length = 0
        for last in range(first, len(groups)):
            length += sizes[last]
            if length > 19:
                break
            whole = first == 0 and last == len(groups) - 1
            if length < shortest or not (whole or first == last or sizes[first : last + 1] in _SHAPES):
                continue
            if is_card_number(_plain(text[groups[first][0] : groups[last][1]])):
                yield groups[first][0], groups[last][1]
    for begin, end in groups:
        if end - begin > 16:  # a card number with something glued to it
            for at in (begin, end - 16):
                if is_card_number(_plain(text[at : at + 16])):
                    yield at, at + 16


def _plain(text: str) -> str:
    """Only the digits, as ASCII: other scripts' digits count too."""
    return "".join(c if c.isascii() else str(int(c)) for c in text if c.isdecimal())


def _in_iban(text: str, at: int) -> bool:
    start = max(0, at - 8)
    near = text[start : at + 48]
    return any(m.start() <= at - start < m.end() and _is_iban(m[0]) for m in _IBAN.finditer(near))


def _is_iban(text: str) -> bool:
    """ISO 13616: letters as numbers, the first four signs moved to the end, modulo 97 is 1."""
    plain = text.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in plain[4:] + plain[:4])) % 97 == 1


def _joined(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined

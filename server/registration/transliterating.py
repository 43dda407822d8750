"""Names and addresses in the letters that an authority takes.

A name stands in Latin letters in every passport, by the choice of the state that issued it: of Latin letters
that a target lacks, ICAO's transliteration (Doc 9303 part 3, section 6, table A) is what the document says
too. Of Cyrillic, Greek, Arabic, Hebrew or Chinese it is not: Ukraine and Russia write the same letter
differently, and no table reads Arabic vowels. There the reading (anyascii) is a proposal only, and the guest
is asked for the letters in the document's machine-readable lines. An address names nobody: its reading is
good enough. Pure.
"""

from __future__ import annotations

import string
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from anyascii import anyascii

CAPITALS = frozenset(string.ascii_uppercase)
LONGEST_READ = 1_000
"""Characters of a value that are looked at: no field of an authority is longer."""

_ICAO = {
    "Ä": "AE", "Å": "AA", "Æ": "AE", "Ǽ": "AE", "Ö": "OE", "Ø": "OE", "Ǿ": "OE", "Œ": "OE", "Ü": "UE",
    "Þ": "TH", "ẞ": "SS", "Ĳ": "IJ", "Đ": "D", "Ð": "D", "Ħ": "H", "Ł": "L", "Ŀ": "L", "Ŋ": "N", "Ŧ": "T",
    "Ɖ": "D", "Ə": "E", "Ơ": "O", "Ư": "U", "Ɓ": "B", "Ɗ": "D", "Ɛ": "E", "Ɣ": "G", "Ɔ": "O", "Ƙ": "K",
    "İ": "I", "ĸ": "K", "ŉ": "N", "ſ": "S", "ı": "I", "ß": "SS",
}  # fmt: skip
"""Letters that are no base letter with a mark, or become two; small ones by their capital."""

_APOSTROPHES = frozenset("'’‘ʼʻ′`´＇")
_HYPHENS = frozenset("-‐‑‒–—−﹣－")
_LEFT_OUT = frozenset('.,;:"“”„«»()·')
"""Signs that a machine-readable line leaves out of a name (part 3, section 4.6)."""


@dataclass(frozen=True, slots=True)
class Written:
    """A text in the letters of a target. Not `is_certain`: a proposal that only the document can confirm."""

    text: str
    is_certain: bool


def name_in(name: str, letters: Collection[str]) -> Written:
    """A name in the letters of a target, which may have a hyphen and an apostrophe or not.

    >>> name_in("Günther-Øst", CAPITALS | {" "})
    Written(text='GUENTHER OEST', is_certain=True)
    """
    upper_only = "a" not in letters
    found: list[str] = []
    certain = True
    for sign in _tidy(name.upper() if upper_only else name):
        if sign in letters:
            found.append(sign)
        elif sign in _APOSTROPHES:
            found.append("'" if "'" in letters else "")
        elif sign in _HYPHENS:
            found.append("-" if "-" in letters else " ")
        elif sign.isspace():
            found.append(" ")
        elif sign in _LEFT_OUT or _is_mark(sign):
            continue  # a mark here stands on no letter that has one: the letter is there already
        else:
            latin = _latin(sign, upper_only)
            certain = certain and latin is not None
            found += [one for one in (latin or _heard(sign, upper_only)) if one in letters]
    written = _even("".join(found))
    # signs alone are no name
    return Written(written if any(sign.isalpha() for sign in written) else "", certain)


def text_in(text: str, letters: Collection[str]) -> Written:
    """An address or another text that identifies nobody, in the letters of a target; what they lack is read
    into them, or a blank. Uncertain only when nothing of it is left."""
    found: list[str] = []
    for sign in _tidy(text):
        if sign in letters:
            found.append(sign)
        elif _is_mark(sign):
            continue
        else:
            read = _latin(sign, False) or anyascii(sign)
            found += [one if one in letters else " " for one in read] or [" "]
    written = _even("".join(found))
    return Written(written, bool(written))


def _tidy(text: str) -> str:
    """Composed, cut, without characters that nobody sees; line ends and tabs are blanks."""
    composed = unicodedata.normalize("NFC", text[:LONGEST_READ])
    return "".join(
        " " if sign.isspace() else sign
        for sign in composed
        if sign.isspace() or unicodedata.category(sign) not in {"Cc", "Cf", "Cs", "Co", "Cn"}
    )


def _is_mark(sign: str) -> bool:
    return unicodedata.category(sign) in {"Mn", "Me"} and unicodedata.combining(sign) > 0


@cache
def _latin(sign: str, upper_only: bool) -> str | None:
    """What ICAO makes of a Latin letter; None of any other character."""
    known = _ICAO.get(sign) or _ICAO.get(sign.upper())
    if known is None:
        if not unicodedata.name(sign, "").startswith(("LATIN ", "FULLWIDTH LATIN ")):
            return None
        base = "".join(one for one in unicodedata.normalize("NFKD", sign) if not _is_mark(one))
        if base == sign or not base:
            return None
        known = "".join(_ICAO.get(one) or _ICAO.get(one.upper(), one) for one in base)
        if not known.isascii() or not known.isalpha():
            return None
        return known.upper() if upper_only else known
    if upper_only:
        return known
    return known.lower() if sign.islower() else known.capitalize()


def _heard(sign: str, upper_only: bool) -> str:
    read = anyascii(sign)
    return read.upper() if upper_only else read


def _even(text: str) -> str:
    return " ".join(text.split())

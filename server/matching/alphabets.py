"""Which alphabet a name is written in, and its spelling there with what comes and goes left out.

Two names of one alphabet are compared in it: Latin letters make one name of 伟 and 薇.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

LATIN = ""
HAN, KANA, HANGUL, ARABIC, HEBREW = "CJK", "KANA", "HANGUL", "ARABIC", "HEBREW"

UNALIKE = frozenset({HAN, HANGUL, ARABIC, HEBREW})
"""Alphabets in which one sign is a syllable or all the vowels are missing: one sign apart is another name."""

_KANA = frozenset({"HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "HALFWIDTH"})
_SAME_LETTERS = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ئ": "ي", "ؤ": "و", "ة": "ه", "ک": "ك", "ی": "ي",
        "ـ": None, "ء": None, "ς": "σ", "ъ": None, "ь": None, "ך": "כ", "ם": "מ", "ן": "נ",
        "ף": "פ", "ץ": "צ",
    }
)  # fmt: skip
_ARABIC_ARTICLE = "ال"


@lru_cache(maxsize=20_000)
def alphabet_of(text: str) -> str:
    """The Unicode name of the alphabet of a name (`CYRILLIC`, `GREEK`); LATIN for Latin letters or none.

    A name with one Chinese character is Chinese or Japanese whatever else it holds.
    """
    if text.isascii():
        return LATIN
    found = LATIN
    for letter in text:
        if letter.isascii() or not letter.isalpha():
            continue
        word = unicodedata.name(letter, LATIN).split(" ")[0]
        if word == HAN:
            return HAN
        if word in _KANA:
            word = KANA
        if word not in ("LATIN", "FEMININE", "MASCULINE", "MODIFIER"):
            found = found or word
    return found


def native(text: str) -> str:
    """A name in its own alphabet as compared: no accents, vowel signs, articles, spaces, double forms.

    Chinese characters in the form of mainland China; katakana as hiragana.
    """
    alphabet = alphabet_of(text)
    letters = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    if alphabet == HANGUL:
        letters = unicodedata.normalize("NFC", letters)
    letters = letters.translate(_SAME_LETTERS)
    if alphabet == ARABIC:
        words = ("".join(ch for ch in word if ch.isalpha()) for word in letters.split())
        letters = " ".join(
            word[2:] if word.startswith(_ARABIC_ARTICLE) and len(word) > 4 else word for word in words
        )
    if alphabet == HAN:
        letters = letters.translate(_han_forms())
    if alphabet == KANA:
        letters = unicodedata.normalize("NFC", letters)
        letters = "".join(chr(ord(ch) - 0x60) if "ァ" <= ch <= "ヶ" else ch for ch in letters)
    return "".join(ch for ch in letters if ch.isalpha() or ch in "�?")


@cache
def _han_forms() -> dict[int, str]:
    """Each traditional or Japanese form of a character -> the form of mainland China."""
    text = files("server.matching").joinpath("data/han_forms.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {ord(other): line[0] for line in lines for other in line[1:]}

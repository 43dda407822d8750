"""A guest's language, from codes, locales and names, to ISO 639-1."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from babel import Locale

from server.cleaning.country import LANGUAGES
from server.cleaning.text import plain

_NAMED = (*LANGUAGES, "el", "tr", "sv", "da", "no", "nb", "fi", "cs", "sk", "hu", "ro", "bg", "hr", "sr", "sl", "uk",
          "he", "ko", "hi", "th", "vi", "id", "ms", "fa", "ca", "eu", "gl", "et", "lv", "lt", "ga", "is")  # fmt: skip
_THREE = {
    "fra": "fr", "fre": "fr", "eng": "en", "deu": "de", "ger": "de", "spa": "es", "esp": "es", "ita": "it", "nld": "nl",
    "dut": "nl", "por": "pt", "pol": "pl", "rus": "ru", "ara": "ar", "zho": "zh", "chi": "zh", "jpn": "ja", "ell": "el",
    "gre": "el", "tur": "tr", "swe": "sv", "dan": "da", "nor": "no", "fin": "fi", "ces": "cs", "cze": "cs", "kor": "ko",
    "heb": "he", "ukr": "uk", "ron": "ro", "rum": "ro", "hun": "hu", "cat": "ca",
}  # fmt: skip
# codes of countries that hotel systems keep in a language column
_COUNTRY_CODES = {"gb": "en", "us": "en", "at": "de", "jp": "ja", "cn": "zh", "gr": "el", "cz": "cs", "dk": "da",
                  "se": "sv", "ua": "uk", "kr": "ko", "nb": "no", "br": "pt"}  # fmt: skip
_LOCALE = re.compile(r"([a-z]{2,3})[-_][a-z0-9]{2,4}([-_.@].*)?", re.I)


@cache
def _index() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in (*LANGUAGES, *(code for code in _NAMED if code not in LANGUAGES)):
        names = Locale(language).languages
        for code in _NAMED:
            if code in names:
                found.setdefault(plain(names[code]), "no" if code == "nb" else code)
    return found


@cache
def _codes() -> frozenset[str]:
    return frozenset(code for code in Locale("en").languages if len(code) == 2)


@lru_cache(maxsize=5_000)
def read_language(text: str) -> str | None:
    """The code of a language written as `FR`, `fr_CH`, `fre`, `Deutsch`, `французский`; None when it is unknown."""
    lowered = text.strip(" .").lower()
    if not lowered or len(lowered) > 60:
        return None
    locale = _LOCALE.fullmatch(lowered)
    if locale:
        lowered = locale[1]
    if len(lowered) == 2 and lowered.isascii():
        if lowered in _COUNTRY_CODES:
            return _COUNTRY_CODES[lowered]
        return lowered if lowered in _codes() else None
    if len(lowered) == 3 and lowered in _THREE:
        return _THREE[lowered]
    return _index().get(plain(lowered))

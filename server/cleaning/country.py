"""Countries and nationalities, as codes, names or demonyms in twelve languages, to ISO 3166-1 alpha-2."""

from __future__ import annotations

from functools import cache, lru_cache

from babel import Locale
from babel.core import get_global

from server.cleaning.lists import rows
from server.cleaning.text import plain

LANGUAGES = ("fr", "en", "de", "es", "it", "nl", "pt", "pl", "ru", "ar", "zh", "ja")
"""The languages that guests and registers write in, and that a name is looked up in."""

_GROUPS = frozenset({"EU", "EZ", "UN", "QO", "ZZ", "XA", "XB"})
_OLD_CODES = {"UK": "GB", "EL": "GR", "SU": "RU", "YU": "RS", "TP": "TL", "ZR": "CD", "BU": "MM"}


@cache
def codes() -> frozenset[str]:
    """Every alpha-2 code that is a country or territory."""
    return frozenset(
        code for code in Locale("en").territories if len(code) == 2 and code.isalpha() and code not in _GROUPS
    )


@cache
def _index() -> dict[str, str]:
    """Names and aliases, folded, to codes. Built when first needed: twelve locales take a moment to load."""
    found: dict[str, str] = {}
    for row in (*rows("country_names"), *rows("demonyms")):
        found.setdefault(_key(row[0]), row[1])
    for language in LANGUAGES:
        for code, name in Locale(language).territories.items():
            if code in codes():
                found.setdefault(_key(name), code)
    for old, new in get_global("territory_aliases").items():
        if len(old) == 3 and old.isalpha() and len(new) == 1 and new[0] in codes():
            found.setdefault(old.lower(), new[0])
    return found


def _key(text: str) -> str:
    return plain(text).replace(" ", "")


@lru_cache(maxsize=10_000)
def read_country(text: str) -> str | None:
    """The code of a country or nationality in words or codes (`Française`, `GBR`, `U.K.`, `Holland`, `日本`); else None."""
    upper = text.strip(" .,;:()[]").upper()
    if len(upper) == 2 and upper.isascii():
        if upper in _OLD_CODES:
            return _OLD_CODES[upper]
        return upper if upper in codes() else None
    if not upper or len(upper) > 80:
        return None
    index = _index()
    found = index.get(_key(upper))
    if found is not None:
        return found
    for mark in ("(", "/", ",", " - "):  # "France (FR)", "Suisse / Schweiz", "FR - France"
        if mark in text:
            for part in text.replace(")", "").split(mark):
                code = read_country(part) if part.strip() else None
                if code is not None:
                    return code
    return None

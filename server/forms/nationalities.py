"""The states of the world and persons without one, by the codes of travel documents, in the guest's language.

ISO 3166-1 alpha-3, and of ICAO Doc 9303 part 3 the two codes that a guest knows of themselves: stateless
(`XXA`, Convention of 1954) and refugee (`XXB`, Convention of 1951). The names are Unicode's CLDR.
"""

from __future__ import annotations

from functools import cache

from anyascii import anyascii
from babel import Locale
from babel.core import get_global

from server.cleaning.country import codes
from server.wording import PSEUDO, SOURCE_LANGUAGE, pseudo

WITHOUT_STATE = ("XXA", "XXB")
"""Named by the form's own texts, `state.XXA` and `state.XXB`."""


_FORMER = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
"""Codes of states that are called otherwise now, or are no more; CLDR leads them to their successors."""


@cache
def _states() -> dict[str, str]:
    """Of the three letters of today's countries, the two that CLDR names them by."""
    return {
        old: new[0]
        for old, new in get_global("territory_aliases").items()
        if old not in _FORMER
        and len(old) == 3
        and old.isalpha()
        and old.isupper()
        and len(new) == 1
        and new[0] in codes()
    }


STATES = frozenset(_states())
NATIONALITIES = STATES | frozenset(WITHOUT_STATE)


@cache
def states(language: str) -> tuple[tuple[str, str], ...]:
    """Code and name of each state, such as ("TUR", "Türkiye"), in alphabetical order."""
    names = Locale.parse(SOURCE_LANGUAGE if language == PSEUDO else language).territories
    found = [(three, names.get(two, three)) for three, two in _states().items()]
    found.sort(key=lambda item: anyascii(item[1]).casefold())
    return tuple((code, pseudo(name) if language == PSEUDO else name) for code, name in found)

"""States and persons without one, as travel documents write them: ICAO Doc 9303 part 3, section 5.

A code is ISO 3166-1 alpha-3, or one of those that ICAO adds: `D` for Germany, five kinds of British
nationality, the United Nations, other authorities that issue documents, and persons without a state.
"""

from __future__ import annotations

from functools import cache

from babel.core import get_global

from server.cleaning.country import codes

STATELESS = "XXA"
"""A person without a state, of the Convention of 1954."""

WITHOUT_STATE = frozenset({STATELESS, "XXB", "XXC", "XXX"})
"""Stateless, refugee of the Convention of 1951, other refugee, not told."""

_BRITISH = frozenset({"GBD", "GBN", "GBO", "GBP", "GBS"})
_KOSOVO = frozenset({"RKS", "XKX", "XXK", "UNK"})
_ENDED = frozenset({"BUR", "DDR", "FXX", "TMP", "YMD", "ZAR"})
"""Codes of ISO 3166-3: a document may still bear one."""
_ISSUERS = frozenset(
    {"EUE", "UNO", "UNA", "XBA", "XIM", "XCC", "XCE", "XCO", "XEC", "XES", "XMP", "XOM", "XPO", "XDC"}
)


@cache
def _countries() -> dict[str, str]:
    """ISO 3166-1 alpha-3 of today's countries to alpha-2."""
    found = {
        old: new[0]
        for old, new in get_global("territory_aliases").items()
        if len(old) == 3 and old.isalpha() and len(new) == 1 and new[0] in codes()
    }
    return found | dict.fromkeys(_KOSOVO, "XK")


def country_of(code: str) -> str | None:
    """The alpha-2 country of a document's code; None for a person without a state, an issuer that is none, or
    a code that nobody gave out.

    >>> country_of("D"), country_of("GBN"), country_of("XXA")
    ('DE', 'GB', None)
    """
    if code == "D":
        return "DE"
    return "GB" if code in _BRITISH else _countries().get(code)


def is_known(code: str) -> bool:
    """Whether a document may carry the code."""
    return country_of(code) is not None or code in WITHOUT_STATE or code in _ISSUERS


@cache
def states() -> tuple[str, ...]:
    """Every state that a sheet may name: ISO 3166-1 alpha-3, Kosovo, and persons without a state."""
    of_iso = {code for code in _countries() if code not in _KOSOVO | _ENDED}
    return (*sorted(of_iso), "XKX", *sorted(WITHOUT_STATE))


def alpha3_of(code: str) -> str | None:
    """The code that a sheet holds for a document's code: `DEU` for `D`, `GBR` for the British kinds, `XKX`
    for Kosovo's; None for what names no nationality.

    >>> alpha3_of("D"), alpha3_of("GBN"), alpha3_of("XXA"), alpha3_of("UTO")
    ('DEU', 'GBR', 'XXA', None)
    """
    if code == "D":
        return "DEU"
    if code in _BRITISH:
        return "GBR"
    if code in _KOSOVO:
        return "XKX"
    return code if code in _countries() or code in WITHOUT_STATE else None

"""A postal address, lightly: proper case, spaces, postal codes with their lost zeros; free text stays free."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from server.cleaning.text import cut

MAX_STREET, MAX_POSTAL, MAX_CITY = 300, 20, 120

# how many digits a country's postal code has, where spreadsheets drop a leading zero
_LENGTHS = {
    "FR": 5, "DE": 5, "IT": 5, "ES": 5, "US": 5, "FI": 5, "EE": 5, "HR": 5, "TR": 5, "MX": 5, "MA": 5, "PL": 5, "CZ": 5,
    "GR": 5, "SA": 5, "MC": 5, "RE": 5, "NO": 4, "PT": 4, "RO": 6, "JP": 7, "SE": 5, "SK": 5,
}  # fmt: skip
# codes whose shape belongs to one country alone
_SHAPES = (
    ("GB", re.compile(r"(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d[0-9A-Z]?|\d[A-HJKPSTUW]) ?\d[ABD-HJLNP-UW-Z]{2})")),
    ("NL", re.compile(r"[1-9]\d{3} ?(?!SA|SD|SS)[A-Z]{2}")),
    ("CA", re.compile(r"[ABCEGHJ-NPRSTVXY]\d[ABCEGHJ-NPRSTV-Z] ?\d[ABCEGHJ-NPRSTV-Z]\d")),
    ("PT", re.compile(r"\d{4}-\d{3}")),
    ("BR", re.compile(r"\d{5}-\d{3}")),
    ("PL", re.compile(r"\d{2}-\d{3}")),
    ("JP", re.compile(r"〒?\d{3}-\d{4}")),
    ("US", re.compile(r"\d{5}-\d{4}")),
)  # fmt: skip
_PREFIXED = re.compile(r"(FR?|DE?|CH|BE?|AT?|IT?|ES?|LU?|NL|L)[- ]?(\d{4,5}(?: ?[A-Z]{2})?)")
_PREFIX_COUNTRY = {"F": "FR", "D": "DE", "B": "BE", "A": "AT", "I": "IT", "E": "ES", "L": "LU"}
_CEDEX = re.compile(r"\s+cedex(?:\s+\d{1,2})?\s*$", re.I)
_ARRONDISSEMENT = re.compile(r"\s+(?:0?\d{1,2}(?:er|e|ème|eme)?)\s*$", re.I)
_SMALL = frozenset("de du des la le les d l en et sur sous lès les bis ter quater van der den von zum zur am im an di del"
                   " della dei da do dos das e y of the".split())  # fmt: skip


class Address(NamedTuple):
    """An address as read, with the country that its postal code alone proves, and (code, field, value) noticed."""

    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    found: tuple[tuple[str, str, str], ...] = ()


def read_address(street: str, postal_code: str, city: str, country: str | None) -> Address:
    """Read the address columns, already made readable. `country` is the row's own (ISO alpha-2), if it has one."""
    found: list[tuple[str, str, str]] = []
    code, proven = _postal(postal_code, country, found) if postal_code else (None, None)
    town = _place(city) if city else None
    if town and _CEDEX.search(town):
        town = _CEDEX.sub("", town).strip() or None
        proven = proven or ("FR" if country is None and code and len(code) == 5 else None)
    line = _place(street) if street else None
    for text, limit, field in ((line, MAX_STREET, "street"), (town, MAX_CITY, "city")):
        if text is not None and len(text) > limit:
            found.append(("text_cut", field, text[:80]))
    if country is None and proven is not None:
        found.append(("country_from_postal_code", "country", f"{code} -> {proven}"))
    return Address(
        cut(line, MAX_STREET) if line else None,
        code,
        cut(town, MAX_CITY) if town else None,
        proven if country is None else None,
        tuple(found),
    )


def _postal(
    text: str, country: str | None, found: list[tuple[str, str, str]]
) -> tuple[str | None, str | None]:
    code = text.strip(" .,;'").upper().removesuffix(".0")
    if code in ("", "N/A", "NA", "-", "0", "00000", "0000", "XXXXX", "XXX", "99999") or not any(
        c.isalnum() for c in code
    ):
        return None, None
    proven: str | None = None
    prefixed = _PREFIXED.fullmatch(code)
    if prefixed:
        home = _PREFIX_COUNTRY.get(prefixed[1], prefixed[1])
        if country in (None, home):
            code, proven = prefixed[2], home
    if code.isdigit():
        length = _LENGTHS.get(country or proven or "")
        if length is not None and 3 <= len(code) == length - 1 or (country == "IT" and len(code) == 3):
            filled = code.zfill(length or 5)
            found.append(("postal_zero_restored", "postal_code", f"{code} -> {filled}"))
            code = filled
    else:
        for home, shape in _SHAPES:
            if shape.fullmatch(code):
                proven = proven or home
                if home == "GB" and " " not in code:
                    code = f"{code[:-3]} {code[-3:]}"
                elif home == "NL" and " " not in code:
                    code = f"{code[:4]} {code[4:]}"
                break
    if len(code) > MAX_POSTAL:
        found.append(("text_cut", "postal_code", code[:80]))
        code = code[:MAX_POSTAL].strip()
    return code, proven


@lru_cache(maxsize=20_000)
def _place(text: str) -> str:
    """A street or town in proper case when the source shouts or whispers; else as it is."""
    text = text.strip(" ,;")
    if not (text.isupper() or text.islower()):
        return text
    out: list[str] = []
    for index, word in enumerate(re.split(r"([\s'’-]+)", text.lower())):
        if index % 2 or (word in _SMALL and out and "".join(out).strip()):
            out.append(word)
        elif word[:1].isdigit():
            out.append(word)
        else:
            out.append(word[:1].upper() + word[1:])
    return "".join(out)

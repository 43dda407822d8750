"""The municipality's five digits, found by its name: guests know where they live, and not what INE calls it.

The list is INE's own, code -> name, loaded by the house. Its names stand in two languages
(`Alicante/Alacant`) and with their article behind (`Rozas de Madrid, Las`). Nothing is guessed: of several
that could be meant, none is. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from server.cleaning.text import plain
from server.registration.code_lists import place

_CODE = re.compile(r"[0-9]{5}")
_PROVINCES = range(1, 53)


def is_code(code: str) -> bool:
    """Whether a code can be INE's: five digits, of which the first two are a province."""
    return _CODE.fullmatch(code) is not None and int(code[:2]) in _PROVINCES


def find(municipalities: Mapping[str, str], name: str, postcode: str) -> str | None:
    """The code of a municipality in the province of a postcode; None where there is none or more than one."""
    province = postcode.strip()[:2]
    wanted = set(_spellings(name))
    found = [
        code
        for code, known in municipalities.items()
        if code.startswith(province) and not wanted.isdisjoint(_spellings(place(known).name))
    ]
    return found[0] if len(province) == 2 and len(found) == 1 and is_code(found[0]) else None


def _spellings(name: str) -> Iterator[str]:
    for one in name.split("/"):
        head, comma, article = one.partition(",")
        folded = plain(f"{article} {head}" if comma else one)
        if folded:
            yield folded

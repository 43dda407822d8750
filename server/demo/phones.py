"""Phone numbers that ring nowhere: reserved for fiction by the regulator, or never assigned.

The ranges with their reasons are in phones.csv. `unassigned` means that libphonenumber's metadata finds the
number possible by its length and in no assigned range. The tests check this, and where else the digits would
ring, against the installed metadata: a range that a regulator opens one day fails there. Every person gets a
number of their own (an accidental match between strangers would be the demo's error, not the guests').
"""

from __future__ import annotations

import csv
from collections.abc import Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.demo.draw import Draw

RANGES = Path(__file__).parent / "phones.csv"
STEP = 7_368_787
"""A prime that divides no power of ten: steps of it meet every number of a range once, in no order."""


@dataclass(frozen=True, slots=True)
class Range:
    """One block of numbers: `prefix` begins the national number, whose groups are `groups` digits long.

    Read in another country, the same digits may be somebody's: `home_rings` are the countries where a number
    of the block rings when it is written without its prefix (`+`: where it rings with a plus before it),
    `zeros_ring` those where its international digits ring, 00 being taken for a slip.
    """

    country: str
    calling_code: str
    trunk: str
    groups: tuple[int, ...]
    prefix: str
    home_rings: frozenset[str]
    zeros_ring: frozenset[str]
    why: str

    @property
    def size(self) -> int:
        """How many numbers the block holds."""
        size: int = 10 ** (sum(self.groups) - len(self.prefix))
        return size


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number of a block: its national number in the usual groups."""

    block: Range
    groups: tuple[str, ...]

    @property
    def country(self) -> str:
        """The country whose number it is."""
        return self.block.country

    @property
    def e164(self) -> str:
        """`+33639981234`."""
        return f"+{self.block.calling_code}{''.join(self.groups)}"

    def abroad(self, between: str = " ") -> str:
        """`+33 6 39 98 12 34`."""
        return between.join((f"+{self.block.calling_code}", *self.groups))

    def home(self, between: str = " ") -> str:
        """`06 39 98 12 34`."""
        return self.block.trunk + between.join(self.groups)


@cache
def ranges() -> dict[str, tuple[Range, ...]]:
    """All blocks by country; the first of a country are used up first."""
    found: dict[str, list[Range]] = {}
    with RANGES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            block = Range(
                country=row["country"],
                calling_code=row["calling_code"],
                trunk=row["trunk"],
                groups=tuple(int(size) for size in row["groups"].split()),
                prefix=row["prefix"],
                home_rings=frozenset(row["home_rings"].split()),
                zeros_ring=frozenset(row["zeros_ring"].split()),
                why=row["why"],
            )
            found.setdefault(block.country, []).append(block)
    return {country: tuple(blocks) for country, blocks in found.items()}


KEPT = 100
"""The first numbers of a country's first block are kept for the houses' own lines and for the stories.

North America's 555-01xx are all kept: a hundred numbers that differ in their last digits look like each
other's misprints, so people there get numbers of area codes that do not exist.
"""


class PhoneBook:
    """Hands out each number once."""

    def __init__(self) -> None:
        self._given: dict[str, int] = {}

    def next_number(self, country: str) -> Number | None:
        """The next free number of a country; None when it has no range, or all are given."""
        place = self._given.get(country, KEPT)
        self._given[country] = place + 1
        for block in ranges().get(country, ()):
            if place < block.size:
                return number_at(block, place)
            place -= block.size
        return None


def kept_number(country: str, place: int) -> Number:
    """One of the numbers that no drawn person gets, by its place from 0 to KEPT - 1."""
    return number_at(ranges()[country][0], place)


def number_at(block: Range, place: int) -> Number:
    """The number at a place of a block, in the order in which the demo gives them."""
    free = len(str(block.size)) - 1
    start_at = 7_919 * int(block.calling_code + block.prefix)  # else all countries' numbers would end alike
    national = block.prefix + str((place * STEP + start_at) % block.size).zfill(free)
    groups = []
    start = 0
    for size in block.groups:
        groups.append(national[start : start + size])
        start += size
    return Number(block, tuple(groups))


def written(number: Number, at: str, draw: Draw, *, readers: Set[str] = frozenset()) -> str:
    """A number as a reception of country `at` has it: as it was said, seldom as it should be.

    `readers` are the countries by which a number without its prefix may be read besides `at`: those that the
    guest's home, nationality, language and address point to. What would ring in one of them is not written.
    """
    block = number.block
    anywhere = {"+", at, *readers}
    how = draw.unit()
    if (block.country == at or how > 0.9) and not block.home_rings & anywhere:
        return _at_home(number, draw)
    if how < 0.40:
        return number.abroad()
    if how < 0.70:
        return number.e164
    if how < 0.80 and not block.zeros_ring & anywhere:
        return "00" + number.e164[1:]
    if block.trunk == "0":
        return f"+{block.calling_code} (0){' '.join(number.groups)}"
    return number.abroad("-")


def _at_home(number: Number, draw: Draw) -> str:
    how = draw.unit()
    if how < 0.40:
        return number.home()
    if how < 0.65:
        return number.home("")
    if how < 0.78:
        return number.home(".")
    if how < 0.84:
        return number.home("-")
    if how < 0.88:
        return number.home("/")
    return number.e164

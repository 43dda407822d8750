"""Phone numbers that ring nowhere: reserved for fiction by the regulator, or never assigned.

The ranges with their reasons are in phones.csv. `unassigned` means that libphonenumber's metadata finds the
number possible by its length and in no assigned range; the tests check this against the installed metadata,
so a range that a regulator opens one day fails there. Every person gets a number of their own (an accidental
match between strangers would be an error of the demo, not of the guests).
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import phonenumbers

from server.demo.draw import Draw

RANGES = Path(__file__).parent / "phones.csv"
STEP = 7_368_787
"""A prime that divides no power of ten: steps of it meet every number of a range once, in no order."""


@dataclass(frozen=True, slots=True)
class Range:
    """One block of numbers: `prefix` begins the national number, whose groups are `groups` digits long."""

    country: str
    calling_code: str
    trunk: str
    groups: tuple[int, ...]
    prefix: str
    why: str

    @property
    def size(self) -> int:
        """How many numbers the block holds."""
        size: int = 10 ** (sum(self.groups) - len(self.prefix))
        return size


@dataclass(frozen=True, slots=True)
class Number:
    """A phone number: calling code, national number in its usual groups, and the trunk digit at home."""

    country: str
    calling_code: str
    trunk: str
    groups: tuple[str, ...]

    @property
    def e164(self) -> str:
        """`+33639981234`."""
        return f"+{self.calling_code}{''.join(self.groups)}"

    def abroad(self, between: str = " ") -> str:
        """`+33 6 39 98 12 34`."""
        return between.join((f"+{self.calling_code}", *self.groups))

    def home(self, between: str = " ") -> str:
        """`06 39 98 12 34`."""
        return self.trunk + between.join(self.groups)


@cache
def ranges() -> dict[str, tuple[Range, ...]]:
    """All blocks by country; the first of a country are used up first."""
    found: dict[str, list[Range]] = {}
    with RANGES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            groups = tuple(int(size) for size in row["groups"].split())
            block = Range(
                row["country"], row["calling_code"], row["trunk"], groups, row["prefix"], row["why"]
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
    return Number(block.country, block.calling_code, block.trunk, tuple(groups))


def rings(digits: str, readers: Iterable[str]) -> bool:
    """Whether somebody could have these digits, nationally in one of the countries or with a lost `+`.

    A Spanish number without its prefix can be a French mobile, a Chinese one an American number.
    """
    if not digits.startswith("0") and _is_assigned(f"+{digits}", None):
        return True
    return any(_is_assigned(digits, country) for country in readers)


def _is_assigned(text: str, country: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return False


def written(number: Number, at: str, draw: Draw, *, nationality: str = "") -> str:
    """A number as a reception of country `at` has it: as it was said, seldom as it should be.

    A number without its prefix is read by the country of the house, of the guest's home or nationality, and
    00 may be taken for a slip in a national number. Whatever would ring when read so is never written.
    """
    readers = {at, nationality or at, number.country}
    how = draw.unit()
    if (number.country == at or how > 0.9) and not rings(number.home(""), readers - {number.country}):
        return _at_home(number, draw)
    if how < 0.40:
        return number.abroad()
    if how < 0.70:
        return number.e164
    if how < 0.80 and not rings(number.e164[1:], readers):
        return "00" + number.e164[1:]
    if number.trunk == "0":
        return f"+{number.calling_code} (0){' '.join(number.groups)}"
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

"""Told stays as they are put together, and what those of one stay say of houses, rooms and bookings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from decimal import Decimal

from server.stays.told import Place, Told

Booked = Mapping[Hashable, set[str]]
"""Booking references by what holds bookings apart: two that one system names are two bookings."""


class Together:
    """Rows put to one stay. What they say is kept as it grows: asking costs the same for any number."""

    __slots__ = ("barred", "billed", "booked", "circle", "houses", "rooms", "rows", "sources")

    def __init__(self, row: Told, barred: Collection[Place] = ()) -> None:
        self.rows = [row]
        self.barred = set(barred)
        self.circle = row.circle
        self.houses = {row.property_id} if row.property_sure else set()
        self.rooms = {row.room} if row.room else set()
        self.sources = {row.source}
        self.booked: dict[Hashable, set[str]] = {}
        self.billed: dict[Hashable, set[str]] = {}
        if row.references:
            bill: tuple[str, Decimal | None] = (row.source, row.amount)
            self.booked[row.source] = set(row.references)
            self.billed[bill] = set(row.references)

    def take(self, other: Together) -> None:
        """Put the rows of another to this one."""
        self.rows += other.rows
        self.barred |= other.barred
        self.houses |= other.houses
        self.rooms |= other.rooms
        self.sources |= other.sources
        for mine, theirs in ((self.booked, other.booked), (self.billed, other.billed)):
            for holder, references in theirs.items():
                mine.setdefault(holder, set()).update(references)


May = Callable[[Together, Together], bool]


class Joining:
    """All rows, each with the stay that it is put to so far. `apart`: rows that a colleague told apart."""

    def __init__(self, rows: Iterable[Told], apart: Mapping[Place, Collection[Place]] | None = None) -> None:
        self.rows = sorted(rows, key=lambda row: row.order)
        self.apart = apart or {}
        self._of = {row.place: Together(row, self.apart.get(row.place, ())) for row in self.rows}

    def stays(self) -> list[list[Told]]:
        """The rows of each stay, by name."""
        found: dict[int, list[Told]] = defaultdict(list)
        for row in self.rows:
            found[id(self._of[row.place])].append(row)
        return list(found.values())

    def of(self, row: Told) -> Together:
        """The stay that a row is put to."""
        return self._of[row.place]

    def join(self, one: Told, other: Told, may: May) -> None:
        """Put two stays together, if `may` finds nothing against it."""
        larger, smaller = self._of[one.place], self._of[other.place]
        if larger is smaller or _were_told_apart(larger, smaller) or not may(larger, smaller):
            return
        if len(larger.rows) < len(smaller.rows):
            larger, smaller = smaller, larger
        for row in smaller.rows:
            self._of[row.place] = larger
        larger.take(smaller)


def _were_told_apart(one: Together, other: Together) -> bool:
    return bool(one.barred) and any(row.place in one.barred for row in other.rows)


def same_house(one: Together, other: Together) -> bool:
    """Two houses never share a stay; a row that names none is of the house of those it is with."""
    return one.circle == other.circle and len(one.houses | other.houses) < 2


def one_booking(one: Together, other: Together) -> bool:
    """Two rooms, or two bookings that one system holds apart, are two stays, though guest and days agree."""
    return _agree(one, other, one.booked, other.booked)


def one_bill(one: Together, other: Together) -> bool:
    """The same, where money agrees: sharers of a room may each have booked, at prices of their own."""
    return _agree(one, other, one.billed, other.billed)


def _agree(one: Together, other: Together, booked: Booked, other_booked: Booked) -> bool:
    if one.rooms and other.rooms and one.rooms.isdisjoint(other.rooms):
        return False
    shared = booked.keys() & other_booked.keys()
    return not any(booked[b].isdisjoint(other_booked[b]) for b in shared) and same_house(one, other)


def told_by_others(one: Together, other: Together) -> bool:
    """A till that lists two payments lists two."""
    return one.sources.isdisjoint(other.sources) and same_house(one, other)

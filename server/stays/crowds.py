"""What so many told stays share that it tells nothing of any: a number on every row, a room that is none."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date

from server.stays.told import Told

CROWD = 100
"""Tellings that may share a reference or a room on the same days. One that more bear names no booking: a tour
operator's number, a word on every row; a room with more is none."""

SHARERS = 6
"""Bookings that one system holds apart in one room on the same days. A room with more is none: systems keep
who has no room yet, or who only pays, in rooms of their own making (`PM`, `TBA`, `9999`)."""

_FEWEST_DIGITS = 3

RoomDays = tuple[int, bool, str, date, date | None]
"""A property (and whether that is sure), a room there, from arrival to departure."""


@dataclass(frozen=True, slots=True)
class Crowds:
    """References and rooms that tell nothing."""

    references: frozenset[str] = frozenset()
    rooms: frozenset[RoomDays] = frozenset()

    def __or__(self, other: Crowds) -> Crowds:
        return Crowds(self.references | other.references, self.rooms | other.rooms)


def names_a_booking(reference: str) -> bool:
    """Whether a reference can tell one booking from another: `DIRECT`, `0` and `000000` cannot."""
    digits = [c for c in reference if c.isdigit()]
    return len(digits) >= _FEWEST_DIGITS and len(set(reference)) > 1


def room_days(row: Told) -> RoomDays | None:
    """What those who share a room agree in. A room that was cancelled may have been let to others."""
    if row.kind != "stay" or row.room is None or row.arrives is None or row.came_to_nothing:
        return None
    return row.property_id, row.property_sure, row.room, row.arrives, row.departs


def crowds_among(rows: Iterable[Told]) -> Crowds:
    """What these rows crowd: all that is told of a reference or a room must be among them."""
    bearers: Counter[str] = Counter()
    guests: Counter[RoomDays] = Counter()
    booked: dict[tuple[RoomDays, str], set[Hashable]] = defaultdict(set)
    for row in rows:
        bearers.update(row.references)
        if (room := room_days(row)) is not None:
            guests[room] += 1
            own = next(filter(names_a_booking, row.references), row.record_id)
            booked[room, row.source].add(own)
    full = {room for room, number in guests.items() if number > CROWD}
    full |= {room for (room, _), bookings in booked.items() if len(bookings) > SHARERS}
    return Crowds(frozenset(r for r, number in bearers.items() if number > CROWD), frozenset(full))

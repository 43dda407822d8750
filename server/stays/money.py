"""What of a stay's money counts: told by the best who tells it, and each amount once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from server.stays.told import CAME_TO_NOTHING, Place, Told, money_rank, overlap

LONGEST = 92
"""Days of a stay whose bill may hold visits; who stays longer pays by the month."""

PMS = money_rank("pms")


def counting_rows(main_first: Iterable[Told]) -> list[Told]:
    """The rows whose amounts make up the money of one stay, given all its rows.

    Those of the best rank that tells any (folio, reservation system, channel, restaurant). Among them equal
    amounts for one room on the same days are copies: each sharer's row tells the whole bill. Unequal ones
    were split, and so were those of sharers who booked each for himself. `main_first` is the order in which
    copies give way.
    """
    paid = [row for row in main_first if row.amount is not None]
    best = min((money_rank(row.source_kind) for row in paid), default=0)
    counted: dict[tuple[Decimal | None, str | None], list[Told]] = defaultdict(list)
    for row in sorted((r for r in paid if money_rank(r.source_kind) == best), key=lambda r: r.room is None):
        of_amount = counted[row.amount, row.currency]
        if not any(_is_copy(row, other) for other in of_amount):
            of_amount.append(row)
    return [row for of_amount in counted.values() for row in of_amount]


def _is_copy(one: Told, other: Told) -> bool:
    """Whether a row tells another's equal amount again: not where one system holds two bookings apart."""
    are_named = one.source == other.source and one.references and other.references
    if are_named and set(one.references).isdisjoint(other.references):
        return False
    return (one.room is None or other.room is None or one.room == other.room) and overlap(one, other)


class Bills:
    """The stays whose bill holds what guests had put on their room, by room and by guest, day by day."""

    def __init__(self) -> None:
        self._by_room: dict[tuple[int, str, date], list[Told]] = defaultdict(list)
        self._by_guest: dict[tuple[int, str, date], list[Told]] = defaultdict(list)

    def add(
        self, rows: Sequence[Told], counted: Sequence[Told], status: str, guest_of: Mapping[int, str]
    ) -> None:
        """Note a stay. One that came to nothing, or whose bill the house does not tell, holds nothing."""
        if status in CAME_TO_NOTHING or not counted or money_rank(counted[0].source_kind) > PMS:
            return
        for row in rows:
            guest = guest_of.get(row.record_id)
            for day in _days(row):
                if row.room:
                    self._by_room[row.circle, row.room, day].append(row)
                if guest is not None:
                    self._by_guest[row.circle, guest, day].append(row)

    def take(self, visit: Told, guest_of: Mapping[int, str]) -> bool:
        """Whether a visit or purchase was put on a room whose bill tells it already."""
        if visit.paid_by != "room" or visit.arrives is None:
            return False
        if visit.room:
            found = self._by_room.get((visit.circle, visit.room, visit.arrives), ())
        else:
            guest = guest_of.get(visit.record_id, "")
            found = self._by_guest.get((visit.circle, guest, visit.arrives), ())
        return any(_may_be_one_house(visit, row) for row in found)


def _may_be_one_house(one: Told, other: Told) -> bool:
    return one.property_id == other.property_id or not (one.property_sure and other.property_sure)


def _days(row: Told) -> Iterable[date]:
    if row.arrives is None or row.last_day is None:
        return
    for number in range(min((row.last_day - row.arrives).days, LONGEST) + 1):
        yield row.arrives + timedelta(days=number)


_REDEEM = frozenset({"till", "spa", "restaurant"})

Code = tuple[int, str]
"""The number of a gift card, of those who may be told together."""


def sold_codes(rows: Iterable[Told]) -> dict[Code, date | None]:
    """The gift cards that were sold, each with its first day; None where that is not told.

    Only what tells one booking from another is a card's number: `WEB` and `NOEL-AB` pay for nothing.
    """
    found: dict[Code, date | None] = {}
    for row in rows:
        if row.source_kind == "gift":
            for code in row.references:
                first = found.setdefault((row.circle, code), row.arrives)
                if first is not None and (row.arrives is None or row.arrives < first):
                    found[row.circle, code] = row.arrives
    return found


def is_redeemed(rows: Sequence[Told], sold: Mapping[Code, date | None], called: Mapping[Place, str]) -> bool:
    """Whether a gift card paid: its money was counted when the card was sold.

    `called`: the first reference of each row, which in a restaurant is the number of the table's booking.
    """
    if any(row.source_kind == "gift" for row in rows):
        return False
    return any(row.paid_by == "gift" or _names_a_card(row, sold, called) for row in rows)


def _names_a_card(row: Told, sold: Mapping[Code, date | None], called: Mapping[Place, str]) -> bool:
    """Whether a row names a card that was sold by its day."""
    if row.source_kind not in _REDEEM:
        return False
    own = called.get(row.place) if row.source_kind == "restaurant" else None
    for code in row.references:
        if code != own and (row.circle, code) in sold:
            day = sold[row.circle, code]
            if day is None or row.arrives is None or day <= row.arrives:
                return True
    return False

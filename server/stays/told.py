"""What is told of stays, visits and purchases, and each of them counted once: plain words, no tables."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from server.record import StayKind, StayStatus
from server.sources.layout import Person

Role = Literal["guest", "companion", "booker", "payment"]
Place = tuple[int, int]
"""A record and the version of it that tells: names one told stay."""

CAME_TO_NOTHING = frozenset({"cancelled", "no_show"})

_MONEY = {"folio": 0, "pms": 1, "channel": 2, "restaurant": 3, "gift": 3, "shop": 3}
_KNOWS = {"folio": 0, "pms": 0, "channel": 1}
LEAST_MONEY, LEAST_KNOWS = 4, 2


def money_rank(source_kind: str) -> int:
    """Whose amount counts, the least first: folio, reservation system, channel, restaurant, all others."""
    return _MONEY.get(source_kind, LEAST_MONEY)


def knows_rank(source_kind: str) -> int:
    """Who knows best how a stay stands, the least first: reservation system, channel, all others."""
    return _KNOWS.get(source_kind, LEAST_KNOWS)


@dataclass(frozen=True, slots=True)
class Told:
    """A stay, visit or purchase as one version of one record tells it.

    `name` is the record's source and key: what the order of counting goes by, since ids differ from house to
    house. `property_sure` is False where a file of the whole group was only put down to a property. Records
    of two `circle`s may not be told together (server.guests.circles). `person` says whose values the record
    holds, `surname` is folded for comparing. `of_profile`: the record tells of one stay after the other.
    """

    record_id: int
    version: int
    name: str
    source: str
    source_kind: str
    property_id: int
    kind: StayKind
    arrives: date | None
    departs: date | None
    told_at: datetime
    property_sure: bool = True
    circle: int = 0
    references: tuple[str, ...] = ()
    is_leader: bool = False
    channel: str | None = None
    status: StayStatus = "unknown"
    room: str | None = None
    amount: Decimal | None = None
    currency: str | None = None
    paid_by: str | None = None
    person: Person = "guest"
    surname: str = ""
    of_profile: bool = False

    @property
    def place(self) -> Place:
        """What names it in the tables."""
        return self.record_id, self.version

    @property
    def order(self) -> tuple[str, int]:
        """Where it stands among others, the same in every house."""
        return self.name, self.version

    @property
    def last_day(self) -> date | None:
        """The day of departure; of arrival where the departure is missing or lies before it."""
        if self.arrives is None or self.departs is None:
            return self.arrives or self.departs
        return max(self.arrives, self.departs)

    @property
    def came_to_nothing(self) -> bool:
        """Cancelled, or nobody came."""
        return self.status in CAME_TO_NOTHING


@dataclass(frozen=True, slots=True)
class Source:
    """A told stay as a source of the one it belongs to. `counts`: its amount is part of the stay's money."""

    record_id: int
    version: int
    role: Role
    counts: bool
    amount: Decimal | None
    currency: str | None


@dataclass(frozen=True, slots=True)
class Counted:
    """A stay, visit or purchase counted once, with all that tell of it, in the order of their names.

    `record_id` speaks for the main guest. `presence` names the first told stay of those that follow each
    other without a night between, of one guest in one house.
    """

    property_id: int
    kind: StayKind
    status: StayStatus
    arrives: date | None
    departs: date | None
    room: str | None
    reference: str | None
    channel: str | None
    record_id: int
    guest_id: str | None
    booker_guest_id: str | None
    sources: tuple[Source, ...]
    presence: Place

    @property
    def money(self) -> dict[str, Decimal]:
        """What it brought, by currency; nothing where it came to nothing."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        if self.status not in CAME_TO_NOTHING:
            for source in self.sources:
                if source.counts and source.amount is not None:
                    sums[source.currency or ""] += source.amount
        return dict(sums)


def overlap(one: Told, other: Told) -> bool:
    """Whether two told stays share a night, or their day of arrival."""
    if one.arrives is None or other.arrives is None:
        return False
    ends, other_ends = one.last_day or one.arrives, other.last_day or other.arrives
    return one.arrives == other.arrives or (one.arrives < other_ends and other.arrives < ends)


def touch(one: Told, other: Told) -> bool:
    """Whether one begins on the day the other ends."""
    if one.arrives is None or other.arrives is None:
        return False
    return one.last_day == other.arrives or other.last_day == one.arrives

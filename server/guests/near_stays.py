"""What must be counted together with what some records tell: the told stays that may be one with them.

Wider than the rules of counting, never narrower: whatever shares a reference, a room, an amount or a guest on
days that meet, and what stood in one stay with it before. So what is counted anew comes out as if the whole
house were.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    String,
    and_,
    bindparam,
    cast,
    literal,
    null,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from server.cleaning import fold
from server.db import rows_of, rows_with
from server.guests.models import Link
from server.properties.arrangements import property_circles
from server.properties.models import Property
from server.record import StayKind, StayStatus
from server.records.arriving import ID_SEPARATOR
from server.records.models import CleanRow, RecordVersion, Source, SourceRecord
from server.sources.layout import Person, layouts
from server.stays.gathering import CROWD, names_a_booking
from server.stays.models import StaySource, ToldReference, ToldStay
from server.stays.money import LONGEST
from server.stays.told import Place, Told

_MOST = 8_000
"""Parameters of a statement: SQLite takes 32,766 and PostgreSQL 65,535, whatever a row tells."""

_SURE, _REFERENCE, _GUEST, _MONEY, _BILL = range(5)
"""Why a record may be one with another: surely to be counted with it, or by more than the statement asks."""

_Linked = tuple[Told, str]
"""A told stay and the guest of its record."""


@dataclass(slots=True)
class Near:
    """Told stays that are counted together: by what names them, with the guest of each record."""

    told: dict[Place, Told] = field(default_factory=dict)
    guest_of: dict[int, str] = field(default_factory=dict)
    crowded: set[str] = field(default_factory=set)
    was_told_more: bool = False  # some records tell of a stay no more

    def rows(self) -> list[Told]:
        """The told stays, less the references that name no booking because everybody bears them."""
        return [
            replace(row, references=tuple(r for r in row.references if r not in self.crowded))
            if self.crowded.intersection(row.references)
            else row
            for row in self.told.values()
        ]


def told_near(session: Session, guests: Collection[str], records: Collection[int]) -> Near:
    """All that may be one stay with what these records, and all records of these guests, tell.

    `records` are those of the guests, and erased ones; without guests, any. Only what is linked: a record
    that waits for the linker is counted when it has its guest.
    """
    near, reader = Near(), _Reader(session)
    fresh = reader.of_guests(guests, near) if guests else reader.read(records, near)
    arrived = Counter(reference for row, _ in fresh for reference in row.references)
    found = reader.stood_with(set(records) - near.guest_of.keys())  # those that tell of nothing any more
    near.was_told_more = bool(found)
    while True:
        for portion in _portions(fresh):
            found |= reader.neighbours(portion, near, arrived)
        fresh = reader.read(found - near.guest_of.keys(), near)
        if not fresh:
            return near
        found = set()


def _portions(linked: Sequence[_Linked]) -> Iterator[list[_Linked]]:
    """Told stays by as many as one statement can ask about: a month in one room asks about each day."""
    portion: list[_Linked] = []
    size = 0
    for row, guest in linked:
        days = len(_nights(row)) if row.kind == "stay" else len(_arrivals(row))
        more = 8 + len(row.references) + 2 * days
        if portion and size + more > _MOST:
            yield portion
            portion, size = [], 0
        portion.append((row, guest))
        size += more
    if portion:
        yield portion


class _Reader:
    """Reads told stays and their neighbours, in the caller's transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._circle_of: Mapping[int, int] | None = None

    def of_guests(self, guests: Collection[str], near: Near) -> list[_Linked]:
        """Put what these guests' records tell into `near`; return it."""
        return self._keep(rows_with(self._session, _TOLD_OF_GUESTS, guests, 500), near)

    def stood_with(self, records: Collection[int]) -> set[int]:
        """The records that tell of stays which these told of when they were counted last."""
        return {record_id for *_, record_id, _, _ in rows_with(self._session, _STOOD_WITH, records, 500)}

    def read(self, records: Collection[int], near: Near) -> list[_Linked]:
        """Put what linked records tell into `near`; return it."""
        return self._keep(rows_with(self._session, _TOLD, records, 500), near)

    def _keep(self, found: Iterable[tuple[Any, ...]], near: Near) -> list[_Linked]:
        rows = [_Row(*row) for row in found]
        naming = {row.record_id for row in rows if row.reference is not None}
        references: dict[Place, list[tuple[int, str]]] = defaultdict(list)
        for record_id, version, place, reference in rows_with(self._session, _NAMED, naming, 500):
            references[record_id, version].append((place, reference))
        told = [(self._told(row, references), row.guest_id) for row in rows]
        near.told |= {row.place: row for row, _ in told}
        near.guest_of |= {row.record_id: guest for row, guest in told}
        return told

    def _told(self, row: _Row, references: Mapping[Place, Sequence[tuple[int, str]]]) -> Told:
        return Told(
            record_id=row.record_id,
            version=row.version,
            name=f"{row.source}{ID_SEPARATOR}{row.key}",
            source=row.source,
            source_kind=row.source_kind,
            property_id=row.property_id,
            kind=row.kind,
            arrives=row.arrives,
            departs=row.departs,
            told_at=row.source_time or row.received_at or row.known_at,
            property_sure=row.property_sure,
            circle=self._circles()[row.property_id],
            references=tuple(name for _, name in sorted(references.get((row.record_id, row.version), ()))),
            is_leader=row.is_leader,
            channel=row.channel,
            status=row.status,
            room=row.room,
            amount=row.amount,
            currency=row.currency,
            paid_by=row.paid_by,
            person=_person(row.layout),
            surname=_surname(row.last_name),
        )

    def _circles(self) -> Mapping[int, int]:
        if self._circle_of is None:
            entities = dict(rows_of(self._session, _ENTITIES))
            is_one = len(set(entities.values())) < 2
            self._circle_of = entities if is_one else property_circles(self._session)
        return self._circle_of

    def neighbours(self, linked: Sequence[_Linked], near: Near, arrived: Mapping[str, int]) -> set[int]:
        """The records to be counted with these rows.

        A reference counts as crowded by those who bore it before: its bearers were counted with each other
        while they were few, and those that arrive now part them.
        """
        of_guest: dict[str, list[Told]] = defaultdict(list)
        on_room: dict[str, list[Told]] = defaultdict(list)
        sold: dict[tuple[date | None, date | None, str], set[bool]] = defaultdict(set)
        for row, guest in linked:
            of_guest[guest].append(row)
            if row.room and row.paid_by == "room":
                on_room[row.room].append(row)
            if row.surname:
                sold[row.arrives, row.departs, row.surname].add(row.source_kind == "channel")
        found: set[int] = set()
        bearers: dict[str, set[int]] = defaultdict(set)
        for why, word, name, record_id, arrives, departs in self._session.connection().execute(*_ask(linked)):
            if why == _REFERENCE:
                bearers[word].add(record_id)
            elif why in (_GUEST, _BILL):
                if any(
                    _meet(row, arrives, departs) for row in (of_guest if why == _GUEST else on_room)[word]
                ):
                    found.add(record_id)
            elif why == _SURE or {word != "channel"} & sold[arrives, departs, _surname(name)]:
                found.add(record_id)
        for reference, who in bearers.items():
            if len(who) > CROWD:
                near.crowded.add(reference)
            if len(who) <= CROWD + arrived.get(reference, 0):
                found |= who
        return found


def _meet(row: Told, arrives: date | None, departs: date | None) -> bool:
    """Whether days overlap or touch."""
    if row.arrives is None or row.last_day is None or arrives is None:
        return False
    return row.arrives <= max(arrives, departs or arrives) and arrives <= row.last_day


def _surname(name: str | None) -> str:
    return str(fold(name)) if name else ""


_Asked = Select[*tuple[Any, ...]]


def _several(name: str) -> BindParameter[Any]:
    return bindparam(name, expanding=True)


def _of_stays_of_records(these: str) -> _Asked:
    told, other = aliased(StaySource), aliased(StaySource)
    together = select(literal(_SURE), null(), null(), other.record_id, null(), null())
    return together.join(told, told.stay_id == other.stay_id).where(told.record_id.in_(_several(these)))


_STOOD = _of_stays_of_records("records")


def _ask(linked: Sequence[_Linked]) -> tuple[CompoundSelect[Any], dict[str, list[Any]]]:
    """All that may be one with these, in one statement: why, by which word and name, who, and the days."""
    rows = [row for row, _ in linked]
    stays = [row for row in rows if row.kind == "stay" and row.arrives is not None]
    visits = [row for row in rows if row.kind != "stay"]
    asked: dict[str, Iterable[Any]] = {
        "references": (r for row in rows for r in row.references if names_a_booking(r)),
        "rooms": ((row.room, row.arrives, row.departs) for row in stays if row.room),
        "money": ((row.arrives, row.departs, row.amount) for row in stays if row.amount),
        "nights": (place for row in stays for place in _nights(row)),
        "arrivals": (place for row in visits for place in _arrivals(row)),
    }
    values = {name: list(dict.fromkeys(found)) for name, found in asked.items()}
    values = {name: found for name, found in values.items() if found}
    about = frozenset(values)
    values["guests"] = list({guest: None for _, guest in linked})
    values["records"] = list({row.record_id: None for row in rows})
    return _question(about), values


@cache
def _question(about: frozenset[str]) -> CompoundSelect[Any]:
    """The statement for what is asked about, made once: making it costs more than asking it."""
    days = (ToldStay.record_id, ToldStay.arrives, ToldStay.departs)
    by_guest: _Asked = select(literal(_GUEST), Link.guest_id, cast(null(), String), *days)  # says all types
    by_guest = by_guest.join(Link, Link.record_id == ToldStay.record_id)
    told = select(literal(_SURE), null(), null(), *days)
    is_stay = ToldStay.kind == "stay"
    room_and_day = tuple_(ToldStay.room, ToldStay.arrives)
    asked = [by_guest.where(Link.guest_id.in_(_several("guests"))), _STOOD]
    if "references" in about:
        bearing = (ToldReference.reference, null(), ToldReference.record_id, null(), null())
        named = ToldReference.reference.in_(_several("references"))
        asked.append(select(literal(_REFERENCE), *bearing).where(named))
    if "rooms" in about:
        same_room = tuple_(ToldStay.room, ToldStay.arrives, ToldStay.departs)
        asked.append(told.where(same_room.in_(_several("rooms")), is_stay))
    if "money" in about:
        paid = select(literal(_MONEY), Source.kind, CleanRow.last_name, *days)
        paid = paid.join(CleanRow, CleanRow.record_id == ToldStay.record_id)
        paid = paid.join(SourceRecord, SourceRecord.id == ToldStay.record_id)
        paid = paid.join(Source, Source.id == SourceRecord.source_id)
        same_money = tuple_(ToldStay.arrives, ToldStay.departs, ToldStay.amount)
        asked.append(paid.where(same_money.in_(_several("money")), is_stay))
    if "nights" in about:
        on_a_bill = and_(~is_stay, ToldStay.paid_by == "room")
        asked.append(told.where(room_and_day.in_(_several("nights")), on_a_bill))
    if "arrivals" in about:
        with_a_bill = select(literal(_BILL), ToldStay.room, null(), *days)
        asked.append(with_a_bill.where(room_and_day.in_(_several("arrivals")), is_stay))
    return union_all(*asked)


def _nights(stay: Told) -> list[tuple[str, date]]:
    """The room and each day of a stay, on whose bill visits may be."""
    if stay.room is None or stay.arrives is None or stay.last_day is None:
        return []
    count = min((stay.last_day - stay.arrives).days, LONGEST)
    return [(stay.room, stay.arrives + timedelta(days=n)) for n in range(count + 1)]


def _arrivals(visit: Told) -> list[tuple[str, date]]:
    """The room of a visit and each day on which the stay on whose bill it is may have begun."""
    if visit.paid_by != "room" or visit.room is None or visit.arrives is None:
        return []
    count = min(
        (visit.arrives - date.min).days, LONGEST
    )  # a year of 1 is somebody's slip, and no earlier day is
    return [(visit.room, visit.arrives - timedelta(days=n)) for n in range(count + 1)]


def _person(layout: str) -> Person:
    known = layouts().get(layout)
    return known.person if known else "guest"


_ENTITIES = select(Property.id, Property.legal_entity_id)
_NAMED = select(
    ToldReference.record_id, ToldReference.version, ToldReference.place, ToldReference.reference
).where(ToldReference.record_id.in_(_several("values")))
_STOOD_WITH = _of_stays_of_records("values")


class _Row(NamedTuple):
    """A told stay as it is read, with what the tables know of its record."""

    record_id: int
    version: int
    property_id: int
    property_sure: bool
    kind: StayKind
    reference: str | None
    is_leader: bool
    channel: str | None
    status: StayStatus
    arrives: date | None
    departs: date | None
    room: str | None
    amount: Decimal | None
    currency: str | None
    paid_by: str | None
    source: str
    source_kind: str
    layout: str
    key: str
    known_at: datetime
    source_time: datetime | None
    received_at: datetime | None
    last_name: str | None
    guest_id: str


_LINKED = (
    select(
        *(getattr(ToldStay, name) for name in _Row._fields[:15]),
        Source.name,
        Source.kind,
        Source.layout,
        SourceRecord.key,
        SourceRecord.received_at,
        RecordVersion.source_time,
        RecordVersion.received_at,
        CleanRow.last_name,
        Link.guest_id,
    )
    .join(SourceRecord, SourceRecord.id == ToldStay.record_id)
    .join(Source, Source.id == SourceRecord.source_id)
    .join(CleanRow, CleanRow.record_id == ToldStay.record_id)
    .join(Link, Link.record_id == ToldStay.record_id)
    .outerjoin(
        RecordVersion,
        and_(RecordVersion.record_id == ToldStay.record_id, RecordVersion.n == ToldStay.version),
    )
)
_TOLD = _LINKED.where(ToldStay.record_id.in_(_several("values")))
_TOLD_OF_GUESTS = _LINKED.where(Link.guest_id.in_(_several("values")))

"""What must be counted together with what some records tell: the told stays that may be one with them.

Wider than the rules of counting, never narrower: whatever shares a reference, a room, an amount or a guest on
days that meet, and what stood in one stay with it before. So what is counted anew comes out as if the whole
house were.

Whether a visit counts hangs on the stays on whose bill it may be, but no stay hangs on visits. So such a stay
is read with those that may be one with it, and not with other visits of its days: else the breakfasts of
those who leave and those who come would lead from stay to stay through a room's whole history.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
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
    exists,
    literal,
    null,
    select,
    tuple_,
    union,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from server.cleaning import fold
from server.guests.loading import parts
from server.guests.models import Link, StayWord
from server.properties.arrangements import property_circles
from server.properties.models import Property
from server.record import StayKind
from server.records.arriving import ID_SEPARATOR
from server.records.models import CleanRow, RecordVersion, Source, SourceRecord
from server.sources.layout import Person, layouts
from server.statements import rows_of, rows_with
from server.stays.counting import count_stays
from server.stays.crowds import CROWD, Crowds, RoomDays, names_a_booking, room_days
from server.stays.models import Stay, StaySource, ToldReference, ToldStay
from server.stays.money import LONGEST
from server.stays.told import CAME_TO_NOTHING, Counted, Place, Told
from server.stays.words import Anchor, Word

_MOST = 8_000
"""Parameters of a statement: SQLite takes 32,766 and PostgreSQL 65,535, whatever a row tells."""

_SURE, _REFERENCE, _ROOM, _GUEST, _MONEY, _BILL = range(6)
"""Why a record may be one with another: surely to be counted with it, or by more than the statement asks."""

_Linked = tuple[Told, str | None]
"""A told stay and the guest of its record; None for one that has none any more."""


@dataclass(slots=True)
class Near:
    """Told stays that are counted together: by what names them, with the guest of each record."""

    told: dict[Place, Told] = field(default_factory=dict)
    guest_of: dict[int, str] = field(default_factory=dict)
    crowded: set[str] = field(default_factory=set)
    crowded_rooms: set[RoomDays] = field(default_factory=set)
    words: dict[int, Word] = field(default_factory=dict)  # what colleagues said of them, by number
    was_told_more: bool = False  # some records tell of a stay no more

    def count(self) -> list[Counted]:
        """Each stay, visit and purchase that is told of, once."""
        known = Crowds(frozenset(self.crowded), frozenset(self.crowded_rooms))
        return count_stays(self.told.values(), self.guest_of, known, self.words.values())

    def called_one_with(self, records: Collection[int]) -> set[int]:
        """The records of which a colleague said that they tell of one stay with one of these."""
        pairs = [
            {word.one.record_id, word.other.record_id}
            for word in self.words.values()
            if word.verdict == "one"
        ]
        return set().union(*(pair for pair in pairs if not pair.isdisjoint(records))) - set(records)


def told_near(session: Session, guests: Collection[str], records: Collection[int]) -> Near:
    """All that may be one stay with what these records, and all records of these guests, tell.

    Only what is linked: a record that waits for the linker is counted when it has its guest.
    """
    near, reader = Near(), _Reader(session)
    seeds = set(records) | reader.of_guests(guests)
    came, gone = reader.read(seeds, near)
    arrived = _Arrived(
        Counter(reference for row, _ in came for reference in row.references),
        Counter(room for row, _ in came if (room := room_days(row)) is not None),
    )
    found = _Found(reader.stood_with(seeds - near.guest_of.keys()))  # those that tell of nothing any more
    near.was_told_more = bool(found.whole)
    if not came and not gone and not found.whole:
        return near
    rows: dict[int, list[_Linked]] = defaultdict(list)
    for linked in came:
        rows[linked[0].record_id].append(linked)
    whole, beside = set(rows), set[int]()
    asked, asked_beside = set(whole), set[int]()
    more = [*gone, *reader.stood(seeds, came)]
    while whole or beside or more or found.whole:
        for portion in _portions([*more, *(linked for record in sorted(whole) for linked in rows[record])]):
            reader.neighbours(portion, near, arrived, found)
        for portion in _portions([linked for record in sorted(beside) for linked in rows[record]]):
            stays = _Found()
            reader.neighbours(portion, near, arrived, stays, are_beside=True)
            found.beside |= stays.whole
        more = []
        found.whole |= near.called_one_with(whole)
        found.beside |= near.called_one_with(beside)
        for linked in reader.read((found.whole | found.beside) - rows.keys(), near)[0]:
            rows[linked[0].record_id].append(linked)
        odd = {record for record in found.beside if any(row.kind != "stay" for row, _ in rows[record])}
        whole = (found.whole | odd) - asked
        asked |= whole
        beside = found.beside - asked - asked_beside
        asked_beside |= beside
        found = _Found()
    return near


class _Arrived(NamedTuple):
    """How many of what was read first bear a reference, or share a room."""

    references: Counter[str]
    rooms: Counter[RoomDays]


@dataclass(slots=True)
class _Found:
    """Records to be counted: with all that hangs on them, or as stays on whose bill a visit may be."""

    whole: set[int] = field(default_factory=set)
    beside: set[int] = field(default_factory=set)


def told_by(session: Session, records: Collection[int]) -> Near:
    """What these records tell, those that are linked, and what colleagues said of it; nothing else."""
    near = Near()
    _Reader(session).read(records, near)
    return near


def told_of_house(session: Session) -> Near:
    """All that linked records tell."""
    near = Near()
    _Reader(session).read(session.scalars(select(ToldStay.record_id).distinct()).all(), near)
    return near


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

    def of_guests(self, guests: Collection[str]) -> set[int]:
        """The records of guests that tell of a stay."""
        return {record_id for (record_id,) in rows_with(self._session, _TELLING, guests, 500)}

    def stood_with(self, records: Collection[int]) -> set[int]:
        """The records that tell of stays which these told of when they were counted last."""
        found: set[int] = set()
        for part in parts(sorted(records)):
            found |= {row[3] for row in rows_of(self._session, _STOOD, records=list(part))}
        return found

    def stood(self, records: Collection[int], told: Sequence[_Linked]) -> list[_Linked]:
        """The stays that these records told of when they were counted last, where they tell otherwise now.

        Whoever shared its reference, its room or its bill may stand otherwise without it.
        """
        now = {
            (ref, row.room, row.arrives, row.departs) for row, _ in told for ref in (None, *row.references)
        }
        found: list[_Linked] = []
        for part in parts(sorted(records)):
            for stood in rows_of(self._session, _STOOD_AS, records=list(part)):
                row = _Stood(*stood)
                if (row.reference, row.room, row.arrives, row.departs) not in now:
                    found.append((_as_told(row), None))
        return found

    def read(self, records: Collection[int], near: Near) -> tuple[list[_Linked], list[_Linked]]:
        """Put what linked records tell into `near`; return it, and what those tell that have no guest."""
        found: list[_Linked] = []
        for part in parts(sorted(records)):
            told = rows_of(self._session, _TOLD, records=list(part))
            rows = [dict(zip(_TOLD_NAMES, row, strict=True)) for row in told]
            if rows and rows[0]["has_words"]:
                near.words |= self._words(part)
            naming = [row["record_id"] for row in rows if row["reference"] is not None]
            references: dict[Place, list[str]] = defaultdict(list)
            if naming:
                for record_id, version, reference in rows_of(self._session, _NAMED, records=naming):
                    references[record_id, version].append(reference)
            found += [(self._told(row, references), row["guest_id"]) for row in rows]
        linked = [(row, guest) for row, guest in found if guest is not None]
        near.told |= {row.place: row for row, _ in linked}
        near.guest_of |= {row.record_id: guest for row, guest in linked}
        return list[_Linked](linked), [(row, guest) for row, guest in found if guest is None]

    def _words(self, records: Sequence[int]) -> dict[int, Word]:
        """What colleagues said of stays that these records tell of."""
        found: dict[int, Word] = {}
        for number, verdict, *said in self._session.execute(_WORDS, {"records": records}):
            found[number] = Word(number, verdict, Anchor(*said[:3]), Anchor(*said[3:]))
        return found

    def _told(self, row: Mapping[str, Any], references: Mapping[Place, Sequence[str]]) -> Told:
        return Told(
            name=f"{row['source']}{ID_SEPARATOR}{row['key']}",
            told_at=row["source_time"] or row["received_at"] or row["known_at"],
            circle=self._circles()[row["property_id"]],
            references=tuple(references.get((row["record_id"], row["version"]), ())),
            person=_person(row["layout"]),
            surname=_surname(row["last_name"]),
            of_profile=_is_of_profiles(row["layout"]),
            **{name: row[name] for name in _AS_TOLD},
        )

    def _circles(self) -> Mapping[int, int]:
        if self._circle_of is None:
            entities = dict(self._session.execute(select(Property.id, Property.legal_entity_id)).all())
            is_one = len(set(entities.values())) < 2
            self._circle_of = entities if is_one else property_circles(self._session)
        return self._circle_of

    def neighbours(
        self,
        linked: Sequence[_Linked],
        near: Near,
        arrived: _Arrived,
        found: _Found,
        *,
        are_beside: bool = False,
    ) -> None:
        """Note the records to be counted with these rows, and what they crowd.

        What is crowded is so by those who were there before: they were counted with each other while they
        were few, and those that arrive now part them. `are_beside`: the rows are stays on whose bill a visit
        may be, of which only stays are wanted.
        """
        of_guest: dict[str | None, list[Told]] = defaultdict(list)
        on_room: dict[str, list[Told]] = defaultdict(list)
        sold: dict[tuple[date | None, date | None, str], set[bool]] = defaultdict(set)
        named: set[tuple[bool, str]] = set()
        for row, guest in linked:
            of_guest[guest].append(row)
            if row.room and row.paid_by == "room":
                on_room[row.room].append(row)
            if row.surname:
                sold[row.arrives, row.departs, row.surname].add(row.source_kind == "channel")
            named |= {(row.kind == "stay", reference) for reference in row.references}
        bearers: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        sharers: dict[RoomDays, list[int]] = defaultdict(list)
        for why, word, name, record_id, arrives, departs, kind, house, is_sure in self._session.execute(
            *_ask(linked, are_beside=are_beside)
        ):
            is_stay = kind == "stay"
            if why == _REFERENCE:
                bearers[word].append((record_id, is_stay))
            elif why == _ROOM:
                sharers[house, is_sure, word, arrives, departs].append(record_id)
            elif why == _GUEST:
                met = {row.kind == "stay" for row in of_guest[word] if _meet(row, arrives, departs)}
                if is_stay in met or (met and not is_stay and not are_beside):
                    found.whole.add(record_id)
                elif met and is_stay:
                    found.beside.add(record_id)
            elif why == _BILL:
                if any(_meet(row, arrives, departs) for row in on_room[word]):
                    found.beside.add(record_id)
            elif why == _SURE or {word != "channel"} & sold[arrives, departs, _surname(name)]:
                found.whole.add(record_id)
        for reference, who in bearers.items():
            if len(who) > CROWD:
                near.crowded.add(reference)
            if len(who) <= CROWD + arrived.references[reference]:
                found.whole |= {record for record, is_stay in who if (is_stay, reference) in named}
        for room, sharing in sharers.items():
            if len(sharing) > CROWD:
                near.crowded_rooms.add(room)
            if len(sharing) <= CROWD + arrived.rooms[room]:
                found.whole.update(sharing)


_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class _Stood(NamedTuple):
    """A stay as it was counted last."""

    property_id: int
    kind: StayKind
    reference: str | None
    room: str | None
    arrives: date | None
    departs: date | None


def _as_told(stay: _Stood) -> Told:
    return Told(
        record_id=0,
        version=0,
        name="",
        source="",
        source_kind="",
        property_id=stay.property_id,
        kind=stay.kind,
        arrives=stay.arrives,
        departs=stay.departs,
        told_at=_LONG_AGO,
        references=(stay.reference,) if stay.reference else (),
        room=stay.room,
    )


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


def _of_stays_of_records() -> _Asked:
    told, other = aliased(StaySource), aliased(StaySource)
    together = select(literal(_SURE), null(), null(), other.record_id, *[null()] * 5)
    return together.join(told, told.stay_id == other.stay_id).where(told.record_id.in_(_several("records")))


_STOOD = _of_stays_of_records()


_STOOD_AS = (
    select(*(getattr(Stay, name) for name in _Stood._fields))
    .join(StaySource, StaySource.stay_id == Stay.id)
    .where(StaySource.record_id.in_(_several("records")))
    .distinct()
)


def _ask(linked: Sequence[_Linked], *, are_beside: bool) -> tuple[CompoundSelect[Any], dict[str, list[Any]]]:
    """All that may be one with these, in one statement: why, by which word and name, who, the days, of which
    kind, and where."""
    rows = [row for row, _ in linked]
    stays = [row for row in rows if row.kind == "stay" and row.arrives is not None]
    visits = [row for row in rows if row.kind != "stay"]
    asked: dict[str, Iterable[Any]] = {
        "references": (r for row in rows for r in row.references if names_a_booking(r)),
        "rooms": ((row.room, row.arrives, row.departs) for row in stays if room_days(row)),
        "money": ((row.arrives, row.departs, row.amount) for row in stays if row.amount),
        "nights": (place for row in stays for place in _nights(row) if not are_beside),
        "arrivals": (place for row in visits for place in _arrivals(row)),
    }
    values = {name: list(dict.fromkeys(found)) for name, found in asked.items()}
    values = {name: found for name, found in values.items() if found}
    about = frozenset(values)
    values["guests"] = list({guest: None for _, guest in linked if guest is not None})
    values["records"] = list({row.record_id: None for row in rows})
    return _question(about), values


@cache
def _question(about: frozenset[str]) -> CompoundSelect[Any]:
    """The statement for what is asked about, made once: making it costs more than asking it."""
    place = (ToldStay.kind, ToldStay.property_id, ToldStay.property_sure)
    days = (ToldStay.record_id, ToldStay.arrives, ToldStay.departs, *place)
    by_guest: _Asked = select(literal(_GUEST), Link.guest_id, cast(null(), String), *days)  # says all types
    by_guest = by_guest.join(Link, Link.record_id == ToldStay.record_id)
    told = select(literal(_SURE), null(), null(), *days)
    is_stay = ToldStay.kind == "stay"
    room_and_day = tuple_(ToldStay.room, ToldStay.arrives)
    asked = [by_guest.where(Link.guest_id.in_(_several("guests"))), _STOOD]
    if "references" in about:
        bearing: _Asked = select(literal(_REFERENCE), ToldReference.reference, null(), *days)
        bearing = bearing.join(ToldReference, _IS_NAMED).join(Link, Link.record_id == ToldStay.record_id)
        asked.append(bearing.where(ToldReference.reference.in_(_several("references"))))
    if "rooms" in about:
        same_room = tuple_(ToldStay.room, ToldStay.arrives, ToldStay.departs)
        sharing: _Asked = select(literal(_ROOM), ToldStay.room, null(), *days)
        sharing = sharing.join(Link, Link.record_id == ToldStay.record_id)
        came = ToldStay.status.not_in(CAME_TO_NOTHING)
        asked.append(sharing.where(same_room.in_(_several("rooms")), is_stay, came))
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


_IS_NAMED = and_(ToldReference.record_id == ToldStay.record_id, ToldReference.version == ToldStay.version)


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


def _is_of_profiles(layout: str) -> bool:
    known = layouts().get(layout)
    return known is not None and known.of == "profile"


_WORD = tuple(
    getattr(StayWord, f"{name}_{side}") for side in "ab" for name in ("record", "arrives", "departs")
)
_WORDS = union(
    *(
        select(StayWord.id, StayWord.verdict, *_WORD).where(
            StayWord.withdrawn_at.is_(None), side.in_(_several("records"))
        )
        for side in (StayWord.record_a, StayWord.record_b)
    )
)

_TELLING = (
    select(ToldStay.record_id)
    .join(Link, Link.record_id == ToldStay.record_id)
    .where(Link.guest_id.in_(_several("values")))
)

_NAMED = (
    select(ToldReference.record_id, ToldReference.version, ToldReference.reference)
    .where(ToldReference.record_id.in_(_several("records")))
    .order_by(ToldReference.place)
)

_TOLD = (
    select(
        *ToldStay.__table__.columns,
        Source.name.label("source"),
        Source.kind.label("source_kind"),
        Source.layout.label("layout"),
        SourceRecord.key.label("key"),
        SourceRecord.received_at.label("known_at"),
        RecordVersion.source_time.label("source_time"),
        RecordVersion.received_at.label("received_at"),
        CleanRow.last_name.label("last_name"),
        Link.guest_id.label("guest_id"),
        exists().where(StayWord.withdrawn_at.is_(None)).label("has_words"),
    )
    .join(SourceRecord, SourceRecord.id == ToldStay.record_id)
    .join(Source, Source.id == SourceRecord.source_id)
    .join(CleanRow, CleanRow.record_id == ToldStay.record_id)
    .outerjoin(Link, Link.record_id == ToldStay.record_id)
    .outerjoin(
        RecordVersion,
        and_(RecordVersion.record_id == ToldStay.record_id, RecordVersion.n == ToldStay.version),
    )
    .where(ToldStay.record_id.in_(_several("records")))
)
_TOLD_NAMES = tuple(column.name for column in _TOLD.selected_columns)
_AS_TOLD = (
    *("record_id", "version", "source", "source_kind", "property_id", "kind", "arrives", "departs"),
    *("property_sure", "is_leader", "channel", "status", "room", "amount", "currency", "paid_by"),
)
"""What a told stay says as its row does."""

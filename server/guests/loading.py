"""Read records for the linker: columns for the engine, and of a few records what their guest's values need.

The clean records of a whole house are in memory only while the engine's columns are made of them; what a
guest is told by is read again for each batch that is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar, cast

import numpy as np
from sqlalchemy import ColumnElement, bindparam, select, union
from sqlalchemy.orm import Session

from server.guests.circles import circles_of
from server.guests.models import Decision, Link
from server.guests.pins import pins_of
from server.guests.standing import Standing
from server.guests.values import Member, Pinned
from server.matching import Decisions, Records, contents
from server.matching.columns import Ints
from server.record import CleanRecord, Proof
from server.records.arriving import ID_SEPARATOR
from server.records.models import CleanRow, Source, SourceRecord
from server.records.reading import from_row
from server.statements import rows_in_portions, rows_with

_T = TypeVar("_T", int, str, bytes)

_PART = 2000
"""Records whose decisions are asked for by name; of more, all of the house are read."""

_ONLY_FOR_STAFF = frozenset({"search", "keys", "findings"})
_READ: tuple[ColumnElement[Any], ...] = tuple(
    column for column in CleanRow.__table__.columns if column.name not in _ONLY_FOR_STAFF
)
_READ_NAMES = tuple(column.name for column in _READ)


@dataclass(frozen=True)
class Loaded:
    """Records as the engine wants them, and what the tables know beside them; all in one order."""

    ids: list[int]
    versions: list[int]
    waiting: set[int]
    records: Records

    @cached_property
    def saids(self) -> list[int]:
        """What each record says, as one number (see `matching.contents`)."""
        found = np.empty(len(self.ids), dtype=np.int64)
        found[self.records.order] = contents(self.records)
        return found.tolist()

    @cached_property
    def saying(self) -> dict[int, int]:
        """The same by record id."""
        return dict(zip(self.ids, self.saids, strict=True))

    @cached_property
    def places(self) -> dict[int, int]:
        """Where each record stands."""
        return {record_id: place for place, record_id in enumerate(self.ids)}

    def only(self, record_ids: Collection[int]) -> Loaded:
        """Some of these records."""
        if len(record_ids) == len(self.ids):
            return self
        places = sorted(self.places[i] for i in record_ids)
        contents(self.records)  # made of all at once, and taken along
        return Loaded(
            ids=[self.ids[at] for at in places],
            versions=[self.versions[at] for at in places],
            waiting=self.waiting & set(record_ids),
            records=self.records.take(np.array(places, dtype=np.int32)),
        )


def parts(ids: Sequence[_T], size: int = 500) -> Iterator[Sequence[_T]]:
    """The ids in portions that one statement bears."""
    for start in range(0, len(ids), size):
        yield ids[start : start + size]


_RECORDS = (
    select(
        Source.name,
        Source.kind,
        SourceRecord.key,
        SourceRecord.id,
        SourceRecord.current_version,
        SourceRecord.needs_linking,
        SourceRecord.proof,
        SourceRecord.property_id,
        SourceRecord.received_at,
        *_READ,
    )
    .join(Source, Source.id == SourceRecord.source_id)
    .join(CleanRow, CleanRow.record_id == SourceRecord.id)
)
_ID = "source_record.id"
_SOME_RECORDS = _RECORDS.where(SourceRecord.id.in_(bindparam("values", expanding=True)))
_NEAR = select(
    SourceRecord.needs_linking.label("waits"),
    CleanRow.keys,
    Link.guest_id,
    Link.nearest_record_id,
    Link.said,
    Link.probability,
    Link.model,
    *_RECORDS.selected_columns,
)
_NEAR_RECORDS = (
    _NEAR.select_from(SourceRecord)
    .join(Source, Source.id == SourceRecord.source_id)
    .join(CleanRow, CleanRow.record_id == SourceRecord.id)
    .outerjoin(Link, Link.record_id == SourceRecord.id)
    .where(SourceRecord.id.in_(bindparam("values", expanding=True)))
)
_NEAR_OF_GUESTS = (  # from the links on: from the records on, SQLite looked at all of a house's
    _NEAR.select_from(Link)
    .join(SourceRecord, SourceRecord.id == Link.record_id)
    .join(Source, Source.id == SourceRecord.source_id)
    .join(CleanRow, CleanRow.record_id == SourceRecord.id)
    .where(Link.guest_id.in_(bindparam("values", expanding=True)))
)


class _Read(NamedTuple):
    """A record as it is read: what the engine wants of it, and the tables."""

    name: str
    source: str
    kind: str
    id: int
    version: int
    waits: bool
    proof: Proof
    received_at: datetime
    clean: CleanRecord

    def member(self, pins: tuple[Pinned, ...]) -> Member:
        """What it says of its guest; `pins`: values that a colleague chose."""
        known_on = (self.clean.updated_at or self.clean.created_at or self.received_at).date()
        return Member(self.id, self.name, self.clean, self.proof, self.kind, known_on, pins)


def _read(row: Sequence[Any]) -> _Read:
    source, kind, key, record_id, version, waits, proof, property_id, received_at, *values = row
    clean = from_row(dict(zip(_READ_NAMES, values, strict=True)))
    clean.place = str(property_id)  # the property that its room is of
    name = f"{source}{ID_SEPARATOR}{key}"
    return _Read(name, source, kind, record_id, version, waits, proof, received_at, clean)


def load_all(session: Session) -> Loaded:
    """All records with a reading, ordered by source and key."""
    return _loaded(sorted(map(_read, rows_in_portions(session, _RECORDS)), key=attrgetter("name")))


def _loaded(rows: Sequence[_Read]) -> Loaded:
    return Loaded(
        ids=[row.id for row in rows],
        versions=[row.version for row in rows],
        waiting={row.id for row in rows if row.waits},
        records=Records.of(
            [row.clean for row in rows],
            [row.name for row in rows],
            [row.source for row in rows],
            [row.proof for row in rows],
        ),
    )


class Reader:
    """Reads records for one touch, each once, though it looks at them for more than one reason.

    `house`: what is known of the whole house, where the caller asked; then nothing is asked that it answers.
    """

    def __init__(self, session: Session, house: Standing | None = None) -> None:
        self._session = session
        self._house = house
        self._rows: dict[int, _Read] = {}
        self._near: dict[int, NearRow] = {}
        self._widest: Loaded | None = None
        self._loaded: dict[frozenset[int], Loaded] = {}

    def load(self, record_ids: Collection[int], beside: Collection[int] = ()) -> Loaded:
        """These records, those with a reading, ordered by source and key."""
        wanted = frozenset(record_ids)
        widest = self.among(wanted, beside)
        if wanted not in self._loaded:
            self._loaded[wanted] = widest.only(wanted & self._rows.keys())
        return self._loaded[wanted]

    def among(self, record_ids: Collection[int], beside: Collection[int] = ()) -> Loaded:
        """The same among others that were read.

        Columns are made of all that were asked for at once, `beside` too, and others are taken out of them:
        making them costs most of what a few records cost.
        """
        wanted = set(record_ids)
        self.read(wanted | set(beside))
        found = wanted & self._rows.keys()
        widest = self._widest
        if widest is None or not found <= widest.places.keys():
            everyone = found | (self._rows.keys() & set(beside))
            widest = _loaded(sorted((self._rows[i] for i in everyone), key=attrgetter("name")))
            if self._widest is not None:  # what was found of pairs stays true
                widest.records.pairs.update(self._widest.records.pairs)
            self._widest = widest
        return widest

    def read(self, record_ids: Collection[int]) -> None:
        """Read those that were not read yet."""
        for row in rows_with(self._session, _NEAR_RECORDS, set(record_ids) - self._rows.keys(), 500):
            self._keep(row)

    def of_guests(self, guests: Collection[str]) -> dict[int, str]:
        """Read the records of guests, as they are linked now; the guest of each."""
        found = [self._keep(row) for row in rows_with(self._session, _NEAR_OF_GUESTS, guests, 500)]
        return {record_id: near.link.guest_id for record_id, near in found}

    def _keep(self, row: Sequence[Any]) -> tuple[int, NearRow]:
        near, read = NearRow(*row[: len(NearRow._fields)]), _read(row[len(NearRow._fields) :])
        self._rows.setdefault(read.id, read)
        self._near.setdefault(read.id, near)
        return read.id, near

    def near(self, record_id: int) -> NearRow | None:
        """What the tables know of a record that was read, beside what it says; None if it has no reading."""
        return self._near.get(record_id)

    def links(self, record_ids: Collection[int]) -> dict[int, Before]:
        """The links that these records had when they were read."""
        known = ((i, self._near[i]) for i in sorted(record_ids) if i in self._near)
        return {i: near.link for i, near in known if near.guest_id is not None}

    def decisions(self, loaded: Loaded) -> Decisions:
        """People's words on these records that hold (see `decisions_on`)."""
        if not self.has_decisions():
            return Decisions()
        return decisions_on(self._session, loaded)

    def circles(self, record_ids: Sequence[int]) -> Ints | None:
        """The circle of each record (see `circles_of`)."""
        is_one = self._house is not None and self._house.entities < 2
        return None if is_one else circles_of(self._session, record_ids)

    def has_decisions(self) -> bool:
        """Whether a colleague's word on two records holds, as far as is known."""
        return self._house is None or self._house.is_decided_on

    def has_words(self) -> bool:
        """Whether a colleague's word on who lives with whom is in force, as far as is known."""
        return self._house is None or self._house.is_worded

    def members(self, record_ids: Sequence[int]) -> dict[int, Member]:
        """What a guest's values are chosen from, by record id."""
        reads = [self._rows[i] for i in record_ids if i in self._rows]
        return (
            _members(self._session, reads)
            if self._house is None or self._house.is_pinned
            else {read.id: read.member(()) for read in reads}
        )


class Before(NamedTuple):
    """A record's link as it is found."""

    guest_id: str
    nearest_record_id: int | None
    said: int | None
    probability: float | None
    model: str | None


class NearRow(NamedTuple):
    """A record's look-up keys as they are stored, whether it waits to be linked, and its link as it is found
    (None: it has none)."""

    waits: bool
    keys: bytes
    guest_id: str | None
    nearest_record_id: int | None
    said: int | None
    probability: float | None
    model: str | None

    @property
    def link(self) -> Before:
        """The link of a record that has one."""
        return Before(cast(str, self.guest_id), *self[3:])


def members_of(session: Session, record_ids: Sequence[int]) -> dict[int, Member]:
    """What a guest's values are chosen from, by record id; those erased meanwhile are not there."""
    rows = rows_with(session, _SOME_RECORDS, record_ids, 500)
    return _members(session, [_read(row) for row in rows])


def members_at_once(session: Session, record_ids: Sequence[int]) -> dict[int, Member]:
    """The same for some thousand records."""
    return _members(
        session, [_read(row) for row in rows_in_portions(session, _RECORDS, among=(_ID, record_ids))]
    )


def _members(session: Session, reads: Sequence[_Read]) -> dict[int, Member]:
    pins = pins_of(session, [read.id for read in reads])
    return {read.id: read.member(pins.get(read.id, ())) for read in reads}


_DECISIONS = select(Decision.record_a, Decision.record_b, Decision.verdict).where(
    Decision.withdrawn_at.is_(None)
)
_DECISIONS_ON = union(
    *(
        _DECISIONS.where(side.in_(bindparam("values", expanding=True)))
        for side in (Decision.record_a, Decision.record_b)
    )
)


def decisions_on(session: Session, loaded: Loaded) -> Decisions:
    """People's words on these records that hold, by the engine's names of them.

    One that sets a record apart from another that was not loaded is told too, since a record that people
    decided about is judged by itself, not by a copy of it.
    """
    names = dict(zip(loaded.ids, loaded.records.ids, strict=True))
    if len(names) <= _PART:
        said = [tuple(row) for row in rows_with(session, _DECISIONS_ON, names)]
    else:
        said = [tuple(row) for row in session.execute(_DECISIONS)]
    pairs: dict[str, set[tuple[str, str]]] = {"same": set(), "not_same": set(), "undecided": set()}
    for a, b, verdict in said:  # several people may have said the same
        if (a in names and b in names) or (verdict == "not_same" and (a in names or b in names)):
            pairs[verdict].add((names.get(a, str(a)), names.get(b, str(b))))
    return Decisions(same=sorted(pairs["same"]), apart=sorted(pairs["not_same"]))

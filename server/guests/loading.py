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
from typing import Any, NamedTuple, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, bindparam, select, union
from sqlalchemy.orm import Session

from server.db import rows_of, rows_with
from server.guests.models import Decision
from server.guests.pins import pins_of
from server.guests.values import Member, Pinned
from server.matching import Decisions, Records, contents
from server.record import CleanRecord, Proof
from server.records.arriving import ID_SEPARATOR
from server.records.models import CleanRow, Source, SourceRecord
from server.records.reading import from_row

_T = TypeVar("_T", int, str)

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
    return _loaded(sorted(map(_read, rows_of(session, _RECORDS)), key=attrgetter("name")))


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
    """Reads records for one touch, each once, though it looks at them for more than one reason."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[int, _Read] = {}
        self._last: Loaded | None = None

    def load(self, record_ids: Collection[int]) -> Loaded:
        """These records, those with a reading, ordered by source and key."""
        wanted = set(record_ids)
        for row in rows_with(self._session, _SOME_RECORDS, wanted - self._rows.keys(), 500):
            read = _read(row)
            self._rows[read.id] = read
        found = wanted & self._rows.keys()
        if self._last is None or set(self._last.ids) != found:
            self._last = _loaded(sorted((self._rows[i] for i in found), key=attrgetter("name")))
        return self._last

    def members(self, record_ids: Sequence[int]) -> dict[int, Member]:
        """What a guest's values are chosen from, by record id."""
        return _members(self._session, [self._rows[i] for i in record_ids if i in self._rows])


def members_of(session: Session, record_ids: Sequence[int]) -> dict[int, Member]:
    """What a guest's values are chosen from, by record id; those erased meanwhile are not there."""
    rows = rows_with(session, _SOME_RECORDS, record_ids, 500)
    return _members(session, [_read(row) for row in rows])


def members_at_once(session: Session, record_ids: Sequence[int]) -> dict[int, Member]:
    """The same for some thousand records."""
    return _members(session, [_read(row) for row in rows_of(session, _RECORDS, among=(_ID, record_ids))])


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

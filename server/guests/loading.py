"""Read records for the linker: columns for the engine, and of a few records what their guest's values need.

The clean records of a whole house are in memory only while the engine's columns are made of them; what a
guest is told by is read again for each batch that is written.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from server.guests.models import Decision
from server.guests.values import Member
from server.matching import Decisions, Records, contents
from server.record import CleanRecord
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


def load(session: Session, record_ids: Collection[int] | None) -> Loaded:
    """Load records with a reading, ordered by source and key; all of them when `record_ids` is None."""
    query = (
        select(
            Source.name,
            SourceRecord.key,
            SourceRecord.id,
            SourceRecord.current_version,
            SourceRecord.needs_linking,
            SourceRecord.proof,
            *_READ,
        )
        .join(Source, Source.id == SourceRecord.source_id)
        .join(CleanRow, CleanRow.record_id == SourceRecord.id)
        .execution_options(yield_per=2000)
    )
    chosen: Iterable[Any] = [query]
    if record_ids is not None:
        chosen = (query.where(SourceRecord.id.in_(part)) for part in parts(sorted(record_ids)))
    rows: list[tuple[str, int, int, bool, str, Any, CleanRecord]] = [
        (f"{source}{ID_SEPARATOR}{key}", record_id, version, waits, source, proof, _clean(values))
        for one in chosen
        for source, key, record_id, version, waits, proof, *values in session.execute(one)
    ]
    rows.sort(key=lambda row: row[0])
    return Loaded(
        ids=[row[1] for row in rows],
        versions=[row[2] for row in rows],
        waiting={row[1] for row in rows if row[3]},
        records=Records.of(
            [row[6] for row in rows],
            [row[0] for row in rows],
            [row[4] for row in rows],
            [row[5] for row in rows],
        ),
    )


def _clean(values: Sequence[Any]) -> CleanRecord:
    return from_row(dict(zip(_READ_NAMES, values, strict=True)))


def members_of(session: Session, record_ids: Sequence[int]) -> dict[int, Member]:
    """What a guest's values are chosen from, by record id; those erased meanwhile are not there."""
    query = (
        select(
            Source.name,
            Source.kind,
            SourceRecord.key,
            SourceRecord.id,
            SourceRecord.proof,
            SourceRecord.received_at,
            *_READ,
        )
        .join(Source, Source.id == SourceRecord.source_id)
        .join(CleanRow, CleanRow.record_id == SourceRecord.id)
    )
    found = {}
    for part in parts(record_ids):
        for source, kind, key, record_id, proof, received_at, *values in session.execute(
            query.where(SourceRecord.id.in_(part))
        ):
            clean = _clean(values)
            known_on = (clean.updated_at or clean.created_at or received_at).date()
            name = f"{source}{ID_SEPARATOR}{key}"
            found[record_id] = Member(record_id, name, clean, proof, kind, known_on)
    return found


def decisions_on(session: Session, loaded: Loaded) -> Decisions:
    """People's words on pairs of these records that hold, by the engine's names of them."""
    names = dict(zip(loaded.ids, loaded.records.ids, strict=True))
    columns = (Decision.record_a, Decision.record_b, Decision.verdict)
    query = select(*columns).where(Decision.withdrawn_at.is_(None))
    if len(names) <= _PART:
        query = query.where(or_(Decision.record_a.in_(names), Decision.record_b.in_(names)))
    pairs: dict[str, set[tuple[str, str]]] = {"same": set(), "not_same": set(), "undecided": set()}
    for a, b, verdict in session.execute(query):
        if a in names and b in names:
            pairs[verdict].add((names[a], names[b]))
    return Decisions(same=sorted(pairs["same"]), apart=sorted(pairs["not_same"]))

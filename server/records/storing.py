"""Store source records: first as they came, in versions; then their clean reading and what comes along.

A row becomes a new version unless it equals the record's current one (A, B, A are three versions). A row
older than the current one, by the source's own time, is kept as a version and does not become current.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

import numpy as np
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Table,
    bindparam,
    delete,
    func,
    select,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from server.consents.models import Consent
from server.records.arriving import Origin, Prepared
from server.records.models import CleanRow, LargestErased, RecordKey, RecordVersion, Source, SourceRecord
from server.statements import change_with, insert_rows, insert_tuples, row_with, rows_of, rows_with
from server.stays.models import ToldReference, ToldStay


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: stored + unchanged = its rows; the ids of the records that changed."""

    stored: int
    unchanged: int
    record_ids: tuple[int, ...]
    sightings: bytes = b""  # of the unchanged rows, packed as SIGHTING


SIGHTING = np.dtype(
    [("record", "<i4"), ("line", "<i4"), ("versions", "<i4"), ("same_as", "<i4"), ("digest", "V16")]
)
"""A row that said what was known: the record, the row's line, how many versions the record had then, which of
them it equals, and that version's digest (an erased record's id was given again once)."""


Told = dict[tuple[int, int], Prepared]
"""Of which version of which record (id, n) what it tells of a stay is kept."""


@dataclass(slots=True)
class _Known:
    """A record as this batch finds and leaves it."""

    id: int
    versions: int
    current: int
    digest: bytes
    time: datetime | None
    is_new: bool = False
    became: Prepared | None = None  # what this batch makes current
    grew: bool = False  # this batch brings versions


def store(session: Session, origin: Origin, arrivals: Sequence[Prepared], *, now: datetime) -> Stored:
    """Store a batch (at most some thousand records) in the caller's transaction."""
    _take_source(session, origin.source_id)
    known = _look_up(session, origin.source_id, [a.key for a in arrivals])
    unknown = list(dict.fromkeys(a.key for a in arrivals if a.key not in known))
    for record_id, key in zip(_new_ids(session, len(unknown)), unknown, strict=True):
        known[key] = _Known(record_id, 0, 0, b"", None, is_new=True)
    versions: list[dict[str, Any]] = []
    told: Told = {}
    coming: dict[int, list[dict[str, Any]]] = defaultdict(list)
    seen: list[tuple[int, int, int, int, bytes]] = []
    for arrival in arrivals:
        record = known[arrival.key]
        if (
            record.versions
            and (same := _same_version(session, record, arrival, coming[record.id])) is not None
        ):
            seen.append((record.id, arrival.line, record.versions, same, arrival.digest))
            continue
        record.versions += 1
        record.grew = True
        versions.append(_version(origin, arrival, record, now))
        if origin.of == "profile":
            told[record.id, record.versions] = arrival
        coming[record.id].append(versions[-1])
        if record.current == 0 or not is_older(arrival.source_time, record.time):
            record.current, record.digest = record.versions, arrival.digest
            record.time, record.became = arrival.source_time, arrival
    _write_heads(session, origin, known, now)
    insert_rows(session, RecordVersion, versions)
    changed = {r.id: r.became for r in known.values() if r.became is not None}
    known_before = [r.id for r in known.values() if r.became is not None and not r.is_new]
    _drop_readings(session, known_before)
    _write_readings(session, changed)
    if origin.of != "profile":  # a reservation tells what it tells now, a profile of each stay in turn
        change_with(session, _DROP_REFERENCES, known_before)
        change_with(session, _DROP_STAYS, known_before)
        told = {(r.id, r.current): r.became for r in known.values() if r.became is not None}
    _write_told(session, told)
    sightings = np.array(seen, dtype=SIGHTING).tobytes()
    return Stored(len(versions), len(seen), tuple(sorted(changed)), sightings)


def replace_readings(session: Session, readings: Mapping[int, Prepared]) -> None:
    """Put new readings of the records' current versions, by record id, in the place of the old ones.

    Versions and heads stay as they are; what comes along (keys, stays, consents) is of the new reading.
    """
    _drop_readings(session, list(readings))
    _write_readings(session, readings)
    heads = select(SourceRecord.id, SourceRecord.current_version).where(SourceRecord.id.in_(readings))
    current = [(record_id, version) for record_id, version in session.execute(heads)]
    _drop_told(
        session,
        tuple_(ToldStay.record_id, ToldStay.version).in_(current),
        tuple_(ToldReference.record_id, ToldReference.version).in_(current),
    )
    _write_told(session, {place: readings[place[0]] for place in current})


def _take_source(session: Session, source_id: int) -> None:
    """PostgreSQL: whoever else brings records of this source waits, or both would make the same version."""
    if session.connection().dialect.name == "postgresql":  # SQLite has one writer
        rows_of(session, _SOURCE, source_id=source_id)


def hold_records(session: Session, record_ids: Collection[int]) -> bool:
    """Until this transaction ends nobody brings news of these records; False where that is so anyway.

    PostgreSQL: whoever changes several does so in the order of their ids, as `store` does. In another order
    one would wait for the other's, and both for ever.
    """
    if session.connection().dialect.name == "sqlite":
        return False
    for _ in rows_with(session, _HOLD, record_ids):
        pass
    return True


def _look_up(session: Session, source_id: int, keys: Iterable[str]) -> dict[str, _Known]:
    found = rows_with(session, _HEADS, set(keys), source_id=source_id)
    return {key: _Known(*head) for key, *head in found}


def _new_ids(session: Session, count: int) -> Sequence[int]:
    """Ids for new records, none of which another one had: SQLite has one writer at a time, PostgreSQL a
    sequence."""
    if count == 0:
        return ()
    if session.connection().dialect.name == "sqlite":
        (last,) = row_with(session, _LAST)
        return range((last or 0) + 1, (last or 0) + 1 + count)
    return [number for (number,) in rows_of(session, _NEXT, count=count)]


def _same_version(
    session: Session, record: _Known, arrival: Prepared, coming: Sequence[Mapping[str, Any]]
) -> int | None:
    """The version that a row says again: the current one, or, of an older row, any of its time."""
    if arrival.digest == record.digest:
        return record.current
    if not is_older(arrival.source_time, record.time):
        return None
    for version in coming:  # of this batch, not in the tables yet
        if version["digest"] == arrival.digest and version["source_time"] == arrival.source_time:
            return int(version["n"])
    same = select(RecordVersion.n).where(
        RecordVersion.record_id == record.id,
        RecordVersion.digest == arrival.digest,
        RecordVersion.source_time == arrival.source_time,
    )
    return session.scalar(same.order_by(RecordVersion.n).limit(1))


_SOURCE = select(Source.id).where(Source.id == bindparam("source_id")).with_for_update(key_share=True)
_HOLD = (
    select(SourceRecord.id)
    .where(SourceRecord.id.in_(bindparam("values", expanding=True)))
    .order_by(SourceRecord.id)
    .with_for_update(key_share=True)
)
_HEADS = select(
    SourceRecord.key,
    SourceRecord.id,
    SourceRecord.versions,
    SourceRecord.current_version,
    SourceRecord.current_digest,
    SourceRecord.current_source_time,
).where(
    SourceRecord.source_id == bindparam("source_id"),
    SourceRecord.key.in_(bindparam("values", expanding=True)),
)
_GIVEN = union_all(select(func.max(SourceRecord.id).label("id")), select(LargestErased.record_id)).subquery()
_LAST = select(func.max(_GIVEN.c.id))
_NEXT = select(func.nextval(func.pg_get_serial_sequence("source_record", "id"))).select_from(
    func.generate_series(1, bindparam("count", type_=Integer))
)


def is_older(time: datetime | None, current: datetime | None) -> bool:
    """Whether a row is older than the current one, by the source's own time."""
    return time is not None and current is not None and time < current


def _version(origin: Origin, arrival: Prepared, record: _Known, now: datetime) -> dict[str, Any]:
    return {
        "record_id": record.id,
        "n": record.versions,
        "content": arrival.content,
        "digest": arrival.digest,
        "source_time": arrival.source_time,
        "received_at": now,
        "import_id": origin.import_id,
        "line": arrival.line,
        "findings": arrival.door_findings,
        "property_id": arrival.property_id,
    }


def _write_heads(session: Session, origin: Origin, known: Mapping[str, _Known], now: datetime) -> None:
    new = [
        {
            "id": record.id,
            "source_id": origin.source_id,
            "key": key,
            "property_id": record.became.property_id,
            "proof": origin.proof,
            "versions": record.versions,
            "current_version": record.current,
            "current_digest": record.digest,
            "current_source_time": record.time,
            "received_at": now,
            "needs_linking": True,
        }
        for key, record in known.items()
        if record.is_new and record.became is not None
    ]
    insert_rows(session, SourceRecord, new)
    for record in sorted(known.values(), key=lambda r: r.id):  # the order in which the linker locks, too
        if record.is_new or not record.grew:
            continue
        values: dict[str, Any] = {"of_record": record.id, "versions": record.versions}
        if record.became is not None:  # else only older versions came: what is current stays, and its links
            values |= {
                "current_version": record.current,
                "current_digest": record.digest,
                "current_source_time": record.time,
                "property_id": record.became.property_id,
                "received_at": now,
                "needs_linking": True,
            }
        session.connection().execute(_GREW if record.became is None else _BECAME, values)


_HEAD = cast(Table, SourceRecord.__table__)
_GREW = update(_HEAD).where(_HEAD.c.id == bindparam("of_record")).values(versions=bindparam("versions"))
_BECAME = _GREW.values(
    current_version=bindparam("current_version"),
    current_digest=bindparam("current_digest"),
    current_source_time=bindparam("current_source_time"),
    property_id=bindparam("property_id"),
    received_at=bindparam("received_at"),
    needs_linking=bindparam("needs_linking"),
)


def _write_readings(session: Session, changed: Mapping[int, Prepared]) -> None:
    insert_rows(session, CleanRow, [{"record_id": i, **p.clean_row} for i, p in changed.items()])
    keys = sorted((key, i) for i, p in changed.items() for key in p.keys)  # in the tree's own order
    insert_tuples(session, RecordKey, ("key", "record_id"), keys)
    insert_rows(session, Consent, [{"record_id": i, **c} for i, p in changed.items() for c in p.consents])


def _write_told(session: Session, told: Told) -> None:
    found = [(place, p.stay, p.references) for place, p in told.items() if p.stay is not None]
    insert_rows(session, ToldStay, [{"record_id": i, "version": n, **stay} for (i, n), stay, _ in found])
    named = [(name, i, n, place) for (i, n), _, names in found for place, name in enumerate(names)]
    insert_tuples(session, ToldReference, ("reference", "record_id", "version", "place"), sorted(named))


def replace_told(session: Session, record_ids: Sequence[int], told: Told) -> None:
    """Put what versions of these records tell of stays in the place of all that they told."""
    _drop_told(session, ToldStay.record_id.in_(record_ids), ToldReference.record_id.in_(record_ids))
    _write_told(session, told)


def _drop_told(session: Session, stays: ColumnElement[bool], references: ColumnElement[bool]) -> None:
    session.execute(delete(ToldReference).where(references))
    session.execute(delete(ToldStay).where(stays), execution_options={"synchronize_session": False})


def note_erased(session: Session, record_id: int) -> None:
    """Note that the record of this number is erased, so that no other is given it."""
    noted = session.get(LargestErased, 1)
    if noted is None:
        session.add(LargestErased(id=1, record_id=record_id))
    else:
        noted.record_id = max(noted.record_id, record_id)


def replace_keys(session: Session, keys: Mapping[int, Sequence[int]]) -> None:
    """Put new look-up keys of records, by record id, in the place of the old ones; nothing else changes."""
    _drop_keys(session, list(keys))
    pairs = sorted((key, record_id) for record_id, mine in keys.items() for key in mine)
    insert_tuples(session, RecordKey, ("key", "record_id"), pairs)
    packed = [{"of_record": i, "packed": np.array(mine, dtype="<i8").tobytes()} for i, mine in keys.items()]
    if packed:
        table = CleanRow.__table__
        kept = update(table).where(table.c.record_id == bindparam("of_record"))  # type: ignore[arg-type]  # Core: many rows in one statement
        session.connection().execute(kept.values(keys=bindparam("packed")), packed)


def _drop_keys(session: Session, record_ids: Sequence[int]) -> None:
    old = rows_with(session, _KEYS, record_ids)
    pairs = [
        {"of_key": key, "of_record": record_id}
        for record_id, keys in old
        for key in np.frombuffer(keys, dtype="<i8").tolist()
    ]
    if pairs:
        gone = delete(RecordKey.__table__).where(  # type: ignore[arg-type]  # Core: many pairs in one statement
            RecordKey.key == bindparam("of_key"), RecordKey.record_id == bindparam("of_record")
        )
        session.connection().execute(gone, pairs)


def _drop_readings(session: Session, record_ids: Sequence[int]) -> None:
    if not record_ids:
        return
    _drop_keys(session, record_ids)
    change_with(session, _DROP_CLEAN, record_ids)
    change_with(session, _DROP_CONSENTS, record_ids)


_values: BindParameter[Any] = bindparam("values", expanding=True)
_KEYS = select(CleanRow.record_id, CleanRow.keys).where(CleanRow.record_id.in_(_values))
_DROP_CLEAN = delete(CleanRow).where(CleanRow.record_id.in_(_values))
_DROP_CONSENTS = delete(Consent).where(Consent.record_id.in_(_values))
_DROP_REFERENCES = delete(ToldReference).where(ToldReference.record_id.in_(_values))
_DROP_STAYS = delete(ToldStay).where(ToldStay.record_id.in_(_values))

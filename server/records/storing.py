"""Store source records: first as they came, in versions; then their clean reading and what comes along.

A row becomes a new version unless it equals the record's current one (A, B, A are three versions). A row
older than the current one, by the source's own time, is kept as a version and does not become current.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from server.consents.models import Consent
from server.db import Base, insert_rows
from server.matching import Records, keys_of
from server.record import CleanRecord, Finding, Proof, RawRecord, StayKind
from server.records.models import CleanRow, RecordKey, RecordVersion, Source, SourceRecord
from server.records.reading import to_row
from server.stays.models import Stay

ID_SEPARATOR = "\x1f"
"""Between a source's name and its key: together they name a record for the engine and in dumps."""


class Arrival(NamedTuple):
    """A record at the door of the tables: as it came, as it reads, and whose property it speaks of."""

    raw: RawRecord
    clean: CleanRecord
    property_id: int
    legal_entity_id: int
    currency: str  # the property's: of amounts whose source names none


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a batch of records comes from: common to all of them."""

    source: Source
    stay_kind: StayKind | None
    proof: Proof
    import_id: int | None = None
    text_version: str | None = None  # of a form whose consent words were shown


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a batch: stored + unchanged = its rows; the ids of the records that changed."""

    stored: int
    unchanged: int
    record_ids: tuple[int, ...]


def content_digest(row: Mapping[str, str]) -> bytes:
    """16 bytes that are equal for equal rows, whatever the order of their columns."""
    text = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@dataclass(slots=True)
class _Known:
    id: int
    versions: int
    current: int
    digest: bytes
    time: datetime | None
    is_new: bool
    arrival: Arrival | None = None  # set when this batch changes what is current
    versions_added: int = 0


def store(session: Session, origin: Origin, arrivals: Sequence[Arrival], *, now: datetime) -> Stored:
    """Store a batch (at most some thousand records) in the caller's transaction."""
    known = _look_up(session, origin.source.id, [a.raw.key for a in arrivals])
    _make_records(session, origin, arrivals, known, now)
    versions: list[dict[str, Any]] = []
    unchanged = 0
    for arrival in arrivals:
        record = known[arrival.raw.key]
        digest = content_digest(arrival.raw.row)
        time = _aware(arrival.clean.updated_at)
        if record.versions and _is_known(session, record, digest, time):
            unchanged += 1
            continue
        record.versions += 1
        record.versions_added += 1
        versions.append(_version(origin, arrival, record, digest, time, now))
        if record.current == 0 or not _is_older(time, record.time):
            record.current, record.digest, record.time = record.versions, digest, time
            record.arrival = arrival
    _write(session, origin, known, versions, now)
    changed = tuple(sorted(r.id for r in known.values() if r.arrival is not None))
    return Stored(len(versions), unchanged, changed)


def _look_up(session: Session, source_id: int, keys: Iterable[str]) -> dict[str, _Known]:
    columns = (
        SourceRecord.key,
        SourceRecord.id,
        SourceRecord.versions,
        SourceRecord.current_version,
        SourceRecord.current_digest,
        SourceRecord.current_source_time,
    )
    query = select(*columns).where(SourceRecord.source_id == source_id, SourceRecord.key.in_(set(keys)))
    return {
        row.key: _Known(
            row.id,
            row.versions,
            row.current_version,
            row.current_digest,
            row.current_source_time,
            is_new=False,
        )
        for row in session.execute(query)
    }


def _make_records(
    session: Session, origin: Origin, arrivals: Sequence[Arrival], known: dict[str, _Known], now: datetime
) -> None:
    first: dict[str, Arrival] = {}
    for arrival in arrivals:
        if arrival.raw.key not in known:
            first.setdefault(arrival.raw.key, arrival)
    if not first:
        return
    rows = [
        {
            "source_id": origin.source.id,
            "key": key,
            "property_id": arrival.property_id,
            "proof": origin.proof,
            "versions": 0,
            "current_version": 0,
            "current_digest": b"",
            "received_at": now,
            "needs_linking": True,
        }
        for key, arrival in first.items()
    ]
    made = insert(SourceRecord).returning(SourceRecord.id, sort_by_parameter_order=True)
    for row, record_id in zip(rows, session.scalars(made, rows), strict=True):
        known[str(row["key"])] = _Known(record_id, 0, 0, b"", None, is_new=True)


def _is_known(session: Session, record: _Known, digest: bytes, time: datetime | None) -> bool:
    if digest == record.digest:
        return True
    if not _is_older(time, record.time):
        return False
    same = select(RecordVersion.n).where(
        RecordVersion.record_id == record.id,
        RecordVersion.digest == digest,
        RecordVersion.source_time == time,
    )
    return session.scalar(same.limit(1)) is not None


def _is_older(time: datetime | None, current: datetime | None) -> bool:
    return time is not None and current is not None and time < current


def _aware(time: datetime | None) -> datetime | None:
    return time if time is None or time.tzinfo else time.replace(tzinfo=UTC)


def _version(
    origin: Origin, arrival: Arrival, record: _Known, digest: bytes, time: datetime | None, now: datetime
) -> dict[str, Any]:
    return {
        "record_id": record.id,
        "n": record.versions,
        "content": dict(arrival.raw.row),
        "digest": digest,
        "source_time": time,
        "received_at": now,
        "import_id": origin.import_id,
        "line": arrival.raw.line,
        "findings": [[f.code, f.field, dict(f.params)] for f in arrival.raw.findings],
    }


def _write(
    session: Session,
    origin: Origin,
    known: Mapping[str, _Known],
    versions: Sequence[dict[str, Any]],
    now: datetime,
) -> None:
    if not versions:
        return
    insert_rows(session, RecordVersion, versions)
    touched = [r for r in known.values() if r.versions_added]
    _update_heads(session, touched, now)
    changed = [(r.id, r.arrival) for r in touched if r.arrival is not None]
    if not changed:
        return
    old = [r.id for r in touched if r.arrival is not None and not r.is_new]
    names = {r.id: f"{origin.source.name}{ID_SEPARATOR}{key}" for key, r in known.items()}
    write_readings(session, origin, [(i, names[i], a) for i, a in changed], replaced=old)


def _update_heads(session: Session, touched: Sequence[_Known], now: datetime) -> None:
    head = (
        update(SourceRecord.__table__)  # type: ignore[arg-type]  # Core: the ORM would load every row first
        .where(SourceRecord.id == bindparam("of_record"))
        .values(
            versions=bindparam("of_versions"),
            current_version=bindparam("of_current"),
            current_digest=bindparam("of_digest"),
            current_source_time=bindparam("of_time"),
            received_at=now,
            needs_linking=True,
        )
    )
    current = [r for r in touched if r.arrival is not None]
    if current:
        session.connection().execute(
            head,
            [
                {
                    "of_record": r.id,
                    "of_versions": r.versions,
                    "of_current": r.current,
                    "of_digest": r.digest,
                    "of_time": r.time,
                }
                for r in current
            ],
        )
    for record in touched:
        if record.arrival is None:  # only older versions came: what is current stays, and so do its links
            session.execute(
                update(SourceRecord).where(SourceRecord.id == record.id).values(versions=record.versions)
            )


def write_readings(
    session: Session,
    origin: Origin,
    changed: Sequence[tuple[int, str, Arrival]],
    *,
    replaced: Sequence[int],
) -> None:
    """Write clean rows, keys, stays and consents of records: (id, engine's name, arrival).

    `replaced` are the ids among them that had a reading before.
    """
    if replaced:
        _drop_readings(session, replaced)
    records = Records.of(
        [a.clean for _, _, a in changed],
        [name for _, name, _ in changed],
        [origin.source.name] * len(changed),
        [origin.proof] * len(changed),
    )
    own_keys: list[list[int]] = [[] for _ in changed]
    rows, keys = keys_of(records)
    for row, key in zip(rows.tolist(), keys.tolist(), strict=True):
        own_keys[row].append(key)
    clean_rows, key_rows, stays, consents = [], [], [], []
    for (record_id, _, arrival), mine in zip(changed, own_keys, strict=True):
        distinct = sorted(set(mine))
        clean_rows.append(
            {
                "record_id": record_id,
                "keys": np.array(distinct, dtype="<i8").tobytes(),
                **to_row(arrival.clean),
            }
        )
        key_rows += [{"key": key, "record_id": record_id} for key in distinct]
        stay = _stay(origin, record_id, arrival)
        if stay:
            stays.append(stay)
        consents += _consents(origin, record_id, arrival)
    made: list[tuple[type[Base], list[dict[str, Any]]]] = [
        (CleanRow, clean_rows),
        (RecordKey, key_rows),
        (Stay, stays),
        (Consent, consents),
    ]
    for table, values in made:
        insert_rows(session, table, values)


def _drop_readings(session: Session, record_ids: Sequence[int]) -> None:
    old = session.execute(select(CleanRow.record_id, CleanRow.keys).where(CleanRow.record_id.in_(record_ids)))
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
    for table in (CleanRow, Stay, Consent):
        session.execute(delete(table).where(table.record_id.in_(record_ids)))


def _stay(origin: Origin, record_id: int, arrival: Arrival) -> dict[str, Any] | None:
    clean = arrival.clean
    if origin.stay_kind is None or (clean.stay_from is None and not clean.references):
        return None
    return {
        "record_id": record_id,
        "property_id": arrival.property_id,
        "kind": origin.stay_kind,
        "reference": clean.references[0][:80] if clean.references else None,
        "channel": clean.channel[:60] if clean.channel else None,
        "status": clean.status,
        "arrives": clean.stay_from,
        "departs": clean.stay_to or clean.stay_from,
        "room": clean.room[:20] if clean.room else None,
        "party": clean.party,
        "amount": clean.amount,
        "currency": (clean.currency or arrival.currency) if clean.amount is not None else None,
    }


_CONSENTS: tuple[tuple[str, Callable[[CleanRecord], bool | None]], ...] = (
    ("email", lambda clean: clean.email_consent),
    ("sms", lambda clean: clean.sms_consent),
)


def _consents(origin: Origin, record_id: int, arrival: Arrival) -> list[dict[str, Any]]:
    return [
        {
            "record_id": record_id,
            "channel": channel,
            "given": given,
            "at": _aware(arrival.clean.consent_at),
            "text_version": origin.text_version,
            "legal_entity_id": arrival.legal_entity_id,
        }
        for channel, read in _CONSENTS
        if (given := read(arrival.clean)) is not None
    ]


def count_codes(findings: Iterable[Finding]) -> dict[str, int]:
    """How many of each code: what an import counts, without a word of the guests'."""
    counts: dict[str, int] = {}
    for finding in findings:
        counts[finding.code] = counts.get(finding.code, 0) + 1
    return counts

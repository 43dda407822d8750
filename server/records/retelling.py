"""Tell stays again by the kept versions of records, after versions were taken away or changed their numbers.

What a record tells of stays stands by the version that told it (storing.py): a profile tells of each stay in
turn, a reservation only what it tells now. Undoing an import leaves other versions under other numbers.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, and_, select
from sqlalchemy.orm import Session

from server.cleaning import clean
from server.properties.context import context_of
from server.properties.finding import today_at
from server.properties.models import Property
from server.record import Proof, RawRecord
from server.records.arriving import Arrival, Origin, prepare
from server.records.models import Import, RecordVersion, Source, SourceRecord
from server.records.rereading import Way
from server.records.storing import Told, is_older, replace_told
from server.sources.layout import Of
from server.sources.reading import Reading
from server.stays.models import ToldReference, ToldStay

log = logging.getLogger("oneguest.records")

Sure = Mapping[tuple[int, bytes | None], bool]
"""By a record and a version's digest: whether it was known of which house its stay is told. With None: of all
that the record told, which goes for versions that told of none."""


@dataclass(frozen=True, slots=True)
class _File:
    """How the versions that one file brought are read, and what a key of it stands for."""

    way: Way
    of: Of


def sure_of(session: Session, ids: Sequence[int]) -> Sure:
    """What `tell_again` needs to know of these records from before their versions were put in order.

    Of which house a row without one speaks was told by the import, and stands with the stay alone.
    """
    is_of = and_(RecordVersion.record_id == ToldStay.record_id, RecordVersion.n == ToldStay.version)
    columns = (RecordVersion.record_id, RecordVersion.digest, ToldStay.property_sure)
    query = select(*columns).join(ToldStay, is_of)
    found: dict[tuple[int, bytes | None], bool] = {}
    for record_id, digest, sure in session.execute(query.where(RecordVersion.record_id.in_(ids))):
        found[record_id, digest] = sure
        found[record_id, None] = sure and found.get((record_id, None), True)
    return found


def tell_again(session: Session, ids: Sequence[int], sure: Sure) -> list[int]:
    """Write anew what the versions of these records tell of stays; return the records that tell otherwise.

    In the caller's transaction. Records with a version that came as a finished form are left as they are:
    no import brought it. Raises KeyError, TypeError or ValueError when a version's layout is no longer known;
    `is_readable` says so beforehand.
    """
    versions: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in session.execute(_versions(ids)):
        versions[row.record_id].append(row)
    files = _files(session, {row.import_id for rows in versions.values() for row in rows} - {None})
    by_file = {i: rows for i, rows in versions.items() if all(row.import_id is not None for row in rows)}
    telling = [row for rows in by_file.values() for row in _telling(rows, files)]
    before = _told(session, list(by_file))
    told = _read(session, telling, files, sure)
    after = {place: (one.stay, tuple(one.references)) for place, one in told.items() if one.stay is not None}
    changed = {place[0] for place in before.keys() | after.keys() if before.get(place) != after.get(place)}
    replace_told(session, sorted(changed), {place: one for place, one in told.items() if place[0] in changed})
    return sorted(changed)


def is_readable(session: Session, import_ids: Iterable[int]) -> bool:
    """Whether the rows of all these imports can still be read: their layouts are known."""
    try:
        _files(session, set(import_ids))
    except (KeyError, TypeError, ValueError) as fault:
        log.warning("layout no longer known fault=%s", type(fault).__name__)
        return False
    return True


def _versions(ids: Sequence[int]) -> Select[Any]:
    columns: list[Any] = [
        *(RecordVersion.record_id, RecordVersion.n, RecordVersion.content, RecordVersion.digest),
        *(RecordVersion.source_time, RecordVersion.import_id, RecordVersion.line),
        *(RecordVersion.received_at, RecordVersion.property_id.label("spoke_of")),
        *(SourceRecord.key, SourceRecord.property_id, SourceRecord.proof, SourceRecord.source_id),
        Source.name.label("source_name"),
    ]
    return (
        select(*columns)
        .join(SourceRecord, SourceRecord.id == RecordVersion.record_id)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(RecordVersion.record_id.in_(ids))
        .order_by(RecordVersion.record_id, RecordVersion.n)
    )


def _files(session: Session, import_ids: set[int]) -> dict[int, _File]:
    query = select(Import.id, Import.reading).where(Import.id.in_(import_ids))
    found = {}
    for import_id, kept in session.execute(query):
        reading = Reading.from_json(kept)
        found[import_id] = _File(Way.of_file(reading), reading.of)
    return found


def _telling(rows: Sequence[Row[Any]], files: Mapping[int, _File]) -> list[Row[Any]]:
    """Of a record's versions in their order those that tell a stay, by the rule of storing.store."""
    told: list[Row[Any]] = []
    current: Row[Any] | None = None
    for row in rows:
        is_current = current is None or not is_older(row.source_time, current.source_time)
        current = row if is_current else current
        if files[row.import_id].of == "profile":
            told.append(row)
        elif is_current:
            told = [row]
    return told


def _read(session: Session, rows: Sequence[Row[Any]], files: Mapping[int, _File], sure: Sure) -> Told:
    places = {place.id: place for place in session.scalars(select(Property))}
    together: dict[Origin, list[tuple[tuple[int, int], Arrival]]] = defaultdict(list)
    for row in rows:
        file = files[row.import_id]
        place = places[row.spoke_of if row.spoke_of is not None else row.property_id]
        values = file.way.values(row.content)
        context = context_of(place, file.way.date_orders, today_at(place, now=row.received_at))
        proof: Proof = row.proof
        origin = Origin(
            source_id=row.source_id,
            source_name=row.source_name,
            stay_kind=file.way.stay_kind,
            proof=proof,
            import_id=row.import_id,
            of=file.of,
            property_sure=sure.get((row.record_id, row.digest), sure.get((row.record_id, None), True)),
        )
        raw = RawRecord(row.key, row.content, values, row.line or 1)
        arrival = Arrival(raw, clean(values, context), place.id, place.legal_entity_id, place.currency)
        together[origin].append(((row.record_id, row.n), arrival))
    told: Told = {}
    for origin, members in together.items():
        ready = prepare(origin, [arrival for _, arrival in members])
        told |= {place: one for (place, _), one in zip(members, ready, strict=True)}
    return told


def _told(
    session: Session, ids: Sequence[int]
) -> dict[tuple[int, int], tuple[dict[str, Any], tuple[str, ...]]]:
    names: dict[tuple[int, int], list[str]] = defaultdict(list)
    references = select(ToldReference).where(ToldReference.record_id.in_(ids)).order_by(ToldReference.place)
    for named in session.scalars(references):
        names[named.record_id, named.version].append(named.reference)
    stays = select(*ToldStay.__table__.columns).where(ToldStay.record_id.in_(ids))
    found = {}
    for row in session.execute(stays).mappings():
        stay = dict(row)
        place = (stay.pop("record_id"), stay.pop("version"))
        found[place] = stay, tuple(names[place])
    return found

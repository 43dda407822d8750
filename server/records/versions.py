"""What a record's versions said, each read as we read today: the whole history of a guest's values."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.cleaning import clean
from server.properties.context import context_of
from server.properties.finding import today_at
from server.properties.models import Property
from server.record import CleanRecord
from server.records.models import Import, RecordVersion, SourceRecord
from server.records.rereading import Way
from server.sources.reading import Reading

log = logging.getLogger("oneguest.records")

MOST = 200
"""Versions that are read for one page, the newest; cleaning one takes about a millisecond."""


class VersionRead(NamedTuple):
    """One version of a record. `clean` is None where the layout that read it is no longer known."""

    record_id: int
    n: int
    is_current: bool
    at: datetime  # by the source's own time, else when it came
    clean: CleanRecord | None


def versions_of(session: Session, record_ids: Collection[int]) -> list[VersionRead]:
    """The versions of a guest's records, newest first, at most MOST."""
    query = (
        select(RecordVersion, SourceRecord.current_version, SourceRecord.property_id)
        .join(SourceRecord, SourceRecord.id == RecordVersion.record_id)
        .where(RecordVersion.record_id.in_(record_ids))
        .order_by(RecordVersion.received_at.desc(), RecordVersion.record_id.desc(), RecordVersion.n.desc())
        .limit(MOST)
    )
    rows = session.execute(query).all()
    places = {place.id: place for place in session.scalars(select(Property))}
    imports = {version.import_id for version, _, _ in rows} - {None}
    readings: dict[int | None, dict[str, Any]] = dict(
        session.execute(select(Import.id, Import.reading).where(Import.id.in_(imports))).all()
    )
    ways: dict[int | None, Way] = {None: Way.of_form()}
    found = []
    for version, current, property_id in rows:
        said: CleanRecord | None = None
        try:
            if version.import_id not in ways:
                ways[version.import_id] = Way.of_file(Reading.from_json(readings[version.import_id]))
            way, place = ways[version.import_id], places[property_id]
            context = context_of(place, way.date_orders, today_at(place, now=version.received_at))
            said = clean(way.values(version.content), context)
        except (KeyError, TypeError, ValueError) as fault:
            log.warning("version not read record=%s fault=%s", version.record_id, type(fault).__name__)
        at = version.source_time or version.received_at
        found.append(VersionRead(version.record_id, version.n, version.n == current, at, said))
    return found

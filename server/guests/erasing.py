"""Erase source records: with all they ever said, and with what was made of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Table, delete, func, select, update
from sqlalchemy.orm import Session

from server.guests.events import keep_houses
from server.guests.linker import Changes, touch
from server.guests.loading import parts
from server.guests.staying import recount_stays
from server.records.models import Import, RecordVersion, SourceRecord
from server.records.storing import note_erased, replace_keys


def erase_records(session: Session, ids: Collection[int], *, cause: str, now: datetime) -> Changes:
    """Erase records in the caller's transaction; what stood with them is solved again without them.

    Gone are all versions, the reading, look-up keys, stays, consents, links and people's decisions about
    them, and every value of a guest that was known from them only. Events keep their ids and house, nothing
    else. What an import counted stays, with how many of its rows were erased. A form that a record was read
    from is another room's: `privacy.erasing` takes it along.
    """
    changes = touch(session, (), cause=cause, now=now, gone=ids)
    keep_houses(session, ids)
    recount_stays(session, changes.guests, ids, cause=cause, now=now)
    if ids:
        note_erased(session, max(ids))
    for part in parts(sorted(ids)):
        of_import = (
            select(RecordVersion.import_id, func.count())
            .where(RecordVersion.record_id.in_(part), RecordVersion.import_id.is_not(None))
            .group_by(RecordVersion.import_id)
        )
        for import_id, count in session.execute(of_import).all():
            session.execute(
                update(Import).where(Import.id == import_id).values(rows_erased=Import.rows_erased + count)
            )
        replace_keys(session, dict.fromkeys(part, ()))
        session.execute(delete(cast(Table, SourceRecord.__table__)).where(SourceRecord.id.in_(part)))
    session.expire_all()
    return changes

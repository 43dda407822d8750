"""Read what changed, by cursor: the one door to the events, for readers inside and outside.

An event says that something changed at a guest, never what: ids only. Numbers grow in the order of commits,
so a reader that keeps the last number it saw misses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from server.cleaning import fold
from server.guests.models import GuestEvent, Link
from server.properties.reach import Reach
from server.records.models import CleanRow, Source, SourceRecord

MOST = 500
"""Events that are read at once."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change. `key`: the record's in its source; None where it would say who the guest is."""

    id: int
    at: datetime
    kind: str
    guest_id: str
    from_guest_id: str | None
    record_id: int | None  # None: of the guest as a whole
    source: str | None  # None also when the record is erased
    key: str | None
    cause: str


def events_after(session: Session, after: int, limit: int, reach: Reach) -> list[Event]:
    """The events behind a cursor, oldest first, at most `limit` (or MOST), of records within reach.

    An event without a record, or of one that is erased, is within reach when a record of its guest is.
    """
    query = (
        select(GuestEvent, Source.name, SourceRecord.key, CleanRow)
        .outerjoin(SourceRecord, SourceRecord.id == GuestEvent.record_id)
        .outerjoin(Source, Source.id == SourceRecord.source_id)
        .outerjoin(CleanRow, CleanRow.record_id == SourceRecord.id)
        .where(GuestEvent.id > after)
        .order_by(GuestEvent.id)
        .limit(min(limit, MOST))
    )
    if not reach.is_everywhere:
        own = (
            select(Link.record_id)
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .where(
                or_(Link.guest_id == GuestEvent.guest_id, Link.guest_id == GuestEvent.from_guest_id),
                reach.limit(SourceRecord.property_id),
            )
            .correlate(GuestEvent)
        )
        query = query.where(
            or_(reach.limit(SourceRecord.property_id), and_(SourceRecord.id.is_(None), own.exists()))
        )
    return [
        Event(
            event.id,
            event.at,
            event.kind,
            event.guest_id,
            event.from_guest_id,
            event.record_id,
            source,
            None if key is None or _tells_who(key, clean) else key,
            event.cause,
        )
        for event, source, key, clean in session.execute(query)
    ]


def oldest_and_newest(session: Session) -> tuple[int, int]:
    """The first and the last number that is kept; (0, 0) when there is none."""
    first, last = session.execute(select(func.min(GuestEvent.id), func.max(GuestEvent.id))).one()
    return first or 0, last or 0


def is_lost(session: Session, after: int) -> bool:
    """Whether a reader that stands at `after` would miss something: events behind it are kept no more, or it
    is ahead of them all, as after a restore from a backup. Who stands at 0 begins with the oldest kept."""
    oldest, newest = oldest_and_newest(session)
    return after > newest or 0 < after < oldest - 1


def _tells_who(key: str, clean: CleanRow | None) -> bool:
    """Whether a source's own key is the guest's name or address: some sources know people by nothing else."""
    if "@" in key:
        return True
    if clean is None:
        return False
    words, digits = set(fold(key).split()), "".join(c for c in key if c.isdigit())
    names = fold(f"{clean.first_name or ''} {clean.last_name or ''}").split()
    return any(len(name) > 2 and name in words for name in names) or any(
        len(digits) >= 6 and number is not None and (number.endswith(digits[-9:]) or digits in number)
        for number in (clean.phone, clean.mobile)
    )

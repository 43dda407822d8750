"""Read the journal: newest first, by colleague, act, subject and day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from server.journal.models import JournalEntry, at_houses

PAGE = 50
BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries: empty is all. `act` is a whole code, or its beginning up to a dot (`guest.`).

    `houses`: those of whoever asks, by id; None is the whole group and what belongs to no house of it.
    """

    actor: str = ""
    act: str = ""
    subject: str = ""
    day: date | None = None
    zone: str = "UTC"
    houses: frozenset[int] | None = None


def _matching(wanted: Wanted) -> Select[JournalEntry]:
    query = select(JournalEntry).where(at_houses(wanted.houses))
    if wanted.actor:
        query = query.where(JournalEntry.actor == wanted.actor)
    if wanted.act.endswith("."):
        query = query.where(JournalEntry.act.startswith(wanted.act, autoescape=True))
    elif wanted.act:
        query = query.where(JournalEntry.act == wanted.act)
    if wanted.subject:
        query = query.where(JournalEntry.subject == wanted.subject)
    if wanted.day:
        begins = datetime.combine(wanted.day, time(), ZoneInfo(wanted.zone)).astimezone(UTC)
        next_day = wanted.day + timedelta(days=1)
        ends = datetime.combine(next_day, time(), ZoneInfo(wanted.zone)).astimezone(UTC)
        query = query.where(JournalEntry.at >= begins, JournalEntry.at < ends)
    return query


def newest(session: Session, wanted: Wanted, *, before: int | None = None) -> Sequence[JournalEntry]:
    """A page of entries, newest first, below the id `before`; one more than PAGE when older ones exist."""
    query = _matching(wanted)
    if before is not None:
        query = query.where(JournalEntry.id < before)
    return session.scalars(query.order_by(JournalEntry.id.desc()).limit(PAGE + 1)).all()


def count_entries(session: Session, wanted: Wanted, *, up_to: int) -> int:
    """How many entries there are up to an id: as many as oldest_first brings."""
    counted = _matching(wanted).where(JournalEntry.id <= up_to).subquery()
    return session.scalar(select(func.count()).select_from(counted)) or 0


def oldest_first(session: Session, wanted: Wanted, *, up_to: int) -> Iterator[JournalEntry]:
    """All entries up to an id, read in batches: what was counted is what is exported."""
    after = 0
    while True:
        query = _matching(wanted).where(JournalEntry.id > after, JournalEntry.id <= up_to)
        entries = session.scalars(query.order_by(JournalEntry.id).limit(BATCH)).all()
        yield from entries
        if len(entries) < BATCH:
            return
        after = entries[-1].id
        session.expunge_all()


def last_id(session: Session, wanted: Wanted) -> int:
    """The newest entry's id at the houses of whoever asks; 0 where there is none."""
    return session.scalar(select(func.max(JournalEntry.id)).where(at_houses(wanted.houses))) or 0

"""Notice what colleagues read of guests, and when one reads uncommonly much."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import take_turn
from server.journal.entries import note
from server.journal.models import JournalEntry, at_houses

OPENED, MANY_OPENED = "guest.opened", "guests.many_opened"
REVEALED, MANY_REVEALED = "document.revealed", "documents.many_revealed"

MOST_IN_AN_HOUR = {OPENED: (150, MANY_OPENED), REVEALED: (20, MANY_REVEALED)}
"""How often a colleague may do it within an hour before the auditor is told, and by which act (R-3)."""
ALERTS = frozenset(alert for _, alert in MOST_IN_AN_HOUR.values())
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Alert:
    """A colleague who read uncommonly much: what, how often by then, when."""

    act: str
    actor: str
    count: int
    at: datetime


def note_reading(
    session: Session,
    actor: str,
    act: str,
    subject: str,
    *,
    now: datetime,
    property_id: int | None = None,
    reason: str | None = None,
) -> bool:
    """Write that a colleague read something of a guest; `act` is OPENED or REVEALED.

    When it is more than MOST_IN_AN_HOUR, an alert is written too, once an hour. Returns whether it was.
    """
    take_turn(session, f"journal.reading:{actor}")
    note(session, actor, act, subject, now=now, property_id=property_id, reason=reason)
    session.flush()
    most, alert = MOST_IN_AN_HOUR[act]
    count = _within_the_hour(session, actor, act, now)
    if count <= most or _within_the_hour(session, actor, alert, now):
        return False
    note(session, actor, alert, actor, now=now, property_id=property_id, count=count)
    return True


def _within_the_hour(session: Session, actor: str, act: str, now: datetime) -> int:
    mine = JournalEntry.actor == actor, JournalEntry.act == act
    recent = select(func.count()).where(*mine, JournalEntry.at > now - HOUR, JournalEntry.at <= now)
    return session.scalar(recent) or 0


def alerts_since(
    session: Session, moment: datetime, *, houses: frozenset[int] | None, most: int = 20
) -> list[Alert]:
    """Who read uncommonly much at these houses since then (None: in the whole group), newest first."""
    found = session.scalars(
        select(JournalEntry)
        .where(JournalEntry.at >= moment, JournalEntry.act.in_(ALERTS), at_houses(houses))
        .order_by(JournalEntry.id.desc())
        .limit(most)
    )
    return [Alert(e.act, e.actor, int(e.detail.get("count", 0)), e.at) for e in found]

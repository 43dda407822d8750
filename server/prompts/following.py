"""The plan follows what changes: it reads what changed by cursor, and looks at everybody each day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.events import MOST, is_lost, oldest_and_newest
from server.guests.models import GuestEvent
from server.prompts.models import PlanningCursor, Prompt
from server.prompts.planning import BEHIND, OPEN, Planned, plan_guests, stays_around
from server.prompts.replanning import follow_joined
from server.stays.models import Stay

LOOKS_EVERY = timedelta(hours=12)
"""Stays come into the two weeks, and open questions end, with no event."""


@dataclass(frozen=True, slots=True)
class Followed:
    """What a reading of events planned, and whether there are more."""

    planned: Planned
    is_all: bool


def needs_look(session: Session, *, now: datetime) -> bool:
    """Whether everybody is to be looked at: twice a day, and when events were missed."""
    cursor = session.get(PlanningCursor, 1)
    if cursor is None or cursor.looked_at is None or is_lost(session, cursor.event_id):
        return True
    return not now - LOOKS_EVERY < cursor.looked_at <= now


def can_follow(session: Session) -> bool:
    """Whether all that happened since the last reading is still told."""
    cursor = session.get(PlanningCursor, 1)
    return cursor is not None and not is_lost(session, cursor.event_id)


def begin_look(session: Session, *, now: datetime) -> None:
    """What changes during the look is behind the cursor. It goes on only over events that are lost: of two
    stays that became one nothing else tells than the event, and the question has to go along."""
    cursor = session.get(PlanningCursor, 1)
    if cursor is None:
        cursor = PlanningCursor(id=1, event_id=oldest_and_newest(session)[1])
        session.add(cursor)
    elif is_lost(session, cursor.event_id):
        cursor.event_id = oldest_and_newest(session)[1]
    cursor.looked_at = None


def end_look(session: Session, *, now: datetime) -> None:
    """Everybody was looked at."""
    session.get_one(PlanningCursor, 1).looked_at = now


def guests_around(session: Session, *, now: datetime) -> list[str]:
    """Everybody with a stay around today, or with an open question, in the order of their ids."""
    around = select(Stay.guest_id).where(Stay.guest_id.is_not(None), *stays_around(now))
    found = set(session.scalars(around.distinct()))
    asked = (
        select(Prompt.guest_id)
        .where(Prompt.state.in_(OPEN), Prompt.until_at > now - BEHIND, Prompt.guest_id != "")
        .distinct()
    )
    return sorted(str(guest) for guest in found | set(session.scalars(asked)) if guest)


def follow_events(session: Session, *, secret: bytes, now: datetime, most: int = MOST) -> Followed:
    """Plan anew for the guests of the next events, in the caller's transaction."""
    cursor = session.get_one(PlanningCursor, 1)
    query = (
        select(
            GuestEvent.id,
            GuestEvent.kind,
            GuestEvent.guest_id,
            GuestEvent.from_guest_id,
            GuestEvent.stay_id,
            GuestEvent.other_stay_id,
        )
        .where(GuestEvent.id > cursor.event_id)
        .order_by(GuestEvent.id)
        .limit(most)
    )
    rows = session.execute(query).all()
    joined: dict[str, str] = {}
    guests: set[str] = set()
    for _, kind, guest_id, from_guest_id, stay_id, other in rows:
        guests |= {guest for guest in (guest_id, from_guest_id) if guest}
        if kind == "stay.joined" and stay_id and other:
            joined[other] = stay_id
    if joined:
        follow_joined(session, joined)
    planned = plan_guests(session, guests, secret=secret, now=now) if guests else Planned()
    if rows:
        cursor.event_id = rows[-1].id
    return Followed(planned, len(rows) < most)

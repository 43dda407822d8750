"""A hotel with bookings, for tests of what its guests are asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.prompts.asking import asking_of
from server.prompts.following import begin_look, end_look, follow_events, guests_around
from server.prompts.models import PlanningCursor, Prompt
from server.prompts.planning import Planned, plan_guests
from server.properties.setup import default_property
from tests.builders import make_source, take_in

SECRET = b"index" * 8
FRIDAY = datetime(2026, 5, 1, 9, tzinfo=UTC)
ALIAS = "anna.454545@guest.booking.com"
ANNA = {
    "key": "R1",
    "reference": "R1",
    "first_name": "Anna",
    "last_name": "Bauer",
    "email": ALIAS,
    "mobile": "+33 6 12 34 56 78",
    "language": "de",
    "stay_from": "2026-05-10",
    "stay_to": "2026-05-13",
}
"""Booked through a booking site: an address that will die, and a mobile."""


def book(engine: Engine, *rows: Mapping[str, str], now: datetime = FRIDAY) -> None:
    make_source(engine)
    with writing(engine) as session:
        place = default_property(session)
        place.senders = place.senders or {"sms": "Arcades"}
    take_in(engine, *rows, stay_kind="stay", now=now)
    link_waiting(engine)


def plan_all(engine: Engine, now: datetime = FRIDAY) -> Planned:
    with writing(engine) as session:
        begin_look(session, now=now)
        done = plan_guests(session, guests_around(session, now=now), secret=SECRET, now=now)
        end_look(session, now=now)
    return done


def follow(engine: Engine, now: datetime = FRIDAY) -> Planned:
    with writing(engine) as session:
        if session.get(PlanningCursor, 1) is None:
            session.add(PlanningCursor(id=1, event_id=0))
        return follow_events(session, secret=SECRET, now=now, most=10_000).planned


def prompts(engine: Engine, purpose: str = "email") -> list[Prompt]:
    with reading(engine) as session:
        query = select(Prompt).where(Prompt.purpose == purpose).order_by(Prompt.due_at, Prompt.id)
        return list(session.scalars(query))


def nobody_held_back(engine: Engine, **said: object) -> None:
    """The house asks everybody, and as it says."""
    make_source(engine)
    with writing(engine) as session:
        asking = asking_of(session, default_property(session))
        asking.held_back = 0
        for name, value in said.items():
            setattr(asking, name, value)

"""A house with many guests who are to be asked by text just now, for runs of real size."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine, func, select

from server.clock import clock
from server.db import writing
from server.prompts.asking import approve, asking_of
from server.prompts.caps import LARGEST
from server.prompts.following import guests_around
from server.prompts.models import Prompt
from server.prompts.planning import plan_guests
from server.properties.setup import default_property
from tests.prompts.hotel import ANNA, book, nobody_held_back

MORNING = datetime(2026, 5, 5, 9, tzinfo=UTC)
"""A Tuesday, eleven by the house's clock: at night nothing goes out."""


def offset_to_morning(later: timedelta = timedelta()) -> dict[str, str]:
    """What to set so that the clock of a process stands at that morning, or so much later."""
    moved = MORNING + later - datetime.now(UTC)
    return {"ONEGUEST_CLOCK_OFFSET": str(moved.total_seconds())}


def many_due(engine: Engine, guests: int, *, secret: bytes) -> int:
    """So many bookings by a booking site, and an approved plan of texts that are due; how many.

    Invented names are alike, and one of a household is asked: some three in a hundred are not.
    """
    nobody_held_back(engine)
    rows = [
        {
            **ANNA,
            "key": f"R{n}",
            "reference": f"R{n}",
            "first_name": f"Anna{n}",
            "last_name": f"Bauer{n}",
            "email": f"anna.{n:06d}@guest.booking.com",
            "mobile": f"+336{12 + n % 70:02d}{n:06d}",
            "stay_from": "2026-05-07",
            "stay_to": "2026-05-10",
        }
        for n in range(guests)
    ]
    book(engine, *rows, now=clock())
    with writing(engine) as session:
        place = default_property(session)
        place.test_arrived_at = clock()
        asking = asking_of(session, place)
        asking.caps = {name: str(getattr(LARGEST, name)) for name in ("number", "prefix", "day", "money")}
        approve(session, place, actor="staff:1", now=clock())
        plan_guests(session, guests_around(session, now=clock()), secret=secret, now=clock())
        for prompt in session.scalars(select(Prompt).where(Prompt.purpose != "email")):
            session.delete(prompt)
        session.flush()
        return session.scalar(select(func.count()).select_from(Prompt)) or 0


def set_clock(later: timedelta = timedelta()) -> None:
    """Move this process's own clock there."""
    os.environ.update(offset_to_morning(later))

"""The first hour of a house: which steps there are, and what was ticked or put off."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from server.db import take_turn
from server.properties.models import FirstHourStep, Property
from server.refusal import Refused

STEPS = ("name", "import", "found", "own", "colleagues", "kiosk", "guest", "notice", "sending")
"""Every step by its code, in their order."""

HOUR = "hour"
"""The whole list, where it is put away."""

Mark = Literal["done", "later"]


def mark_step(session: Session, place: Property, step: str, mark: Mark, *, by: str, now: datetime) -> None:
    """Tick a step, or put it off; `hour` puts the whole list away. Refused for a step that there is not."""
    if step not in STEPS and step != HOUR:
        raise Refused("first_hour.no_step")
    found = _found_in_turn(session, place, step)
    if found is None:
        session.add(FirstHourStep(property_id=place.id, step=step, state=mark, at=now, by=by))
        session.flush()
    elif found.state != mark and not (found.state == "done" and mark == "later"):
        found.state, found.at, found.by = mark, now, by


def unmark_step(session: Session, place: Property, step: str) -> None:
    """Take a tick or a putting off back; nothing happens when there is none."""
    found = _found_in_turn(session, place, step)
    if found is not None:
        session.delete(found)


def _found_in_turn(session: Session, place: Property, step: str) -> FirstHourStep | None:
    """What is kept of a step, as whoever came first left it: a button is easily pressed twice."""
    take_turn(session, f"first_hour:{place.id}")
    session.flush()
    return session.get(FirstHourStep, (place.id, step), populate_existing=True)

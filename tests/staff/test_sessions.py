"""Who sits where: a seat belongs to one browser, whatever numbers the database gives again."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from server.clock import clock
from server.staff.models import Colleague, Post, StaffSession
from server.staff.sessions import seated_at, sit_down


def hire(session: Session, name: str, role: str) -> Colleague:
    """A colleague with one role in the whole group."""
    made = Colleague(name=name, email=f"{name}@hotel.example".lower(), created_at=clock())
    made.posts = [Post(role=role, property_id=None)]
    session.add(made)
    session.flush()
    return made


def test_a_leavers_browser_never_gets_the_seat_of_whoever_signs_in_next(session: Session) -> None:
    """SQLite gives the number of the last row again once the row is deleted."""
    leaver, boss = hire(session, "Omar", "reception"), hire(session, "Lucie", "administrator")
    his = sit_down(session, leaver, now=clock(), second_factor=False)
    session.execute(delete(StaffSession).where(StaffSession.colleague_id == leaver.id))

    hers = sit_down(session, boss, now=clock() + timedelta(seconds=1), second_factor=True)

    assert seated_at(session, his, now=clock()) is None
    seated = seated_at(session, hers, now=clock())
    assert seated is not None
    assert seated.colleague is boss

"""Somebody saw to a wish, or to a survey that called for somebody: who did, and the way back."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from server.captures.models import SurveyAnswer, Wish
from server.captures.wishes import ShownWish, low_scores, wishes_within
from server.db import LARGEST_ID
from server.journal import note
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import Reach

Kind = Literal["wish", "survey"]
LARGEST = 2**62
"""A survey's number is random and as large as that: see keep_survey."""

OPEN_FOR = timedelta(days=14)
"""A survey that nobody saw to in that time asks no more; it stays with the surveys."""


def settle(session: Session, kind: Kind, number: int, reach: Reach, *, actor: str, now: datetime) -> bool:
    """Say that somebody saw to it. Whoever was first stays; False where there is none within reach."""
    row = _row(session, kind, number, reach)
    if row is not None and row.settled_at is None:
        row.settled_at, row.settled_by = now, actor
        note(session, actor, f"{kind}.settled", f"{kind}:{number}", now=now, property_id=row.property_id)
    return row is not None


def unsettle(session: Session, kind: Kind, number: int, reach: Reach, *, actor: str, now: datetime) -> bool:
    """Take it back: it waits for somebody again."""
    row = _row(session, kind, number, reach)
    if row is not None and row.settled_at is not None:
        row.settled_at, row.settled_by = None, None
        note(session, actor, f"{kind}.open_again", f"{kind}:{number}", now=now, property_id=row.property_id)
    return row is not None


def _row(session: Session, kind: Kind, number: int, reach: Reach) -> Wish | SurveyAnswer | None:
    row: Wish | SurveyAnswer | None = None
    if kind == "wish" and 0 < number <= LARGEST_ID:
        row = session.get(Wish, number, with_for_update=True)
    elif kind == "survey" and 0 < number <= LARGEST:
        row = session.get(SurveyAnswer, number, with_for_update=True)
    return row if row is not None and reach.covers(row.property_id) else None


def wishes_of_day(session: Session, reach: Reach, *, ahead: int, now: datetime) -> list[ShownWish]:
    """What guests wish who arrive today (`ahead` 0) or that many days later, by each house's own clock."""
    days = {
        place.id: today_at(place, now=now) + timedelta(days=ahead)
        for place in properties_within(session, reach)
    }
    if not days:
        return []
    found = wishes_within(session, reach, since=min(days.values()), until=max(days.values()))
    return [one for one in found if one.wish.day == days[one.wish.property_id]]


def surveys_for_somebody(session: Session, reach: Reach, *, now: datetime) -> list[SurveyAnswer]:
    """Surveys that call for a person today: those nobody saw to, and those that were seen to today."""
    places = {place.id: place for place in properties_within(session, reach)}
    found = low_scores(session, reach, since=(now - OPEN_FOR).date())
    return [
        answer
        for answer in found
        if answer.settled_at is None
        or answer.settled_at
        >= _midnight(places[answer.property_id], today_at(places[answer.property_id], now=now))
    ]


def _midnight(place: Property, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(place.zone))

"""What guests wish for and how they liked their stay: kept where the desk can read it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from server.captures.models import Capture, SealedForm, SurveyAnswer, Wish
from server.guests.models import Link
from server.properties.reach import Reach
from server.records.models import CleanRow

LOW = 40
"""Of 100: two of five, four of ten and below."""

MOST = 200


@dataclass(frozen=True, slots=True)
class Wished:
    """What a form tells of a guest's wishes; `kinds` as the form calls them."""

    day: date
    arrival_time: str | None
    kinds: tuple[str, ...]
    note: str | None

    @property
    def is_nothing(self) -> bool:
        return not (self.arrival_time or self.kinds or self.note)


@dataclass(frozen=True, slots=True)
class Surveyed:
    """What a survey tells. `scores` are its scales in their order, each from 0 to 100."""

    scores: Mapping[str, int]
    answers: Mapping[str, str]
    comment: str | None
    reply_to: str | None


@dataclass(frozen=True, slots=True)
class ShownWish:
    """A wish with who made it; `guest_id` is None until the record is linked."""

    wish: Wish
    name: str
    guest_id: str | None


def keep_wish(session: Session, capture: Capture, record_id: int, wished: Wished) -> None:
    """Keep what a form tells of wishes with its record; nothing is kept of nothing."""
    if wished.is_nothing:
        return
    session.add(
        Wish(
            property_id=capture.property_id,
            record_id=record_id,
            day=wished.day,
            arrival_time=wished.arrival_time,
            kinds=list(wished.kinds),
            note=wished.note,
            form=capture.form,
            form_version=capture.form_version,
            language=capture.language,
            received_at=capture.received_at,
        )
    )


def keep_survey(session: Session, capture: Capture, surveyed: Surveyed, *, day: date) -> None:
    """Keep what was answered and cut it from whoever answered: the form that came in is deleted, its sealed
    bytes too. That a form of that number came stays known with its tablet, so that a copy is not counted; not
    that it was a survey."""
    scores = surveyed.scores.values()
    session.add(
        SurveyAnswer(
            id=secrets.randbits(62) + 1,
            property_id=capture.property_id,
            form=capture.form,
            form_version=capture.form_version,
            language=capture.language,
            day=day,
            score=next(iter(scores), None),
            lowest=min(scores, default=None),
            answers=dict(surveyed.answers),
            comment=surveyed.comment,
            reply_to=surveyed.reply_to,
        )
    )
    session.flush()
    session.execute(
        update(SealedForm).where(SealedForm.capture_id == capture.id).values(SealedForm.FORGOTTEN)
    )
    session.execute(delete(Capture).where(Capture.id == capture.id))
    session.expunge(capture)


def wishes_within(session: Session, reach: Reach, *, since: date, until: date) -> list[ShownWish]:
    """What guests wish who arrive in these days (both included) at the houses within reach, the first to
    arrive first."""
    query = (
        select(Wish, CleanRow.first_name, CleanRow.last_name, Link.guest_id)
        .join(CleanRow, CleanRow.record_id == Wish.record_id)
        .outerjoin(Link, Link.record_id == Wish.record_id)
        .where(reach.limit(Wish.property_id), Wish.day >= since, Wish.day <= until)
        .order_by(Wish.day, Wish.arrival_time, Wish.id)
        .limit(MOST)
    )
    return [
        ShownWish(wish, " ".join(filter(None, (first, last))), guest)
        for wish, first, last, guest in session.execute(query)
    ]


def wishes_of(session: Session, record_ids: Sequence[int]) -> Sequence[Wish]:
    """What came with some records, the newest first: a guest's wishes on the cardex."""
    query = select(Wish).where(Wish.record_id.in_(record_ids)).order_by(Wish.day.desc(), Wish.id.desc())
    return session.scalars(query.limit(MOST)).all()


def low_scores(session: Session, reach: Reach, *, since: date) -> Sequence[SurveyAnswer]:
    """Surveys since a day that call for somebody: a low score to any question, or a wish for an answer. The
    newest day first; within a day in an order that tells nothing."""
    query = (
        select(SurveyAnswer)
        .where(
            reach.limit(SurveyAnswer.property_id),
            SurveyAnswer.day >= since,
            or_(SurveyAnswer.lowest <= LOW, SurveyAnswer.reply_to.is_not(None)),
        )
        .order_by(SurveyAnswer.day.desc(), SurveyAnswer.id)
    )
    return session.scalars(query.limit(MOST)).all()

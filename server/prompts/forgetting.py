"""Texts and numbers of messages go after their time; what stays counts, and knows a contact by its hash."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from server.prompts.models import Message, Reply
from server.properties.models import Property
from server.properties.retention import keepings

OPEN = ("ready", "sending", "unknown")
BATCH = 500
KIND = "messages"
"""The class of properties/retention.py."""


def forget_texts(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Empty what is older than its house keeps it, a batch a call; return how many. Done twice, it does
    nothing. A reply of which nobody knows whose it is goes with the first."""
    places = session.scalars(select(Property).order_by(Property.id)).all()
    emptied = 0
    for place in places:
        before = _before(place, now)
        of_house = Message.property_id == place.id, Message.state.not_in(OPEN), Message.made_at < before
        is_there = or_(Message.sent_to != "", Message.body != "", Message.subject != "")
        ids = session.scalars(select(Message.id).where(*of_house, is_there).limit(limit)).all()
        session.execute(update(Message).where(Message.id.in_(ids)).values(sent_to="", subject="", body=""))
        emptied += len(ids) + _forget_replies(session, Reply.property_id == place.id, before, limit)
    earliest = max(_before(place, now) for place in places)
    return emptied + _forget_replies(session, Reply.property_id.is_(None), earliest, limit)


def _before(place: Property, now: datetime) -> datetime:
    keeping = keepings(place)[KIND]
    return now - timedelta(days=keeping.days or 30 * keeping.months)


def _forget_replies(session: Session, whose: ColumnElement[bool], before: datetime, limit: int) -> int:
    is_there = or_(Reply.sent_from != "", Reply.sent_to != "", Reply.text != "")
    came = select(Reply.id).where(whose, Reply.received_at < before, is_there)
    ids = session.scalars(came.limit(limit)).all()
    session.execute(update(Reply).where(Reply.id.in_(ids)).values(sent_from="", sent_to="", text=""))
    return len(ids)

"""Texts and numbers of messages go after their time; what stays counts, and knows a contact by its hash."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.prompts.models import Message, Reply

KEPT = timedelta(days=30)
"""The class `messages` of properties/retention.py, at its longest."""

OPEN = ("ready", "sending", "unknown")
BATCH = 500


def forget_texts(session: Session, *, now: datetime, limit: int = BATCH) -> int:
    """Empty what is older than its time, a batch a call; return how many. Done twice, it does nothing."""
    before = now - KEPT
    old = select(Message.id).where(
        Message.made_at < before,
        Message.state.not_in(OPEN),
        or_(Message.sent_to != "", Message.body != "", Message.subject != ""),
    )
    ids = session.scalars(old.order_by(Message.id).limit(limit)).all()
    session.execute(update(Message).where(Message.id.in_(ids)).values(sent_to="", subject="", body=""))
    came = select(Reply.id).where(
        Reply.received_at < before,
        or_(Reply.sent_from != "", Reply.sent_to != "", Reply.text != ""),
    )
    replies = session.scalars(came.order_by(Reply.id).limit(limit)).all()
    session.execute(update(Reply).where(Reply.id.in_(replies)).values(sent_from="", sent_to="", text=""))
    return len(ids) + len(replies)

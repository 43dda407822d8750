"""What stays of questions to a guest who was erased: that one was asked, and how it ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.prompts.models import Message, Prompt, Reply
from server.records.models import CleanRow

OPEN = ("planned", "asked", "answered")


def forget_prompts(session: Session, record_ids: Collection[int], *, now: datetime) -> None:
    """Cut the questions about these records from whom they were put to, in the caller's transaction; what is
    open is closed, and what waits to be sent is not sent."""
    for part in parts(sorted(record_ids)):
        theirs = select(Prompt.id).where(Prompt.record_id.in_(part))
        waits = Message.prompt_id.in_(theirs), Message.state == "ready"
        session.execute(update(Message).where(*waits).values(state="dropped", code="erased", settled_at=now))
        session.execute(
            update(Message)
            .where(Message.prompt_id.in_(theirs))
            .values(sent_to="", subject="", body="", to_key=b"")
        )
        session.execute(
            update(Reply)
            .where(Reply.prompt_id.in_(theirs))
            .values(sent_from="", sent_to="", text="", from_key=b"")
        )
        _forget_others(session, part, now=now)
        of_part = Prompt.record_id.in_(part)
        session.execute(
            update(Prompt)
            .where(of_part, Prompt.state.in_(OPEN))
            .values(state="closed", why="erased", settled_at=now)
        )
        session.execute(update(Prompt).where(of_part).values(guest_id="", contact_key=None, record_id=None))


def _forget_others(session: Session, record_ids: Collection[int], *, now: datetime) -> None:
    """The same with what belongs to no question: the mail that asks whether an address is theirs, a text that
    nobody had asked for."""
    known = select(CleanRow.email, CleanRow.mobile, CleanRow.phone).where(CleanRow.record_id.in_(record_ids))
    contacts = {contact for row in session.execute(known) for contact in row if contact}
    for part in parts(sorted(contacts)):
        sent = Message.prompt_id.is_(None), Message.sent_to.in_(part)
        waits = (*sent, Message.state == "ready")
        session.execute(update(Message).where(*waits).values(state="dropped", code="erased", settled_at=now))
        session.execute(update(Message).where(*sent).values(sent_to="", subject="", body="", to_key=b""))
        came = Reply.prompt_id.is_(None), or_(Reply.sent_from.in_(part), Reply.sent_to.in_(part))
        session.execute(update(Reply).where(*came).values(sent_from="", sent_to="", text="", from_key=b""))

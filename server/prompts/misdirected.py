""" "This is not me", at the link of a message: it went to somebody else, or to who only booked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.links import is_live
from server.captures.models import GuestLink
from server.journal import note
from server.prompts.closing import EMAIL, OPEN, settle_prompt
from server.prompts.disowning import disown
from server.prompts.models import Prompt


def question_of(session: Session, link: GuestLink) -> Prompt | None:
    """The question whose message brought this link; None for one that a colleague handed out, of which
    nobody knows where it went."""
    asked = select(Prompt).where(
        Prompt.guest_link_id == link.id, Prompt.contact_key.is_not(None), Prompt.asked_at.is_not(None)
    )
    return session.scalars(asked.order_by(Prompt.id)).first()


def say_not_me(session: Session, link: GuestLink, *, secret: bytes, now: datetime) -> bool:
    """Whoever got the message is not the guest: nothing goes there for them any more, no guest is known by
    it, and every link that went there ends. False where it is not known where this one went."""
    asked = question_of(session, link)
    if asked is None or asked.contact_key is None:
        return False
    disown(session, link.record_id, asked.contact_key, by="guest", secret=secret, now=now)
    sent_there = select(Prompt).where(
        Prompt.contact_key == asked.contact_key, Prompt.guest_id == asked.guest_id, Prompt.state.in_(OPEN)
    )
    for prompt in {asked, *session.scalars(sent_there)}:
        settle_prompt(prompt, "closed", why="not_me", now=now)
        gone = session.get(GuestLink, prompt.guest_link_id) if prompt.guest_link_id else None
        if gone is not None and is_live(gone, now=now):
            gone.revoked_at, gone.ended_with_stay = now, False
            note(session, "guest", "link.revoked", gone.subject, now=now, property_id=gone.property_id)
    return True


def was_passed_on(session: Session, link: GuestLink, *, now: datetime) -> None:
    """Whoever booked sends the question on to the traveller: they answered it as well as they can."""
    for prompt in session.scalars(select(Prompt).where(Prompt.guest_link_id == link.id)):
        if prompt.state == "asked":
            prompt.state, prompt.answered_at = "answered", now


def question_passed_on(session: Session, link: GuestLink) -> Prompt | None:
    """The question for an address that the traveller answers, by a link that was passed on to them."""
    if not link.passed_on:
        return None
    asked = select(Prompt).where(Prompt.record_id == link.record_id, Prompt.purpose == EMAIL)
    return session.scalars(asked.order_by(Prompt.id.desc())).first()

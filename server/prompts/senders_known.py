"""From which numbers, names and addresses the houses write: what guests may know, and what is ours."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.prompts.models import Message, Sender
from server.prompts.senders import senders_of
from server.properties.models import Property


def told_senders(session: Session, property_id: int) -> list[str]:
    """What a guest sees as the sender of this house's messages: of texts, then of e-mails."""
    place = session.get_one(Property, property_id)
    own = [sender.value for sender in senders_of(session, property_id).values()]
    return list(dict.fromkeys(filter(None, (place.senders.get("sms"), *own, place.reply_to))))


def is_our_sender(session: Session, number: str) -> bool:
    """Whether a house sends its texts from this number, or did: answers come to a number for long."""
    plain = number.removeprefix("+")
    written = (plain, f"+{plain}")
    if any(place.senders.get("sms") in written for place in session.scalars(select(Property))):
        return True
    set_up = select(Sender.value).where(Sender.value.in_(written)).limit(1)
    used = select(Message.id).where(Message.sender.in_(written)).limit(1)
    return session.scalar(set_up) is not None or session.scalar(used) is not None

"""From which numbers, names and addresses the houses write."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.prompts.models import Message
from server.properties.models import Property


def senders_of(session: Session, property_id: int) -> list[str]:
    """What a guest sees as the sender of this house's messages: of texts, then of e-mails."""
    place = session.get_one(Property, property_id)
    return [sender for sender in (place.senders.get("sms"), place.reply_to) if sender]


def is_our_sender(session: Session, number: str) -> bool:
    """Whether a house sends its texts from this number, or did: answers come to a number for long."""
    plain = number.removeprefix("+")
    named = {
        (place.senders.get("sms") or "").removeprefix("+") for place in session.scalars(select(Property))
    }
    if plain in named:
        return True
    used = select(Message.id).where(Message.sender.in_([plain, f"+{plain}"])).limit(1)
    return session.scalar(used) is not None

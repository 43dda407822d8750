"""Whom a message goes to, and from whom."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.models import Link
from server.prompts.carrying import SenderOf
from server.prompts.contacts import contact_key
from server.prompts.models import Message, Prompt
from server.prompts.senders import country_of
from server.properties.models import Property
from server.records.models import CleanRow


def sender_to(session: Session, place: Property, channel: str, to: str, sender_of: SenderOf) -> str | None:
    """From whom it goes: an e-mail from the reception, so that a guest's answer and a bounce come there."""
    if channel == "email":
        return place.reply_to
    return sender_of(session, place.id, country_of(to) or place.country)


def last_sender(session: Session, key: bytes, channel: str, property_id: int) -> str | None:
    """From whom they got our last message of this house: from another number, they would not know it."""
    sent = select(Message.sender).where(
        Message.to_key == key, Message.channel == channel, Message.property_id == property_id
    )
    return session.scalar(sent.order_by(Message.id.desc()).limit(1))


def contact_of(session: Session, prompt: Prompt, secret: bytes) -> str | None:
    """The number or address that was planned for, as the records of the guest have it now."""
    return next(
        (
            contact
            for contact in _contacts(session, prompt)
            if contact_key(secret, prompt.channel, contact) == prompt.contact_key
        ),
        None,
    )


def _contacts(session: Session, prompt: Prompt) -> Iterator[str]:
    theirs = select(Link.record_id).where(Link.guest_id == prompt.guest_id)
    whose = (CleanRow.record_id == prompt.record_id) | CleanRow.record_id.in_(theirs)
    columns = (CleanRow.email,) if prompt.channel == "email" else (CleanRow.mobile, CleanRow.phone)
    for row in session.execute(select(*columns).where(whose).order_by(CleanRow.record_id)):
        yield from (contact for contact in row if contact)

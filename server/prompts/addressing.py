"""Whom a message goes to, and from whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import parts
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


def contacts_of(session: Session, prompts: Collection[Prompt], secret: bytes) -> dict[int, str]:
    """By question: the number or address that was planned for, as the records of its guest have it now."""
    found: dict[int, str] = {}
    theirs: dict[str | int, list[str]] = defaultdict(list)
    columns = CleanRow.email, CleanRow.mobile, CleanRow.phone
    for guests in parts(sorted({prompt.guest_id for prompt in prompts})):
        of_guests = select(Link.guest_id, *columns).join(CleanRow, CleanRow.record_id == Link.record_id)
        wanted = of_guests.where(Link.guest_id.in_(guests)).order_by(CleanRow.record_id)
        for guest_id, *contacts in session.execute(wanted):
            theirs[guest_id] += [contact for contact in contacts if contact]
    for records in parts(sorted({prompt.record_id for prompt in prompts if prompt.record_id})):
        own = select(CleanRow.record_id, *columns).where(CleanRow.record_id.in_(records))
        for record_id, *contacts in session.execute(own):
            theirs[record_id] += [contact for contact in contacts if contact]
    for prompt in prompts:
        for contact in (*theirs.get(prompt.record_id or 0, ()), *theirs.get(prompt.guest_id, ())):
            if contact_key(secret, prompt.channel, contact) == prompt.contact_key:
                found[prompt.id] = contact
                break
    return found

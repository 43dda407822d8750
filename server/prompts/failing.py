"""What follows from a message that did not arrive: whom it went to wants none, or is not there."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.db import add_unless_there
from server.prompts.models import DeadContact, Message, Prompt
from server.prompts.opting import opt_out
from server.properties.models import Property

OPTED_OUT = "21610"
"""Twilio's answer for a number that told it STOP: its list and ours say the same then."""

DEAD = {
    "21211": "landline",  # no valid number
    "21614": "landline",  # not a mobile
    "30005": "landline",  # unknown destination handset
    "30006": "landline",  # landline or unreachable carrier
    "smtp_550": "bounced",  # no such mailbox (RFC 5321, section 4.2.3)
    "smtp_551": "bounced",
    "smtp_553": "bounced",
}
"""Codes after which a contact is dead for its guest, and how."""

NOT_ARRIVED = "not_delivered"


def take_failure(session: Session, message: Message, *, now: datetime) -> None:
    """Mirror a refusal, remember a dead contact, close the question that did not arrive."""
    prompt = session.get(Prompt, message.prompt_id) if message.prompt_id else None
    if message.code == OPTED_OUT and message.to_key:
        company = session.get_one(Property, message.property_id).legal_entity_id
        opt_out(session, message.to_key, message.channel, company, how="provider", now=now)
    how = DEAD.get(message.code)
    if how and message.to_key and prompt is not None and prompt.record_id is not None:
        remember_dead(session, prompt.record_id, message.to_key, how=how, now=now)
    if message.kind == "question" and prompt is not None and prompt.state == "asked":
        prompt.state, prompt.why, prompt.settled_at = "closed", NOT_ARRIVED, now


def remember_dead(session: Session, record_id: int, key: bytes, *, how: str, now: datetime) -> None:
    """Nothing goes to this contact of the record any more."""
    add_unless_there(session, DeadContact(record_id=record_id, contact_key=key, at=now, how=how))

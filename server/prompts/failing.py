"""What follows from a message that did not arrive: whom it went to wants none, or is not there."""

from __future__ import annotations

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import add_unless_there
from server.prompts.models import AddressProof, DeadContact, Message, Prompt
from server.prompts.opting import opt_out
from server.properties.models import Property
from server.records.models import CleanRow

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

NOT_THE_ADDRESS = re.compile(r"bounce_5\.(?:1\.[78]|2\.[234]|[35678]\.\d+)\Z")
"""Bounces for good (RFC 3463) that tell of our side, of a full mailbox or of what was sent, not of the
address: our sender's address, the mailbox's size, the system, the protocol, the content, a policy."""

NOT_ARRIVED = "not_delivered"


MOST_RECORDS = 500


def take_failure(session: Session, message: Message, *, now: datetime) -> None:
    """Mirror a refusal, remember a dead contact, close the question that did not arrive."""
    prompt = session.get(Prompt, message.prompt_id) if message.prompt_id else None
    if message.code == OPTED_OUT and message.to_key:
        company = session.get_one(Property, message.property_id).legal_entity_id
        opt_out(session, message.to_key, message.channel, company, how="provider", now=now)
    how = DEAD.get(message.code)
    if message.code.startswith("bounce_") and not NOT_THE_ADDRESS.match(message.code):
        how = "bounced"
    if how and message.to_key:
        records = {prompt.record_id} if prompt is not None and prompt.record_id is not None else set()
        if how == "bounced":
            records |= _bounce(session, message, now=now)
        for record_id in sorted(records):
            remember_dead(session, record_id, message.to_key, how=how, now=now)
    if message.kind == "question" and prompt is not None and prompt.state == "asked":
        prompt.state, prompt.why, prompt.settled_at = "closed", NOT_ARRIVED, now


def _bounce(session: Session, message: Message, *, now: datetime) -> set[int]:
    """The records that bear an address which is dead for good, or claimed it; its proof is none any more."""
    proofs = session.scalars(
        select(AddressProof)
        .where(AddressProof.contact_key == message.to_key, AddressProof.state != "undone")
        .with_for_update()
    ).all()
    for proof in proofs:
        proof.state, proof.settled_at = "bounced", now
        proof.token_hash = proof.code_hash = None
    bear = select(CleanRow.record_id).where(CleanRow.email == message.sent_to.strip().lower())
    return {proof.record_id for proof in proofs} | set(
        session.scalars(bear.limit(MOST_RECORDS)) if message.sent_to else ()
    )


def remember_dead(session: Session, record_id: int, key: bytes, *, how: str, now: datetime) -> None:
    """Nothing goes to this contact of the record any more; said anew of one that was taken back, it holds."""
    query = select(DeadContact).where(DeadContact.record_id == record_id, DeadContact.contact_key == key)
    known = session.scalar(query.with_for_update())
    if known is not None:
        if known.ended_at is not None:
            known.at, known.how, known.ended_at = now, how, None
        return
    add_unless_there(session, DeadContact(record_id=record_id, contact_key=key, at=now, how=how))

"""Who does not want our messages: known by the keyed hash of their contact, so that it holds past erasure."""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID, add_unless_there, row_of
from server.guests.loading import parts
from server.jobs.queue import enqueue
from server.prompts.models import Message, OptOut, Prompt
from server.properties.models import Property

PLAN = "plan_prompts"
"""The work that keeps the plan (work/plan_prompts.py)."""

_SIGNATURE = 16  # letters of five bits: 80 bits, which nobody tries out over a network


def opt_out(
    session: Session, key: bytes, channel: str, legal_entity_id: int, *, how: str, now: datetime
) -> None:
    """From here on nothing is asked of this contact by the houses of one company. Said twice, it holds."""
    _let_plan_follow(session, key, now=now)
    known = _row(session, key, channel, legal_entity_id)
    if known is None:
        row = OptOut(contact_key=key, channel=channel, legal_entity_id=legal_entity_id, at=now, how=how)
        if add_unless_there(session, row):
            return
        known = _row(session, key, channel, legal_entity_id)
    if known is not None and known.ended_at is not None:
        known.at, known.how, known.ended_at = now, how, None


def opt_in(session: Session, key: bytes, channel: str, legal_entity_id: int, *, now: datetime) -> None:
    """They want our messages again, and said so themselves."""
    known = _row(session, key, channel, legal_entity_id)
    if known is not None and known.ended_at is None:
        known.ended_at = now
        _let_plan_follow(session, key, now=now)


def _let_plan_follow(session: Session, key: bytes, *, now: datetime) -> None:
    """Whom we wrote to there is planned anew at once: no plan shows what will not be asked."""
    query = select(Prompt.guest_id).join(Message, Message.prompt_id == Prompt.id)
    guests = session.scalars(query.where(Message.to_key == key, Prompt.guest_id != "").distinct()).all()
    if guests:
        enqueue(session, PLAN, {"guests": sorted(guests)}, now=now)


def is_opted_out(session: Session, key: bytes, channel: str, legal_entity_id: int) -> bool:
    """Whether this contact asked us to stop."""
    return (key, channel, legal_entity_id) in opted_out(session, {key})


def opted_out(session: Session, keys: Collection[bytes]) -> set[tuple[bytes, str, int]]:
    """Of these contacts those who asked us to stop: contact, channel and company."""
    found: set[tuple[bytes, str, int]] = set()
    for part in parts(sorted(keys)):
        query = select(OptOut.contact_key, OptOut.channel, OptOut.legal_entity_id)
        stopped = OptOut.contact_key.in_(part), OptOut.ended_at.is_(None)
        found |= {(key, by, entity) for key, by, entity in session.execute(query.where(*stopped))}
    return found


def _row(session: Session, key: bytes, channel: str, legal_entity_id: int) -> OptOut | None:
    return session.scalar(
        select(OptOut).where(
            OptOut.contact_key == key,
            OptOut.channel == channel,
            OptOut.legal_entity_id == legal_entity_id,
        )
    )


def stop_token(secret: bytes, message_id: int) -> str:
    """What stands in a message's own address to end such messages; only who got the message has it."""
    return f"{message_id:x}.{_signature(secret, message_id)}"


def _signature(secret: bytes, message_id: int) -> str:
    made = hmac.new(secret, f"stop\n{message_id}".encode(), hashlib.sha256).digest()
    return b32encode(made)[:_SIGNATURE].decode("ascii").lower()


def message_of_token(secret: bytes, token: str) -> int | None:
    """The number of the message that bore this token; None for one that we never made."""
    number, _, signature = token.partition(".")
    if not (0 < len(number) <= 8 and number.isascii() and number.isalnum()):
        return None
    try:
        message_id = int(number, 16)
    except ValueError:
        return None
    given = signature.encode("utf-8", "replace")
    is_ours = hmac.compare_digest(given, _signature(secret, message_id).encode("ascii"))
    return message_id if is_ours and message_id <= LARGEST_ID else None


def stop_by_token(session: Session, token: str, *, secret: bytes, now: datetime) -> bool:
    """End messages to whom the message of this token went; False when there is nobody of it to know."""
    message_id = message_of_token(secret, token)
    message = row_of(session, Message, message_id) if message_id else None
    if message is None or not message.to_key:  # its guest was erased, and with them whom it went to
        return False
    company = session.get_one(Property, message.property_id).legal_entity_id
    opt_out(session, message.to_key, message.channel, company, how="unsubscribe", now=now)
    return True

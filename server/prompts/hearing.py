"""What came back is stored first, and understood by other work; who says STOP is heard at once."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import add_unless_there
from server.jobs.queue import enqueue
from server.logs import place_of
from server.prompts.bouncing import find_working
from server.prompts.contacts import contact_key
from server.prompts.models import Message, Prompt, Reply
from server.prompts.opting import opt_in, opt_out
from server.prompts.understanding import Outcome, understand
from server.properties.models import LegalEntity, Property

log = logging.getLogger("oneguest.prompts")

READ = "read_reply"
"""The work that understands a reply."""

ANSWERED_WITHIN = timedelta(days=14)
"""An answer belongs to a question that was asked so long ago at most (requirement S-3)."""

LONGEST_TEXT = 10_000
"""Signs; a text has 1,600 at most at Twilio, and of an e-mail nobody reads more."""


@dataclass(frozen=True, slots=True)
class _Whose:
    property_id: int | None
    prompt_id: int | None


def hear_text(
    session: Session,
    *,
    message_sid: str,
    sent_from: str,
    sent_to: str,
    text: str,
    secret: bytes,
    now: datetime,
) -> Reply | None:
    """Store a text that a guest sent; None when it is there already. STOP and START hold from here on.

    To be called in a transaction of its own: with it is committed that the reply will be read.
    """
    return _hear(
        session, "sms", message_sid, sent_from=sent_from, sent_to=sent_to, text=text, secret=secret, now=now
    )


def hear_mail(
    session: Session,
    *,
    message_id: str,
    sent_from: str,
    sent_to: str,
    text: str,
    secret: bytes,
    now: datetime,
    answers: Message | None = None,
) -> Reply | None:
    """Store an e-mail that a guest sent; `answers`: the message of ours that its headers name."""
    return _hear(
        session,
        "email",
        message_id,
        sent_from=sent_from,
        sent_to=sent_to,
        text=text,
        secret=secret,
        now=now,
        answers=answers,
    )


def _hear(
    session: Session,
    channel: str,
    provider_id: str,
    *,
    sent_from: str,
    sent_to: str,
    text: str,
    secret: bytes,
    now: datetime,
    answers: Message | None = None,
) -> Reply | None:
    key = contact_key(secret, channel, sent_from)
    if answers is not None:
        whose = _Whose(answers.property_id, answers.prompt_id)
    else:
        whose = _whose(session, channel, key, sent_to, now=now)
    reply = Reply(
        channel=channel,
        provider_id=provider_id[:254],
        property_id=whose.property_id,
        prompt_id=whose.prompt_id,
        from_key=key,
        sent_from=_storable(sent_from)[:320],
        sent_to=_storable(sent_to)[:320],
        text=_storable(text)[:LONGEST_TEXT],
        state="stored",
        received_at=now,
    )
    if not add_unless_there(session, reply):
        return None
    _honour(session, reply, now=now)
    if channel == "email":
        find_working(session, key, now=now)  # who writes from an address has it
    enqueue(session, READ, {"reply": reply.id}, now=now)
    log.info("reply=%s stored prompt=%s", reply.id, reply.prompt_id)
    return reply


def _whose(session: Session, channel: str, key: bytes, sent_to: str, *, now: datetime) -> _Whose:
    """The question that this contact was asked last; none where it is several guests' contact, of whom
    nobody knows which one answers. The house is told by the last message even so."""
    asked = session.scalars(
        select(Prompt)
        .where(
            Prompt.contact_key == key,
            Prompt.channel == channel,
            Prompt.asked_at.is_not(None),
            Prompt.asked_at > now - ANSWERED_WITHIN,
        )
        .order_by(Prompt.asked_at.desc(), Prompt.id.desc())
    ).all()
    if asked and len({prompt.guest_id for prompt in asked}) == 1:
        return _Whose(asked[0].property_id, asked[0].id)
    last = (
        select(Message.property_id)
        .where(Message.to_key == key, Message.channel == channel)
        .order_by(Message.id.desc())
        .limit(1)
    )
    place = session.scalar(last)
    return _Whose(place or _house_of(session, sent_to), None)


def _house_of(session: Session, sent_to: str) -> int | None:
    """The one house that sends from this number or address; None when several do."""
    last = select(Message.property_id).where(Message.sender == sent_to).distinct().limit(2)
    found = session.scalars(last).all()
    return found[0] if len(found) == 1 else None


def _honour(session: Session, reply: Reply, *, now: datetime) -> None:
    """Whoever says stop or start is obeyed before any other message goes out."""
    stops, starts = _wish(reply)
    if not (stops or starts):
        return
    place = session.get(Property, reply.property_id) if reply.property_id else None
    # of a sender that several companies share, nobody knows which one is meant: all of them stop
    every = select(LegalEntity.id)
    companies = [place.legal_entity_id] if place is not None else list(session.scalars(every))
    for company in companies:
        if stops:
            opt_out(session, reply.from_key, reply.channel, company, how="stop", now=now)
        else:
            opt_in(session, reply.from_key, reply.channel, company, now=now)


def _wish(reply: Reply) -> tuple[bool, bool]:
    """Whether the reply stops our messages, or starts them again."""
    try:
        meant = understand(reply.text, channel=reply.channel)
    except Exception as fault:  # what was sent is stored whatever it is; the work that reads it tells of it
        log.error("reply not understood error=%s", place_of(fault))
        return False, False
    stops = meant.stops or meant.outcome is Outcome.STOP
    return stops, not stops and meant.outcome is Outcome.START


def _storable(text: str) -> str:
    """A text as both stores take it: PostgreSQL holds no NUL, and neither takes half a character."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")

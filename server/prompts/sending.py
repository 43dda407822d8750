"""What is ready is carried out: leased, `sending` committed, handed over, and what came of it committed.

The provider has no key by which it would know a message again (none of the 25 fields of Twilio's create call
is one), so a message is never handed over twice unless it surely was not accepted the first time. Whoever
crashed between the two commits leaves it in `sending`; settling.py finds out what became of it.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import take_turn
from server.prompts.carrying import Allowing, Carrier, Outcome, Outgoing
from server.prompts.composing import message_id_of
from server.prompts.failing import take_failure
from server.prompts.models import Message, Prompt
from server.prompts.opting import opted_out, stop_token
from server.prompts.putting import ASKED_AGAIN_AFTER, ONLY_TO_WHO_WANTS, close
from server.properties.models import Property

log = logging.getLogger("oneguest.prompts")

AT_ONCE = 20
"""Messages that are handed over at the same time: each waits for the provider's answer, not for us."""

STALE = timedelta(seconds=60)
"""A message that was leased so long ago is not handed over: the machine slept, and others may have taken it
for lost."""

HANDED_AGAIN = "handed_again"
"""Stands with a message that surely was not accepted and goes once more; it does so only once."""

LONGEST_WAIT = timedelta(minutes=15)


def take_ready(
    session: Session,
    *,
    secret: bytes,
    house_address: str,
    channels: Collection[str],
    allowing: Allowing,
    now: datetime,
    limit: int,
) -> list[Outgoing]:
    """Lease what is ready and may go at this very moment; it is `sending` once the caller committed.

    Questions are asked about once more (the feed, the hours, caps, a No since they were put). One worker
    leases at a time, so that what one counted towards a cap holds for the next.
    """
    take_turn(session, "sending")
    ready = session.scalars(
        select(Message)
        .where(Message.state == "ready", Message.due_at <= now, Message.channel.in_(channels))
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    prompts = _prompts(session, ready)
    asked = allowing.ask(session, [prompts[id_] for id_ in sorted(prompts)], secret=secret, now=now)
    houses = {house.id: house for house in session.scalars(select(Property))}
    stopped = opted_out(session, {message.to_key for message in ready})  # last: the newest word counts
    taken = []
    for message in ready:
        place, prompt = houses[message.property_id], prompts.get(message.prompt_id or 0)
        if message.until_at <= now:
            why: str | None = "too_late"
        elif (message.to_key, message.channel, place.legal_entity_id) in stopped and (
            message.kind in ONLY_TO_WHO_WANTS
        ):
            why = "opted_out"
        elif message.kind != "question" or prompt is None:
            why = None
        elif prompt.state != "asked":
            why = prompt.why or prompt.state
        else:
            why = asked.why_not(prompt)
        if why is not None and why in allowing.waits:
            message.code, message.due_at = _told(message, why), now + ASKED_AGAIN_AFTER
        elif why is not None:
            drop(session, message, why, now=now)
        else:
            message.state, message.sending_at = "sending", now
            message.tries += 1
            asked.goes(message)
            taken.append(_outgoing(message, place, secret=secret, house_address=house_address, now=now))
    session.flush()
    return taken


def _prompts(session: Session, messages: Collection[Message]) -> dict[int, Prompt]:
    """The questions that these messages carry, by their ids."""
    ids = {message.prompt_id for message in messages if message.prompt_id and message.kind == "question"}
    found = session.scalars(select(Prompt).where(Prompt.id.in_(sorted(ids)))) if ids else ()
    return {prompt.id: prompt for prompt in found}


def drop(session: Session, message: Message, why: str, *, now: datetime) -> None:
    """It is not sent after all, and the question that it carries is closed."""
    message.state, message.code, message.settled_at = "dropped", why[:40], now
    prompt = session.get(Prompt, message.prompt_id) if message.prompt_id else None
    if message.kind == "question" and prompt is not None and prompt.state in ("planned", "asked"):
        close(prompt, why, now=now)


def _outgoing(
    message: Message, place: Property, *, secret: bytes, house_address: str, now: datetime
) -> Outgoing:
    is_asked = message.kind == "question"
    return Outgoing(
        id=message.id,
        kind=message.kind,
        channel=message.channel,
        sender=message.sender,
        to=message.sent_to,
        subject=message.subject,
        body=message.body,
        language=message.language,
        until_at=message.until_at,
        leased_at=now,
        message_id=message_id_of(secret, message.id, house_address),
        house=place.senders.get("email_name") or place.name,
        reply_to=place.reply_to,
        stop_address=f"{house_address}/g/stop/{stop_token(secret, message.id)}" if is_asked else None,
    )


def hand_over(messages: Sequence[Outgoing], carriers: Mapping[str, Carrier]) -> list[tuple[int, Outcome]]:
    """Give all of them to their carriers, many at a time, outside any transaction."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        outcomes = threads.map(lambda message: _hand_one(message, carriers[message.channel]), messages)
        return list(zip((message.id for message in messages), outcomes, strict=True))


def _hand_one(message: Outgoing, carrier: Carrier) -> Outcome:
    if clock() - message.leased_at > STALE:
        return Outcome("unknown", code="stale")
    return carrier.send(message)


def take_outcomes(
    session: Session, outcomes: Sequence[tuple[int, Outcome]], *, secret: bytes, now: datetime
) -> None:
    """Write down what came of each, unless a callback told more already."""
    for message_id, outcome in sorted(outcomes, key=lambda one: one[0]):  # in one order: no deadlock
        message = session.get_one(Message, message_id, with_for_update=True)
        take_outcome(session, message, outcome, secret=secret, now=now)
    session.flush()


def take_outcome(
    session: Session, message: Message, outcome: Outcome, *, secret: bytes, now: datetime
) -> None:
    """Move one message on; one that is further already only learns its number at the provider."""
    if message.provider_id is None and outcome.provider_id is not None:
        message.provider_id = outcome.provider_id
    if message.state not in ("sending", "unknown"):
        return
    match outcome.came:
        case "sent":
            message.state, message.sent_at, message.code = "sent", now, ""
        case "unknown":
            message.state, message.code = "unknown", _told(message, outcome.code)
        case "again":
            message.state, message.code = "ready", _told(message, outcome.code)
            message.due_at = now + (backoff(message.tries) if outcome.wait is None else outcome.wait)
        case "failed":
            message.state, message.code, message.settled_at = "failed", outcome.code[:40], now
            take_failure(session, message, now=now)
    log.info("message=%s state=%s code=%s", message.id, message.state, message.code)


def _told(message: Message, code: str) -> str:
    """The newest code, except over the one that says that it went a second time."""
    return message.code if message.code == HANDED_AGAIN else code[:40]


def backoff(tries: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time, and not all at the same moment."""
    seconds = min(5.0 * 2 ** min(tries, 8), LONGEST_WAIT.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.7, 1.3))  # noqa: S311 (no secret)

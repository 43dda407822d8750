"""What a provider says of a message it took: only ever forward, whatever order its words come in."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import row_of
from server.journal import note
from server.prompts.bouncing import find_working
from server.prompts.failing import NOT_ARRIVED, take_failure
from server.prompts.models import Message, Prompt
from server.properties.models import Property

log = logging.getLogger("oneguest.prompts")

MEANS = {
    **dict.fromkeys(("accepted", "scheduled", "queued", "sending", "sent"), "sent"),
    **dict.fromkeys(("delivered", "read"), "delivered"),
    **dict.fromkeys(("undelivered", "failed", "canceled"), "failed"),
}
"""Twilio's words for the state of a message, and ours."""

RANK = {"ready": 0, "sending": 1, "unknown": 1, "dropped": 1, "sent": 2, "failed": 3, "delivered": 4}
"""A message only climbs. That it was delivered is the strongest word: a telephone has it."""


def take_status(
    session: Session,
    provider_id: str,
    status: str,
    *,
    code: str = "",
    message_id: int | None = None,
    now: datetime,
) -> Message | None:
    """Take a provider's word for the state of a message; None when it is none of ours.

    `message_id` stands in the address that we gave it for this message: its word may come before its answer
    to us, or when that was lost. A word that says nothing new changes nothing.
    """
    message = session.scalar(select(Message).where(Message.provider_id == provider_id).with_for_update())
    if message is None and message_id is not None:
        named = row_of(session, Message, message_id)
        if named is not None:
            session.refresh(named, with_for_update=True)
        if (
            named is not None
            and named.provider_id is None
            and named.state in ("sending", "unknown", "failed")
        ):
            named.provider_id, message = provider_id, named
    if message is None:
        return None
    climb(session, message, MEANS.get(status), code=code, now=now)
    return message


def climb(session: Session, message: Message, state: str | None, *, code: str = "", now: datetime) -> bool:
    """Move a message up to this state; False when it is there already, or further."""
    if state is None or RANK[state] <= RANK[message.state]:
        return False
    arrived_after_all = message.state == "failed"
    message.state = state
    message.sent_at = message.sent_at or now
    message.code = code[:40] if state == "failed" else ""
    if state != "sent":
        message.settled_at = now
    if state == "failed":
        take_failure(session, message, now=now)
    if state == "delivered":
        _reopen(session, message)
        if message.channel == "email":
            since = now if arrived_after_all else message.sending_at
            find_working(session, message.to_key, since=since, now=now)
        if message.kind == "test":
            _arrive(session, message, now=now)
    log.info("message=%s state=%s code=%s", message.id, message.state, message.code)
    return True


def _arrive(session: Session, message: Message, *, now: datetime) -> None:
    """A telephone has the house's test: its plan can be approved."""
    house = session.get_one(Property, message.property_id)
    if house.test_arrived_at is None:
        house.test_arrived_at = now
        note(session, "provider", "asking.tested", f"property:{house.id}", now=now, property_id=house.id)


def _reopen(session: Session, message: Message) -> None:
    """It arrived after all: the question stands."""
    prompt = session.get(Prompt, message.prompt_id) if message.prompt_id else None
    if (
        message.kind == "question"
        and prompt is not None
        and (prompt.state, prompt.why)
        == (
            "closed",
            NOT_ARRIVED,
        )
    ):
        prompt.state, prompt.why, prompt.settled_at = "asked", "", None

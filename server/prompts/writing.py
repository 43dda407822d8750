"""A message is written: its row, made once, and its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from server.db import add_unless_there
from server.prompts.caps import prefix_of
from server.prompts.composing import Facts, compose
from server.prompts.contacts import contact_key
from server.prompts.models import Message, Prompt
from server.prompts.opting import stop_token
from server.prompts.segments import count
from server.properties.models import Property


def word(message: Message, facts: Facts, prompt: Prompt | None, *, secret: bytes, house_address: str) -> None:
    """Give it its words; raises NothingToSay where what they need is not known."""
    stop = f"{house_address}/g/stop/{stop_token(secret, message.id)}" if house_address else None
    whole = replace(facts, stop=stop)
    words = compose(
        message.kind,
        message.channel,
        message.language,
        whole,
        purpose=prompt.purpose if prompt else "",
        mode=prompt.mode if prompt else "",
    )
    message.subject, message.body = words.subject, words.body
    message.parts = count(words.body).parts if message.channel == "sms" else 1


def write_row(
    session: Session,
    place: Property,
    *,
    kind: str,
    once_key: str,
    prompt: Prompt | None,
    channel: str,
    sender: str,
    to: str,
    language: str,
    until_at: datetime,
    secret: bytes,
    now: datetime,
) -> Message | None:
    """The row, still without words; None when this was put already."""
    row = Message(
        property_id=place.id,
        prompt_id=prompt.id if prompt else None,
        kind=kind,
        once_key=once_key,
        channel=channel,
        sender=sender,
        sent_to=to,
        to_key=contact_key(secret, channel, to),
        prefix=prefix_of(to) if channel == "sms" else "",
        language=language,
        state="ready",
        made_at=now,
        due_at=now,
        until_at=until_at,
    )
    return row if add_unless_there(session, row) else None

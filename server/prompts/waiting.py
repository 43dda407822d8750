"""Replies that wait for a person: which there are, what a colleague may make of one, and its end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID
from server.journal import note
from server.prompts.closing import EMAIL
from server.prompts.models import Prompt, Reply
from server.properties.reach import Reach

_ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}")


def replies_that_wait(session: Session, reach: Reach, *, most: int) -> tuple[Sequence[Reply], int]:
    """The oldest replies that wait at the houses within reach, and how many there are in all. What is of no
    known house is the whole group's."""
    found = select(Reply).where(*_waits(reach)).order_by(Reply.id).limit(most)
    return session.scalars(found).all(), count_replies(session, reach)


def count_replies(session: Session, reach: Reach) -> int:
    """How many replies wait at the houses within reach."""
    return session.scalar(select(func.count(Reply.id)).where(*_waits(reach))) or 0


def _waits(reach: Reach) -> tuple[ColumnElement[bool], ...]:
    return Reply.state == "at_desk", reach.limit(Reply.property_id.expression)


def find_reply(session: Session, reply_id: int, reach: Reach) -> Reply | None:
    """A reply within reach, for this transaction alone."""
    if not 0 < reply_id <= LARGEST_ID:
        return None
    reply = session.get(Reply, reply_id, with_for_update=True)
    return reply if reply is not None and reach.covers(reply.property_id) else None


def question_of(session: Session, reply: Reply) -> Prompt | None:
    """The question for an address that a reply belongs to; without one it can only be read."""
    prompt = session.get(Prompt, reply.prompt_id) if reply.prompt_id else None
    if prompt is None or prompt.record_id is None or prompt.purpose != EMAIL:
        return None
    return prompt


def best_candidate(reply: Reply) -> str:
    """The address that stands in a reply for a colleague to check; empty where there is none."""
    found = _ADDRESS.search(reply.text)
    return found[0].strip(".").lower() if found else ""


def settle_by_hand(session: Session, reply: Reply, *, actor: str, now: datetime) -> None:
    """A colleague saw to a reply."""
    reply.state, reply.settled_at, reply.settled_by = "settled", now, actor
    note(session, actor, "reply.settled", f"reply:{reply.id}", now=now, property_id=reply.property_id)

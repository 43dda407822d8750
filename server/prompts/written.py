"""To whom a question went lately, or is about to: one a day is enough for those who live together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.prompts.caps import WENT
from server.prompts.models import Message, Prompt

LATELY = timedelta(hours=50)
"""Longer than any day by a clock that is changed."""


@dataclass(slots=True)
class Written:
    """Questions by the guest they are for."""

    went: dict[str, list[datetime]] = field(default_factory=lambda: defaultdict(list))
    waits: set[str] = field(default_factory=set)

    def add(self, guest_ids: Collection[str], message: Message) -> None:
        """One more, to one of those guests, who live together."""
        if message.state == "ready":
            self.waits |= set(guest_ids)
        elif message.sending_at is not None:
            for guest_id in guest_ids:
                self.went[guest_id].append(message.sending_at)

    def is_any(self, guest_ids: Collection[str], *, since: datetime, waits: bool) -> bool:
        """Whether one of them was written to since then; `waits`: or will be, by what waits to go."""
        if waits and not self.waits.isdisjoint(guest_ids):
            return True
        return any(at >= since for guest_id in guest_ids for at in self.went.get(guest_id, ()))


def written_to(session: Session, guest_ids: Collection[str], *, now: datetime) -> Written:
    """The questions of these guests that went lately, or wait to."""
    found = Written()
    for part in parts(sorted(guest_ids)):
        query = (
            select(Prompt.guest_id, Message.state, Message.sending_at)
            .join(Message, Message.prompt_id == Prompt.id)
            .where(Prompt.guest_id.in_(part), Message.kind == "question")
        )
        went = Message.state.in_(WENT) & (Message.sending_at >= now - LATELY)
        for guest_id, state, sending_at in session.execute(query.where(went | (Message.state == "ready"))):
            if state == "ready":
                found.waits.add(guest_id)
            elif sending_at is not None:
                found.went[guest_id].append(sending_at)
    return found

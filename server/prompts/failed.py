"""Messages that failed, the newest first, each with a sentence of why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, not_, select
from sqlalchemy.orm import Session

from server.prompts.failing import OPTED_OUT
from server.prompts.models import Message, Prompt
from server.prompts.sentences import SENTENCES
from server.properties.reach import Reach
from server.stays.models import Stay

NEW = timedelta(days=2)
"""How long a failed message is news: then its guest has come, or somebody has asked."""


@dataclass(frozen=True, slots=True)
class Failed:
    """One message that did not arrive, the stay it was about and the sentence of why."""

    message: Message
    guest_id: str | None
    arrives: date | None
    why: tuple[str, dict[str, str]]


def failed_messages(session: Session, property_id: int, *, most: int) -> Sequence[Failed]:
    """The last messages of a house that failed, or were not sent after all."""
    # whoever told Twilio STOP was answered by Twilio: that ours was refused after it is as it should be
    answered_already = and_(Message.kind == "stopped", Message.code == OPTED_OUT)
    query = (
        select(Message, Prompt.guest_id, Stay.arrives)
        .outerjoin(Prompt, Prompt.id == Message.prompt_id)
        .outerjoin(Stay, Stay.id == Prompt.stay_id)
        .where(
            Message.property_id == property_id,
            Message.state.in_(("failed", "dropped")),
            not_(answered_already),
        )
        .order_by(Message.id.desc())
        .limit(most)
    )
    found = session.execute(query).all()
    return [Failed(message, guest, arrives, why_failed(message)) for message, guest, arrives in found]


def count_failed(session: Session, reach: Reach, *, now: datetime) -> int:
    """How many messages of the houses within reach failed of late."""
    query = select(func.count(Message.id)).where(
        Message.state == "failed", Message.settled_at >= now - NEW, reach.limit(Message.property_id)
    )
    return session.scalar(query) or 0


def why_failed(message: Message) -> tuple[str, dict[str, str]]:
    """The code and parameters of the sentence of why a message failed."""
    code = message.code
    if f"message.{code}" in SENTENCES:
        return f"message.{code}", {}
    if code.startswith("smtp_"):
        return "message.smtp", {"code": code.removeprefix("smtp_")}
    if code.startswith("bounce_"):
        return "message.bounced", {"code": code.removeprefix("bounce_")}
    if message.state == "dropped":
        return "message.not_needed", {}
    return "message.provider", {"code": code or "?"}

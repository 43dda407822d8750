"""What a message is to whoever carries it out of the house, and what they may answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from sqlalchemy.orm import Session

from server.prompts.models import Message, Prompt

Came = Literal["sent", "again", "failed", "unknown"]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One text or e-mail on its way out; nothing of it needs the database any more."""

    id: int
    kind: str
    channel: str
    sender: str
    to: str
    subject: str
    body: str
    language: str
    until_at: datetime
    leased_at: datetime
    message_id: str
    """Of an e-mail, the same at every try."""
    house: str
    reply_to: str
    stop_address: str | None
    """Where one click ends such messages; None: what is not asked of one's own accord has none."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of handing a message over.

    `again`: surely not accepted, and worth another try after `wait`; `failed`: surely not accepted, for good;
    `unknown`: it may have been accepted, so it is never handed over again before that is found out.
    """

    came: Came
    provider_id: str | None = None
    code: str = ""
    wait: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A text as the provider's own list has it."""

    provider_id: str
    to: str
    body: str
    made_at: datetime
    status: str
    code: str = ""


class Carrier(Protocol):
    """Whoever carries messages of one channel out of the house. May be called from several threads."""

    def send(self, message: Outgoing) -> Outcome:
        """Hand one message over; raises nothing."""

    def find(self, to: str, *, since: datetime) -> Sequence[Listed] | None:
        """What it sent to somebody since then; None when it cannot say now; an empty list means: nothing."""


class Asked(Protocol):
    """Some questions that are about to go, by facts of this moment."""

    def why_not(self, prompt: Prompt, /) -> str | None:
        """The code of what stands against one of them now; None: it may go."""

    def goes(self, message: Message, /) -> None:
        """A message was written, or leaves: it counts for those that are asked about after it."""


class Ask(Protocol):
    """Gather what decides whether each of some questions may go out now."""

    def __call__(
        self, session: Session, prompts: Sequence[Prompt], /, *, secret: bytes, now: datetime
    ) -> Asked: ...


class SenderOf(Protocol):
    """From which number or name a house sends texts to a country; None: from none."""

    def __call__(self, session: Session, property_id: int, country: str) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Allowing:
    """Who is asked whether a question may go, and which of their noes may pass with time."""

    ask: Ask
    waits: frozenset[str]


def can_be_answered(sender: str) -> bool:
    """Whether a text can be answered: to a number, long or short; nobody can answer to a name."""
    return sender.removeprefix("+").isdigit()

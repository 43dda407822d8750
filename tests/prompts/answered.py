"""A guest of the house who was asked by text for an address, and what came back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import GuestValue, Link
from server.intake import read_capture
from server.prompts.captured import follow_capture
from server.prompts.contacts import contact_key
from server.prompts.models import Message, Prompt, Reply
from server.prompts.replying import take_reply
from server.records.models import SourceRecord
from server.stays.models import StaySource
from tests.builders import NOON, take_in

SECRET = b"s" * 32
HOUSE = "https://hotel.example"
MOBILE = "+33652527272"
BOOKED = {
    "key": "B1",
    "first_name": "Patrick",
    "last_name": "Martin",
    "mobile": "06 52 52 72 72",
    "email": "pmarti.445566@guest.booking.com",
    "reference": "BK-4711",
    "channel": "Booking.com",
    "stay_from": "2026-05-07",
    "stay_to": "2026-05-09",
    "status": "confirmed",
}
"""A booking by a booking site: an alias that dies with the stay, and a phone that lives."""


class Outcome(StrEnum):
    ADDRESS = auto()
    ASK_BACK = auto()
    DECLINED = auto()
    HAS_NONE = auto()
    NOT_ME = auto()
    STOP = auto()
    START = auto()
    HELP = auto()
    DESK = auto()
    NOTHING = auto()


@dataclass(frozen=True)
class Meant:
    outcome: Outcome
    addresses: tuple[str, ...] = ()
    stops: bool = False
    asks: bool = False


def plainly(text: str, *, channel: str, asked_about: str | None = None) -> Meant:
    """What a plain text means: `STOP`, `no`, an address; one with a ? behind it is not sure."""
    if text == "yes" and asked_about:
        return Meant(Outcome.ADDRESS, (asked_about,))
    if text.endswith("?"):
        return Meant(Outcome.ASK_BACK, (text[:-1],))
    if "@" in text:
        words = text.split()
        return Meant(Outcome.ADDRESS, (words[0],), stops="STOP" in words)
    known = {
        "STOP": Outcome.STOP,
        "START": Outcome.START,
        "HELP": Outcome.HELP,
        "no": Outcome.DECLINED,
        "none": Outcome.HAS_NONE,
        "wrong number": Outcome.NOT_ME,
        "thanks": Outcome.NOTHING,
    }
    return Meant(known.get(text, Outcome.DESK))


@dataclass
class Said:
    """What the house says back, instead of sending it."""

    kinds: list[str] = field(default_factory=list)
    to: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    may: bool = True

    def __call__(self, session: Session, kind: str, *, to: str, link: str | None = None, **_: Any) -> Any:
        if not self.may:
            return None
        self.kinds.append(kind)
        self.to.append(to)
        self.links += [link] if link else []
        return Message(kind=kind)


def book(engine: Engine, **changed: str) -> int:
    """A booked guest, linked; the record that tells of the stay."""
    row = BOOKED | changed
    take_in(engine, row, stay_kind="stay")
    link_waiting(engine)
    with reading(engine) as session:
        return session.scalars(select(SourceRecord.id).where(SourceRecord.key == row["key"])).one()


def ask(engine: Engine, record_id: int, *, mobile: str = MOBILE, at: datetime = NOON, **changed: Any) -> int:
    """The guest of a record was asked by a text; the question."""
    with writing(engine) as session:
        record = session.get_one(SourceRecord, record_id)
        stay_id = session.scalars(select(StaySource.stay_id).where(StaySource.record_id == record_id)).first()
        guest_id = session.scalars(select(Link.guest_id).where(Link.record_id == record_id)).one()
        given: dict[str, Any] = {
            "property_id": record.property_id,
            "stay_id": stay_id or f"of-{record_id}",
            "guest_id": guest_id,
            "record_id": record_id,
            "rule": "email_by_text",
            "purpose": "email",
            "channel": "sms",
            "mode": "reply",
            "language": "fr",
            "state": "asked",
            "due_at": at,
            "asked_at": at,
            "until_at": at + timedelta(days=3),
            "planned_at": at,
            "contact_key": contact_key(SECRET, "sms", mobile),
        }
        prompt = Prompt(**(given | changed))
        session.add(prompt)
        session.flush()
        return prompt.id


def hear(engine: Engine, text: str, *, mobile: str = MOBILE, number: str = "SM1") -> int:
    """A text came back and is stored; the reply."""
    with writing(engine) as session:
        reply = Reply(
            channel="sms",
            provider_id=number,
            from_key=contact_key(SECRET, "sms", mobile),
            sent_from=mobile,
            text=text,
            received_at=NOON,
        )
        session.add(reply)
        session.flush()
        return reply.id


def take(engine: Engine, reply_id: int, said: Said, *, now: datetime = NOON) -> str:
    with writing(engine) as session:
        return take_reply(
            session, reply_id, secret=SECRET, house_address=HOUSE, now=now, understand=plainly, say=said
        )


def read_and_follow(engine: Engine, capture_id: str, said: Said) -> None:
    """What the worker does with a form."""
    read_capture(engine, capture_id)
    with writing(engine) as session:
        follow_capture(session, capture_id, secret=SECRET, house_address=HOUSE, say=said, now=NOON)


def value_of(engine: Engine, record_id: int, name: str = "email") -> str | None:
    """The best known value of the guest of a record."""
    with reading(engine) as session:
        guest = session.scalars(select(Link.guest_id).where(Link.record_id == record_id)).one()
        found = session.get(GuestValue, (guest, name))
        return found.value if found else None

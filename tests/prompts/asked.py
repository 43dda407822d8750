"""Questions, messages and answers as the rooms that ask leave them, showing only what matters."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Engine, select

from server.captures.models import Capture
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.prompts.models import Message, Prompt, Reply
from server.records.models import SourceRecord
from server.stays.models import Stay, StaySource
from tests.builders import NOON, take_in

_numbers = count(1)
ALIAS = "pmarti.347203@guest.booking.com"


def guest(name: str, **values: str) -> dict[str, str]:
    """A guest whose mobile and birth date, made of the name, let the engine know them again."""
    first, _, last = name.partition(" ")
    mark = sum(ord(letter) * (place + 3) for place, letter in enumerate(name)) % 9000
    made = {
        "first_name": first,
        "last_name": last or "Vernier",
        "mobile": f"+33 6 52 5{mark // 1000} {mark % 1000:03d} 7",
        "birth_date": f"19{50 + mark % 40}-0{1 + mark % 9}-1{mark % 9}",
    }
    return made | values


def stay_of(engine: Engine, key: str) -> tuple[int, str, str, int]:
    """The record of a key, its stay, its guest and house."""
    with reading(engine) as session:
        query = (
            select(SourceRecord.id, Stay.id, Link.guest_id, SourceRecord.property_id)
            .join(StaySource, StaySource.record_id == SourceRecord.id)
            .join(Stay, Stay.id == StaySource.stay_id)
            .join(Link, Link.record_id == SourceRecord.id)
            .where(SourceRecord.key == key)
        )
        record_id, stay_id, guest_id, property_id = session.execute(query).one()
        return record_id, stay_id, guest_id, property_id


def ask(engine: Engine, key: str, state: str = "asked", *, at: datetime = NOON, **changed: Any) -> int:
    """A question about the stay of a record, in a state; its message where it was asked."""
    record_id, stay_id, guest_id, property_id = stay_of(engine, key)
    cost, message = changed.pop("cost", None), changed.pop("message", "delivered")
    was_asked = state not in ("planned", "held_back") and changed.pop("was_asked", True)
    facts: dict[str, Any] = {
        "property_id": property_id,
        "stay_id": stay_id,
        "guest_id": guest_id,
        "record_id": record_id,
        "rule": "email_by_text",
        "purpose": "email",
        "channel": "sms",
        "mode": "reply",
        "language": "fr",
        "source_channel": "booking.com",
        "state": state,
        "due_at": at,
        "until_at": at + timedelta(days=3),
        "planned_at": at - timedelta(days=5),
        "asked_at": at if was_asked else None,
        "answered_at": at if state in ("answered", "given", "declined") else None,
        "settled_at": at if state in ("given", "declined", "closed") else None,
    }
    with writing(engine) as session:
        prompt = Prompt(**(facts | changed))
        session.add(prompt)
        session.flush()
        if was_asked:
            session.add(
                Message(
                    property_id=property_id,
                    prompt_id=prompt.id,
                    kind="question",
                    once_key=f"q{next(_numbers)}",
                    channel=prompt.channel,
                    sender="Hotel",
                    to_key=b"k" * 32,
                    language="fr",
                    state=message,
                    cost=cost,
                    currency="EUR" if cost is not None else None,
                    made_at=at,
                    due_at=at,
                    until_at=at,
                    sent_at=at if message != "ready" else None,
                )
            )
        return prompt.id


def came(
    engine: Engine,
    person: dict[str, str],
    *,
    at: datetime = NOON,
    surface: str = "kiosk",
    prompt_id: int | None = None,
    house: str = "main",
    **changed: Any,
) -> str:
    """A finished form of a guest, read and linked; with `prompt_id`, the answer to that question by text."""
    number = next(_numbers)
    id_, source = f"form-{number:06d}", "tablet" if surface == "kiosk" else "link"
    take_in(
        engine,
        person | {"key": id_},
        source=f"{source} {house}",
        kind=source,
        proof="booking-bound",
        now=at,
        at=house,
    )
    link_waiting(engine)
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord).where(SourceRecord.key == id_)).one()
        facts: dict[str, Any] = {
            "form": "pre_check_in",
            "form_version": 2,
            "language": "fr",
            "surface": surface,
            "proof": "typed",
            "property_id": record.property_id,
            "answers": {},
            "digest": b"1" * 32,
            "state": "read",
            "record_id": record.id,
            "received_at": at,
        }
        session.add(Capture(id=id_, **(facts | changed)))
        if prompt_id is not None:
            session.add(
                Reply(
                    channel="sms",
                    provider_id=f"SM{number}",
                    prompt_id=prompt_id,
                    from_key=b"k" * 32,
                    state="taken",
                    capture_id=id_,
                    received_at=at,
                )
            )
    return id_


def book(engine: Engine, *people: dict[str, str], house: str = "main", now: datetime = NOON) -> None:
    """Reservations of a house's own system, linked and counted."""
    take_in(engine, *people, source=f"pms {house}", stay_kind="stay", at=house, now=now)
    link_waiting(engine)

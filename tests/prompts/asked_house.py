"""A house with guests who are about to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import writing
from server.prompts.carrying import Allowing, Outgoing
from server.prompts.contacts import contact_key
from server.prompts.models import Message, Prompt
from server.prompts.putting import put_due
from server.prompts.sending import take_ready
from server.properties.models import Property
from server.properties.setup import default_property
from server.records.models import CleanRow, Source, SourceRecord
from server.stays.models import ToldStay

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
SECRET = b"s" * 32
ADDRESS = "https://guests.hotel.example"
NUMBER = "+15005550006"
"""A number of the house, that guests can answer to."""


class Say:
    """Decides by what a test says of each question."""

    def __init__(self, why_not: Callable[[Prompt], str | None]) -> None:
        self.why_not = why_not

    def goes(self, message: Message) -> None:
        """Nothing counts."""


def saying(why_not: Callable[[Prompt], str | None]) -> Allowing:
    """Each question may go out, or not, as a test says; `quiet` passes."""
    return Allowing(lambda *_args, **_words: Say(why_not), frozenset({"quiet"}))


EVERYTHING_GOES = saying(lambda _: None)


def name_house(session: Session, *, sms: str = NUMBER) -> Property:
    """The default house, with all that sending needs."""
    place = default_property(session)
    place.name, place.reception_phone = "Hôtel des Bains", "+33142685300"
    place.reply_to = "reception@hotel.example"
    place.senders = {"sms": sms, "email_name": "Hôtel des Bains"}
    return place


def plan(
    engine: Engine,
    numbers: Iterable[int] = (1,),
    *,
    purpose: str = "email",
    channel: str = "sms",
    mode: str = "link",
    language: str = "en",
    sms: str = NUMBER,
    now: datetime = NOON,
    secret: bytes = SECRET,
) -> list[int]:
    """Guests with a telephone and an address each, who arrive in three days and are to be asked now."""
    with writing(engine) as session:
        place = name_house(session, sms=sms)
        source = session.scalar(select(Source)) or Source(
            name="pms", layout="pms", kind="pms", property_id=place.id
        )
        session.add(source)
        session.flush()
        made = [_guest(session, source, number, now) for number in numbers]
        prompts = []
        for number, record in made:
            contact = email_of(number) if channel == "email" else phone_of(number)
            prompts.append(
                Prompt(
                    property_id=place.id,
                    stay_id=f"stay-{number}",
                    guest_id=f"guest-{number}",
                    record_id=record.id,
                    rule="email_by_text",
                    purpose=purpose,
                    channel=channel,
                    mode=mode,
                    language=language,
                    state="planned",
                    due_at=now,
                    until_at=now + timedelta(days=3),
                    planned_at=now,
                    contact_key=contact_key(secret, channel, contact),
                )
            )
        session.add_all(prompts)
        session.flush()
        return [prompt.id for prompt in prompts]


def phone_of(number: int) -> str:
    return f"+3363998{number:04d}"


def email_of(number: int) -> str:
    return f"guest{number}@posteo.example"


def _guest(session: Session, source: Source, number: int, now: datetime) -> tuple[int, SourceRecord]:
    record = SourceRecord(
        source_id=source.id,
        key=str(number),
        property_id=source.property_id,
        current_digest=b"1",
        received_at=now,
    )
    session.add(record)
    session.flush()
    known = {
        "first_name": "María",
        "last_name": f"Cruz {number}",
        "mobile": phone_of(number),
        "email": email_of(number),
    }
    classes = dict.fromkeys(("email_class", "phone_class", "mobile_class"), "usable")
    session.add(CleanRow(record_id=record.id, is_person=True, search="", rest={}, **known, **classes))
    arrives: date = (now + timedelta(days=3)).date()
    session.add(
        ToldStay(
            record_id=record.id,
            version=1,
            property_id=source.property_id,
            kind="stay",
            status="booked",
            arrives=arrives,
            departs=arrives + timedelta(days=2),
            room="214",
        )
    )
    return number, record


def put(
    engine: Engine, *, now: datetime = NOON, allowing: Allowing = EVERYTHING_GOES, secret: bytes = SECRET
) -> int:
    """Put what is due."""
    with writing(engine) as session:
        return put_due(
            session,
            secret=secret,
            house_address=ADDRESS,
            now=now,
            limit=2000,
            allowing=allowing,
            sender_of=lambda session, property_id, country: session.get_one(Property, property_id).senders[
                "sms"
            ],
        )


def take(
    engine: Engine,
    *,
    now: datetime = NOON,
    allowing: Allowing = EVERYTHING_GOES,
    limit: int = 2000,
    secret: bytes = SECRET,
) -> list[Outgoing]:
    """Lease what is ready."""
    with writing(engine) as session:
        return take_ready(
            session,
            secret=secret,
            house_address=ADDRESS,
            channels=("sms", "email"),
            allowing=allowing,
            now=now,
            limit=limit,
        )


def messages(engine: Engine) -> list[Message]:
    """All messages, as they stand."""
    with writing(engine) as session:
        return list(session.scalars(select(Message).order_by(Message.id)))


def prompts(engine: Engine) -> list[Prompt]:
    """All questions, as they stand."""
    with writing(engine) as session:
        return list(session.scalars(select(Prompt).order_by(Prompt.id)))

"""What one guest was asked and what came back: for their page at the desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.prompts.contacts import contact_key
from server.prompts.models import AddressProof, DeadContact, Declined, Message, OptOut, Prompt, Reply
from server.properties.finding import today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord
from server.stays.models import Stay
from server.stays.told import CAME_TO_NOTHING

TEXTS_SHOWN_FOR = timedelta(days=30)
"""The retention of messages: what is older is not shown even before the nightly deletion came to it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A text that went out or came back; `text` is empty once it is too old."""

    at: datetime
    is_ours: bool
    channel: str
    state: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the guest with what went out for it and came back."""

    prompt: Prompt
    zone: str
    told: tuple[Told, ...]

    @property
    def at(self) -> datetime:
        """When it was asked, or is to be."""
        return self.prompt.asked_at or self.prompt.due_at


@dataclass(frozen=True, slots=True)
class Proven:
    """How sure it is that an address is the guest's."""

    address: str
    state: str
    at: datetime


@dataclass(frozen=True, slots=True)
class StopSaid:
    """Somebody at a contact of theirs asked us to stop: by which channel it was said, how and when."""

    channel: str
    how: str  # as OptOut
    at: datetime


@dataclass(frozen=True, slots=True)
class AskedOf:
    """All of it, the newest first; `stay`: which one a No for this stay is about."""

    questions: tuple[Question, ...]
    proofs: tuple[Proven, ...]
    refusals: tuple[Declined, ...]
    dead: tuple[DeadContact, ...]
    stay: Stay | None
    stopped: tuple[StopSaid, ...] = ()


def asked_of(
    session: Session,
    guest_id: str,
    record_ids: Collection[int],
    reach: Reach,
    *,
    secret: bytes,
    now: datetime,
) -> AskedOf:
    """What a guest was asked about the stays of these records, their own within reach, and what they said."""
    ids = sorted(record_ids)
    prompts: list[Prompt] = []
    refusals: list[Declined] = []
    dead: dict[bytes, DeadContact] = {}
    for part in parts(ids):
        prompts += session.scalars(
            select(Prompt).where(
                Prompt.record_id.in_(part), reach.limit(Prompt.property_id), Prompt.state != "held_back"
            )
        )
        refusals += session.scalars(
            select(Declined).where(Declined.record_id.in_(part), Declined.ended_at.is_(None))
        )
        for row in session.scalars(
            select(DeadContact).where(DeadContact.record_id.in_(part), DeadContact.ended_at.is_(None))
        ):
            dead.setdefault(row.contact_key, row)
    zones = {
        place.id: place.zone
        for place in session.scalars(
            select(Property).where(Property.id.in_({prompt.property_id for prompt in prompts}))
        )
    }
    asked = [
        Question(prompt, zones[prompt.property_id], _told(session, prompt, now=now)) for prompt in prompts
    ]
    return AskedOf(
        questions=tuple(sorted(asked, key=lambda one: one.at, reverse=True)),
        proofs=_proofs(session, ids, secret),
        refusals=tuple(sorted(refusals, key=lambda one: (one.at, one.id), reverse=True)),
        dead=tuple(sorted(dead.values(), key=lambda one: one.at, reverse=True)),
        stay=stay_in_question(session, guest_id, reach, now=now),
        stopped=_stopped(session, ids, reach, secret),
    )


def _stopped(
    session: Session, record_ids: Collection[int], reach: Reach, secret: bytes
) -> tuple[StopSaid, ...]:
    """Who asked the companies of the houses within reach to stop, each way and how once, the newest first."""
    keys: set[bytes] = set()
    companies: set[int] = set()
    for part in parts(sorted(record_ids)):
        query = (
            select(CleanRow.email, CleanRow.mobile, CleanRow.phone, Property.legal_entity_id)
            .join(SourceRecord, SourceRecord.id == CleanRow.record_id)
            .join(Property, Property.id == SourceRecord.property_id)
            .where(CleanRow.record_id.in_(part), reach.limit(SourceRecord.property_id))
        )
        for email, mobile, phone, company in session.execute(query):
            companies.add(company)
            keys |= {contact_key(secret, "email", email)} if email else set()
            keys |= {contact_key(secret, "sms", number) for number in (mobile, phone) if number}
    found: dict[tuple[str, str], StopSaid] = {}
    for some in parts(sorted(keys)):
        rows = select(OptOut).where(
            OptOut.contact_key.in_(some), OptOut.legal_entity_id.in_(companies), OptOut.ended_at.is_(None)
        )
        for row in session.scalars(rows.order_by(OptOut.at)):
            found[row.channel, row.how] = StopSaid(row.channel, row.how, row.at)
    return tuple(sorted(found.values(), key=lambda one: one.at, reverse=True))


def stay_in_question(
    session: Session, guest_id: str, reach: Reach, *, now: datetime, stay_id: str | None = None
) -> Stay | None:
    """The stay that a guest is asked about: one that is named, else the one that runs or comes next, else
    the last; None where they have none with a record within reach."""
    query = (
        select(Stay)
        .join(SourceRecord, SourceRecord.id == Stay.record_id)
        .where(
            Stay.guest_id == guest_id,
            Stay.kind == "stay",
            Stay.status.not_in(CAME_TO_NOTHING),
            Stay.arrives.is_not(None),
            reach.limit(Stay.property_id),
            reach.limit(SourceRecord.property_id),
        )
    )
    if stay_id is not None:
        return session.scalar(query.where(Stay.id == stay_id))
    stays = sorted(session.scalars(query), key=lambda stay: (_last(stay), stay.id))
    houses = {stay.property_id for stay in stays}
    today = {id_: today_at(session.get_one(Property, id_), now=now) for id_ in houses}
    open_ones = (stay for stay in stays if _last(stay) >= today[stay.property_id])
    return next(open_ones, stays[-1] if stays else None)


def _last(stay: Stay) -> date:
    return stay.departs or stay.arrives or date.min


def _told(session: Session, prompt: Prompt, *, now: datetime) -> tuple[Told, ...]:
    since = now - TEXTS_SHOWN_FOR
    messages = session.scalars(select(Message).where(Message.prompt_id == prompt.id))
    replies = session.scalars(select(Reply).where(Reply.prompt_id == prompt.id))
    told = [
        Told(
            one.sent_at or one.sending_at or one.due_at,
            True,
            one.channel,
            one.state,
            one.body if one.made_at > since else "",
        )
        for one in messages
    ] + [
        Told(one.received_at, False, one.channel, one.state, one.text if one.received_at > since else "")
        for one in replies
    ]
    return tuple(sorted(told, key=lambda one: one.at))


def _proofs(session: Session, record_ids: Collection[int], secret: bytes) -> tuple[Proven, ...]:
    """Each address once, with the newest that is known of it. An address that its record does not bear any
    more has a hash only, and is not shown."""
    found: dict[str, Proven] = {}
    for part in parts(sorted(record_ids)):
        query = (
            select(AddressProof, CleanRow.email)
            .join(CleanRow, CleanRow.record_id == AddressProof.record_id)
            .where(AddressProof.record_id.in_(part), CleanRow.email.is_not(None))
        )
        for proof, email in session.execute(query):
            if email is None or contact_key(secret, "email", email) != proof.contact_key:
                continue
            at = proof.settled_at or proof.made_at
            if email not in found or found[email].at < at:
                found[email] = Proven(email, proof.state, at)
    return tuple(sorted(found.values(), key=lambda one: one.at, reverse=True))

"""A question that is due becomes a message that is ready: whom it goes to, from which sender, in which words.

`once_key` is made once in the store, so a question becomes one message, however many workers put it.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.links import issue_link, stay_of, stays_of
from server.captures.models import FIRST_FORM
from server.forms.definition import find_form
from server.guests.loading import parts
from server.jobs.queue import enqueue
from server.prompts.addressing import contacts_of, last_sender, sender_to
from server.prompts.carrying import Allowing, SenderOf, can_be_answered
from server.prompts.composing import Facts, NothingToSay
from server.prompts.contacts import contact_key
from server.prompts.models import Message, Prompt
from server.prompts.opting import is_opted_out
from server.prompts.senders import sender_to_country
from server.prompts.writing import word, write_row
from server.properties.models import Property
from server.records.models import CleanRow, SourceRecord
from server.refusal import Refused
from server.stays.models import Stay, ToldStay

log = logging.getLogger("oneguest.prompts")

ASKED_AGAIN_AFTER = timedelta(minutes=15)
"""How long a question waits that may not go now and may later; then it is asked again whether it may."""

ANSWERS_LIVE = timedelta(hours=12)
"""An answer of ours that could not leave by then makes no sense any more."""

LEADS_TO = {"email": "your_email", "invoice": "your_email", "survey": "survey", "stay_info": FIRST_FORM}
"""The form that a question's link opens."""

ONLY_TO_WHO_WANTS = frozenset({"question", "ask_back", "confirmation", "test"})
"""Kinds that never go to somebody who asked us to stop; the others answer what they did themselves."""

SEND = "send_messages"
"""The work that carries out what is ready."""


def put_due(
    session: Session,
    *,
    secret: bytes,
    house_address: str,
    now: datetime,
    limit: int,
    allowing: Allowing,
    sender_of: SenderOf,
) -> int:
    """Make messages of the questions that are due; return how many were looked at. What may not go now and
    may later waits; what never may is closed with the reason."""
    due = session.scalars(
        select(Prompt)
        .where(Prompt.state == "planned", Prompt.due_at <= now)
        .order_by(Prompt.due_at, Prompt.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    made = 0
    asked = allowing.ask(session, due, secret=secret, now=now)
    known = _gather(session, due, secret, sender_of)
    for prompt in due:
        why = "too_late" if prompt.until_at <= now else asked.why_not(prompt)
        if why is None:
            written = _put(session, prompt, known, secret=secret, house_address=house_address, now=now)
            if isinstance(written, str):
                why = written
            else:
                asked.goes(written)
        if why is None:
            prompt.state, prompt.why, prompt.asked_at = "asked", "", now
            made += 1
        elif why in allowing.waits:
            prompt.why, prompt.due_at = why, now + ASKED_AGAIN_AFTER
        else:
            close(prompt, why, now=now)
    session.flush()
    if made:
        enqueue(session, SEND, {}, now=now, dedup_key=SEND)
    return len(due)


def close(prompt: Prompt, why: str, *, now: datetime) -> None:
    """Nothing is asked any more: the reason stands with the question."""
    prompt.state, prompt.why, prompt.settled_at = "closed", why[:40], now


@dataclass(frozen=True, slots=True)
class _Known:
    """What is needed to put some questions."""

    contacts: Mapping[int, str]
    """By question."""
    records: Mapping[int, SourceRecord]
    stays: Mapping[int, Stay | ToldStay]
    """By record."""
    rows: Sequence[CleanRow]
    """While these are held, a link asks the database for none of them."""
    sender_of: SenderOf


def _gather(session: Session, prompts: Sequence[Prompt], secret: bytes, sender_of: SenderOf) -> _Known:
    ids = sorted({prompt.record_id for prompt in prompts if prompt.record_id})
    records: dict[int, SourceRecord] = {}
    rows: list[CleanRow] = []
    for part in parts(ids):
        records |= {
            one.id: one for one in session.scalars(select(SourceRecord).where(SourceRecord.id.in_(part)))
        }
        rows += session.scalars(select(CleanRow).where(CleanRow.record_id.in_(part)))
    return _Known(
        contacts=contacts_of(session, prompts, secret),
        records=records,
        stays=stays_of(session, records.values()),
        rows=rows,
        sender_of=cache(sender_of),
    )


def _put(
    session: Session, prompt: Prompt, known: _Known, *, secret: bytes, house_address: str, now: datetime
) -> Message | str:
    """Write the message of one question; the code of what stands against it, when it cannot be written."""
    record, to = known.records.get(prompt.record_id or 0), known.contacts.get(prompt.id)
    if record is None or to is None:
        return "no_contact"
    place = session.get_one(Property, prompt.property_id)
    sender = sender_to(session, place, prompt.channel, to, known.sender_of)
    if not sender:
        return "no_sender"
    stay = known.stays.get(record.id)
    link = None
    if prompt.mode == "link" or prompt.purpose in ("stay_info", "survey"):
        form = LEADS_TO.get(prompt.purpose, FIRST_FORM)
        try:
            issued = issue_link(
                session,
                record,
                form=form if find_form(form) else FIRST_FORM,
                actor="prompts",
                now=now,
                stay=stay,
            )
        except Refused as refusal:
            return refusal.code
        prompt.guest_link_id, link = issued.link.id, f"{house_address}/g/{issued.token}"
    facts = Facts(
        house=place.name,
        phone=place.reception_phone,
        day=stay.arrives if stay is not None else None,
        link=link,
        can_be_answered=prompt.channel == "email" or can_be_answered(sender),
    )
    message = write_row(
        session,
        place,
        kind="question",
        once_key=f"question:{prompt.id}",
        prompt=prompt,
        channel=prompt.channel,
        sender=sender,
        to=to,
        language=prompt.language,
        until_at=prompt.until_at,
        secret=secret,
        now=now,
    )
    if message is None:
        return "put_already"
    try:
        word(message, facts, prompt, secret=secret, house_address=house_address)
    except NothingToSay:
        session.delete(message)
        return "nothing_to_say"
    return message


def put_answer(
    session: Session,
    kind: str,
    *,
    to: str,
    channel: str,
    property_id: int,
    language: str,
    prompt_id: int | None,
    once_key: str,
    secret: bytes,
    now: datetime,
    house_address: str = "",
    sender_of: SenderOf | None = None,
    address: str | None = None,
    link: str | None = None,
    code: str | None = None,
) -> Message | None:
    """Write what answers a guest (or tests on a colleague); it goes at once, from the sender they know.

    None when nothing may be sent: they asked us to stop, it was put already, or there is no sender to their
    country. Raises NothingToSay for a kind there is not.
    """
    place = session.get_one(Property, property_id)
    key = contact_key(secret, channel, to)
    if kind in ONLY_TO_WHO_WANTS and is_opted_out(session, key, channel, place.legal_entity_id):
        return None
    prompt = session.get(Prompt, prompt_id) if prompt_id else None
    sender = last_sender(session, key, channel, property_id) or sender_to(
        session, place, channel, to, sender_of or sender_to_country
    )
    if not sender:
        return None
    record = session.get(SourceRecord, prompt.record_id) if prompt and prompt.record_id else None
    stay = stay_of(session, record) if record is not None else None
    facts = Facts(
        house=place.name,
        phone=place.reception_phone,
        day=stay.arrives if stay is not None else None,
        link=link,
        address=address,
        code=code,
        can_be_answered=channel == "email" or can_be_answered(sender),
    )
    message = write_row(
        session,
        place,
        kind=kind,
        once_key=once_key,
        prompt=prompt,
        channel=channel,
        sender=sender,
        to=to,
        language=language,
        until_at=now + ANSWERS_LIVE,
        secret=secret,
        now=now,
    )
    if message is None:
        return None
    word(message, facts, prompt, secret=secret, house_address=house_address)
    session.flush()
    enqueue(session, SEND, {}, now=now, dedup_key=SEND)
    return message

""" "Not me", "wrong number": the contact is dead for this guest and no evidence of who they are.

No source record changes: what a source sent stays word for word. The number is left out of how the guest's
records read, so nothing links by it and no message goes there; a colleague may take it back. An address that
bounces for good stays in them, for it tells who they are, but reads as one that reaches nobody.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID
from server.guests.deeds import fellows_of
from server.guests.linker import take_linker, touch
from server.guests.loading import parts
from server.guests.values import BOUNCED_EMAIL
from server.journal import note
from server.prompts.bouncing import BOUNCED, believe_again
from server.prompts.closing import EMAIL, open_prompts, settle_prompt
from server.prompts.contacts import contact_key
from server.prompts.models import DeadContact
from server.properties.reach import Reach
from server.record import CleanRecord
from server.records.models import CleanRow, SourceRecord
from server.records.rereading import read_again

WITHHELD = ("not_me", "desk")
"""Why a contact is nobody's evidence; one that bounces or takes no texts is still the guest's."""

READ_OTHERWISE = (*WITHHELD, BOUNCED)
"""After what a record reads otherwise than its source sent it; a landline is a number like others."""

NUMBERS = ("phone", "mobile")


def disown(
    session: Session,
    record_id: int,
    key: bytes,
    *,
    how: str = "not_me",
    by: str,
    secret: bytes,
    now: datetime,
) -> list[int]:
    """This contact is not that of this record's guest; the records that it was taken from, and the one that
    told of the stay."""
    take_linker(session)
    fellows = fellows_of(session, record_id)
    bearers = sorted({record_id, *_bearing(session, fellows, key, secret)})
    known = {
        row.record_id: row
        for row in session.scalars(
            select(DeadContact).where(DeadContact.record_id.in_(bearers), DeadContact.contact_key == key)
        )
    }
    for bearer in bearers:
        row = known.get(bearer)
        if row is None:
            session.add(DeadContact(record_id=bearer, contact_key=key, at=now, how=how))
        elif row.ended_at is not None or row.how not in WITHHELD:
            row.at, row.how, row.ended_at = now, how, None
    session.flush()
    for prompt in open_prompts(session, fellows, EMAIL):
        if prompt.contact_key == key:
            settle_prompt(prompt, "closed", why="not_me", now=now)
    house = session.scalar(select(SourceRecord.property_id).where(SourceRecord.id == record_id))
    note(session, by, "contact.disowned", f"record:{record_id}", now=now, property_id=house)
    withhold(session, bearers, secret=secret, now=now)
    return bearers


def own_again(
    session: Session, dead_id: int, reach: Reach, *, actor: str, secret: bytes, now: datetime
) -> DeadContact | None:
    """A colleague knows better: it is the guest's after all. None where there is none within reach."""
    row = session.get(DeadContact, dead_id) if 0 < dead_id <= LARGEST_ID else None
    house = (
        session.scalar(select(SourceRecord.property_id).where(SourceRecord.id == row.record_id)) if row else 0
    )
    if row is None or not reach.covers(house):
        return None
    take_linker(session)
    fellows = fellows_of(session, row.record_id)
    same = select(DeadContact).where(
        DeadContact.record_id.in_(fellows),
        DeadContact.contact_key == row.contact_key,
        DeadContact.ended_at.is_(None),
    )
    rows = session.scalars(same).all()
    for one in rows:
        one.ended_at = now
    believe_again(session, [one for one in rows if one.how == BOUNCED], now=now)
    session.flush()
    if rows:
        note(session, actor, "contact.owned_again", f"record:{row.record_id}", now=now, property_id=house)
        withhold(session, [one.record_id for one in rows], secret=secret, now=now)
    return row


def own_after_all(
    session: Session, key: bytes, *, said_at: datetime, secret: bytes, now: datetime
) -> list[int]:
    """Its owner pressed the wrong button at `said_at`: it is the guest's after all; the records concerned."""
    take_linker(session)
    rows = session.scalars(
        select(DeadContact).where(
            DeadContact.contact_key == key, DeadContact.at == said_at, DeadContact.ended_at.is_(None)
        )
    ).all()
    for row in rows:
        row.ended_at = now
    session.flush()
    records = [row.record_id for row in rows]
    if records:
        house = session.scalar(select(SourceRecord.property_id).where(SourceRecord.id == records[0]))
        note(session, "guest", "contact.owned_again", f"record:{records[0]}", now=now, property_id=house)
        withhold(session, records, secret=secret, now=now)
    return records


def is_dead(session: Session, record_ids: Collection[int], key: bytes) -> bool:
    """Whether no message may go to this contact for the guest of these records."""
    return any(
        session.scalar(
            select(DeadContact.id)
            .where(
                DeadContact.record_id.in_(part),
                DeadContact.contact_key == key,
                DeadContact.ended_at.is_(None),
            )
            .limit(1)
        )
        for part in parts(sorted(record_ids))
    )


def withhold(session: Session, record_ids: Collection[int], *, secret: bytes, now: datetime) -> list[int]:
    """Read records again without the contacts that are not their guest's, and with those that bounce as what
    they are; link them anew; which changed. Whoever calls is the one that links. A source that sends the
    contact once more changes nothing of it."""
    changed, _ = read_again(session, sorted(record_ids), less=_without_dead(session, record_ids, secret))
    if changed:
        touch(session, changed, cause="disowned", now=now)
    return changed


def records_that_forgot(session: Session, *, secret: bytes) -> list[int]:
    """Records that read otherwise than they should: a contact is dead since, or was taken back; their source
    sent them anew, or they were read again."""
    of_these = select(DeadContact.record_id).where(DeadContact.how.in_(READ_OTHERWISE))
    ids = sorted(set(session.scalars(of_these)))
    dead = _dead(session, ids)
    found = []
    for part in parts(ids):
        for row in session.scalars(select(CleanRow).where(CleanRow.record_id.in_(part))):
            theirs = dead[row.record_id]
            works = row.email_class in BOUNCED_EMAIL.values() and BOUNCED not in theirs.values()
            if works or _otherwise(row, theirs, secret):
                found.append(row.record_id)
    return found


def _bearing(session: Session, record_ids: Collection[int], key: bytes, secret: bytes) -> list[int]:
    rows = session.scalars(select(CleanRow).where(CleanRow.record_id.in_(record_ids)))
    return [row.record_id for row in rows if key in _keys(secret, row.email, row.phone, row.mobile)]


def _keys(secret: bytes, email: str | None, *numbers: str | None) -> set[bytes]:
    found = {contact_key(secret, "sms", number) for number in numbers if number}
    return found | ({contact_key(secret, "email", email)} if email else set())


def _dead(session: Session, record_ids: Collection[int]) -> dict[int, dict[bytes, str]]:
    """By record the contacts that it reads otherwise for, and why."""
    found: dict[int, dict[bytes, str]] = defaultdict(dict)
    for part in parts(sorted(record_ids)):
        query = select(DeadContact.record_id, DeadContact.contact_key, DeadContact.how).where(
            DeadContact.record_id.in_(part),
            DeadContact.ended_at.is_(None),
            DeadContact.how.in_(READ_OTHERWISE),
        )
        for record_id, key, how in session.execute(query):
            found[record_id][key] = how
    return found


def _without_dead(
    session: Session, record_ids: Collection[int], secret: bytes
) -> Callable[[int, CleanRecord], CleanRecord]:
    dead = _dead(session, record_ids)

    def less(record_id: int, read: CleanRecord) -> CleanRecord:
        changed = _otherwise(read, dead[record_id], secret)
        return dataclasses.replace(read, **changed) if changed else read  # type: ignore[arg-type]  # by name

    return less


def _otherwise(
    read: CleanRecord | CleanRow, dead: Mapping[bytes, str], secret: bytes
) -> dict[str, str | None]:
    """What a record's dead contacts change of how it reads."""
    changed: dict[str, str | None] = {}
    for field in NUMBERS:
        number = getattr(read, field)
        if number and dead.get(contact_key(secret, "sms", number)) in WITHHELD:
            changed |= {field: None, f"{field}_class": "missing"}
    why = dead.get(contact_key(secret, "email", read.email)) if read.email else None
    if why in WITHHELD:
        changed |= {"email": None, "email_class": "missing", "email_suggestion": None}
    elif why == BOUNCED and read.email_class in BOUNCED_EMAIL:
        changed["email_class"] = BOUNCED_EMAIL[read.email_class]
    return changed

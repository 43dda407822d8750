"""Erase records of a guest at staff's word, with the forms they were read from; the journal tells who did."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.captures.models import Bound, Capture, SealedForm
from server.guests.erasing import erase_records
from server.guests.linker import Changes, take_linker
from server.guests.loading import parts
from server.guests.models import Link
from server.journal import note as journal
from server.prompts.erasing import forget_prompts
from server.records.models import Source, SourceRecord
from server.refusal import Refused


def records_of_guest(session: Session, guest_id: str) -> list[int]:
    """The records linked to a guest. Refused where there are none."""
    found = list(session.scalars(select(Link.record_id).where(Link.guest_id == guest_id)))
    if not found:
        raise Refused("erase.no_guest", {"guest": guest_id})
    return found


def record_of_source(session: Session, source: str, key: str) -> int:
    """The record of a source's key. Refused where there is none."""
    query = (
        select(SourceRecord.id)
        .join(Source, Source.id == SourceRecord.source_id)
        .where(Source.name == source, SourceRecord.key == key)
    )
    found = session.scalar(query)
    if found is None:
        raise Refused("erase.no_record", {"source": source, "key": key})
    return found


def erase(session: Session, record_ids: Collection[int], *, actor: str, now: datetime) -> Changes:
    """Erase records with their forms and links to stays; the journal tells who did, and of how many."""
    take_linker(session)
    _blank_companions(session, record_ids)
    for part in parts(sorted(record_ids)):
        theirs = select(Capture.id).where(Capture.record_id.in_(part))
        sealed = update(SealedForm).where(SealedForm.capture_id.in_(theirs))
        session.execute(sealed.values(SealedForm.FORGOTTEN))  # a copy that comes late is still known
        session.execute(delete(Capture).where(Capture.record_id.in_(part)))
        bound = select(Bound.capture_id).where(Bound.record_id.in_(part))  # came, and is not read yet
        session.execute(delete(Capture).where(Capture.id.in_(bound), Capture.record_id.is_(None)))
    forget_prompts(session, record_ids, now=now)
    of = select(SourceRecord.property_id).where(SourceRecord.id.in_(sorted(record_ids)[:500])).distinct()
    houses = session.scalars(of).all()
    changes = erase_records(session, record_ids, cause="erasure", now=now)
    journal(
        session,
        actor,
        "records.erased",
        f"records:{len(record_ids)}",
        now=now,
        property_id=houses[0] if len(houses) == 1 else None,
        records=sorted(record_ids),
    )
    return changes


def _blank_companions(session: Session, record_ids: Collection[int]) -> None:
    """Take out of a main guest's form what it says of a companion whose record is erased."""
    for part in parts(sorted(record_ids)):
        keys = select(SourceRecord.key).where(
            SourceRecord.id.in_(part), SourceRecord.key.contains("/", autoescape=True)
        )
        for key in session.scalars(keys):
            capture_id, _, person = key.partition("/")
            capture = session.get(Capture, capture_id)
            if capture is not None:
                capture.answers = {
                    name: text
                    for name, text in capture.answers.items()
                    if name != person and not name.startswith(f"{person}_")
                }
    session.flush()

"""Honourable No: who declined, has none or does not want to be asked.

A No is a fact about the guest like any other: it is remembered for this stay or for good, taken back when it
was a mistake, and counted against nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID
from server.guests.deeds import fellows_of
from server.guests.loading import parts
from server.journal import note
from server.prompts.closing import open_prompts, settle_prompt
from server.prompts.models import Declined, Prompt
from server.properties.reach import Reach

ANSWERS = ("declined", "has_none", "dont_ask")


def decline(
    session: Session,
    record_id: int,
    *,
    answer: str,
    purpose: str,
    property_id: int,
    until: date | None,
    by: str,
    now: datetime,
    by_form: bool = False,
) -> Declined:
    """Remember a No, until a day or for good, and ask no more. Said twice it is one.

    `by_form`: it was said in a form, which is counted itself; so the questions that were open only close.
    """
    fellows = fellows_of(session, record_id)
    same = select(Declined).where(
        Declined.record_id.in_(fellows),
        Declined.purpose == purpose,
        Declined.answer == answer,
        Declined.ended_at.is_(None),
        Declined.until.is_(None) if until is None else Declined.until == until,
    )
    found = session.scalars(same.limit(1)).first()
    if found is None:
        found = Declined(
            record_id=record_id,
            property_id=property_id,
            purpose=purpose,
            answer=answer,
            until=until,
            by=by,
            at=now,
        )
        session.add(found)
        session.flush()
        note(session, by, f"asking.{answer}", f"record:{record_id}", now=now, property_id=property_id)
    for prompt in open_prompts(session, fellows, purpose):
        if prompt.state == "planned" or by_form:
            settle_prompt(prompt, "closed", why="declined", now=now)
        else:
            settle_prompt(prompt, "declined", why=answer, now=now)
    return found


def take_refusal_back(
    session: Session, declined_id: int, reach: Reach, *, actor: str, now: datetime
) -> Declined | None:
    """It was a mistake: they may be asked again. None where there is none within reach."""
    row = session.get(Declined, declined_id, with_for_update=True) if 0 < declined_id <= LARGEST_ID else None
    if row is None or not reach.covers(row.property_id):
        return None
    if row.ended_at is None:
        row.ended_at = now
        _open_again(session, row)
        note(
            session,
            actor,
            "asking.taken_back",
            f"record:{row.record_id}",
            now=now,
            property_id=row.property_id,
        )
    return row


def _open_again(session: Session, row: Declined) -> None:
    """The questions that ended with this No stand where they stood."""
    for part in parts(fellows_of(session, row.record_id)):
        ended = select(Prompt).where(
            Prompt.record_id.in_(part),
            Prompt.purpose == row.purpose,
            Prompt.settled_at == row.at,
            Prompt.why.in_((row.answer, "declined")),
        )
        for prompt in session.scalars(ended):
            prompt.state = "planned" if prompt.asked_at is None else "asked"
            prompt.why, prompt.settled_at, prompt.answered_at = "", None, None


def refusals_of(
    session: Session, record_ids: Collection[int], purpose: str, *, today: date
) -> list[Declined]:
    """What these records' guests said No to, as far as it holds on a day, the newest first."""
    found: list[Declined] = []
    for part in parts(sorted(record_ids)):
        found += session.scalars(
            select(Declined).where(
                Declined.record_id.in_(part),
                Declined.purpose == purpose,
                Declined.ended_at.is_(None),
                or_(Declined.until.is_(None), Declined.until >= today),
            )
        )
    return sorted(found, key=lambda one: (one.at, one.id), reverse=True)

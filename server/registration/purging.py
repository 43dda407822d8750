"""Destroy sheets when their law says: the rows, the form they came by, what a tablet sealed, its problems.

How long a house keeps them is one entry of its retention (properties/retention.py). What was destroyed is
told by counts and days. On SQLite the pages are overwritten (secure_delete), and whoever calls truncates the
write-ahead log after; a database that was restored is purged by the next start, before anybody is answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.captures.models import Capture, SealedForm, VaultedAnswers
from server.forms.definition import registration_forms
from server.journal import note
from server.properties.finding import today_at
from server.properties.models import Property
from server.properties.retention import Keeping, keepings
from server.records.models import Problem
from server.registration.models import Destroyed, KeptSheet

ACTOR = "worker"
TABLES = (
    "registration_sheet",
    "registration_version",
    "vaulted_answers",
    "sealed_form",
    "capture",
    "problem",
)
"""Where rows are deleted."""
MOST = 500
"""Sheets destroyed in one transaction."""


def purge_sheets(session: Session, *, now: datetime) -> int:
    """Destroy up to MOST sheets whose time is over, in the caller's transaction; how many. Call until 0."""
    gone = 0
    for place in session.scalars(select(Property).order_by(Property.id)):
        keeping = keepings(place).get("police")
        if keeping is not None:
            gone += _purge_house(session, place, keeping, MOST - gone, now=now)
            gone += _purge_unread(session, place, keeping, MOST - gone, now=now)
    return gone


def _purge_house(session: Session, place: Property, keeping: Keeping, most: int, *, now: datetime) -> int:
    today = today_at(place, now=now)
    of_house = select(KeptSheet).where(KeptSheet.property_id == place.id).order_by(KeptSheet.arrives)
    over = [
        kept
        for kept in session.scalars(of_house.where(KeptSheet.arrives <= today))
        if keeping.last_day(start_of(kept, keeping.starts)) < today
    ][:most]
    by_country: dict[str, list[KeptSheet]] = defaultdict(list)
    for kept in over:
        by_country[kept.country].append(kept)
    for country, sheets in sorted(by_country.items()):
        days = [kept.arrives for kept in sheets]
        told = Destroyed(
            property_id=place.id,
            country=country,
            rule=f"{keeping.starts}+{keeping.months}m",
            sheets=len(sheets),
            first_day=min(days),
            last_day=max(days),
            at=now,
        )
        session.add(told)
        session.flush()
        destroy(session, [kept.id for kept in sheets])
        note(
            session,
            ACTOR,
            "sheets.destroyed",
            f"destroyed:{told.id}",
            now=now,
            property_id=place.id,
            sheets=len(sheets),
        )
    return len(over)


def start_of(kept: KeptSheet, starts: str) -> date:
    """The day from which a sheet's time runs; where that is not known, the day of arrival."""
    if starts == "departure":
        return kept.departs or kept.arrives
    return (kept.signed_on or kept.arrives) if starts == "signature" else kept.arrives


def _purge_unread(session: Session, place: Property, keeping: Keeping, most: int, *, now: datetime) -> int:
    """Forms for the vault that never became a sheet, and sealed ones that nobody could open: their time runs
    from the day they came."""
    today = today_at(place, now=now)
    answers = select(VaultedAnswers).where(VaultedAnswers.property_id == place.id)
    ids = {
        one.capture_id
        for one in session.scalars(answers)
        if keeping.last_day(today_at(place, now=one.received_at)) < today
    }
    names = [form.name for form in registration_forms()]
    query = (
        select(Capture)
        .where(Capture.property_id == place.id, Capture.form.in_(names))
        .where(Capture.id.not_in(select(KeptSheet.id)))
    )
    ids |= {
        one.id
        for one in session.scalars(query)
        if keeping.last_day(today_at(place, now=one.received_at)) < today
    }
    destroy(session, sorted(ids)[:most])
    return len(sorted(ids)[:most])


def destroy(session: Session, ids: Collection[str]) -> None:
    """The sheets of these ids and all of their forms; that a form of a tablet came stays known."""
    parts: Sequence[str] = sorted(ids)
    if not parts:
        return
    session.execute(delete(KeptSheet).where(KeptSheet.id.in_(parts)))
    session.execute(delete(VaultedAnswers).where(VaultedAnswers.capture_id.in_(parts)))
    session.execute(delete(Problem).where(Problem.capture_id.in_(parts)))
    sealed = update(SealedForm).where(SealedForm.capture_id.in_(parts))
    session.execute(sealed.values(SealedForm.FORGOTTEN))
    session.execute(delete(Capture).where(Capture.id.in_(parts)))
    session.flush()

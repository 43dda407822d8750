"""Destroy sheets when their law says: the rows, the form they came by, what a tablet sealed, its problems.

How long is said by the law of the sheet's own country, and by the house where that leaves it open
(properties/retention.py). What was destroyed is told by counts and days. A database that was restored is
purged by the next start, before anybody is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Engine, Select, SQLColumnExpression, delete, func, or_, select, update
from sqlalchemy.orm import Session

from server.captures.models import Capture, SealedForm, VaultedAnswers
from server.captures.receiving import VAULTED_NAMES
from server.db import empty_log, writing
from server.devices.models import Device
from server.journal import note
from server.properties.finding import today_at
from server.properties.models import Property
from server.properties.retention import Keeping, keepings, usual_keepings
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
SEALED_TABLES = ("registration_version", "vaulted_answers", "sealed_form")
"""Of these, what a row said is not to be found in a file any more."""
MOST = 500
"""Sheets destroyed in one transaction."""
AHEAD = timedelta(days=731)
"""A form comes at most so long before the day from which its time runs: nobody books, or stays, longer."""
WITHOUT_RULE = Keeping("police", "", "arrival", months=6)
"""For a form of a country whose law this release does not know, in a house that has no rule either."""


def purge_all(engine: Engine, *, now: datetime, stopping: Callable[[], bool] = lambda: False) -> int:
    """Destroy all sheets whose time is over, and empty the files that held them; how many."""
    gone = 0
    while not stopping():
        with writing(engine) as session:
            some = purge_sheets(session, now=now)
        if not some:
            break
        gone += some
    if gone:
        empty_log(engine, TABLES, rewritten=SEALED_TABLES)
    return gone


def purge_sheets(session: Session, *, now: datetime) -> int:
    """Destroy up to MOST sheets whose time is over, in the caller's transaction; how many. Call until 0."""
    gone = 0
    for place in session.scalars(select(Property).order_by(Property.id)):
        for country in _countries(session, place):
            keeping = keeping_of(place, country)
            gone += _purge_house(session, place, country, keeping, MOST - gone, now=now)
        gone += _purge_unread(session, place, MOST - gone, now=now)
    return gone


def keeping_of(place: Property, country: str) -> Keeping:
    """How long a house keeps sheets of a country: as it set, where that is its own country still."""
    own = keepings(place).get("police")
    if country == place.country and own is not None:
        return own
    usual = next((one for one in usual_keepings(country) if one.code == "police"), None)
    return usual or own or WITHOUT_RULE


def _countries(session: Session, place: Property) -> Sequence[str]:
    """Whose rules the house's sheets follow: mostly one."""
    query = select(KeptSheet.country).where(KeptSheet.property_id == place.id).distinct()
    return session.scalars(query.order_by(KeptSheet.country)).all()


def _purge_house(
    session: Session, place: Property, country: str, keeping: Keeping, most: int, *, now: datetime
) -> int:
    today = today_at(place, now=now)
    of_house = select(KeptSheet).where(KeptSheet.property_id == place.id, KeptSheet.country == country)
    # what began later is surely not over, and is not looked at: no month is shorter than 28 days
    short = timedelta(days=28 * keeping.months)
    may_be_over = or_(_started(keeping.starts) <= today - short, KeptSheet.received_at <= now - short - AHEAD)
    over = [
        kept
        for kept in session.scalars(of_house.where(may_be_over).order_by(KeptSheet.arrives))
        if keeping.last_day(_start(place, kept, keeping)) < today
    ][:most]
    if not over:
        return 0
    days = [kept.arrives for kept in over]
    told = Destroyed(
        property_id=place.id,
        country=country,
        rule=f"{keeping.starts}+{keeping.months}m",
        sheets=len(over),
        first_day=min(days),
        last_day=max(days),
        at=now,
    )
    session.add(told)
    session.flush()
    destroy(session, [kept.id for kept in over])
    subject = f"destroyed:{told.id}"
    note(session, ACTOR, "sheets.destroyed", subject, now=now, property_id=place.id, sheets=len(over))
    return len(over)


def _started(starts: str) -> SQLColumnExpression[date]:
    """As start_of, for the database."""
    if starts == "departure":
        return func.coalesce(KeptSheet.departs, KeptSheet.arrives)
    if starts == "signature":
        return func.coalesce(KeptSheet.signed_on, KeptSheet.arrives)
    return KeptSheet.arrives


def _start(place: Property, kept: KeptSheet, keeping: Keeping) -> date:
    """From when a sheet's time runs: a day long after the form came is a slip of the hand."""
    return min(start_of(kept, keeping.starts), today_at(place, now=kept.received_at + AHEAD))


def start_of(kept: KeptSheet, starts: str) -> date:
    """The day from which a sheet's time runs; where that is not known, the day of arrival."""
    if starts == "departure":
        return kept.departs or kept.arrives
    return (kept.signed_on or kept.arrives) if starts == "signature" else kept.arrives


def _purge_unread(session: Session, place: Property, most: int, *, now: datetime) -> int:
    """Forms for the vault that never became a sheet, and sealed ones that nobody could open: their time runs
    from the day they came. What came beside a sheet goes with that."""
    today = today_at(place, now=now)
    over = [
        id_
        for id_, form, received_at in _unread(session, place, now=now)
        if keeping_of(place, _country_of(form, place)).last_day(today_at(place, now=received_at)) < today
    ]
    parts = sorted(set(over))[:most]
    destroy(session, parts)
    return len(parts)


def _unread(session: Session, place: Property, *, now: datetime) -> Iterator[tuple[str, str, datetime]]:
    latest, sheets = now - timedelta(days=28), select(KeptSheet.id)
    of_capture = select(VaultedAnswers.capture_id, Capture.form, VaultedAnswers.received_at).outerjoin(
        Capture, Capture.id == VaultedAnswers.capture_id
    )
    answers = of_capture.where(
        VaultedAnswers.property_id == place.id,
        VaultedAnswers.received_at <= latest,
        VaultedAnswers.capture_id.not_in(sheets),
    )
    captures = select(Capture.id, Capture.form, Capture.received_at).where(
        Capture.property_id == place.id,
        Capture.form.startswith(VAULTED_NAMES, autoescape=True),
        Capture.received_at <= latest,
        Capture.id.not_in(sheets),
    )
    sealed = (
        select(SealedForm.capture_id, SealedForm.form, SealedForm.received_at)
        .join(Device, Device.id == SealedForm.device_id)
        .where(
            Device.property_id == place.id,
            SealedForm.form.startswith(VAULTED_NAMES, autoescape=True),
            SealedForm.received_at <= latest,
            SealedForm.capture_id.not_in(sheets),
        )
    )
    queries: tuple[Select[str, str, datetime], ...] = (answers, captures, sealed)
    for query in queries:
        for id_, form, received_at in session.execute(query):
            yield id_, form or "", received_at


def _country_of(form: str, place: Property) -> str:
    """Whose form it is; of one whose name is not known, the house's."""
    named = form.removeprefix(VAULTED_NAMES).upper() if form.startswith(VAULTED_NAMES) else ""
    return named or place.country


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

"""Leavers: some time after the last day a name becomes "former colleague"; the journal keeps the number."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from server.journal import note
from server.refusal import Refused
from server.staff.models import Colleague, EntryLink, StaffBrowser, StaffRule, StaffSession
from server.staff.second_step import forget_second_step
from server.staff.sessions import LONGEST, has_left
from server.staff.telling import note_about
from server.wording import N_

FORMER = N_("former colleague")
KEPT_DAYS = 90
"""How long a leaver keeps the name, unless the house sets another time."""
MOST_DAYS = 3650
ENDED_KEPT = timedelta(days=30)
"""How long ended sessions and used links are kept: to see where an account was open."""


def kept_days(session: Session) -> int:
    """How many days after leaving a name is kept in this house."""
    rule = session.get(StaffRule, 1)
    return KEPT_DAYS if rule is None else rule.leavers_kept_days


def set_kept_days(session: Session, days: int, *, actor: str, now: datetime) -> None:
    """Set how many days after leaving a name is kept: 0 to ten years."""
    if not 0 <= days <= MOST_DAYS:
        raise Refused("staff.days_wrong")
    rule = session.get(StaffRule, 1)
    if rule is None:
        session.add(StaffRule(id=1, leavers_kept_days=days))
    else:
        rule.leavers_kept_days = days
    note(session, actor, "staff.kept_days_set", "house:1", now=now, property_id=None, days=days)


def left_at(colleague: Colleague, *, now: datetime) -> datetime | None:
    """When a colleague left: the end of the last day, or when the account was closed; None while here."""
    if colleague.ends_on is not None and has_left(colleague, now=now):
        return datetime.combine(colleague.ends_on, time.max, tzinfo=now.tzinfo)
    return colleague.disabled_at


def forget_leavers(session: Session, *, now: datetime) -> int:
    """Take from those who left long enough ago all that names them or lets them in; returns how many."""
    gone = 0
    days = timedelta(days=kept_days(session))
    candidates = select(Colleague).where(
        Colleague.forgotten_at.is_(None),
        or_(Colleague.ends_on < now.date() + timedelta(days=1), Colleague.disabled_at.is_not(None)),
    )
    for colleague in session.scalars(candidates):
        left = left_at(colleague, now=now)
        if left is not None and now - left >= days:
            _forget(session, colleague, now=now)
            gone += 1
    return gone


def _forget(session: Session, colleague: Colleague, *, now: datetime) -> None:
    colleague.name, colleague.email, colleague.forgotten_at = FORMER, None, now
    colleague.password_hash = colleague.pin_hash = None
    colleague.language = ""
    forget_second_step(session, colleague)
    session.execute(delete(EntryLink).where(EntryLink.colleague_id == colleague.id))
    session.execute(delete(StaffSession).where(StaffSession.colleague_id == colleague.id))
    note_about(session, "worker", "colleague.forgotten", colleague, now=now)


def drop_ended(session: Session, *, now: datetime) -> None:
    """Drop what signing in left behind: sessions and links long over, browsers without a session."""
    session.execute(delete(StaffSession).where(StaffSession.began_at < now - LONGEST - ENDED_KEPT))
    session.execute(delete(EntryLink).where(EntryLink.expires_at < now - ENDED_KEPT))
    used = select(StaffSession.browser_id)
    session.execute(
        delete(StaffBrowser).where(StaffBrowser.made_at < now - ENDED_KEPT, StaffBrowser.id.not_in(used))
    )

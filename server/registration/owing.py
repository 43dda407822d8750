"""Who of a stay owes a sheet: as the guest said first, by nationality, or a colleague for them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.journal import note
from server.registration.models import Owed


def say_owed(
    session: Session, record_id: int, state: str, *, property_id: int, actor: str, now: datetime
) -> Owed:
    """Say of the guest in a record what they owe (Owed.STATES); the last word counts."""
    if state not in Owed.STATES:
        raise ValueError(f"{state} is no state of what is owed")
    owed = owed_of(session, record_id)
    if owed is None:
        owed = Owed(record_id=record_id, property_id=property_id)
        session.add(owed)
    owed.state, owed.said_at, owed.said_by = state, now, actor
    session.flush()
    note(session, actor, f"sheet.said_{state}", f"record:{record_id}", now=now, property_id=property_id)
    return owed


def give_key(session: Session, record_id: int, *, property_id: int, actor: str, now: datetime) -> None:
    """Room first, form later: the key was given although a sheet is owed."""
    owed = owed_of(session, record_id)
    if owed is None:
        owed = say_owed(session, record_id, "owed", property_id=property_id, actor=actor, now=now)
    if owed.key_given_at is None:
        owed.key_given_at, owed.key_given_by = now, actor
        note(session, actor, "sheet.key_given", f"record:{record_id}", now=now, property_id=property_id)


def owed_of(session: Session, record_id: int) -> Owed | None:
    """What was said of the guest in a record; None where nobody did."""
    return session.scalar(select(Owed).where(Owed.record_id == record_id))


def unsay_owed(session: Session, record_id: int, *, property_id: int, actor: str, now: datetime) -> None:
    """Take back what was said of the guest in a record: nobody knows again. Nothing where nothing was."""
    owed = owed_of(session, record_id)
    if owed is not None:
        session.delete(owed)
        session.flush()
        note(session, actor, "sheet.unsaid", f"record:{record_id}", now=now, property_id=property_id)


def take_key_back(session: Session, record_id: int, *, property_id: int, actor: str, now: datetime) -> None:
    """The key was not given after all; what is owed stays."""
    owed = owed_of(session, record_id)
    if owed is not None and owed.key_given_at is not None:
        owed.key_given_at = owed.key_given_by = None
        note(session, actor, "sheet.key_not_given", f"record:{record_id}", now=now, property_id=property_id)

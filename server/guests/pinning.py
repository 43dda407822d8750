"""Pin a value of a guest: what one record told is the guest's, whatever else is told, until it is taken back.

A pin hangs on the record: it goes with it through splits and merges, and holds what was pinned when the
source sends something else. Nothing is deleted: what is taken back can be put back.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.db import row_of
from server.guests.finding import GuestSeen
from server.guests.history import history_of
from server.guests.linker import take_linker, touch
from server.guests.models import Pin
from server.guests.reasons import given_reason
from server.journal import note
from server.refusal import Refused


def pin_value(
    session: Session,
    seen: GuestSeen,
    field: str,
    record_id: int,
    n: int,
    *,
    author: str,
    reason: str,
    now: datetime,
) -> Pin:
    """Pin what the `n`th version of one of a guest's records tells of a field.

    Raises Refused without a reason, or when that version (no longer) tells a value that could be a guest's.
    """
    kept_reason = given_reason(reason)
    take_linker(session)
    told = next(
        (t for t in history_of(session, seen, field).told if (t.record.id, t.n) == (record_id, n)), None
    )
    if told is None:
        raise Refused("pin.not_told")
    pin = Pin(
        record_id=record_id,
        field=field,
        value=told.value[:500],
        value_class=told.value_class,
        author=author,
        reason=kept_reason,
        at=now,
    )
    session.add(pin)
    session.flush()
    _note(session, pin, seen, "value.pinned", author=author, now=now, reason=kept_reason)
    touch(session, [record_id], cause=f"pin:{pin.id}", now=now)
    return pin


def withdraw_pin(session: Session, seen: GuestSeen, pin_id: int, *, author: str, now: datetime) -> Pin | None:
    """Take a pin of a guest back; None when the guest has none of that number, as far as it is seen."""
    return _set(session, seen, pin_id, now, "value.pin_withdrawn", author=author, now=now)


def restore_pin(session: Session, seen: GuestSeen, pin_id: int, *, author: str, now: datetime) -> Pin | None:
    """Put a pin back that was taken back; None as withdraw_pin."""
    return _set(session, seen, pin_id, None, "value.pin_restored", author=author, now=now)


def _set(
    session: Session,
    seen: GuestSeen,
    pin_id: int,
    withdrawn_at: datetime | None,
    act: str,
    *,
    author: str,
    now: datetime,
) -> Pin | None:
    take_linker(session)
    pin = row_of(session, Pin, pin_id)
    if pin is None or seen.record(pin.record_id) is None:
        return None
    if (pin.withdrawn_at is None) is (withdrawn_at is None):
        return pin  # somebody was quicker
    pin.withdrawn_at = withdrawn_at
    session.flush()
    _note(session, pin, seen, act, author=author, now=now)
    touch(session, [pin.record_id], cause=f"pin:{pin.id}", now=now)
    return pin


def _note(
    session: Session,
    pin: Pin,
    seen: GuestSeen,
    act: str,
    *,
    author: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    record = seen.record(pin.record_id)
    note(
        session,
        author,
        act,
        f"guest:{seen.id}",
        now=now,
        property_id=record.property_id if record else None,
        reason=reason,
        field=pin.field,
        record=pin.record_id,
        pin=pin.id,
    )

"""Pin a value of a guest: what one record told is the guest's, whatever else is told, until it is taken back.

A pin hangs on the record: it goes with it through splits and merges, and holds what was pinned when the
source sends something else. It is a deed: it is taken back like a decision (`undoing`).
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from server.guests.deeds import add_deed
from server.guests.finding import GuestSeen
from server.guests.history import history_of
from server.guests.linker import take_linker, touch
from server.guests.models import Deed, Pin
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
) -> Deed:
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
    record = told.record
    deed = add_deed(
        session,
        "pin",
        author=author,
        reason=kept_reason,
        property_id=record.property_id,
        now=now,
        params={"verdict": "pinned", "field": field, "record": record_id},
    )
    pin = Pin(
        record_id=record_id,
        field=field,
        value=told.value[:500],
        value_class=told.value_class,
        author=author,
        reason=kept_reason,
        at=now,
        deed_id=deed.id,
    )
    session.add(pin)
    session.flush()
    note(
        session,
        author,
        "value.pinned",
        f"guest:{seen.id}",
        now=now,
        property_id=record.property_id,
        reason=kept_reason,
        field=field,
        record=record_id,
        deed=deed.id,
    )
    touch(session, [record_id], cause=f"deed:{deed.id}", now=now)
    return deed

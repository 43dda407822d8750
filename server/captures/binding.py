"""A form that was begun with a stay handed over is that stay's: staff gave it to whoever stood before them.

The colleague's word makes them one guest, and can be undone like any other. It is not written where neither
name agrees with the stay's: then somebody else took the tablet, and the questions at the desk decide.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.links import name_key
from server.captures.models import Capture, Handover
from server.guests.deciding import Contradicts, refuse_contradiction
from server.guests.deeds import fellows_of, write_deed
from server.guests.linker import take_linker, touch
from server.records.models import CleanRow

KIND = "decide"


def attach_handed(session: Session, *, now: datetime) -> int:
    """Put the forms that were read to the stays they were handed over for, in the caller's transaction; how
    many were."""
    query = (
        select(Handover, Capture)
        .join(Capture, Capture.id == Handover.capture_id)
        .where(Handover.attached_at.is_(None), Capture.state == "read", Capture.record_id.is_not(None))
        .order_by(Handover.id)
    )
    rows = session.execute(query).all()
    if rows:
        take_linker(session)
    said = 0
    for handover, capture in rows:
        handover.attached_at = now
        said += _say(session, handover, capture, now=now)
    return said


def _say(session: Session, handover: Handover, capture: Capture, *, now: datetime) -> bool:
    form, other = capture.record_id or 0, handover.record_id
    mine = fellows_of(session, form)
    if other in mine or not _names_agree(session, form, other):
        return False
    try:
        refuse_contradiction(session, [(form, other)], "same", {*mine, *fellows_of(session, other)})
    except Contradicts:
        return False
    deed = write_deed(
        session,
        KIND,
        [(form, other)],
        "same",
        author=handover.made_by,
        reason="",
        property_id=handover.property_id,
        now=now,
        asked=[form, other],
        handover=handover.id,
    )
    touch(session, {form, other}, cause=f"deed:{deed.id}", now=now)
    return True


def _names_agree(session: Session, form: int, other: int) -> bool:
    """Whether the first or the last name is the same: a guest corrects one of them, hardly both."""
    one, two = session.get(CleanRow, form), session.get(CleanRow, other)
    if one is None or two is None:
        return False
    pairs = ((one.first_name, two.first_name), (one.last_name, two.last_name))
    return any(a and b and name_key(a) == name_key(b) for a, b in pairs)

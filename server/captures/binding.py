"""A form that was begun with a stay handed over is that stay's: staff gave it to whoever stood before them.

The colleague's word makes them one guest, and can be undone like any other. It is not written where neither
name agrees with the stay's: then somebody else took the tablet, and the questions at the desk decide.
Whoever travels along and stood in an earlier form about that stay under the same full name is one guest too:
the family that filled the form in at home confirms it at the tablet.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.captures.links import name_key
from server.captures.models import Capture, GuestLink, Handover
from server.guests.deciding import Contradicts, refuse_contradiction
from server.guests.deeds import fellows_of, write_deed
from server.guests.linker import take_linker, touch
from server.records.models import CleanRow, Source, SourceRecord

KIND = "decide"

MOST = 20
"""Companions in one form, at most."""

_Name = tuple[str, str]


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
    if not _names_agree(session, form, other):
        return False
    wanted = [(form, other), *_companions(session, handover, capture)]
    pairs = [pair for pair in wanted if _can_be_one(session, *pair)]
    if not pairs:
        return False
    deed = write_deed(
        session,
        KIND,
        pairs,
        "same",
        author=handover.made_by,
        reason="",
        property_id=handover.property_id,
        now=now,
        asked=[form, other],
        handover=handover.id,
    )
    touch(session, {record for pair in pairs for record in pair}, cause=f"deed:{deed.id}", now=now)
    return True


def _can_be_one(session: Session, one: int, other: int) -> bool:
    """Whether two records are not one guest yet, and no word of a colleague speaks against it."""
    mine = fellows_of(session, one)
    if other in mine:
        return False
    try:
        refuse_contradiction(session, [(one, other)], "same", {*mine, *fellows_of(session, other)})
    except Contradicts:
        return False
    return True


def _companions(session: Session, handover: Handover, capture: Capture) -> list[tuple[int, int]]:
    """Who travels along in this form and in an earlier one about the same stay, the latest that names them.

    Two of one name in a form (father and son) are told apart by nobody but a colleague.
    """
    of_stay = or_(
        Capture.guest_link_id.in_(select(GuestLink.id).where(GuestLink.record_id == handover.record_id)),
        Capture.id.in_(select(Handover.capture_id).where(Handover.record_id == handover.record_id)),
    )
    earlier = session.scalars(
        select(Capture.id)
        .where(of_stay, Capture.id != capture.id, Capture.state == "read")
        .order_by(Capture.received_at, Capture.id)
    )
    theirs: dict[_Name, int] = {}
    for capture_id in earlier:
        theirs |= _by_name(session, capture_id)
    return [
        (record, theirs[name]) for name, record in _by_name(session, capture.id).items() if name in theirs
    ]


def _by_name(session: Session, capture_id: str) -> dict[_Name, int]:
    """The companions of a form by their full names; none of those that share one."""
    forms = select(Source.id).where(Source.kind.in_(("tablet", "link")))
    keys = [f"{capture_id}/companion_{number}" for number in range(1, MOST + 1)]
    query = (
        select(CleanRow.record_id, CleanRow.first_name, CleanRow.last_name)
        .join(SourceRecord, SourceRecord.id == CleanRow.record_id)
        .where(SourceRecord.source_id.in_(forms), SourceRecord.key.in_(keys))  # by the index of both
    )
    found: dict[_Name, list[int]] = defaultdict(list)
    for record_id, first, last in session.execute(query):
        if first and last:
            found[name_key(first), name_key(last)].append(record_id)
    return {name: records[0] for name, records in found.items() if len(records) == 1}


def _names_agree(session: Session, form: int, other: int) -> bool:
    """Whether the first or the last name is the same: a guest corrects one of them, hardly both."""
    one, two = session.get(CleanRow, form), session.get(CleanRow, other)
    if one is None or two is None:
        return False
    pairs = ((one.first_name, two.first_name), (one.last_name, two.last_name))
    return any(a and b and name_key(a) == name_key(b) for a, b in pairs)

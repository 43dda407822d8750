"""What undoing an import would take, told before it is done; and the beginning of it at the desk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.deeds import deeds_in_force
from server.guests.loading import parts
from server.guests.models import GuestValue, Link
from server.guests.values import USABLE_EMAIL
from server.importing.houses import speaks_of_others
from server.importing.undoing import told_by, undoable
from server.jobs.queue import enqueue
from server.journal import note
from server.properties.reach import Reach
from server.records.models import CleanRow, Import
from server.refusal import Refused


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What is read as before, or `erased` since nobody else told of it; guests that change, and those of them
    that are `gone` then; guests that are `asked` again, since no other record holds an e-mail that reaches
    them; deeds of colleagues about what is erased (`words`), which go with it."""

    records: int
    erased: int
    guests: int
    gone: int
    asked: int
    words: int


def foresee_undo(session: Session, found: Import, *, reach: Reach) -> Foreseen:
    """What undoing an import would take. Refused where it cannot be undone, or may hold others' rows."""
    _refuse_others(found, reach)
    told, only = told_by(session, *undoable(session, found.id))
    guest_of = _guests(session, told)
    losing = {guest_of[record] for record in only if record in guest_of}
    fellows = _fellows(session, losing)
    gone = {guest for guest in losing if fellows.get(guest, set()) <= only}
    asked = _reached_only_by(session, losing - gone, fellows, only)
    words = deeds_in_force(session, only)
    return Foreseen(len(told), len(only), len(set(guest_of.values())), len(gone), len(asked), len(words))


def begin_undoing(session: Session, found: Import, *, reach: Reach, who: str, now: datetime) -> None:
    """Have the worker undo an import. Refused as foresee_undo; one that is being undone goes on."""
    _refuse_others(found, reach)
    undoable(session, found.id)
    found.state = "undoing"
    note(session, who, "import.undo_begun", f"import:{found.id}", now=now, property_id=found.property_id)
    payload = {"import_id": found.id, "author": who}
    enqueue(session, "undo_import", payload, now=now, dedup_key=f"undo_import:{found.id}")


def _refuse_others(found: Import, reach: Reach) -> None:
    if speaks_of_others(found, reach):
        raise Refused("import.undo_other_house", {"file": found.file_name})


def _guests(session: Session, records: Collection[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in parts(sorted(records)):
        query = select(Link.record_id, Link.guest_id).where(Link.record_id.in_(part))
        found |= dict(session.execute(query).all())
    return found


def _fellows(session: Session, guests: Collection[str]) -> dict[str, set[int]]:
    """All records of these guests."""
    found: dict[str, set[int]] = {}
    for part in parts(sorted(guests)):
        query = select(Link.guest_id, Link.record_id).where(Link.guest_id.in_(part))
        for guest, record in session.execute(query):
            found.setdefault(guest, set()).add(record)
    return found


def _reached_only_by(
    session: Session, guests: Collection[str], fellows: dict[str, set[int]], only: Collection[int]
) -> set[str]:
    """Those of the guests that an e-mail reaches today, which none of their other records holds."""
    reached: set[str] = set()
    for part in parts(sorted(guests)):
        usable = select(GuestValue.guest_id).where(
            GuestValue.guest_id.in_(part),
            GuestValue.field == "email",
            GuestValue.value_class.in_(USABLE_EMAIL),
        )
        reached |= set(session.scalars(usable))
    left = {record for guest in reached for record in fellows[guest]} - set(only)
    holding: set[int] = set()
    for some in parts(sorted(left)):
        told = select(CleanRow.record_id).where(
            CleanRow.record_id.in_(some), CleanRow.email_class.in_(USABLE_EMAIL)
        )
        holding |= set(session.scalars(told))
    return {guest for guest in reached if fellows[guest].isdisjoint(holding)}

"""The history of one value of a guest: everything ever told, what was chosen when, what colleagues pinned.

It is told to whoever sees the guest whole: which value won says something of every record. Who sees a part of
a guest sees what the records of their own houses told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.guests.finding import GuestSeen, RecordSeen
from server.guests.models import Guest, GuestValue, Pin, ValueChange
from server.guests.values import ADDRESS, BETWEEN, Member, value_of
from server.record import Proof
from server.records.versions import versions_of

SHOWN = 50
"""Changes on a page."""


@dataclass(frozen=True, slots=True)
class Told:
    """A value that a record told from one version to another. `n` is the newest of them."""

    record: RecordSeen
    n: int
    value: str
    value_class: str
    first: datetime
    last: datetime
    is_told_still: bool  # by the record's current version
    is_best: bool  # the guest's page says it

    @property
    def text(self) -> str:
        """The value on one line."""
        return ", ".join(part for part in self.value.split(BETWEEN) if part)


@dataclass(frozen=True, slots=True)
class Change:
    """The best value came from another record since, by a rule, because of something."""

    at: datetime
    record: RecordSeen | None  # None: erased, with another guest by now, or nothing was told any more
    was: RecordSeen | None
    rule: str | None
    cause: str


@dataclass(frozen=True, slots=True)
class PinSeen:
    """A pin in force: who, when, why, on which record."""

    deed_id: int | None
    record: RecordSeen
    text: str
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """All of it for one field; `best` is what the guest's page says now."""

    field: str
    best: GuestValue | None
    told: tuple[Told, ...]
    changes: tuple[Change, ...]
    pins: tuple[PinSeen, ...]

    @property
    def choices(self) -> tuple[Told, ...]:
        """Each value once: as the best record that told it did, else the one that did last."""
        return tuple({told.value: told for told in reversed(self.told)}.values())[::-1]


def history_of(session: Session, seen: GuestSeen, field: str) -> History:
    """The history of a field (`address` for its parts) of a guest as somebody sees them."""
    names = ADDRESS if field == "address" else (field,)
    best = next((seen.values[name] for name in names if name in seen.values), None)
    changes = () if seen.is_part else _changes(session, seen, field)
    return History(field, best, _told(session, seen, field, best), changes, pins_seen(session, seen, field))


def _told(session: Session, seen: GuestSeen, field: str, best: GuestValue | None) -> tuple[Told, ...]:
    found: dict[tuple[int, str], Told] = {}
    chosen = BETWEEN.join(
        seen.values[name].value if name in seen.values else ""
        for name in (ADDRESS if field == "address" else (field,))
    )
    for version in versions_of(session, [record.id for record in seen.records]):
        record = seen.record(version.record_id)
        if record is None or version.clean is None:
            continue
        proof = cast(Proof, record.proof)
        member = Member(record.id, "", version.clean, proof, record.source_kind, version.at.date())
        said = value_of(field, member)
        if said is None:
            continue
        value, value_class = said
        older = found.get((record.id, value))
        found[record.id, value] = Told(
            record=record,
            n=older.n if older else version.n,
            value=value,
            value_class=value_class,
            first=min(version.at, older.first) if older else version.at,
            last=max(version.at, older.last) if older else version.at,
            is_told_still=version.is_current or (older is not None and older.is_told_still),
            is_best=best is not None and best.record_id == record.id and value == chosen,
        )
    return tuple(sorted(found.values(), key=lambda told: (not told.is_best, -told.last.timestamp())))


def _changes(session: Session, seen: GuestSeen, field: str) -> tuple[Change, ...]:
    """Of the guest, and of those that went into it."""
    gone = select(Guest.id).where(Guest.merged_into == seen.id)
    query = (
        select(ValueChange)
        .where(
            or_(ValueChange.guest_id == seen.id, ValueChange.guest_id.in_(gone)), ValueChange.field == field
        )
        .order_by(ValueChange.id.desc())
        .limit(SHOWN)
    )
    return tuple(
        Change(
            at=change.at,
            record=seen.record(change.record_id) if change.record_id is not None else None,
            was=seen.record(change.was_record_id) if change.was_record_id is not None else None,
            rule=change.rule,
            cause=change.cause.partition(":")[0],
        )
        for change in session.scalars(query)
    )


def pins_seen(session: Session, seen: GuestSeen, field: str | None = None) -> tuple[PinSeen, ...]:
    """The pins in force on a guest's records, the one that counts first; of one field, or of all."""
    query = (
        select(Pin)
        .where(Pin.record_id.in_([record.id for record in seen.records]), Pin.withdrawn_at.is_(None))
        .order_by(Pin.id.desc())
    )
    if field is not None:
        query = query.where(Pin.field == field)
    found = []
    for pin in session.scalars(query):
        record = seen.record(pin.record_id)
        if record is not None:
            text = ", ".join(part for part in pin.value.split(BETWEEN) if part)
            found.append(PinSeen(pin.deed_id, record, text, pin.author, pin.reason, pin.at))
    return tuple(found)

"""What changed about guests, in order: written in the transaction that changed it, read by cursor.

Ids only, never a value. Numbers rise in the order of the commits, because whoever writes an event holds the
linker's lock until the transaction ends: a reader that saw number N never meets a smaller one later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from server.cleaning import fold
from server.guests.loading import parts
from server.guests.models import Guest, GuestEvent, Link
from server.guests.stay_events import STAY_KINDS
from server.properties.reach import Reach
from server.records.models import CleanRow, Source, SourceRecord
from server.statements import insert_rows, rows_with

RECORD_KINDS = ("linked", "moved", "changed", "erased")
"""About a record: it came to its first guest, went from one to another, says something else, was erased."""

GUEST_KINDS = ("made", "split", "merged", "revived", "gone")
"""About a guest: new, new out of another, resolves to another, stands for itself again, without records."""


KINDS = (*RECORD_KINDS, *GUEST_KINDS, *STAY_KINDS)
"""All there are; docs/events.md describes them."""


def event_row(
    kind: str,
    guest_id: str,
    *,
    cause: str,
    now: datetime,
    record_id: int | None = None,
    from_guest_id: str | None = None,
) -> dict[str, Any]:
    """A row of guest_event. `from_guest_id`: of `moved` and `split`, the guest before; of `merged`, the one
    that now resolves to `guest_id`; of `revived`, the one that it resolved to."""
    return {
        "at": now,
        "kind": kind,
        "record_id": record_id,
        "guest_id": guest_id,
        "from_guest_id": from_guest_id,
        "cause": cause,
    }


def former_guests(session: Session, record_ids: Collection[int]) -> dict[int, set[str]]:
    """Guests that went into others since, by the records that were once with them."""
    found: dict[int, set[str]] = {}
    for record_id, guest_id in rows_with(session, _FORMER, record_ids):
        found.setdefault(record_id, set()).add(guest_id)
    return found


_FORMER = (
    select(GuestEvent.record_id, GuestEvent.from_guest_id)
    .join(Guest, Guest.id == GuestEvent.from_guest_id)
    .where(
        GuestEvent.record_id.in_(bindparam("values", expanding=True)),
        GuestEvent.kind == "moved",
        Guest.merged_into.is_not(None),
    )
)
_LEFT = select(GuestEvent.from_guest_id).where(
    GuestEvent.record_id.in_(bindparam("values", expanding=True)), GuestEvent.kind == "moved"
)
_EMPTY = select(Guest.id, Guest.merged_into).where(
    Guest.id.in_(bindparam("values", expanding=True)),
    ~select(Link.record_id).where(Link.guest_id == Guest.id).exists(),
)


def revive(session: Session, guest_ids: Collection[str], *, cause: str, now: datetime) -> None:
    """Let guests that went into others stand for themselves again; their records are linked next."""
    if not guest_ids:
        return
    rows = []
    for guest in session.scalars(select(Guest).where(Guest.id.in_(sorted(guest_ids)))):
        rows.append(event_row("revived", guest.id, cause=cause, now=now, from_guest_id=guest.merged_into))
        guest.merged_into = None
    session.flush()
    insert_rows(session, GuestEvent, rows)


def resolve_emptied(
    session: Session, moved: Collection[int], suspects: Collection[str], *, cause: str, now: datetime
) -> set[str]:
    """Let the id of each guest without records resolve to where most of its former records are today.

    `moved`: records that changed or lost their guest in this transaction; ids that resolved to their guests
    before are looked at again, so that an id always leads straight to the guest that holds what once was its
    own. When all of that is erased the id stays with the guest that it resolved to last, and leads on where
    that one goes. `suspects`: guests that lost records. Returns those that have none left.
    """
    asked = set(suspects) | {row[0] for row in rows_with(session, _LEFT, moved)}
    emptied: set[str] = set()
    events: list[dict[str, Any]] = []
    for some in parts(sorted(asked)):
        resolved: dict[str, str | None] = dict(rows_with(session, _EMPTY, some))
        if not resolved:
            continue
        emptied |= set(resolved)
        heirs = _heirs(session, sorted(resolved))
        for guest_id, into in resolved.items():
            heir = heirs.get(guest_id)
            if heir is None and into is None and guest_id in suspects:
                events.append(event_row("gone", guest_id, cause=cause, now=now))
            elif heir is not None and heir != into:
                session.execute(update(Guest).where(Guest.id == guest_id).values(merged_into=heir))
                events.append(event_row("merged", heir, cause=cause, now=now, from_guest_id=guest_id))
    insert_rows(session, GuestEvent, events)
    return emptied


def _heirs(session: Session, guest_ids: Collection[str]) -> Mapping[str, str]:
    """Where most of the records that left each guest are linked today; the oldest among equals."""
    query = (
        select(GuestEvent.from_guest_id, Link.guest_id, func.count(Link.record_id.distinct()))
        .join(Link, Link.record_id == GuestEvent.record_id)
        .where(GuestEvent.from_guest_id.in_(guest_ids), GuestEvent.kind == "moved")
        .group_by(GuestEvent.from_guest_id, Link.guest_id)
        .order_by(func.count(Link.record_id.distinct()), Link.guest_id.desc())
    )
    return {str(gone): into for gone, into, _ in session.execute(query)}


MOST = 500
"""Events that are read at once."""


@dataclass(frozen=True, slots=True)
class Event:
    """One change. `key`: the record's in its source; None where it would say who the guest is."""

    id: int
    at: datetime
    kind: str
    guest_id: str
    from_guest_id: str | None
    record_id: int | None  # None: of the guest as a whole
    source: str | None  # None also when the record is erased
    key: str | None
    cause: str
    stay_id: str | None = None
    other_stay_id: str | None = None


class EventsRead(NamedTuple):
    """Events, and where to read on: behind the last of them, or behind all there are when those are all."""

    events: list[Event]
    next: int


def events_after(session: Session, after: int, limit: int, reach: Reach) -> EventsRead:
    """The events behind a cursor, oldest first, at most `limit` (or MOST), of records within reach.

    An event of an erased record, or of a stay, is within reach by the house it was of; one of a guest as a
    whole when a record of that guest is, or, when none is left, where one was. What is of other houses is
    passed over once.
    """
    limit = min(limit, MOST)
    newest = max(after, oldest_and_newest(session)[1])
    query = (
        select(GuestEvent, Source.name, SourceRecord.key, CleanRow)
        .outerjoin(SourceRecord, SourceRecord.id == GuestEvent.record_id)
        .outerjoin(Source, Source.id == SourceRecord.source_id)
        .outerjoin(CleanRow, CleanRow.record_id == SourceRecord.id)
        .where(GuestEvent.id > after, GuestEvent.id <= newest)
        .order_by(GuestEvent.id)
        .limit(limit)
    )
    if not reach.is_everywhere:
        own = (
            select(Link.record_id)
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .where(
                or_(Link.guest_id == GuestEvent.guest_id, Link.guest_id == GuestEvent.from_guest_id),
                reach.limit(SourceRecord.property_id),
            )
            .correlate(GuestEvent)
        )
        house = func.coalesce(SourceRecord.property_id, GuestEvent.property_id)
        of_guest = and_(GuestEvent.record_id.is_(None), GuestEvent.property_id.is_(None))
        query = query.where(or_(reach.limit(house), and_(of_guest, own.exists())))
    found = [
        Event(
            event.id,
            event.at,
            event.kind,
            event.guest_id,
            event.from_guest_id,
            event.record_id,
            source,
            None if key is None or _tells_who(key, clean) else key,
            event.cause,
            event.stay_id,
            event.other_stay_id,
        )
        for event, source, key, clean in session.execute(query)
    ]
    return EventsRead(found, found[-1].id if len(found) == limit else newest)


def keep_houses(session: Session, record_ids: Collection[int]) -> None:
    """Let the events of records that are about to be erased keep the house they are of.

    That a guest is gone is told to each house that had a record of theirs.
    """
    house = select(SourceRecord.property_id).where(SourceRecord.id == GuestEvent.record_id).scalar_subquery()
    houses: dict[str, set[int]] = {}
    first = 0
    for part in parts(sorted(record_ids)):
        session.execute(
            update(GuestEvent).where(GuestEvent.record_id.in_(part)).values(property_id=house),
            execution_options={"synchronize_session": False},
        )
        erased = select(GuestEvent.guest_id, GuestEvent.property_id, GuestEvent.id).where(
            GuestEvent.record_id.in_(part), GuestEvent.kind == "erased"
        )
        for guest_id, property_id, number in session.execute(erased):
            if property_id is not None:
                houses.setdefault(guest_id, set()).add(property_id)
                first = min(first or number, number)
    gone = select(GuestEvent).where(GuestEvent.id > first, GuestEvent.kind == "gone")
    for event in session.scalars(gone.where(GuestEvent.guest_id.in_(houses))).all():
        event.property_id, *others = sorted(houses[event.guest_id])
        row = event_row("gone", event.guest_id, cause=event.cause, now=event.at)
        insert_rows(session, GuestEvent, [row | {"property_id": other} for other in others])


def oldest_and_newest(session: Session) -> tuple[int, int]:
    """The first and the last number that is kept; (0, 0) when there is none."""
    first, last = session.execute(select(func.min(GuestEvent.id), func.max(GuestEvent.id))).one()
    return first or 0, last or 0


def is_lost(session: Session, after: int) -> bool:
    """Whether a reader that stands at `after` would miss something: events behind it are kept no more, or it
    is ahead of them all, as after a restore from a backup. Who stands at 0 begins with the oldest kept."""
    oldest, newest = oldest_and_newest(session)
    return after > newest or 0 < after < oldest - 1


def _tells_who(key: str, clean: CleanRow | None) -> bool:
    """Whether a source's own key is the guest's name or address: some sources know people by nothing else."""
    if "@" in key:
        return True
    if clean is None:
        return False
    words, digits = set(fold(key).split()), "".join(c for c in key if c.isdigit())
    names = fold(f"{clean.first_name or ''} {clean.last_name or ''}").split()
    return any(len(name) > 2 and name in words for name in names) or any(
        len(digits) >= 6 and number is not None and (number.endswith(digits[-9:]) or digits in number)
        for number in (clean.phone, clean.mobile)
    )

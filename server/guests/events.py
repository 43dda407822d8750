"""What changed about guests, in order: written in the transaction that changed it, read by cursor.

Ids only, never a value. Numbers rise in the order of the commits, because whoever writes an event holds the
linker's lock until the transaction ends: a reader that saw number N never meets a smaller one later.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.db import insert_rows
from server.guests.loading import parts
from server.guests.models import Guest, GuestEvent, Link

RECORD_KINDS = ("linked", "moved", "changed", "erased")
"""About a record: it came to its first guest, went from one to another, says something else, was erased."""

GUEST_KINDS = ("made", "split", "merged", "revived", "gone")
"""About a guest: new, new out of another, resolves to another, stands for itself again, without records."""


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
    for part in parts(sorted(record_ids)):
        query = (
            select(GuestEvent.record_id, GuestEvent.from_guest_id)
            .join(Guest, Guest.id == GuestEvent.from_guest_id)
            .where(GuestEvent.record_id.in_(part), GuestEvent.kind == "moved", Guest.merged_into.is_not(None))
        )
        for record_id, guest_id in session.execute(query):
            if record_id is not None and guest_id is not None:
                found.setdefault(record_id, set()).add(guest_id)
    return found


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

    `moved`: records that changed their guest in this transaction; ids that resolved to their guests before
    are looked at again, so that an id always leads straight to the guest that holds what once was its own.
    `suspects`: guests that lost records. Returns those that have none left.
    """
    asked = set(suspects)
    for part in parts(sorted(moved)):
        asked |= set(
            session.scalars(
                select(GuestEvent.from_guest_id).where(
                    GuestEvent.record_id.in_(part), GuestEvent.kind == "moved"
                )
            )
        )
    emptied: set[str] = set()
    events: list[dict[str, Any]] = []
    for some in parts(sorted(asked)):
        has_records = select(Link.record_id).where(Link.guest_id == Guest.id).exists()
        query = select(Guest.id, Guest.merged_into).where(Guest.id.in_(some), ~has_records)
        resolved = dict(session.execute(query).all())
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

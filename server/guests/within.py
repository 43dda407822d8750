"""What is known of guests within a reach: nothing of it comes from a record of another house.

A guest that two houses know is one guest, and yet each house sees only its own records of them. Stored values
are chosen among all records, so where some are out of reach the values are chosen anew among the others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import cast

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from server.guests.models import Guest, GuestEvent, GuestValue, Link
from server.guests.pins import pins_of
from server.guests.values import Member, best_values
from server.properties.reach import Reach
from server.record import Proof
from server.records.arriving import ID_SEPARATOR
from server.records.models import CleanRow, Source, SourceRecord
from server.records.reading import from_row

Values = dict[str, GuestValue]
"""Best known values by field."""

_PART = 500
"""Ids in one question; SQLite takes some thousands."""


def known_of(
    session: Session, guest_ids: Collection[str], reach: Reach, *, fields: Collection[str] | None = None
) -> dict[str, Values]:
    """The best values of guests by id, all fields or some, from the records within reach."""
    known: dict[str, Values] = {guest_id: {} for guest_id in guest_ids}
    elsewhere = known_elsewhere(session, guest_ids, reach)
    query = select(GuestValue).where(GuestValue.guest_id.in_(set(guest_ids) - elsewhere))
    if fields is not None:
        query = query.where(GuestValue.field.in_(fields))
    for value in session.scalars(query):
        known[value.guest_id][value.field] = value
    for guest_id, members in _members(session, sorted(elsewhere), reach).items():
        known[guest_id] = {
            value.field: value
            for value in _chosen_among(guest_id, members)
            if fields is None or value.field in fields
        }
    return known


def known_elsewhere(session: Session, guest_ids: Collection[str], reach: Reach) -> set[str]:
    """Those of the guests of whom a record is out of reach."""
    if reach.is_everywhere or not guest_ids:
        return set()
    query = (
        select(Link.guest_id)
        .join(SourceRecord, SourceRecord.id == Link.record_id)
        .where(Link.guest_id.in_(guest_ids), ~reach.limit(SourceRecord.property_id))
    )
    return set(session.scalars(query.distinct()))


def _members(session: Session, guest_ids: Sequence[str], reach: Reach) -> dict[str, list[Member]]:
    found: dict[str, list[Member]] = defaultdict(list)
    for start in range(0, len(guest_ids), _PART):
        query = (
            select(Link.guest_id, SourceRecord, Source, CleanRow)
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .join(Source, Source.id == SourceRecord.source_id)
            .join(CleanRow, CleanRow.record_id == SourceRecord.id)
            .where(Link.guest_id.in_(guest_ids[start : start + _PART]), reach.limit(SourceRecord.property_id))
        )
        rows = session.execute(query).all()
        pins = pins_of(session, [record.id for _, record, _, _ in rows])
        for guest_id, record, source, row in rows:
            clean = from_row({c.key: getattr(row, c.key) for c in CleanRow.__table__.columns})
            known_on = (clean.updated_at or clean.created_at or record.received_at).date()
            name = f"{source.name}{ID_SEPARATOR}{record.key}"
            found[guest_id].append(
                Member(
                    record.id,
                    name,
                    clean,
                    cast(Proof, record.proof),
                    source.kind,
                    known_on,
                    pins.get(record.id, ()),
                )
            )
    return found


def _chosen_among(guest_id: str, members: Iterable[Member]) -> list[GuestValue]:
    """As they would be stored, were there no other records; they never are."""
    return [
        GuestValue(
            guest_id=guest_id,
            field=best.field,
            value=best.value,
            value_class=best.value_class,
            record_id=best.record_id,
            on=best.on,
            rule=best.rule,
        )
        for best in best_values(sorted(members, key=lambda member: member.name))
    ]


def count_records(session: Session, guest_ids: Collection[str], reach: Reach) -> dict[str, int]:
    """How many records within reach each guest has."""
    query = select(Link.guest_id, func.count()).where(Link.guest_id.in_(guest_ids)).group_by(Link.guest_id)
    if not reach.is_everywhere:
        query = query.join(SourceRecord, SourceRecord.id == Link.record_id).where(
            reach.limit(SourceRecord.property_id)
        )
    return dict(session.execute(query).all())


def current_id(session: Session, guest_id: str, reach: Reach) -> str | None:
    """The guest that an id stands for today: itself, or the one it went into.

    None if there never was one, and in just the same way if none of its records is, or was, within reach:
    who asks is not told which, not by the time it takes either.
    """
    if not reach.is_everywhere and not _is_or_was_within(session, guest_id, reach):
        return None
    for _ in range(100):  # ids point forward only; a ring would be a fault, and must not hang a page
        guest = session.get(Guest, guest_id)
        if guest is None:
            return None
        if guest.merged_into is None:
            return guest.id
        guest_id = guest.merged_into
    return None


def _is_or_was_within(session: Session, guest_id: str, reach: Reach) -> bool:
    linked = and_(SourceRecord.id == Link.record_id, reach.limit(SourceRecord.property_id))
    is_here = select(Link.record_id).join(SourceRecord, linked).where(Link.guest_id == guest_id)
    moved = and_(SourceRecord.id == GuestEvent.record_id, reach.limit(SourceRecord.property_id))
    was_here = select(GuestEvent.id).join(SourceRecord, moved).where(GuestEvent.from_guest_id == guest_id)
    return session.scalar(is_here.limit(1)) is not None or session.scalar(was_here.limit(1)) is not None

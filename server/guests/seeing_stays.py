"""A stay's page: who tells of it and what of it counts, other stays it may be one with, what was said."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, false, or_, select
from sqlalchemy.orm import Session

from server.guests.deeds import deeds_about, within_reach
from server.guests.models import Deed, Link
from server.guests.one_stay import living_tellings, seen_of_stays
from server.guests.reviewing import guest_of_record
from server.guests.within import known_of
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import SourceRecord
from server.stays.groups import BookingContact, booking_contact
from server.stays.models import Stay, StaySource, ToldStay
from server.stays.told import Place, Told

DEEDS = frozenset({"join_stays", "part_stays"})
"""Kinds of what people do about stays."""

BESIDE = 8
"""Other stays to choose from, the nearest in days."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What a record tells of a stay, whose record it is, and whether its amount counts."""

    told: Told
    key: str
    guest_id: str | None
    counts: bool


@dataclass(frozen=True, slots=True)
class OtherStay:
    """A stay that may be the same; `seen`: what a word on the two must carry."""

    stay: Stay
    sources: tuple[str, ...]
    seen: str


@dataclass(frozen=True, slots=True)
class StayPage:
    """A stay as somebody sees it.

    `names`: of its guests; `contact`: who booked it, where another has it, and `contact_guest` who that is,
    if it is known; `seen`: what a word that parts it must carry.
    """

    stay: Stay
    property_name: str
    tellings: tuple[Telling, ...]
    names: dict[str, str]
    money: dict[str, Decimal]
    beside: tuple[OtherStay, ...]
    deeds: tuple[Deed, ...]
    seen: str
    contact: BookingContact | None
    contact_guest: str | None


def see_stay(session: Session, stay_id: str, *, reach: Reach) -> StayPage | None:
    """A stay by what is within reach of it; None when nothing is."""
    stay = session.get(Stay, stay_id)
    if stay is None or not reach.covers(stay.property_id):
        return None
    told = living_tellings(session, stay_id)
    there, everything = set(within_reach(session, [row.record_id for row in told], reach)), len(told)
    told = [row for row in told if row.record_id in there]
    if not told:
        return None
    tellings = _tellings(session, stay_id, told)
    guests = {one.guest_id for one in tellings if one.guest_id}
    money: dict[str, Decimal] = defaultdict(Decimal)
    for one in tellings:
        if one.counts and one.told.amount is not None:
            money[one.told.currency or ""] += one.told.amount
    others = _beside(session, stay, guests, reach)
    everyone = guests | {other.stay.guest_id for other in others if other.stay.guest_id}
    known = known_of(session, everyone, reach, fields=("first_name", "last_name"))
    names = {
        guest: " ".join(values[name].value for name in ("first_name", "last_name") if name in values)
        for guest, values in known.items()
    }
    deeds = [deed for deed in deeds_about(session, there, reach=reach) if deed.kind in DEEDS]
    place = session.get_one(Property, stay.property_id).name
    seen = seen_of_stays(session, [stay_id])
    contact = booking_contact(session, stay_id) if len(told) == everything else None
    leader = contact.record_id if contact is not None else None
    booker = guest_of_record(session, leader, reach=reach) if leader is not None else None
    if leader is not None and booker is None:
        contact = None  # the leader's record is of a house out of reach, and so is how they are reached
    return StayPage(stay, place, tellings, names, dict(money), others, tuple(deeds), seen, contact, booker)


def stay_told_at(session: Session, place: Place, *, reach: Reach) -> str | None:
    """The stay that a version of a record tells of, or else another of that record; None out of reach."""
    record, version = place
    query = (
        select(StaySource.stay_id)
        .join(Stay, Stay.id == StaySource.stay_id)
        .where(StaySource.record_id == record, reach.limit(Stay.property_id))
        .order_by((StaySource.version == version).desc(), StaySource.version.desc())
    )
    return session.scalars(query.limit(1)).first()


def _tellings(session: Session, stay_id: str, told: Sequence[Told]) -> tuple[Telling, ...]:
    query = (
        select(StaySource.record_id, StaySource.version, StaySource.counts, SourceRecord.key, Link.guest_id)
        .join(SourceRecord, SourceRecord.id == StaySource.record_id)
        .outerjoin(Link, Link.record_id == StaySource.record_id)
        .where(StaySource.stay_id == stay_id)
    )
    known = {(row.record_id, row.version): row for row in session.execute(query)}
    return tuple(
        Telling(row, known[row.place].key, known[row.place].guest_id, known[row.place].counts) for row in told
    )


def _beside(session: Session, stay: Stay, guests: Collection[str], reach: Reach) -> tuple[OtherStay, ...]:
    """Other stays of these guests, and of that room on those days; none that is surely of another house."""
    same_kind = Stay.kind == "stay" if stay.kind == "stay" else Stay.kind != "stay"
    elsewhere = (
        select(StaySource.stay_id)
        .join(
            ToldStay,
            and_(ToldStay.record_id == StaySource.record_id, ToldStay.version == StaySource.version),
        )
        .where(
            StaySource.stay_id == Stay.id, ToldStay.property_sure, ToldStay.property_id != stay.property_id
        )
    )
    near = (
        _seen(reach)
        .where(Stay.id != stay.id, same_kind, ~elsewhere.exists())
        .where(or_(Stay.guest_id.in_(guests), _same_room(stay)))
    )
    found = sorted(session.scalars(near.distinct()), key=lambda other: (_days_between(stay, other), other.id))
    return tuple(
        OtherStay(other, _sources(session, other.id), seen_of_stays(session, [stay.id, other.id]))
        for other in found[:BESIDE]
    )


def _seen(reach: Reach) -> Select[Stay]:
    query = select(Stay)
    if reach.is_everywhere:
        return query
    return (
        query.join(StaySource, StaySource.stay_id == Stay.id)
        .join(SourceRecord, SourceRecord.id == StaySource.record_id)
        .where(reach.limit(Stay.property_id), reach.limit(SourceRecord.property_id))
    )


def _same_room(stay: Stay) -> ColumnElement[bool]:
    """The same room, with no day between the two."""
    if stay.room is None or stay.arrives is None:
        return false()
    ends = stay.departs or stay.arrives
    return and_(
        Stay.property_id == stay.property_id,
        Stay.room == stay.room,
        Stay.arrives <= ends,
        Stay.departs >= stay.arrives,
    )


def _days_between(stay: Stay, other: Stay) -> timedelta:
    """Nights that lie between two stays; the most where one has no day."""
    if stay.arrives is None or other.arrives is None:
        return timedelta.max
    ends, other_ends = stay.departs or stay.arrives, other.departs or other.arrives
    return max(stay.arrives - other_ends, other.arrives - ends, timedelta(0))


def _sources(session: Session, stay_id: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row.source for row in living_tellings(session, stay_id)))

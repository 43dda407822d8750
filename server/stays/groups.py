"""Groups: who leads one, and how whoever booked a stay is reached."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Base
from server.stays.models import Stay, StaySource, ToldStay


@dataclass(frozen=True, slots=True)
class BookingContact:
    """Who booked a stay that another has: a contact of the stay, and nobody's evidence.

    `record_id`: the leader's own record, where the contact is the group leader's; else None.
    """

    name: str | None
    email: str | None
    phone: str | None
    record_id: int | None


def booking_contact(session: Session, stay_id: str) -> BookingContact | None:
    """How whoever booked a stay is reached: as its rows say, else the leader of its group; None where the
    guest booked, or leads the group, or nobody says."""
    query = (
        select(ToldStay)
        .join(
            StaySource,
            (StaySource.record_id == ToldStay.record_id) & (StaySource.version == ToldStay.version),
        )
        .where(StaySource.stay_id == stay_id)
        .order_by(ToldStay.record_id, ToldStay.version)
    )
    told = session.scalars(query).all()
    if any(row.is_leader for row in told):
        return None
    for row in told:
        if row.booker_email or row.booker_phone:
            return BookingContact(row.booker_name, row.booker_email, row.booker_phone, None)
    groups = [(row.property_id, row.group_reference) for row in told if row.group_reference]
    found = next(filter(None, (_leader(session, *group) for group in groups)), None)
    if found is not None:
        return found
    named = next((row.booker_name for row in told if row.booker_name), None)
    return BookingContact(named, None, None, None) if named else None


def stays_of_group(session: Session, property_id: int, reference: str) -> list[Stay]:
    """The stays of a group at a house, each once, the leader's first."""
    rows = (
        select(Stay, ToldStay.is_leader)
        .join(StaySource, StaySource.stay_id == Stay.id)
        .join(
            ToldStay,
            (ToldStay.record_id == StaySource.record_id) & (ToldStay.version == StaySource.version),
        )
        .where(ToldStay.property_id == property_id, ToldStay.group_reference == reference)
        .order_by(ToldStay.is_leader.desc(), Stay.room, Stay.id)
    )
    return list({stay.id: stay for stay, _ in session.execute(rows)}.values())


def _leader(session: Session, property_id: int, reference: str) -> BookingContact | None:
    """The leader's own contact."""
    clean = Base.metadata.tables["clean_record"]  # of the records, a room above this one
    query = (
        select(clean.c.first_name, clean.c.last_name, clean.c.email, clean.c.mobile, clean.c.phone)
        .add_columns(ToldStay.record_id)
        .join(ToldStay, ToldStay.record_id == clean.c.record_id)
        .where(
            ToldStay.property_id == property_id,
            ToldStay.group_reference == reference,
            ToldStay.is_leader.is_(True),
        )
        .order_by(ToldStay.record_id)
    )
    found = session.execute(query.limit(1)).first()
    if found is None:
        return None
    name = " ".join(filter(None, (found.first_name, found.last_name))) or None
    return BookingContact(name, found.email, found.mobile or found.phone, found.record_id)

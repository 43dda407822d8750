"""Find properties, and only those within somebody's reach."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID
from server.properties.models import Property
from server.properties.reach import Reach


def properties_within(session: Session, reach: Reach) -> list[Property]:
    """The properties of a reach, in the order they were made."""
    return list(session.scalars(select(Property).where(reach.limit(Property.id)).order_by(Property.id)))


def property_within(session: Session, property_id: int, reach: Reach) -> Property | None:
    """One property by id; None where there is none such, or it is not within reach: nobody can tell which."""
    if not 0 < property_id <= LARGEST_ID:
        return None
    return session.scalar(select(Property).where(Property.id == property_id, reach.limit(Property.id)))


def property_named(session: Session, code: str) -> Property | None:
    """The property of a code; None when there is none such."""
    return session.scalar(select(Property).where(Property.code == code))


def today_at(place: Property, *, now: datetime) -> date:
    """The day it is at a property."""
    return day_in(place.zone, now=now)


def day_in(zone: str, *, now: datetime) -> date:
    """The day it is in a house's zone, for those who know no more of the house."""
    return now.astimezone(ZoneInfo(zone)).date()

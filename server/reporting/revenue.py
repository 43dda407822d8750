"""What a house's stays, visits and sales brought, each amount once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.properties.reach import Reach
from server.stays.models import Stay, StaySource
from server.stays.told import CAME_TO_NOTHING


def revenue(session: Session, reach: Reach, since: date | None, until: date | None) -> dict[str, Decimal]:
    """What was spent within reach, by ISO 4217 code, from the day `since` to the day `until`, both included.

    A stay counts on the day of departure, a visit or sale on its own, which is its departure too; one without
    any day only where neither bound is given. What was cancelled and what nobody came for brings nothing.
    Currencies are never added up.
    """
    query = (
        select(StaySource.currency, func.sum(StaySource.amount))
        .join(Stay, Stay.id == StaySource.stay_id)
        .where(StaySource.counts, Stay.status.not_in(CAME_TO_NOTHING), reach.limit(Stay.property_id))
        .group_by(StaySource.currency)
        .order_by(StaySource.currency)
    )
    if since is not None:
        query = query.where(Stay.departs >= since)
    if until is not None:
        query = query.where(Stay.departs <= until)
    return {currency or "": amount or Decimal(0) for currency, amount in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Month:
    """What a month brought, by currency; `day` is the last one that counts."""

    day: date
    revenue: Mapping[str, Decimal]


def revenue_lately(session: Session, reach: Reach, *, today: date) -> tuple[Month, ...]:
    """This month until today, the month before it, and that of a year ago; those that brought anything."""
    first, day = today.replace(day=1), timedelta(days=1)
    days = (today, first - day, first.replace(year=first.year - 1) - day)
    months = (Month(last, revenue(session, reach, last.replace(day=1), last)) for last in days)
    return tuple(month for month in months if month.revenue)

"""What a house's stays, visits and sales brought, each amount once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.properties.reach import Reach
from server.stays.models import Stay, StaySource
from server.stays.told import CAME_TO_NOTHING


def revenue(session: Session, reach: Reach, since: date | None, until: date | None) -> dict[str, Decimal]:
    """What was spent within reach, by ISO 4217 code, from the day `since` to the day `until`, both included.

    A stay counts on the day of departure, a visit or sale on its own; one without any day only where neither
    bound is given. What was cancelled and what nobody came for brings nothing. Currencies are never added up.
    """
    day = func.coalesce(Stay.departs, Stay.arrives)
    query = (
        select(StaySource.currency, func.sum(StaySource.amount))
        .join(Stay, Stay.id == StaySource.stay_id)
        .where(StaySource.counts, Stay.status.not_in(CAME_TO_NOTHING), reach.limit(Stay.property_id))
        .group_by(StaySource.currency)
    )
    if since is not None:
        query = query.where(day >= since)
    if until is not None:
        query = query.where(day <= until)
    return {currency or "": amount or Decimal(0) for currency, amount in session.execute(query)}

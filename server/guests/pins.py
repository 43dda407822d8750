"""The values that colleagues pinned, as a guest's values are chosen by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.models import Pin
from server.guests.values import Pinned

_MANY = 500
_ANY_PIN = select(Pin.id).where(Pin.withdrawn_at.is_(None)).limit(1)


def pins_of(session: Session, record_ids: Collection[int]) -> dict[int, tuple[Pinned, ...]]:
    """The pins in force of some hundred records, by record id; those without one are left out."""
    if len(record_ids) > _MANY and session.scalar(_ANY_PIN) is None:
        return {}
    query = select(Pin).where(Pin.record_id.in_(record_ids), Pin.withdrawn_at.is_(None)).order_by(Pin.id)
    found: dict[int, list[Pinned]] = defaultdict(list)
    for pin in session.scalars(query):
        found[pin.record_id].append(Pinned(pin.field, pin.value, pin.value_class, pin.id))
    return {record_id: tuple(pins) for record_id, pins in found.items()}

"""The values that colleagues pinned, as a guest's values are chosen by them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from operator import attrgetter

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.guests.models import Pin
from server.guests.values import Pinned
from server.statements import rows_with

_MANY = 500
_ANY_PIN = select(Pin.id).where(Pin.withdrawn_at.is_(None)).limit(1)


def pins_of(session: Session, record_ids: Collection[int]) -> dict[int, tuple[Pinned, ...]]:
    """The pins in force of some hundred records, by record id; those without one are left out."""
    if len(record_ids) > _MANY and session.scalar(_ANY_PIN) is None:
        return {}
    found: dict[int, list[Pinned]] = defaultdict(list)
    for record_id, *pin in rows_with(session, _PINS, record_ids):
        found[record_id].append(Pinned(*pin))
    return {record_id: tuple(sorted(pins, key=attrgetter("number"))) for record_id, pins in found.items()}


_PINS = select(Pin.record_id, Pin.field, Pin.value, Pin.value_class, Pin.id).where(
    Pin.record_id.in_(bindparam("values", expanding=True)), Pin.withdrawn_at.is_(None)
)

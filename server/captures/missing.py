"""Which forms of a tablet never arrived: the numbers that it gave and we never got."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.models import SealedForm
from server.devices.models import Device


def missing_numbers(session: Session, device: Device) -> list[int]:
    """The numbers up to the largest known of which no form came; those that still wait on it included."""
    got = set(session.scalars(select(SealedForm.number).where(SealedForm.device_id == device.id)))
    largest = max([device.last_number, *got])
    return sorted(set(range(1, largest + 1)) - got)

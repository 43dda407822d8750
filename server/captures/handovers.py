"""How a stay that was handed over stands, for the desk that did it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.captures.models import Capture, Handover
from server.db import row_of
from server.devices.models import Device
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord
from server.refusal import Refused
from server.stays.models import Stay

LATE_AFTER = timedelta(seconds=12)
"""A tablet that rests looks every four seconds."""

State = Literal["waiting", "late", "open", "arrived", "ended"]


@dataclass(frozen=True, slots=True)
class HandoverStanding:
    """A stay handed over: to which tablet of which house, whose it is, and what became of it."""

    row: Handover
    house: Property
    tablet: Device | None
    name: str
    state: State


def record_to_hand(session: Session, reach: Reach, *, stay_id: str = "", record_id: int = 0) -> SourceRecord:
    """The record that speaks for a stay, named by either; Refused where there is none within reach."""
    record = row_of(session, SourceRecord, record_id)
    if stay_id:
        stay = session.get(Stay, stay_id) if stay_id.isalnum() and len(stay_id) <= 32 else None
        record = session.get(SourceRecord, stay.record_id) if stay is not None and stay.record_id else None
    if record is None or not reach.covers(record.property_id):
        raise Refused("handover.no_stay")
    return record


def handover_within(
    session: Session, handover_id: int, reach: Reach, *, now: datetime
) -> HandoverStanding | None:
    """How one stands; None when there is none such at the houses within reach."""
    row = row_of(session, Handover, handover_id)
    return handover_standing(session, row, now=now) if row and reach.covers(row.property_id) else None


def handover_standing(session: Session, row: Handover, *, now: datetime) -> HandoverStanding:
    """How one stands."""
    clean = session.get(CleanRow, row.record_id)
    return HandoverStanding(
        row,
        session.get_one(Property, row.property_id),
        session.get(Device, row.device_id) if row.device_id is not None else None,
        " ".join(filter(None, (clean.first_name, clean.last_name))) if clean else "",
        _state(session, row, now=now),
    )


def _state(session: Session, row: Handover, *, now: datetime) -> State:
    if row.taken_at is not None:
        came = select(Capture.id).where(Capture.id == row.capture_id)
        return "arrived" if session.scalar(came) is not None else "open"
    if row.expires_at <= now:
        return "ended"
    return "late" if now - row.made_at > LATE_AFTER else "waiting"

"""How the tablets of a house stand: what waits on each since when, what never arrived, who is silent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from server.captures.missing import missing_numbers
from server.captures.models import Capture, SealedForm
from server.db import row_of
from server.devices.models import Device
from server.guests.models import Link
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import CleanRow
from server.stays.models import Stay

SILENT_AFTER = timedelta(minutes=10)
LARGE_SKEW = timedelta(minutes=2)
LITTLE_ROOM = 0.9
"""Share of its storage from which a tablet is nearly full."""
LOW_BATTERY = 15
MOST_TO_ASK = 50

State = Literal["here", "silent", "never", "ended"]


@dataclass(frozen=True, slots=True)
class TabletStanding:
    """One tablet as its last word and our own count tell it.

    `missing`: numbers of forms that it gave and we never got, less as many as it says still wait on it; of a
    tablet that waits for nothing each is a form that got lost on the way, or lies on a tablet that was wiped.
    """

    device: Device
    house: Property
    state: State
    received: int
    missing: tuple[int, ...]
    slow_by: timedelta
    troubles: tuple[str, ...]
    # cloned, missing, parked, clock, storage, may_be_erased, battery, or what it says of itself


@dataclass(frozen=True, slots=True)
class ToAsk:
    """A guest in house who may have filled in a form that never arrived."""

    guest_id: str
    name: str
    room: str | None


def standings(session: Session, reach: Reach, *, now: datetime) -> list[TabletStanding]:
    """The tablets of the houses within reach, those in use first."""
    houses = {place.id: place for place in properties_within(session, reach)}
    query = select(Device).where(Device.property_id.in_(houses)).order_by(Device.id)
    found = [
        standing_of(session, device, houses[device.property_id], now=now) for device in session.scalars(query)
    ]
    return sorted(found, key=lambda one: one.state == "ended")


def tablet_within(session: Session, device_id: int, reach: Reach) -> Device | None:
    """A tablet of a house within reach; None when there is none such."""
    device = row_of(session, Device, device_id)
    houses = {place.id for place in properties_within(session, reach)}
    return device if device is not None and device.property_id in houses else None


def standing_of(session: Session, device: Device, house: Property, *, now: datetime) -> TabletStanding:
    """How one tablet stands."""
    never_came = missing_numbers(session, device)
    kept = len(never_came) - device.waiting
    lost = tuple(never_came[:kept]) if kept > 0 else ()  # it hands over in the order of its count
    received = session.scalars(select(SealedForm.id).where(SealedForm.device_id == device.id)).all()
    return TabletStanding(
        device=device,
        house=house,
        state=_state(device, now=now),
        received=len(received),
        missing=lost,
        slow_by=timedelta(seconds=device.skew_seconds),
        troubles=tuple(_troubles(device, lost)),
    )


def to_ask_again(session: Session, device: Device, house: Property, *, now: datetime) -> Sequence[ToAsk]:
    """The guests in house of whom no form of a tablet came since its forms began to wait.

    Nobody knows whose the forms on a lost tablet are; these are the guests who can have filled one in.
    """
    since = device.waiting_since or device.seen_at or device.enrolled_at
    today, first = today_at(house, now=now), today_at(house, now=since)
    came = exists().where(
        Link.guest_id == Stay.guest_id,
        Capture.record_id == Link.record_id,
        Capture.surface == "kiosk",
        Capture.received_at >= since,
    )
    query = (
        select(Stay.guest_id, CleanRow.first_name, CleanRow.last_name, Stay.room)
        .join(CleanRow, CleanRow.record_id == Stay.record_id)
        .where(
            Stay.property_id == house.id,
            Stay.kind == "stay",
            Stay.status.in_(("booked", "in_house", "unknown")),
            _came_between(first, today),
            Stay.guest_id.is_not(None),
            ~came,
        )
        .order_by(Stay.room, CleanRow.last_name)
        .limit(MOST_TO_ASK)
    )
    return [
        ToAsk(guest_id, " ".join(filter(None, (first_name, last_name))), room)
        for guest_id, first_name, last_name, room in session.execute(query)
        if guest_id is not None
    ]


def _came_between(since: date, today: date) -> ColumnElement[bool]:
    is_still_here = or_(Stay.departs.is_(None), Stay.departs >= today)
    return and_(Stay.arrives >= since, Stay.arrives <= today, is_still_here)


def _state(device: Device, *, now: datetime) -> State:
    if device.revoked_at is not None:
        return "ended"
    if device.seen_at is None:
        return "never"
    return "silent" if now - device.seen_at > SILENT_AFTER else "here"


def _troubles(device: Device, lost: Sequence[int]) -> list[str]:
    said = device.told
    used, quota, battery = said.get("used", 0), said.get("quota", 0), said.get("battery")
    found = [
        ("cloned", device.is_cloned),
        ("missing", bool(lost)),
        ("parked", device.parked > 0),
        ("clock", abs(timedelta(seconds=device.skew_seconds)) > LARGE_SKEW),
        ("storage", 0 < LITTLE_ROOM * quota < used),
        ("may_be_erased", said.get("persisted") is False),
        ("battery", battery is not None and battery <= LOW_BATTERY and not said.get("charging")),
    ]
    return [code for code, holds in found if holds] + ([said["trouble"]] if said.get("trouble") else [])

"""Which stay a finished form is about, and by which booking site that was booked."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from server.captures.models import Bound, Capture, GuestLink, Handover
from server.guests.loading import parts
from server.guests.models import Link
from server.properties.finding import today_at
from server.properties.models import Property
from server.stays.models import Stay, StaySource


def came_at(capture: Capture) -> datetime:
    """When the guest finished it."""
    return capture.captured_at or capture.received_at


def stays_of_forms(
    session: Session, capture_ids: Collection[str], places: Mapping[int, Property]
) -> dict[str, tuple[str, str]]:
    """The stay that each form is about, and its booking site: what it was bound to, else what it tells."""
    found: dict[str, tuple[str, str]] = {}
    for part in parts(sorted(capture_ids)):
        bound = (
            select(Capture.id, Bound.record_id).join(Bound, Bound.capture_id == Capture.id),
            select(Capture.id, Handover.record_id).join(Handover, Handover.capture_id == Capture.id),
            select(Capture.id, GuestLink.record_id).join(GuestLink, GuestLink.id == Capture.guest_link_id),
            select(Capture.id, Capture.record_id),
        )
        for query in bound:
            told = query.where(Capture.id.in_(part)).subquery()
            of_record = (
                select(told.c.id, Stay.id, Stay.channel)
                .join(StaySource, StaySource.record_id == told.c.record_id)
                .join(Stay, and_(Stay.id == StaySource.stay_id, Stay.kind == "stay"))
                .order_by(Stay.arrives, Stay.id)
            )
            for capture_id, stay_id, channel in session.execute(of_record):
                known = found.get(capture_id)
                if known is None or not known[1]:
                    found[capture_id] = (stay_id, channel or "")
        _add_their_guests(session, part, places, found)
    return found


def _add_their_guests(
    session: Session,
    capture_ids: Collection[str],
    places: Mapping[int, Property],
    found: dict[str, tuple[str, str]],
) -> None:
    """Of forms that tell of no booked stay themselves, as of somebody who was not expected: the one that
    their guest had at the house that day."""
    without = [id_ for id_ in capture_ids if not found.get(id_, ("", ""))[1]]
    query = (
        select(Capture, Stay)
        .join(Link, Link.record_id == Capture.record_id)
        .join(Stay, and_(Stay.guest_id == Link.guest_id, Stay.property_id == Capture.property_id))
        .where(Capture.id.in_(without), Stay.kind == "stay", Stay.channel.is_not(None))
        .order_by(Stay.arrives, Stay.id)
    )
    for capture, stay in session.execute(query):
        day = today_at(places[capture.property_id], now=came_at(capture))
        if stay.arrives and stay.departs and stay.arrives <= day <= stay.departs:
            found.setdefault(capture.id, (stay.id, ""))
            if not found[capture.id][1]:
                found[capture.id] = (stay.id, stay.channel or "")

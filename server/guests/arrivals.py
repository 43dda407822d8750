"""Who arrives on a day, those first whose guest lacks most contacts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from server.guests.models import Link
from server.guests.within import known_of
from server.properties.finding import properties_within, today_at
from server.properties.reach import Reach
from server.records.models import CleanRow
from server.stays.models import ToldStay
from server.wording import N_

MOST = 200
USABLE_EMAIL, USABLE_MOBILE = ("real",), ("mobile", "unverifiable")
EXPECTED = ("booked", "in_house", "unknown")


@dataclass(frozen=True, slots=True)
class Arrival:
    """One expected guest: `missing` are the contacts that cannot be used."""

    record_id: int
    guest_id: str | None
    name: str
    room: str | None
    reference: str | None
    channel: str | None
    property_name: str
    missing: tuple[str, ...]


def arrivals(session: Session, reach: Reach, *, now: datetime) -> list[Arrival]:
    """The stays that begin today at each house within reach, by its own clock; then by name."""
    places = {place.id: place for place in properties_within(session, reach)}
    days = defaultdict(list)
    for place in places.values():
        days[today_at(place, now=now)].append(place.id)
    rows = session.execute(
        select(ToldStay, CleanRow, Link.guest_id)
        .join(CleanRow, CleanRow.record_id == ToldStay.record_id)
        .outerjoin(Link, Link.record_id == ToldStay.record_id)
        .where(
            or_(*(and_(ToldStay.arrives == day, ToldStay.property_id.in_(ids)) for day, ids in days.items())),
            ToldStay.kind == "stay",
            ToldStay.status.in_(EXPECTED),
        )
        .limit(MOST)
    ).all()
    linked = {guest_id for _, _, guest_id in rows if guest_id is not None}
    known = known_of(session, linked, reach, fields=("email", "mobile"))
    found = []
    for stay, clean, guest_id in rows:
        values = known.get(guest_id, {})
        email, mobile = values.get("email"), values.get("mobile")
        found.append(
            Arrival(
                record_id=stay.record_id,
                guest_id=guest_id,
                name=" ".join(filter(None, (clean.first_name, clean.last_name))),
                room=stay.room,
                reference=stay.reference,
                channel=stay.channel,
                property_name=places[stay.property_id].name,
                missing=tuple(
                    _missing(email.value_class if email else None, mobile.value_class if mobile else None)
                    if guest_id
                    else _missing(clean.email_class, clean.mobile_class)
                ),
            )
        )
    return sorted(found, key=lambda arrival: (-len(arrival.missing), arrival.name.casefold()))


def _missing(email_class: str | None, mobile_class: str | None) -> Iterable[str]:
    """What is asked for at the door: what no record of the guest holds, not what this booking lacks."""
    if email_class not in USABLE_EMAIL:
        yield N_("e-mail")
    if mobile_class not in USABLE_MOBILE:
        yield N_("mobile")

"""The desk's first page: who arrives today, those first whose contact is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, url_for
from sqlalchemy import and_, select
from sqlalchemy.orm import Session, aliased
from werkzeug.wrappers import Response

from server.access import staff
from server.captures.models import Capture
from server.clock import clock
from server.guests.models import GuestValue, Link
from server.properties.models import Property
from server.properties.setup import default_property
from server.records.models import CleanRow
from server.stays.models import Stay
from server.wording import N_

pages = Blueprint("today", __name__)

MOST = 200
USABLE_EMAIL, USABLE_MOBILE = ("real",), ("mobile", "unverifiable")


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


def arrivals(session: Session, day: date) -> list[Arrival]:
    """The stays that begin on a day, those first whose guest lacks most contacts, then by name."""
    email, mobile = aliased(GuestValue), aliased(GuestValue)
    rows = session.execute(
        select(Stay, CleanRow, Link.guest_id, Property.name, email.value_class, mobile.value_class)
        .join(CleanRow, CleanRow.record_id == Stay.record_id)
        .join(Property, Property.id == Stay.property_id)
        .outerjoin(Link, Link.record_id == Stay.record_id)
        .outerjoin(email, and_(email.guest_id == Link.guest_id, email.field == "email"))
        .outerjoin(mobile, and_(mobile.guest_id == Link.guest_id, mobile.field == "mobile"))
        .where(Stay.arrives == day, Stay.kind == "stay", Stay.status.in_(("booked", "in_house", "unknown")))
        .limit(MOST)
    )
    found = [
        Arrival(
            record_id=stay.record_id,
            guest_id=guest_id,
            name=" ".join(filter(None, (clean.first_name, clean.last_name))),
            room=stay.room,
            reference=stay.reference,
            channel=stay.channel,
            property_name=property_name,
            missing=_missing(
                email_class if guest_id else clean.email_class,
                mobile_class if guest_id else clean.mobile_class,
            ),
        )
        for stay, clean, guest_id, property_name, email_class, mobile_class in rows
    ]
    return sorted(found, key=lambda arrival: (-len(arrival.missing), arrival.name.casefold()))


def _missing(email_class: str | None, mobile_class: str | None) -> tuple[str, ...]:
    """What is asked for at the door: what no record of the guest holds, not what this booking lacks."""
    missing = []
    if email_class not in USABLE_EMAIL:
        missing.append(N_("e-mail"))
    if mobile_class not in USABLE_MOBILE:
        missing.append(N_("mobile"))
    return tuple(missing)


@pages.get("/")
@staff("desk.open")
def show() -> str:
    """Today's arrivals and the last forms that came in."""
    house = default_property(g.session)
    today = clock().astimezone(ZoneInfo(house.zone)).date()
    forms = g.session.scalars(select(Capture).order_by(Capture.received_at.desc()).limit(5)).all()
    return render_template(
        "desk/today.html", house=house, today=today, arrivals=arrivals(g.session, today), forms=forms
    )


@pages.get("/desk/")
@staff("desk.open")
def desk() -> Response:
    """The desk's other name."""
    return redirect(url_for("today.show"))

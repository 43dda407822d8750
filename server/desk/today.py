"""The desk's first page: who arrives today, those first whose contact is missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from flask import Blueprint, g, redirect, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.access import staff
from server.captures.models import Capture
from server.clock import clock
from server.guests.models import Link
from server.language import COOKIE, desk_languages
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
    """The stays that begin on a day, most missing first, then by name."""
    rows = session.execute(
        select(Stay, CleanRow, Link.guest_id, Property.name)
        .join(CleanRow, CleanRow.record_id == Stay.record_id)
        .join(Property, Property.id == Stay.property_id)
        .outerjoin(Link, Link.record_id == Stay.record_id)
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
            missing=_missing(clean),
        )
        for stay, clean, guest_id, property_name in rows
    ]
    return sorted(found, key=lambda arrival: (-len(arrival.missing), arrival.name.casefold()))


def _missing(clean: CleanRow) -> tuple[str, ...]:
    missing = []
    if clean.email_class not in USABLE_EMAIL:
        missing.append(N_("e-mail"))
    if clean.mobile_class not in USABLE_MOBILE:
        missing.append(N_("mobile"))
    return tuple(missing)


@pages.get("/")
@staff("reception")
def show() -> str:
    """Today's arrivals and the last forms that came in."""
    house = default_property(g.session)
    today = clock().astimezone(ZoneInfo(house.zone)).date()
    forms = g.session.scalars(select(Capture).order_by(Capture.received_at.desc()).limit(5)).all()
    return render_template(
        "desk/today.html", house=house, today=today, arrivals=arrivals(g.session, today), forms=forms
    )


@pages.get("/desk/")
@staff("reception")
def desk() -> Response:
    """The desk's other name."""
    return redirect(url_for("today.show"))


@pages.post("/desk/language")
@staff("reception")
def choose_language() -> Response:
    """Keep the desk's language in this browser."""
    answer = redirect(url_for("today.show"), 303)
    wish = request.form.get("language", "")
    if wish in desk_languages():
        answer.set_cookie(
            COOKIE, wish, max_age=31_536_000, httponly=True, samesite="Lax", secure=request.is_secure
        )
    return answer

"""The desk's first page: who arrives today, those first whose contact is missing."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from server.access import staff
from server.captures.finding import last_captures
from server.clock import clock
from server.desk import open_places
from server.guests.arrivals import arrivals
from server.properties.finding import properties_within, today_at
from server.staff.sessions import may, reach_of

pages = Blueprint("today", __name__)

FORMS = 5


@pages.get("/")
@staff("desk.open")
def show() -> str | Response:
    """Today's arrivals and the last forms that came in; another place for those who may see no guest."""
    if not may(g.colleague, "guests.see"):
        return _elsewhere()
    now, reach = clock(), reach_of(g.colleague, "guests.see")
    places = properties_within(g.session, reach)
    house = next((place for place in places if place.is_default), places[0])
    return render_template(
        "desk/today.html",
        house=house,
        today=today_at(house, now=now),
        arrivals=arrivals(g.session, reach, now=now),
        forms=last_captures(g.session, reach, most=FORMS),
    )


def _elsewhere() -> Response:
    places = [place.endpoint for place in open_places(g.colleague) if place.endpoint != "today.show"]
    return redirect(url_for(next(iter(places), "own_page.show")), 303)


@pages.get("/desk/")
@staff("desk.open")
def desk() -> Response:
    """The desk's other name."""
    return redirect(url_for("today.show"))

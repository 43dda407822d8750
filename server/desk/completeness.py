"""Contact completeness at the desk: what share of guests can really be reached, and what unification adds."""

from __future__ import annotations

from flask import Blueprint, g, render_template, request

from server.access import not_found, staff
from server.clock import clock
from server.desk.words import use_words
from server.properties.finding import properties_within, today_at
from server.properties.reach import Reach
from server.reporting.completeness import completeness
from server.reporting.numbers import NUMBERS
from server.reporting.revenue import revenue_lately

pages = Blueprint("completeness", __name__, url_prefix="/desk/completeness")
use_words(pages)


@pages.get("")
@staff("figures.see")
def show() -> str:
    """The numbers as of the last count: of all houses for whoever sees the group, else of one's own."""
    places = {place.id: place for place in properties_within(g.session, g.reach)}
    whole = g.reach.is_everywhere
    chosen = request.args.get("property", 0, type=int) or (0 if whole else min(places))
    if chosen and chosen not in places:
        not_found()
    house = places.get(chosen) or next(iter(places.values()))
    today = today_at(house, now=clock())
    return render_template(
        "desk/completeness/show.html",
        counted=completeness(g.session, property_id=chosen),
        revenue=revenue_lately(g.session, Reach(frozenset({chosen})) if chosen else g.reach, today=today),
        today=today,
        chosen=chosen,
        whole=whole,
        places=places,
        numbers=NUMBERS,
    )

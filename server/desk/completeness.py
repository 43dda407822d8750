"""Contact completeness at the desk: what share of guests can really be reached, and what unification adds."""

from __future__ import annotations

from flask import Blueprint, abort, g, render_template, request
from sqlalchemy import select

from server.access import staff
from server.desk.words import use_words
from server.properties.models import Property
from server.reporting.completeness import completeness
from server.reporting.numbers import NUMBERS

pages = Blueprint("completeness", __name__, url_prefix="/desk/completeness")
use_words(pages)


@pages.get("")
@staff("figures.see")
def show() -> str:
    """The numbers as of the last count, of the whole house or of one property."""
    chosen = request.args.get("property", 0, type=int)
    places = {place.id: place for place in g.session.scalars(select(Property).order_by(Property.id))}
    if chosen and chosen not in places:
        abort(404)
    return render_template(
        "desk/completeness/show.html",
        counted=completeness(g.session, property_id=chosen),
        chosen=chosen,
        places=places,
        numbers=NUMBERS,
    )

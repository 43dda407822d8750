"""Guests at the desk: the list, the search, the guests behind a number, one guest's page."""

from __future__ import annotations

import re

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.asked_words import ANSWERS, KEYS, MESSAGE_STATES, PROOFS, PURPOSES, STATES, STOPS
from server.desk.searching import open_words, seal_words
from server.desk.words import use_words
from server.guests.cardex import life, reasons, side_by_side, spent
from server.guests.deeds import deeds_about, seen_of
from server.guests.finding import guests_in, search_guests, see_guest
from server.guests.living import households_of
from server.guests.within import current_id
from server.noting import guests_were_shown
from server.prompts.asked_of import asked_of
from server.prompts.ways import WAYS, way_of_prompt
from server.properties.finding import property_within, today_at
from server.properties.setup import default_property
from server.refusal import Refused
from server.reporting.behind import Asked, count_behind, counted_as, guest_ids_behind
from server.reporting.numbers import NUMBERS

pages = Blueprint("guests", __name__, url_prefix="/desk/guests")
use_words(pages)

MONTH = re.compile(r"((19|20)[0-9]{2}-(0[1-9]|1[0-2]))?")
"""A month of an address, or none."""
SIDE_BY_SIDE = 8
"""Records shown beside each other at first; a guest of a hundred visits has all of them on request."""


@pages.get("")
@staff("guests.see")
def index() -> str:
    """Guests: those found, those behind a number, or the newest."""
    if "population" in request.args:
        return _behind()
    words = open_words(request.args.get("search", ""))
    found = search_guests(g.session, words, reach=g.reach, page=_page())
    return render_template("desk/guests/index.html", found=found, search=words)


@pages.post("")
@staff("guests.see")
def search() -> Response:
    """Take the words of a search out of the form, so that they stand in no address."""
    return redirect(url_for("guests.index", search=seal_words(request.form.get("q", ""))), 303)


@pages.get("/<guest_id>")
@staff("guests.see")
def show(guest_id: str) -> str | Response:
    """One guest: best known values, records side by side, why they are together, stays and purchases."""
    current = current_id(g.session, guest_id, g.reach) if guest_id.isalnum() else None
    if current is None:
        not_found()
    if current != guest_id:
        return redirect(url_for("guests.show", guest_id=current))
    seen = see_guest(g.session, guest_id, reach=g.reach)
    if seen is None:
        return render_template("desk/guests/emptied.html")
    guests_were_shown(guest_id)
    shown = seen.records if "all" in request.args else seen.records[:SIDE_BY_SIDE]
    moments = life(seen)
    return render_template(
        "desk/guests/show.html",
        guest=seen,
        shown=shown,
        rows=side_by_side(shown, seen.values),
        moments=moments,
        spent=spent(moments),
        reasons=reasons(seen),
        households=households_of(g.session, guest_id, g.reach),
        deeds=deeds_about(g.session, [record.id for record in seen.records], reach=g.reach),
        seen=seen_of(g.session, [seen.records[0].id]),
        asked=asked_of(
            g.session,
            guest_id,
            [record.id for record in seen.records],
            g.reach,
            secret=current_app.config["INDEX_KEY"],
            now=clock(),
        ),
        purposes=PURPOSES,
        prompt_states=STATES,
        stops=STOPS,
        message_states=MESSAGE_STATES,
        proof_states=PROOFS,
        answers=ANSWERS,
        no_keys=KEYS,
        ways=WAYS,
        way_of=way_of_prompt,
    )


def _behind() -> str:
    asked = _asked()
    today = today_at(default_property(g.session), now=clock())  # as the day is counted
    try:
        counted = counted_as(g.session, asked) if g.reach.is_everywhere or asked.property_id else None
        today = counted.day if counted else today
        behind = count_behind(g.session, asked, today, g.reach)
        ids = guest_ids_behind(asked, today, g.reach)
    except Refused:
        not_found()
    place = property_within(g.session, asked.property_id, g.reach)
    if asked.property_id and place is None:
        not_found()
    return render_template(
        "desk/guests/behind.html",
        asked=asked,
        found=guests_in(g.session, ids, reach=g.reach, page=_page(), total=behind.guests),
        total=behind.number,
        counted=counted,
        number=NUMBERS.get(asked.number),
        place=place,
    )


def _asked() -> Asked:
    args = request.args
    place = args.get("property", 0, type=int)
    if not 0 <= place < 2**31 or any("\0" in text for text in args.values()):
        not_found()
    if not MONTH.fullmatch(args.get("month", "")):
        not_found()
    return Asked(
        population=args.get("population", "guests"),
        when=args.get("when", "after"),
        number=args.get("number", "all"),
        lacking="lacking" in args,
        property_id=place,
        source=args.get("source", ""),
        month=args.get("month", ""),
    )


def _page() -> int:
    return max(1, request.args.get("page", 1, type=int))

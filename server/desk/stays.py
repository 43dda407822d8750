"""One stay at the desk: what records tell of it, and a colleague's word that it is one or two."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.captures.following import follow_links
from server.clock import clock
from server.db import LARGEST_ID
from server.desk.people import who
from server.desk.toasts import toast
from server.desk.words import use_words
from server.guests.models import Deed
from server.guests.one_stay import join_stays, part_stay
from server.guests.seeing_stays import see_stay, stay_told_at
from server.guests.within import current_id
from server.language import page_language, translate
from server.noting import guests_were_shown
from server.refusal import Refused
from server.sentences import say
from server.stays.told import Place
from server.wording import N_

pages = Blueprint("stays", __name__, url_prefix="/desk/stays")
use_words(pages)

ONE_STAY = {
    "stayed_on": N_("The guest stayed on, or changed room"),
    "twice": N_("It was booked twice"),
    "two_systems": N_("Two systems tell of it"),
}
"""Why two stays are one, each one key; anything else is typed."""

TWO_STAYS = {
    "came_again": N_("The guest went away and came again"),
    "two_rooms": N_("Two rooms, each a stay of its own"),
    "other_booking": N_("It belongs to another booking"),
}
"""The same why one is two."""


@pages.get("/<stay_id>")
@staff("guests.see")
def show(stay_id: str) -> str:
    """A stay by what is told of it, other stays it may be one with, and what colleagues said."""
    found = (see_stay(g.session, stay_id, reach=g.reach) if stay_id.isalnum() else None) or not_found()
    shown = {one.guest_id for one in found.tellings} | {found.contact_guest}
    guests_were_shown(*{guest for guest in shown if guest})
    return render_template("desk/stays/show.html", found=found, one_stay=ONE_STAY, two_stays=TWO_STAYS)


@pages.post("/<stay_id>/join")
@staff("pairs.decide")
def join(stay_id: str) -> Response:
    """This stay and another are one."""
    _where_it_stands(stay_id) or not_found()
    other, _, seen = request.form.get("other", "").partition(".")
    how = {"seen": seen, "author": g.actor, "reason": _reason(), "now": clock(), "reach": g.reach}
    return _said(join_stays(g.session, stay_id, other, **how), translate(N_("They are one stay now.")))


@pages.post("/<stay_id>/part")
@staff("pairs.decide")
def part(stay_id: str) -> Response:
    """What some records tell of this stay is another one."""
    _where_it_stands(stay_id) or not_found()
    taken = {_place(text) for text in request.form.getlist("taken")}
    seen = request.form.get("seen", "")
    how = {"seen": seen, "author": g.actor, "reason": _reason(), "now": clock(), "reach": g.reach}
    return _said(part_stay(g.session, stay_id, taken, **how), translate(N_("They are two stays now.")))


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """Somebody was first, or said otherwise: say who, and show the stay as it is now, or its guest."""
    g.session.rollback()
    where = _where_it_stands((request.view_args or {}).get("stay_id", "")) or url_for("guests.index")
    params = {name: who(text) if name == "who" else text for name, text in refusal.params.items()}
    toast(say(refusal.code, params, page_language()))
    return redirect(where, 303)


def _where_it_stands(stay_id: str) -> str | None:
    """Where somebody whose word was refused sees why; None where there never was such a stay for them."""
    if see_stay(g.session, stay_id, reach=g.reach) is not None:
        return url_for("stays.show", stay_id=stay_id)
    guest = request.form.get("guest", "")
    current = current_id(g.session, guest, g.reach) if guest.isalnum() and len(guest) <= 32 else None
    return url_for("guests.show", guest_id=current) if current else None


def _said(deed: Deed, words: str) -> Response:
    """Let guests' links follow their stays, and show the stay that was spoken of."""
    places = [(record, version) for record, version in deed.params["told"]]
    follow_links(g.session, {record for record, _ in places}, now=clock())
    toast(words, undo=url_for("review.take_back", deed_id=deed.id))
    stay_id = stay_told_at(g.session, places[0], reach=g.reach) or not_found()
    return redirect(url_for("stays.show", stay_id=stay_id), 303)


def _reason() -> str:
    return request.form.get("why") or request.form.get("reason", "")


def _place(text: str) -> Place:
    record, _, version = text.partition(".")
    return _number(record), _number(version)


def _number(text: str) -> int:
    """A number of a form; 0, which nothing has, for what is none."""
    return min(int(text), LARGEST_ID) if text.isascii() and text.isdigit() and len(text) < 12 else 0

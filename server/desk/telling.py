"""An address that a guest says aloud: typed in the list of those to ask, or on the guest's page."""

from __future__ import annotations

from flask import Blueprint, g, redirect, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.asked_words import NOT_THEIRS
from server.desk.toasts import toast
from server.guests.finding import see_guest
from server.guests.within import current_id
from server.language import translate
from server.prompts.asked_of import stay_in_question
from server.prompts.told import take_told
from server.properties.finding import property_within
from server.wording import N_

pages = Blueprint("told", __name__, url_prefix="/desk")

LONGEST = 254
"""Signs of an address (RFC 5321)."""


@pages.post("/guests/<guest_id>/told")
@staff("values.pin")
def take(guest_id: str) -> Response:
    """The guest said it: it goes through intake, and is proven by a click on what is sent there."""
    seen = see_guest(g.session, guest_id, reach=g.reach) if guest_id.isalnum() else None
    if seen is None or current_id(g.session, guest_id, g.reach) is None:
        not_found()
    now, stay_id = clock(), request.form.get("stay", "")[:32] or None
    stay = stay_in_question(g.session, guest_id, g.reach, now=now, stay_id=stay_id)
    if stay is None and stay_id:
        not_found()
    is_of_stay = stay is not None and stay.record_id is not None
    record_id = stay.record_id if stay is not None and stay.record_id is not None else seen.records[0].id
    house = stay.property_id if stay is not None and is_of_stay else seen.records[0].property_id
    place = property_within(g.session, house, g.reach) or not_found()
    address = request.form.get("address", "").strip()[:LONGEST]
    why = take_told(g.session, record_id, place, address, by=g.actor, now=now)
    if why is None:
        toast(translate(N_("Taken. They get an e-mail to confirm it with one click.")))
    else:
        toast(translate(NOT_THEIRS[why]))
    if request.form.get("back") == "dying":
        return redirect(url_for("dying.show"), 303)
    return redirect(url_for("guests.show", guest_id=guest_id), 303)

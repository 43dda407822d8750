"""An honourable No at the desk: declined, has none, do not ask, each by one key; and what was a mistake."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.toasts import toast
from server.guests.finding import see_guest
from server.guests.reviewing import guest_of_record
from server.guests.within import current_id
from server.language import translate
from server.prompts.asked_of import stay_in_question
from server.prompts.closing import EMAIL
from server.prompts.disowning import own_again
from server.prompts.refusing import decline, take_refusal_back
from server.wording import N_

pages = Blueprint("refusals", __name__, url_prefix="/desk")

SAID: Mapping[str, str] = {
    "declined": N_("Remembered: declined."),
    "has_none": N_("Remembered: has no e-mail."),
    "dont_ask": N_("Remembered: is not asked."),
}


@pages.post("/guests/<guest_id>/no")
@staff("values.pin")
def say_no(guest_id: str) -> Response:
    """A guest said No at the desk, for a stay or for good."""
    answer = request.form.get("answer", "")
    if answer not in SAID:
        abort(422)
    seen = see_guest(g.session, guest_id, reach=g.reach) if guest_id.isalnum() else None
    current = current_id(g.session, guest_id, g.reach) if seen else None
    if seen is None or current is None:
        not_found()
    now = clock()
    stay = stay_in_question(
        g.session, guest_id, g.reach, now=now, stay_id=request.form.get("stay", "")[:32] or None
    )
    if stay is None and request.form.get("stay"):
        not_found()
    record = seen.records[0]
    is_for_good = stay is None or request.form.get("holds") == "good"
    said = decline(
        g.session,
        stay.record_id if stay is not None and stay.record_id is not None else record.id,
        answer=answer,
        purpose=EMAIL,
        property_id=stay.property_id if stay is not None else record.property_id,
        until=None if is_for_good or stay is None else stay.departs or stay.arrives,
        by=g.actor,
        now=now,
    )
    back = _back()
    toast(translate(SAID[answer]), undo=url_for("refusals.ask_again", declined_id=said.id, back=back or None))
    return _to(back, guest_id)


@pages.post("/refusals/<int:declined_id>/back")
@staff("values.pin")
def ask_again(declined_id: int) -> Response:
    """It was a mistake: they may be asked."""
    row = take_refusal_back(g.session, declined_id, g.reach, actor=g.actor, now=clock())
    if row is None:
        not_found()
    toast(translate(N_("Taken back. This guest may be asked again.")))
    return _to(_back(), guest_of_record(g.session, row.record_id, reach=g.reach))


@pages.post("/contacts/<int:dead_id>/back")
@staff("values.pin")
def own(dead_id: int) -> Response:
    """ "Wrong number" was said by mistake: the contact is the guest's."""
    secret = current_app.config["INDEX_KEY"]
    row = own_again(g.session, dead_id, g.reach, actor=g.actor, secret=secret, now=clock())
    if row is None:
        not_found()
    toast(translate(N_("The contact is the guest's again.")))
    return _to("", guest_of_record(g.session, row.record_id, reach=g.reach))


def _back() -> str:
    """Which list it was pressed on; empty: the guest's page."""
    return "dying" if request.values.get("back") == "dying" else ""


def _to(back: str, guest_id: str | None) -> Response:
    if back or guest_id is None:
        return redirect(url_for("dying.show"), 303)
    return redirect(url_for("guests.show", guest_id=guest_id), 303)

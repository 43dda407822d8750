"""One value of a guest at the desk: its whole history, and a colleague's choice among what was told."""

from __future__ import annotations

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.access import not_found, staff
from server.clock import clock
from server.db import LARGEST_ID
from server.desk.toasts import toast
from server.desk.words import use_words
from server.guests.finding import GuestSeen, see_guest
from server.guests.history import history_of
from server.guests.pinning import pin_value
from server.guests.values import field_of
from server.guests.within import current_id
from server.language import page_language
from server.language import translate as translated
from server.noting import guests_were_shown
from server.refusal import Refused
from server.sentences import say
from server.wording import N_

pages = Blueprint("values", __name__, url_prefix="/desk/guests/<guest_id>")
use_words(pages)


@pages.get("/values/<field>")
@staff("guests.see")
def show(guest_id: str, field: str) -> ResponseReturnValue:
    """Every value ever told of a field, what was chosen when and why; for htmx without the choice."""
    seen = _seen(guest_id)
    if field_of(field) != field:
        not_found()
    if seen.id != guest_id:
        return redirect(url_for("values.show", guest_id=seen.id, field=field))
    guests_were_shown(seen.id)
    return _page(seen, field)


@pages.post("/values/<field>")
@staff("values.pin")
def choose(guest_id: str, field: str) -> ResponseReturnValue:
    """Keep one of the values that were told, with a reason."""
    seen = _seen(guest_id)
    if field_of(field) != field:
        not_found()
    record_id, _, n = request.form.get("told", "").partition(".")
    numbers = [int(text) if text.isascii() and text.isdigit() else 0 for text in (record_id[:12], n[:12])]
    try:
        made = pin_value(
            g.session,
            seen,
            field,
            *(number if number <= LARGEST_ID else 0 for number in numbers),
            author=g.actor,
            reason=request.form.get("reason", ""),
            now=clock(),
        )
    except Refused as refusal:
        g.session.rollback()
        return _page(_seen(guest_id), field, wrong=say(refusal.code, refusal.params, page_language())), 422
    undo = url_for("review.take_back", deed_id=made.id)
    toast(translated(N_("Kept. It stays whatever the systems send.")), undo=undo)
    return redirect(url_for("guests.show", guest_id=seen.id), 303)


def _seen(guest_id: str) -> GuestSeen:
    current = current_id(g.session, guest_id, g.reach) if guest_id.isalnum() else None
    return (see_guest(g.session, current, reach=g.reach) if current else None) or not_found()


def _page(seen: GuestSeen, field: str, *, wrong: str = "") -> str:
    part = request.headers.get("HX-Request") and request.method == "GET"
    return render_template(
        "desk/values/_history.html" if part else "desk/values/show.html",
        guest=seen,
        field=field,
        history=history_of(g.session, seen, field),
        wrong=wrong,
        typed=request.form,
    )

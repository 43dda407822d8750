"""Households at the desk: the list, one guest's, and what colleagues say of who lives with whom."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from server.access import not_found, staff
from server.clock import clock
from server.desk.journal import guarded
from server.desk.looking import looking
from server.desk.searching import open_words, seal_words
from server.desk.toasts import toast
from server.desk.words import use_words
from server.guests.finding import search_guests
from server.guests.living import (
    Household,
    Housemate,
    everybody,
    households_of,
    housemates,
    list_households,
    say_word,
    words_seen,
)
from server.guests.values import ADDRESS
from server.guests.within import count_records, current_id
from server.journal import note
from server.language import page_language, translate
from server.noting import guests_were_shown, property_here
from server.refusal import Refused
from server.sentences import say
from server.wording import N_

pages = Blueprint("households", __name__, url_prefix="/desk")
use_words(pages)

CHOICES = 10
"""Guests to choose from: whoever is not among them is looked for by more words."""
COLUMNS = {
    "household": ("names", *ADDRESS, "email", "news_by_email", "news_by_sms", "guests"),
    "person": ("first_name", "last_name", *ADDRESS, "email", "news_by_email", "news_by_sms", "guest"),
}


@pages.get("/households")
@staff("guests.see")
def index() -> str:
    """The households of the houses within reach: each guest in one of them."""
    page = max(1, request.args.get("page", 1, type=int))
    return render_template("desk/households/index.html", found=list_households(g.session, g.reach, page=page))


@pages.post("/households/export")
@staff("guests.export")
def export() -> Response:
    """Everybody as a file: a row a household (whoever lives with nobody is one), or a row a person."""
    per = "person" if request.form.get("per") == "person" else "household"
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS[per])
    many = 0
    with looking() as session:
        for household in everybody(session, g.reach):
            rows = [_row(household)] if per == "household" else _rows(household)
            writer.writerows([guarded(cell) for cell in row] for row in rows)
            many += 1
    now, place = clock(), property_here()
    subject = f"households:{per}"
    note(g.session, g.actor, "households.exported", subject, now=now, property_id=place, rows=many)
    answer = Response("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{per}s-{now:%Y-%m-%d}.csv"'
    return answer


def _row(household: Household) -> list[str]:
    names = ", ".join(one.name for one in household.members if one.name)
    home = [household.home.get(name, "") for name in ADDRESS]
    email = household.email[0] if household.email else ""
    ids = " ".join(one.id for one in household.members)
    return [names, *home, email, household.consent["email"], household.consent["sms"], ids]


def _rows(household: Household) -> Iterator[list[str]]:
    for one in household.members:
        said = {name: value.value for name, value in one.values.items()}
        home = said if "street" in said else household.home
        yield [
            said.get("first_name", ""),
            said.get("last_name", ""),
            *(home.get(name, "") for name in ADDRESS),
            said.get("email", ""),
            one.consent["email"],
            one.consent["sms"],
            one.id,
        ]


@pages.get("/guests/<guest_id>/household")
@staff("guests.see")
def show(guest_id: str) -> ResponseReturnValue:
    """Who lives with one guest, why, and what colleagues said of it."""
    guest = _guest(guest_id)
    if guest.id != guest_id:
        return redirect(url_for("households.show", guest_id=guest.id))
    guests_were_shown(guest.id)
    return _page(guest, search=open_words(request.args.get("search", "")))


@pages.post("/guests/<guest_id>/household/find")
@staff("households.say")
def find(guest_id: str) -> ResponseReturnValue:
    """Take the words of a search for who lives here too out of the form, so that they stand in no address."""
    guest, now = _guest(guest_id), clock()
    note(g.session, g.actor, "guests.search", f"guest:{guest.id}", now=now, property_id=property_here())
    sealed = seal_words(request.form.get("words", ""))
    return redirect(url_for("households.show", guest_id=guest.id, search=sealed), 303)


@pages.post("/guests/<guest_id>/household/together")
@staff("households.say")
def together(guest_id: str) -> ResponseReturnValue:
    """Another guest lives here too: with everybody of the first household, or with this guest alone."""
    guest, other = _guest(guest_id), _other()
    living = next(iter(households_of(g.session, guest.id, g.reach)), None)
    mates = {one.id for one in living.members} | {guest.id} if living else {guest.id}
    return _said(guest, other, mates, "together", request.form.get("why", ""))


@pages.post("/guests/<guest_id>/household/apart")
@staff("households.say")
def apart(guest_id: str) -> ResponseReturnValue:
    """Two guests do not live together, whatever they share."""
    guest = _guest(guest_id)
    return _said(guest, _other(), {guest.id}, "apart", request.form.get("reason", ""))


def _said(guest: Housemate, other: str, mates: set[str], verdict: str, reason: str) -> ResponseReturnValue:
    try:
        deed = say_word(
            g.session, other, mates, verdict, reach=g.reach, author=g.actor, reason=reason, now=clock()
        )
    except Refused as refusal:
        g.session.rollback()
        return _page(_guest(guest.id), wrong=say(refusal.code, refusal.params, page_language())), 422
    undo = url_for("review.take_back", deed_id=deed.id)
    toast(translate(N_("Said. It stays whatever they share.")), undo=undo)
    return redirect(url_for("households.show", guest_id=guest.id), 303)


def _guest(guest_id: str) -> Housemate:
    """The guest as they are known within reach; 404 when no record of them is."""
    current = current_id(g.session, guest_id, g.reach) if guest_id.isalnum() else None
    if current is None or not count_records(g.session, [current], g.reach).get(current):
        not_found()
    return housemates(g.session, [current], g.reach)[current]


def _other() -> str:
    other = request.form.get("other", "")
    return other if other.isalnum() and len(other) <= 32 else ""


def _page(guest: Housemate, *, search: str = "", wrong: str = "") -> str:
    found = search_guests(g.session, search, reach=g.reach).guests if search else ()
    return render_template(
        "desk/households/show.html",
        guest=guest,
        households=households_of(g.session, guest.id, g.reach),
        words=words_seen(g.session, guest.id, g.reach),
        found=[one for one in found if one.id != guest.id][:CHOICES],
        search=search,
        wrong=wrong,
        typed=request.form,
    )

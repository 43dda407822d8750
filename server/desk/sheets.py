"""Police forms at the desk: who arrives, who still owes one, and what the reception does about it by one key.

Names here are those of the house's records. What a form says is opened on its own page only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.sheet_words import GUEST_STATES, LAYOUTS, SAID, SHEET_STATES
from server.desk.toasts import toast
from server.desk.waits import tell
from server.desk.words import use_words
from server.language import translate
from server.papers.sheets import AT_ONCE
from server.properties.finding import day_in, today_at
from server.registration.arriving import ArrivingStay, arriving, count_states, count_with_key, house_of_record
from server.registration.due import overdue
from server.registration.finding import sheets_without_record
from server.registration.houses import Keeps, house_that_keeps, houses_with_rules, ids_asked, set_house
from server.registration.owing import give_key, owed_of, say_owed, take_key_back, unsay_owed
from server.wording import N_

pages = Blueprint("sheets", __name__, url_prefix="/desk/sheets")
use_words(pages)

SAYABLE = ("none", "refused", "owed")


@pages.get("")
@staff("sheets.see")
def show() -> str:
    """Arrivals of a day, those first who have the key and owe a form."""
    now, day = clock(), day_asked("day")
    houses = houses_with_rules(g.session, g.reach)
    on = [one for one in houses if one.is_on]
    today = today_at(on[0].place, now=now) if on else day_in("UTC", now=now)
    stays = arriving(g.session, g.reach, day=day, now=now)
    if day is None:
        tell("sheets.show", g.reach, count_with_key(stays))
    shown = day or today
    return render_template(
        "desk/sheets/show.html",
        stays=stays,
        unknown=sheets_without_record(g.session, g.reach, shown) if on else [],
        places={one.place.id: one.place for one in houses},
        states=SHEET_STATES,
        pen_parts={one.place.id: _pen_parts(stays, one) for one in on},
        overdue=overdue(g.session, g.reach, now=now),
        counts=count_states(stays),
        houses=houses,
        on=on,
        day_shown=shown,
        is_today=shown == today,
        before=shown - timedelta(days=1) if shown > date.min else shown,
        after=shown + timedelta(days=1) if shown < date.max else shown,
        guest_states=GUEST_STATES,
        layouts=LAYOUTS,
    )


@pages.post("/guest/<int:record_id>/<said>")
@staff("sheets.correct")
def say(record_id: int, said: str) -> Response:
    """What a colleague heard of a guest: none needed, refused, owed; or that it was a mistake."""
    keeps, now = _house(record_id), clock()
    if said not in (*SAYABLE, "unknown"):
        abort(404)
    before = owed_of(g.session, record_id)
    former = before.state if before is not None and before.state in SAYABLE else "unknown"
    facts: Mapping[str, Any] = {"property_id": keeps.place.id, "actor": g.actor, "now": now}
    if said == "unknown":
        unsay_owed(g.session, record_id, **facts)
    else:
        say_owed(g.session, record_id, said, **facts)
    back = url_for("sheets.say", record_id=record_id, said=former) if former != said else None
    toast(translate(SAID[said]), undo=back)
    return _list()


@pages.post("/guest/<int:record_id>/key")
@staff("sheets.correct")
def key(record_id: int) -> Response:
    """Room first, form later."""
    keeps = _house(record_id)
    give_key(g.session, record_id, property_id=keeps.place.id, actor=g.actor, now=clock())
    toast(
        translate(N_("Noted: the key is given, the form is owed.")),
        undo=url_for("sheets.no_key", record_id=record_id),
    )
    return _list()


@pages.post("/guest/<int:record_id>/no-key")
@staff("sheets.correct")
def no_key(record_id: int) -> Response:
    """The key was not given."""
    keeps = _house(record_id)
    take_key_back(g.session, record_id, property_id=keeps.place.id, actor=g.actor, now=clock())
    toast(translate(N_("Taken back.")))
    return _list()


@pages.get("/house/<int:property_id>")
@staff("house.set")
def house(property_id: int) -> str:
    """What a house set, and how sure the rules of its country are."""
    keeps = _keeps(property_id)
    return render_template(
        "desk/sheets/house.html", keeps=keeps, layouts=LAYOUTS, numbers=ids_asked(keeps.profile, now=clock())
    )


@pages.post("/house/<int:property_id>")
@staff("house.set")
def save_house(property_id: int) -> Response:
    """Switch it on or off, and say by which numbers authorities know the house."""
    keeps = _keeps(property_id)
    if "is_set" not in request.form:  # not of our page
        return redirect(url_for("sheets.house", property_id=property_id), 303)
    ids = {name: request.form.get(f"id-{name}", "") for name in ids_asked(keeps.profile, now=clock())}
    is_on = request.form.get("is_on") == "yes"
    set_house(g.session, keeps, is_on=is_on, ids=dict(keeps.ids) | ids, actor=g.actor, now=clock())
    toast(translate(N_("Saved.")))
    return redirect(url_for("sheets.house", property_id=property_id), 303)


def day_asked(name: str) -> date | None:
    """A day of the address; None where there is none."""
    try:
        found = date.fromisoformat(request.values.get(name, ""))
    except ValueError:
        return None
    return found if 2000 <= found.year < 2100 else None


def _pen_parts(stays: Sequence[ArrivingStay], keeps: Keeps) -> int:
    """How many files the forms for the pen of a house's day fill."""
    mine = [stay for stay in stays if stay.keeps.place.id == keeps.place.id]
    states = count_states(mine)
    return max(1, -(-(states["owed"] + states["unknown"]) // AT_ONCE))


def _list() -> Response:
    day = day_asked("day")
    return redirect(url_for("sheets.show", day=day.isoformat() if day else None), 303)


def _house(record_id: int) -> Keeps:
    return house_of_record(g.session, record_id, g.reach) or not_found()


def _keeps(property_id: int) -> Keeps:
    return house_that_keeps(g.session, property_id, g.reach) or not_found()

"""What guests are asked, at the desk: the plan of two weeks, its rules and limits; approved, stopped here."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.toasts import toast
from server.desk.words import use_words
from server.language import page_language, translate
from server.prompts.advice import what_to_do
from server.prompts.agenda import agenda, rows_of
from server.prompts.asking import (
    approve,
    confirm_test,
    last_test,
    set_caps,
    set_country,
    set_held_back,
    set_rule,
    set_through_alias,
    stop,
)
from server.prompts.caps import caps_of
from server.prompts.failed import failed_messages, why_failed
from server.prompts.models import Asking
from server.prompts.rules import settings_of
from server.prompts.senders import mode_for, sender_for, senders_of
from server.prompts.testing import send_test
from server.properties.finding import properties_within, property_within, today_at
from server.properties.models import Property
from server.refusal import Refused
from server.settings import house_address
from server.staff.sessions import may, reach_of
from server.wording import N_

pages = Blueprint("asking", __name__, url_prefix="/desk/asking")
use_words(pages)

MODE_NAMES = {
    "link": N_("a link"),
    "reply": N_("a question to answer"),
    "nothing": N_("nothing"),
}

STATE_NAMES = {
    "ready": N_("on its way"),
    "sending": N_("on its way"),
    "unknown": N_("on its way"),
    "sent": N_("sent"),
    "delivered": N_("delivered"),
    "failed": N_("failed"),
    "dropped": N_("not sent"),
}
MOST_FAILED = 50


@pages.get("")
@staff("figures.see")
def index() -> Response:
    """The plan of one's usual house."""
    houses = _houses()
    usual = next((house for house in houses if house.is_default), houses[0])
    return redirect(url_for("asking.show", property_id=usual.id), 303)


@pages.get("/<int:property_id>")
@staff("figures.see")
def show(property_id: int) -> str:
    """The plan of a house: two weeks by day, and how it asks."""
    return _page(_house(property_id))


@pages.post("/<int:property_id>/stop")
@staff("problems.settle")
def stop_all(property_id: int) -> Response:
    """Nothing more goes out; whoever is at the desk may say so."""
    stop(g.session, _house(property_id), actor=g.actor, now=clock())
    toast(translate(N_("Stopped. Nothing more is sent.")))
    return _back(property_id)


@pages.post("/<int:property_id>/approve")
@staff("messages.send_many")
def begin(property_id: int) -> Response:
    """From now on it is asked as planned."""
    approve(g.session, _house(property_id), actor=g.actor, now=clock())
    toast(translate(N_("Approved. Messages go out as planned.")))
    return _back(property_id)


@pages.post("/<int:property_id>/test")
@staff("messages.send_many")
def test(property_id: int) -> Response:
    """Send a test to a number or an address of one's own."""
    send_test(
        g.session,
        _house(property_id),
        request.form.get("to", ""),
        language=page_language(),
        actor=g.actor,
        secret=current_app.config["INDEX_KEY"],
        house_address=house_address(current_app.config["ONEGUEST"]),
        now=clock(),
    )
    toast(translate(N_("The test is on its way.")))
    return _back(property_id)


@pages.post("/<int:property_id>/arrived")
@staff("messages.send_many")
def arrived(property_id: int) -> Response:
    """The test arrived."""
    confirm_test(g.session, _house(property_id), actor=g.actor, now=clock())
    return _back(property_id)


@pages.post("/<int:property_id>/rules")
@staff("messages.send_many")
def rule(property_id: int) -> Response:
    """Switch a rule, and say how many days before or after."""
    given = request.form
    is_on, days = given.get("on") == "yes", given.get("days", "").strip()
    set_rule(
        g.session,
        _house(property_id),
        given.get("rule", ""),
        is_on=is_on,
        days=days,
        actor=g.actor,
        now=clock(),
    )
    return _saved(property_id)


@pages.post("/<int:property_id>/alias")
@staff("messages.send_many")
def through_alias(property_id: int) -> Response:
    """Whether guests are asked through a booking site's address."""
    is_on = request.form.get("on") == "yes"
    set_through_alias(g.session, _house(property_id), is_on=is_on, actor=g.actor, now=clock())
    return _saved(property_id)


@pages.post("/<int:property_id>/countries")
@staff("messages.send_many")
def country(property_id: int) -> Response:
    """What is sent to numbers of a country, and by which sender."""
    given = request.form
    set_country(
        g.session,
        _house(property_id),
        given.get("country", ""),
        mode=given.get("mode", ""),
        sender=given.get("sender", ""),
        actor=g.actor,
        now=clock(),
    )
    return _saved(property_id)


@pages.post("/<int:property_id>/limits")
@staff("messages.send_many")
def limits(property_id: int) -> Response:
    """The most that is sent, and the share that is not asked."""
    house, now = _house(property_id), clock()
    set_caps(g.session, house, request.form.to_dict(), actor=g.actor, now=now)
    set_held_back(g.session, house, request.form.get("held_back", "").strip(), actor=g.actor, now=now)
    return _saved(property_id)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """What cannot be is said at its part of the page, with what was typed."""
    g.session.rollback()
    return _page(_house((request.view_args or {}).get("property_id", 0)), refusal), 422


def _houses() -> list[Property]:
    houses = [house for house in properties_within(g.session, g.reach) if house.kind == "hotel"]
    return houses or not_found()


def _house(property_id: int) -> Property:
    return property_within(g.session, property_id, g.reach) or not_found()


def _back(property_id: int) -> Response:
    return redirect(url_for("asking.show", property_id=property_id), 303)


def _saved(property_id: int) -> Response:
    toast(translate(N_("Saved. The plan is made anew within a minute.")))
    return _back(property_id)


def _page(house: Property, error: Refused | None = None) -> str:
    now, settings = clock(), current_app.config["ONEGUEST"]
    asking = g.session.get(Asking, house.id)
    plan = agenda(g.session, house, now=now)
    sees = may(g.colleague, "guests.see") and house in properties_within(
        g.session, reach_of(g.colleague, "guests.see")
    )
    chosen = _day(request.args.get("day", "")) or next(
        (one.day for one in plan.days if one.texts or one.emails), today_at(house, now=now)
    )
    return render_template(
        "desk/asking/show.html",
        shown=house,
        houses=_houses(),
        asking=asking,
        plan=plan,
        chosen=chosen,
        rows=rows_of(g.session, house, chosen, with_names=sees, now=now),
        sees=sees,
        rules=[one for one in settings_of(asking) if one.name != "email_through_alias"],
        countries=_countries(house, asking),
        modes=MODE_NAMES,
        caps=caps_of(asking.caps if asking is not None else {}),
        test=last_test(g.session, house.id),
        states=STATE_NAMES,
        failed=failed_messages(g.session, house.id, most=MOST_FAILED),
        why_failed=why_failed,
        what_to_do=what_to_do,
        may_change=may(g.colleague, "messages.send_many"),
        may_stop=may(g.colleague, "problems.settle"),
        phones=settings.twilio_base if settings.demo else None,
        error=error,
        part=(request.endpoint or "").rpartition(".")[2] if error else "",
        typed=request.form if error else {},
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _countries(house: Property, asking: Asking | None) -> list[dict[str, Any]]:
    """What was said of each country, the house's own first."""
    own = senders_of(g.session, house.id)
    said = {house.country, *(asking.countries if asking is not None else {}), *own}
    return [
        {
            "code": code,
            "mode": mode_for(house, asking, code),
            "own": own[code].value if code in own else "",
            "by": (sender_for(house, code, own) or ("", ""))[1],
        }
        for code in sorted(said, key=lambda code: (code != house.country, code))
    ]

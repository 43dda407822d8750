"""Wishes and low scores at the desk: seen to by a tap, with who did; and the sheet for the shift."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from flask import Blueprint, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.captures.models import SurveyAnswer
from server.captures.settling import Kind, settle, surveys_for_somebody, unsettle, wishes_of_day
from server.captures.wishes import ShownWish
from server.clock import clock
from server.desk.people import who
from server.desk.toasts import toast
from server.desk.wished import form_title, survey_words, wish_words
from server.desk.words import use_words
from server.guests.arrivals import arrivals
from server.language import translate
from server.noting import guests_were_shown
from server.properties.finding import properties_within, today_at
from server.properties.models import Property
from server.wording import N_

pages = Blueprint("wishes", __name__, url_prefix="/desk/wishes")
use_words(pages)
pages.app_template_global("wish_words")(wish_words)
pages.app_template_global("survey_words")(survey_words)
pages.app_template_global("form_title")(form_title)
pages.app_template_global("who")(who)


@pages.get("/sheet")
@staff("guests.see")
def sheet() -> str:
    """What the shift needs on paper: who arrives with which wishes, and which surveys call for somebody."""
    ahead, now = int(request.args.get("day") == "tomorrow"), clock()
    wished = wishes_of_day(g.session, g.reach, ahead=ahead, now=now)
    guests_were_shown(*dict.fromkeys(one.guest_id for one in wished if one.guest_id))
    surveys = [] if ahead else surveys_for_somebody(g.session, g.reach, now=now)
    expected = arrivals(g.session, g.reach, now=now + timedelta(days=ahead))
    houses = [
        _House(
            place,
            today_at(place, now=now) + timedelta(days=ahead),
            [one for one in wished if one.wish.property_id == place.id],
            [one for one in surveys if one.property_id == place.id and one.settled_at is None],
        )
        for place in properties_within(g.session, g.reach)
    ]
    return render_template(
        "desk/wishes/sheet.html",
        ahead=ahead,
        now=now,
        houses=[one for one in houses if one.wishes or one.surveys],
        place=houses[0].place,
        rooms={one.guest_id: one.room for one in expected if one.guest_id},
    )


class _House(NamedTuple):
    """What stands on the sheet of one house."""

    place: Property
    day: date
    wishes: list[ShownWish]
    surveys: list[SurveyAnswer]


@pages.post("/<int:wish_id>/settle")
@staff("problems.settle")
def settle_wish(wish_id: int) -> Response:
    """Somebody saw to a wish."""
    return _done("wish", wish_id)


@pages.post("/<int:wish_id>/back")
@staff("problems.settle")
def open_wish(wish_id: int) -> Response:
    """It waits again."""
    return _back("wish", wish_id)


@pages.post("/surveys/<int:survey_id>/settle")
@staff("problems.settle")
def settle_survey(survey_id: int) -> Response:
    """Somebody saw to what a guest was not content with."""
    return _done("survey", survey_id)


@pages.post("/surveys/<int:survey_id>/back")
@staff("problems.settle")
def open_survey(survey_id: int) -> Response:
    """It waits again."""
    return _back("survey", survey_id)


def _done(kind: Kind, number: int) -> Response:
    settle(g.session, kind, number, g.reach, actor=g.actor, now=clock()) or not_found()
    if kind == "wish":
        back = url_for("wishes.open_wish", wish_id=number)
    else:
        back = url_for("wishes.open_survey", survey_id=number)
    toast(translate(N_("Seen to.")), undo=back)
    return redirect(url_for("today.show", _anchor="wishes"), 303)


def _back(kind: Kind, number: int) -> Response:
    unsettle(g.session, kind, number, g.reach, actor=g.actor, now=clock()) or not_found()
    return redirect(url_for("today.show", _anchor="wishes"), 303)

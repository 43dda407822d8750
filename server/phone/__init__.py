"""The guest's own page, opened from a link: one question at a time, with or without JavaScript.

Between two steps the answers travel in the page itself, as hidden fields. A draft on the server would be
guest data that nobody has sent yet, to be kept, purged, and shown back to whoever holds the cookie; in a
cookie it would lie on the phone's disk. In a page that may not be cached it is gone when the page is closed.
"""

from __future__ import annotations

from datetime import date, timedelta

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as cookie
from flask.typing import ResponseReturnValue

from server.access import (
    address_key,
    anyone,
    count_wrong_try,
    keep_changes,
    link_holder,
    remember_link,
    too_many,
)
from server.captures.identifiers import new_capture_id
from server.captures.links import find_link, open_link
from server.captures.models import GuestLink
from server.captures.receiving import receive
from server.clock import clock
from server.db import writing
from server.forms.definition import Step, find_form
from server.forms.rules import answered, check_form, check_step
from server.forms.showing import ShownForm
from server.forms.suggestion import suggest_email
from server.language import page_language, pseudo_allowed, speak
from server.properties.models import Property
from server.wording import N_, PSEUDO

pages = Blueprint("phone", __name__, url_prefix="/g")

FORM = "pre_check_in"
WRONG_TOKENS = 10  # a minute and address
WITHIN = timedelta(minutes=1)

NO_MATCH = N_("This does not match the booking. Please check the last name and the day of arrival.")
LOCKED = N_("Too many tries. Please try again in a quarter of an hour, or ask the reception.")


def _live_link(token: str) -> GuestLink:
    """The link of a token; a wrong token is counted, and answered the same whatever is wrong with it."""
    now = clock()
    who = address_key(current_app.config["INDEX_KEY"], request.remote_addr)
    if too_many(g.session, "token", who, now=now, limit=WRONG_TOKENS, within=WITHIN):
        abort(429)
    link = find_link(g.session, token, now=now)
    if link is None:
        g.session.rollback()  # gives the writer's place back: the count has a transaction of its own
        with writing(current_app.config["ENGINE"]) as counting:
            count_wrong_try(counting, "token", who, now=now)
        abort(make_response(render_template("phone/closed.html"), 404))
    return link


@pages.get("/<token>")
@anyone
def greet(token: str) -> str:
    """The hotel's name and the two questions that open the link. Changes nothing: previews open it too."""
    link = _live_link(token)
    return _greeting(link, "", {}, None)


@pages.post("/<token>")
@anyone
def enter(token: str) -> ResponseReturnValue:
    """Try the answers; swap the token for a signed cookie and go on under an address without it."""
    now = clock()
    link = _live_link(token)
    given = {name: request.form.get(name, "").strip()[:100] for name in ("last_name", "day", "month", "year")}
    keep_changes()
    match open_link(g.session, link, last_name=given["last_name"], arrives=_whole_date(given), now=now):
        case "opened":
            cookie.clear()
            remember_link(link, now=now)
            cookie["capture"] = new_capture_id(now)
            return redirect(url_for("phone.received" if link.used_at else "phone.form"), 303)
        case "locked":
            return _greeting(link, given["last_name"], given, LOCKED), 429
        case "dead":
            return render_template("phone/closed.html"), 404
        case _:
            return _greeting(link, given["last_name"], given, NO_MATCH), 422


def _greeting(link: GuestLink, last_name: str, given: dict[str, str], problem: str | None) -> str:
    house = g.session.get_one(Property, link.property_id)
    speak(page_language(), house.tones.get(page_language(), ""))
    return render_template("phone/greet.html", house=house, last_name=last_name, given=given, problem=problem)


def _whole_date(given: dict[str, str]) -> date | None:
    try:
        return date(*(int(given[part]) for part in ("year", "month", "day")))
    except (ValueError, OverflowError):  # a day of a hundred digits is an overflow
        return None


@pages.get("/closed")
@anyone
def closed() -> ResponseReturnValue:
    """What a guest sees whose link ended, or who never opened one."""
    return render_template("phone/closed.html"), 404


@pages.get("/received")
@link_holder
def received() -> str:
    """The form has arrived. Nothing of it is shown."""
    shown = _shown(page_language())
    return render_template("phone/received.html", shown=shown, house=shown.house)


@pages.get("/form")
@link_holder
def form() -> ResponseReturnValue:
    """The first question, empty: what an earlier visit typed is nowhere kept."""
    if g.link.used_at:
        return redirect(url_for("phone.received"))
    shown = _shown(page_language())
    return _step_page(shown, shown.form.steps[0], {}, {})


@pages.post("/form")
@link_holder
def go_on() -> ResponseReturnValue:
    """One step on, back or out; the last one sends the form."""
    if g.link.used_at:
        return _go_to(url_for("phone.received"))
    given = request.form.to_dict()
    shown = _shown(given.get("language", ""))
    step = shown.form.step(given.get("step", "")) or abort(422)
    wish, _, detail = given.get("go", "next").partition(":")
    steps = shown.form.steps
    place = steps.index(step)
    match wish:
        case "back":
            return _step_page(shown, steps[max(0, place - 1)], given, {})
        case "change":
            return _step_page(shown, shown.form.step(detail) or abort(422), given, {})
        case "language":
            return _step_page(_shown(detail), step, given, {})
        case "use":
            return _step_page(shown, step, given | {"email": suggest_email(given.get("email", "")) or ""}, {})
        case "out":
            if detail not in step.ways_out:
                abort(422)
            given |= {name: "" for field in step.fields for name in field.names} | {step.way_out_name: detail}
            return _step_page(shown, steps[min(place + 1, len(steps) - 1)], given, {})
    given.pop(step.way_out_name, None)
    today = clock().date()
    errors = check_step(step, given, today=today)
    if errors:
        return _step_page(shown, step, given, errors), 422
    if suggestion := _open_suggestion(step, given):
        return _step_page(shown, step, given, {}, suggestion)
    if not step.review:
        return _step_page(shown, steps[place + 1], given, {})
    return _send(shown, given, today=today)


def _open_suggestion(step: Step, given: dict[str, str]) -> str | None:
    """A likely slip in the address that the guest was not asked about yet; the second Continue keeps it."""
    if not any(field.kind == "email" for field in step.fields) or given.get("asked_about") == given.get(
        "email"
    ):
        return None
    return suggest_email(given.get("email", ""))


def _send(shown: ShownForm, given: dict[str, str], *, today: date) -> ResponseReturnValue:
    errors = check_form(shown.form, given, today=today)
    for step in shown.form.steps:
        if any(field.id in errors for field in step.fields):
            return _step_page(shown, step, given, errors), 422
    receive(
        g.session,
        id=cookie["capture"],
        form=shown.form.name,
        version=shown.form.version,
        language=shown.language,
        surface="phone",
        proof="booking-bound",
        property_id=g.link.property_id,
        answers=answered(shown.form, given),
        guest_link=g.link,
        now=clock(),
    )
    return _go_to(url_for("phone.received"))


def _go_to(address: str) -> ResponseReturnValue:
    """A redirect that htmx follows as a whole page."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _shown(language: str) -> ShownForm:
    known = find_form(FORM) or abort(404)
    house = g.session.get_one(Property, g.link.property_id)
    offered = ShownForm(known, language, house)
    codes = [code for code, _ in offered.languages]
    if language not in codes and not (language == PSEUDO and pseudo_allowed()):
        offered = ShownForm(known, codes[0], house)
    speak(offered.language, house.tones.get(offered.language, ""))
    return offered


def _step_page(
    shown: ShownForm, step: Step, given: dict[str, str], errors: dict[str, str], suggestion: str | None = None
) -> str:
    page = "phone/_step.html" if request.headers.get("HX-Request") else "phone/form.html"
    return render_template(
        page, shown=shown, house=shown.house, step=step, answers=given, errors=errors, suggestion=suggestion
    )

"""The guest's own page, opened from a link: one question at a time, with or without JavaScript.

Between two steps the answers travel in the page itself, as hidden fields. A draft on the server would be
guest data that nobody has sent yet, to be kept and purged. In a page that may not be cached it is gone when
the page is closed. Without JavaScript each step is a redirect besides, and the answers cross it in a sealed
cookie (server/drafting.py).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import (
    Blueprint,
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
from werkzeug.wrappers import Response

from server.access import LINK_OPEN_FOR, anyone, link_holder, remember_link
from server.captures.identifiers import new_capture_id
from server.captures.links import AnyLink, is_survey, open_link
from server.captures.models import Rehearsal
from server.captures.receiving import receive
from server.captures.rehearsing import finish_rehearsal
from server.clock import clock
from server.drafting import forget_draft, keep_draft, kept_draft
from server.forms.definition import find_form
from server.forms.ordering import date_parts
from server.forms.questions import YES, Step
from server.forms.rules import answered, check_form, check_step
from server.forms.showing import ShownForm
from server.forms.suggestion import is_alias, suggest_email
from server.language import page_language, pseudo_allowed, speak
from server.phone.onward import ways_on
from server.phone.speaking import HERE, language_at, offered, remember, speak_at
from server.phone.tokens import live_link
from server.prompts.closing import answer_link
from server.prompts.proving import may_have_code
from server.properties.finding import today_at
from server.properties.models import Property
from server.vault import open_vault
from server.wording import N_, PSEUDO

pages = Blueprint("phone", __name__, url_prefix="/g")

NO_MATCH = N_("This does not match the booking. Please check the last name and the day of arrival.")
LOCKED = N_("Too many tries. Please try again in a quarter of an hour, or ask the reception.")


@pages.get("/<token>")
@anyone
def greet(token: str) -> ResponseReturnValue:
    """The hotel's name and the two questions that open the link. Changes nothing: previews open it too."""
    link = live_link(token)
    given = {}
    if "again" in request.args:
        given = kept_draft(bound_to=_door(link), now=clock(), life=LINK_OPEN_FOR)
    return _greeting(link, given)


@pages.post("/<token>")
@anyone
def enter(token: str) -> ResponseReturnValue:
    """Try the answers; swap the token for a signed cookie and go on under an address without it."""
    now = clock()
    link = live_link(token)
    given = {name: request.form.get(name, "").strip()[:100] for name in ("last_name", "day", "month", "year")}
    wish, _, detail = request.form.get("go", "").partition(":")
    if wish == "language":
        return _greet_again(token, link, given, language=detail)
    if wish == "on" and detail in ways_on(link):
        return _go_to(url_for(f"onward.ask_{detail}", token=token))
    if is_survey(link.leads_to):
        # It shows nothing of a stay, and whoever must say their name first believes no more that none is
        # kept. That it was opened is noted nowhere: the hour, beside the day of an answer, would tell whose.
        return _let_in(link)
    match open_link(g.session, link, last_name=given["last_name"], arrives=_whole_date(given), now=now):
        case "opened":
            return _let_in(link)
        case "dead":
            return _go_to(url_for("phone.closed"))
        case outcome:
            return _greet_again(token, link, given | {"problem": outcome})


def _let_in(link: AnyLink) -> ResponseReturnValue:
    now = clock()
    cookie.clear()
    remember_link(link, now=now)
    cookie["capture"] = new_capture_id(now)
    if link.used_at or not request.headers.get("HX-Request"):
        return _go_to(url_for("phone.received" if link.used_at else "phone.form"))
    shown = _shown(language_at(link))
    page, _ = _step_page(shown, shown.form.steps[0], _known_of(link), checked=False)
    return _in_place(page, url_for("phone.form"))


PROBLEMS = {"wrong": (NO_MATCH, 422), "locked": (LOCKED, 429)}


@pages.app_template_global()
def date_order() -> tuple[str, ...]:
    """The parts of a day, in the order of the language of the page."""
    return date_parts(page_language())


def _door(link: AnyLink) -> str:
    return f"door of {link.subject}"


def _greet_again(
    token: str, link: AnyLink, given: dict[str, str], *, language: str | None = None
) -> ResponseReturnValue:
    """The door once more, with what was typed: at an address of its own, that Back and reload can open."""
    answer = _go_to(url_for("phone.greet", token=token, again=1))
    if language is not None:
        remember(answer, language)
    keep_draft(answer, given, bound_to=_door(link), path=HERE, now=clock())
    return answer


def _greeting(link: AnyLink, given: dict[str, str]) -> tuple[str, int]:
    house = speak_at(link)
    problem, status = PROBLEMS.get(given.get("problem", ""), (None, 200))
    known = find_form(link.leads_to) or abort(404)
    shown = ShownForm(known, page_language(), house)
    page = render_template(
        "phone/greet.html",
        house=house,
        languages=offered(shown),
        given=given,
        problem=problem,
        survey=shown if is_survey(known.name) else None,
        ways_on=ways_on(link),
        not_sent=shown.text("form.not_sent"),
    )
    return page, status


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
    return _thanks(_shown(language_at(g.link)))


def _thanks(shown: ShownForm) -> str:
    is_mailed = bool(shown.house.reply_to) and not g.link.is_rehearsed
    is_asked = is_mailed and may_have_code(g.session, g.link.id)
    name = "phone/_received.html" if request.headers.get("HX-Request") else "phone/received.html"
    return render_template(name, shown=shown, house=shown.house, is_asked=is_asked)


@pages.get("/form")
@link_holder
def form() -> ResponseReturnValue:
    """A question: the first one, empty, unless a plain form is on its way through the questions."""
    if g.link.used_at:
        return redirect(url_for("phone.received"))
    given = kept_draft(bound_to=cookie["capture"], now=clock(), life=LINK_OPEN_FOR)
    shown = _shown(given.get("language") or language_at(g.link), given.get("version"))
    asked = shown.form.step(request.args.get("step", "")) if given else None
    if asked not in shown.asked(given):
        asked = None
    checked = bool(given) and "checked" in request.args
    return _step_page(shown, asked or shown.form.steps[0], given or _known_of(g.link), checked=checked)


@pages.post("/form")
@link_holder
def go_on() -> ResponseReturnValue:
    """One step on, back or out; the last one sends the form."""
    if g.link.used_at:
        return _go_to(url_for("phone.received"))
    given = request.form.to_dict()
    shown = _shown(given.get("language", ""), given.get("version"))
    step = shown.form.step(given.get("step", "")) or abort(422)
    wish, _, detail = given.get("go", "next").partition(":")
    steps = shown.asked(given)
    if step not in steps:
        return _turn_to(shown, steps[0], given)
    place = steps.index(step)
    match wish:
        case "back":
            return _turn_to(shown, steps[max(0, place - 1)], given)
        case "change":
            return _turn_to(shown, shown.form.step(detail) or abort(422), given)
        case "language":
            answer = make_response(_turn_to(_shown(detail, given.get("version")), step, given))
            remember(answer, detail)
            return answer
        case "use":
            return _turn_to(shown, step, given | _meant(shown, step, given))
        case "add" | "remove":
            return _turn_to(shown, step, given | _people(step, given, wish, detail))
        case "leave":
            return _leave(shown, given)
        case "out":
            if detail not in step.ways_out:
                abort(422)
            given |= {name: "" for field in step.fields for name in field.names} | {step.way_out_name: detail}
            if step == shown.asked(given)[-1]:
                return _send(shown, given, today=today_at(shown.house, now=clock()))
            return _turn_to(shown, _after(shown, step, given), given)
    given.pop(step.way_out_name, None)
    today = today_at(shown.house, now=clock())
    if check_step(step, given, today=today) or _open_suggestion(shown, step, given):
        return _turn_to(shown, step, given, checked=True)
    if step != shown.form.steps[-1] and not (step.ending and step == shown.asked(given)[-1]):
        return _turn_to(shown, _after(shown, step, given), given)
    return _send(shown, given, today=today)


def _known_of(link: AnyLink) -> dict[str, str]:
    """What the guest said at the door, which need not be typed again: the day of arrival."""
    if link.arrives is None:
        return {}
    day = link.arrives
    parts = {"arrival_day": str(day.day), "arrival_month": str(day.month), "arrival_year": str(day.year)}
    return {"arrives": "later", **parts}


def _after(shown: ShownForm, step: Step, given: dict[str, str]) -> Step:
    """The step that comes after this one, now that it is answered; the last one comes after itself."""
    steps = shown.asked(given)
    return steps[min(steps.index(step) + 1, len(steps) - 1)]


def _people(step: Step, given: dict[str, str], wish: str, detail: str) -> dict[str, str]:
    """One person of a group more, or one less with all that was said of them."""
    numbers = range(1, step.most + 1)
    if wish == "add":
        free = next((n for n in numbers if given.get(step.marker(n)) != YES), None)
        return {step.marker(free): YES} if free else {}
    if detail not in {str(number) for number in numbers}:
        abort(422)
    gone = [field for field in step.fields if field.member == int(detail)]
    return {name: "" for field in gone for name in field.names}


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question about an address, asked once: did you mean another, or (meant is None) have you one of
    your own instead of a booking site's?"""

    field: str
    about: str
    meant: str | None


def _open_suggestion(shown: ShownForm, step: Step, given: dict[str, str]) -> Suggestion | None:
    """A likely slip in the address, or a booking site's own one, that the guest was not asked about yet; the
    second Continue keeps it."""
    for field in step.fields:
        address = given.get(field.id, "").strip()
        if field.kind != "email" or field.member or not address or given.get("asked_about") == address:
            continue
        meant = suggest_email(address)
        if meant or (is_alias(address) and shown.has("form.alias")):
            return Suggestion(field.id, address, meant)
    return None


def _meant(shown: ShownForm, step: Step, given: dict[str, str]) -> dict[str, str]:
    """The address that was likely meant, taken over."""
    open_one = _open_suggestion(shown, step, given | {"asked_about": ""})
    return {open_one.field: open_one.meant or ""} if open_one else {}


def _leave(shown: ShownForm, given: dict[str, str]) -> ResponseReturnValue:
    """The guest closed the page: where a part counts, as a survey says, what was answered is the form."""
    said = answered(shown.form, given)
    if shown.form.partial and any(not name.endswith("_way_out") for name in said):
        _keep(shown, said)
    return "", 204


def _send(shown: ShownForm, given: dict[str, str], *, today: date) -> ResponseReturnValue:
    errors = check_form(shown.form, given, today=today)
    for step in shown.form.steps:
        if any(field.id in errors for field in step.fields):
            return _turn_to(shown, step, given, checked=True)
    _keep(shown, answered(shown.form, given))
    there = url_for("phone.received")
    answer = _in_place(_thanks(shown), there) if request.headers.get("HX-Request") else redirect(there, 303)
    forget_draft(answer, path=HERE)
    return answer


def _keep(shown: ShownForm, answers: dict[str, str]) -> None:
    """The finished form: a rehearsed one stays with its link, any other is received."""
    form, now = shown.form, clock()
    if isinstance(g.link, Rehearsal):
        finish_rehearsal(
            g.session,
            g.link,
            form=form.name,
            version=form.version,
            language=shown.language,
            answers=answers,
            now=now,
        )
        return
    receive(
        g.session,
        id=cookie["capture"],
        form=form.name,
        version=form.version,
        language=shown.language,
        surface="phone",
        proof="booking-bound",
        property_id=g.link.property_id,
        answers=answers,
        guest_link=g.link,
        now=now,
        vault=open_vault(current_app.config["ONEGUEST"].keys_dir) if form.purpose == "registration" else None,
    )
    answer_link(g.session, g.link, ends=is_survey(form.name), now=now)


def _in_place(fragment: str, address: str) -> Response:
    """What htmx puts in the place of the question, under the address that the whole page has: on a slow
    network a page of its own would cost a guest half a second more."""
    answer = make_response(fragment)
    answer.headers["HX-Push-Url"] = address
    return answer


def _go_to(address: str) -> Response:
    """A redirect that htmx follows as a whole page."""
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _shown(language: str, version: str | None = None) -> ShownForm:
    """The form as this guest sees it: in the version they began with, else the newest."""
    name: str = g.link.leads_to
    begun = find_form(name, int(version)) if version and version.isdecimal() and len(version) < 5 else None
    known = begun or find_form(name) or abort(404)
    house = g.session.get_one(Property, g.link.property_id)
    shown = ShownForm(known, language, house)
    if language not in known.texts and not (language == PSEUDO and pseudo_allowed()):
        shown = ShownForm(known, shown.languages[0][0], house)
    speak(shown.language, house.tones.get(shown.language, ""))
    return shown


def _turn_to(
    shown: ShownForm, step: Step, given: dict[str, str], *, checked: bool = False
) -> ResponseReturnValue:
    """Show a question, `checked` with what is wrong in it: as the fragment that htmx asked for, else by a
    redirect, because a page that answered a POST cannot be opened again by Back."""
    if request.headers.get("HX-Request"):
        return _step_page(shown, step, given, checked=checked)
    carried = {name: given[name] for name in (*shown.form.names, "asked_about") if given.get(name)}
    carried |= {"language": shown.language, "version": str(shown.form.version)}
    answer = redirect(url_for("phone.form", step=step.id, checked=1 if checked else None), 303)
    if not keep_draft(answer, carried, bound_to=cookie["capture"], path=HERE, now=clock()):
        return _step_page(shown, step, given, checked=checked)
    return answer


def _step_page(shown: ShownForm, step: Step, given: dict[str, str], *, checked: bool) -> tuple[str, int]:
    errors = check_step(step, given, today=today_at(shown.house, now=clock())) if checked else {}
    suggestion = _open_suggestion(shown, step, given) if checked and not errors else None
    page = render_template(
        "phone/_step.html" if request.headers.get("HX-Request") else "phone/form.html",
        shown=shown,
        house=shown.house,
        step=step,
        answers=given,
        errors=errors,
        suggestion=suggestion,
        languages=offered(shown),
    )
    return page, 422 if errors else 200

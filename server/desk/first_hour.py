"""The first hour of a house: a list that says what to do next, what is done, and whose it is to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, polls, staff
from server.captures.models import Rehearsal
from server.captures.rehearsing import LAST_NAME, begin_rehearsal, newest_rehearsal, rehearsal_token
from server.clock import clock
from server.desk.phone_address import phone_address
from server.desk.pictured import pictured
from server.desk.toasts import toast
from server.desk.watching import as_known, tag_of
from server.desk.words import use_words
from server.importing.progress import fingerprint, minutes_left, share_read
from server.language import page_language, translate
from server.prompts.allowed import is_approved
from server.prompts.models import Asking
from server.properties.beginning import HOUR, STEPS, Mark, mark_step, unmark_step
from server.properties.finding import properties_within
from server.properties.models import Property
from server.properties.sending import sending_waits_for
from server.protection import UPLOAD_LIMIT
from server.records.models import Import
from server.refusal import Refused
from server.reporting.beginning import Beginning, State, beginning, imports_of, is_moving, is_over, rehearsed
from server.reporting.completeness import completeness
from server.reporting.own_addresses import accept_own, refuse_own, suggest_own, take_own_back
from server.sentences import say
from server.settings import Settings
from server.staff.roles import PERMISSIONS, ROLES
from server.staff.sessions import may, reach_of
from server.wording import N_

MET = {
    "sending.no_sender": N_("A sender is set."),
    "sending.no_test": N_("A test has arrived at one of you."),
    "sending.plan_unseen": N_("The plan was approved: who is asked what, and when."),
}
"""What sending waits for, said of where it is so."""

pages = Blueprint("first_hour", __name__, url_prefix="/desk/first-hour")
use_words(pages)


@dataclass(frozen=True, slots=True)
class Step:
    """What the list says of a step: its title, why it matters, minutes it takes, and what it asks for.

    `permissions`: all of them are needed. `endpoint`: the page where it is done, when it is another's.
    """

    title: str
    why: str
    minutes: int
    permissions: tuple[str, ...]
    endpoint: str = ""


TOLD: Mapping[str, Step] = {
    "name": Step(
        N_("Name and colour"),
        N_("Guests meet your house by its name and colour, on the tablet and on their phones."),
        3,
        ("house.set",),
        "house.show",
    ),
    "import": Step(
        N_("Drop any export"),
        N_("Everything begins with the guests that your systems know already."),
        5,
        ("arrivals.import",),
    ),
    "found": Step(
        N_("See what was found"),
        N_("How many of your guests can be reached, and how many records were the same person."),
        5,
        ("figures.see",),
    ),
    "own": Step(
        N_("Your own addresses"),
        N_("An address that the desk typed for many guests is nobody's: said once, it never counts again."),
        4,
        ("house.set", "guests.see"),
    ),
    "colleagues": Step(
        N_("Create colleagues"),
        N_("Each colleague signs in by their own name, so that what was done can be asked about."),
        10,
        ("staff.manage",),
        "colleagues.index",
    ),
    "kiosk": Step(
        N_("Open the tablet"),
        N_("In the lobby guests type their own address, in their own language."),
        5,
        ("desk.open",),
        "kiosk.attract",
    ),
    "guest": Step(
        N_("Be the guest, with your own phone"),
        N_("You will be asked how it is. Now you can say."),
        5,
        ("guests.see",),
    ),
    "notice": Step(
        N_("Print the privacy notice"),
        N_("Guests have a right to read what is kept of them and why, before they type anything."),
        3,
        ("papers.print",),
        "papers.index",
    ),
    "sending": Step(
        N_("See what would be sent"),
        N_("Nothing leaves this house by itself before somebody approved it."),
        2,
        ("house.set",),
    ),
}
"""Every step of beginning.STEPS in words."""


@dataclass(frozen=True, slots=True)
class Line:
    """One step in the list, for whoever looks at it. `belongs_to`: roles that may, when this one may not."""

    code: str
    step: Step
    state: State
    is_mine: bool
    belongs_to: tuple[str, ...]
    is_open: bool
    address: str | None


@pages.get("")
@staff("desk.open")
def show() -> str:
    """The list of a house, one step open."""
    place = _chosen()
    return render_template("desk/first_hour/show.html", **_inside(place, _shown(place)))


@pages.get("/steps")
@staff("desk.open")
@polls
def refresh() -> str | Response:
    """The list again, for a page on which something moves; nothing when nothing moved."""
    place = _chosen()
    shown = _shown(place)
    known = as_known(shown["seen"])
    return known or render_template("desk/first_hour/_steps.html", **_inside(place, shown))


@pages.post("/<int:property_id>/<step>/done")
@staff("desk.open")
def tick(property_id: int, step: str) -> Response:
    """Somebody saw it, or needs it not."""
    return _mark(property_id, step, "done")


@pages.post("/<int:property_id>/<step>/later")
@staff("desk.open")
def put_off(property_id: int, step: str) -> Response:
    """Not now."""
    return _mark(property_id, step, "later")


@pages.post("/<int:property_id>/<step>/again")
@staff("desk.open")
def take_up(property_id: int, step: str) -> Response:
    """Take a tick back, or take up what was put off; `hour`: show the list again."""
    place = _place(property_id)
    _refuse_others(place, step)
    unmark_step(g.session, place, step)
    return _to(place, None if step == HOUR else step)


@pages.post("/<int:property_id>/kiosk/open")
@staff("desk.open")
def open_kiosk(property_id: int) -> Response:
    """To the tablet's page; having been there is the step."""
    mark_step(g.session, _place(property_id), "kiosk", "done", by=g.actor, now=clock())
    return redirect(url_for("kiosk.attract"), 303)


@pages.post("/<int:property_id>/rehearsal")
@staff("guests.see")
def rehearse(property_id: int) -> Response:
    """Make a link for one's own phone."""
    place = _place(property_id, "guests.see")
    begin_rehearsal(g.session, place, secret=current_app.config["INDEX_KEY"], actor=g.actor, now=clock())
    return _to(place, "guest")


@pages.post("/<int:property_id>/own/accept")
@staff("house.set")
def accept(property_id: int) -> Response:
    """It is the house's own."""
    place = _place(property_id, *TOLD["own"].permissions)
    accept_own(g.session, place, *_named(), actor=g.actor, now=clock())
    toast(translate(N_("It is yours now. The guests who bore it are being read again.")))
    return _to(place, "own")


@pages.post("/<int:property_id>/own/refuse")
@staff("house.set")
def refuse(property_id: int) -> Response:
    """It is a guest's, and never asked about again."""
    place = _place(property_id, *TOLD["own"].permissions)
    refuse_own(g.session, place, *_named(), actor=g.actor, now=clock())
    return _to(place, "own")


@pages.post("/<int:property_id>/own/back")
@staff("house.set")
def take_back(property_id: int) -> Response:
    """It was taken for the house's by mistake."""
    place = _place(property_id, *TOLD["own"].permissions)
    take_own_back(g.session, place, *_named(), actor=g.actor, now=clock())
    toast(translate(N_("Taken back. The guests who bear it are being read again.")))
    return _to(place, "own")


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> Response:
    """Somebody else decided it meanwhile: say so, and show the list as it is."""
    g.session.rollback()
    toast(say(refusal.code, refusal.params, page_language()))
    return _to(_place((request.view_args or {}).get("property_id", 0)), None)


def is_shown() -> bool:
    """Whether the navigation names it: until it is done or put away, in the first of the houses of theirs."""
    places = _places()[:1] if "colleague" in g else []
    return any(not is_over(g.session, place) for place in places)


def _named() -> tuple[str, str]:
    return request.form.get("kind", ""), request.form.get("value", "")


def _mark(property_id: int, step: str, mark: Mark) -> Response:
    place = _place(property_id)
    _refuse_others(place, step)
    mark_step(g.session, place, step, mark, by=g.actor, now=clock())
    if step == HOUR:
        address = url_for("first_hour.take_up", property_id=place.id, step=HOUR)
        toast(translate(N_("The first hour is put away.")), undo=address)
        return redirect(url_for("today.show"), 303)
    return _to(place, None)


def _to(place: Property, step: str | None) -> Response:
    house = None if place.is_default else place.id
    return redirect(url_for("first_hour.show", house=house, step=step, _anchor=step), 303)


def _places() -> list[Property]:
    """The houses of whoever asks, the default one first."""
    reach = reach_of(g.colleague, "desk.open")
    return sorted(properties_within(g.session, reach), key=lambda place: (not place.is_default, place.id))


def _chosen() -> Property:
    places = _places()
    wish = request.args.get("house", 0, type=int)
    found = next((place for place in places if place.id == wish), None) if wish else next(iter(places), None)
    return found or abort(404)


def _place(property_id: int, *permissions: str) -> Property:
    """A house of theirs; 404 for any other, so that nothing tells whether it exists."""
    found = next((place for place in _places() if place.id == property_id), None)
    if found is None or not all(reach_of(g.colleague, name).covers(property_id) for name in permissions):
        return not_found()
    return found


def _refuse_others(place: Property, step: str) -> None:
    """403 for a step that belongs to somebody else; the list itself is put away by who may set the house."""
    if step not in TOLD and step != HOUR:
        abort(404)
    if not _may(place, TOLD[step].permissions if step in TOLD else ("house.set",)):
        abort(403)


def _may(place: Property, permissions: tuple[str, ...]) -> bool:
    return all(
        may(g.colleague, name) and reach_of(g.colleague, name).covers(place.id) for name in permissions
    )


def _shown(place: Property) -> dict[str, Any]:
    """What the list shows but for the inside of the open step, which costs more than to tell what moved."""
    now = clock()
    found = beginning(g.session, place)
    lines = _lines(place, found)
    opened = next((line.code for line in lines if line.is_open), "")
    mine = {line.code: line.is_mine and line.code != opened for line in lines}
    imports = imports_of(g.session, place)
    rehearsal = newest_rehearsal(g.session, place, now=now)
    moving = is_moving(g.session, place, now=now)
    waits = rehearsal is not None and rehearsal.used_at is None and opened == "guest"
    return {
        "place": place,
        "places": _places(),
        "found": found,
        "lines": lines,
        "opened": opened,
        "next_step": _next(found, mine),
        "may_put_away": _may(place, ("house.set",)),
        "minutes": sum(line.step.minutes for line in lines if line.is_mine and line.state == "open"),
        "role_names": ROLES,
        "every": "3s" if waits else "2s" if moving else "",
        "seen": tag_of(
            (page_language(), opened, moving, *found.steps.values(), fingerprint(imports))
            + (() if rehearsal is None else (rehearsal.id, rehearsal.used_at))
        ),
        "imports": imports,
        "rehearsal": rehearsal,
    }


def _inside(place: Property, shown: dict[str, Any]) -> dict[str, Any]:
    """The same with what the open step needs; nothing of guests is loaded for who may not see it."""
    return shown | _needs(place, shown["opened"], shown["imports"], shown["rehearsal"])


def _needs(
    place: Property, opened: str, imports: Sequence[Import], rehearsal: Rehearsal | None
) -> dict[str, Any]:
    match opened:
        case "import":
            shares = {found.id: share_read(found) for found in imports}
            left = {found.id: minutes_left(found, now=clock()) for found in imports}
            return {"shares": shares, "left": left, "limit": UPLOAD_LIMIT}
        case "found":
            return {"counted": completeness(g.session, property_id=place.id)}
        case "own":
            return {"suggestions": suggest_own(g.session, place), "kept": _kept(place)}
        case "kiosk":
            base = phone_address(current_app.config["ONEGUEST"])
            return {"address": f"{base}{url_for('kiosk.attract')}" if base else None}
        case "guest":
            return _rehearsal(place, rehearsal)
        case "sending":
            asking = g.session.get(Asking, place.id)
            return {
                "waits": sending_waits_for(place),
                "met": MET,
                "is_on": is_approved(asking),
                "plan_of": place.id if _may(place, ("figures.see",)) else None,
            }
    return {}


def _kept(place: Property) -> list[tuple[str, str]]:
    lists = (("domain", place.own_domains), ("email", place.own_emails), ("phone", place.own_phones))
    return [(kind, value) for kind, values in lists for value in values]


def _rehearsal(place: Property, rehearsal: Rehearsal | None) -> dict[str, Any]:
    settings: Settings = current_app.config["ONEGUEST"]
    shown: dict[str, Any] = {"last_name": LAST_NAME}
    if rehearsal is None:
        return shown
    if rehearsal.used_at is not None:
        return shown | {"read": rehearsed(rehearsal, place)}
    path = url_for("phone.greet", token=rehearsal_token(current_app.config["INDEX_KEY"], rehearsal))
    base = phone_address(settings)
    address = f"{base}{path}" if base else None
    return shown | {"path": path, "address": address, "picture": pictured(address) if address else None}


def _lines(place: Property, found: Beginning) -> list[Line]:
    mine = {code: _may(place, TOLD[code].permissions) for code in STEPS}
    wish = request.args.get("step", "")
    opened = wish if mine.get(wish) else _next(found, mine)
    return [
        Line(
            code=code,
            step=TOLD[code],
            state=found.steps[code],
            is_mine=mine[code],
            belongs_to=() if mine[code] else _roles_for(TOLD[code].permissions),
            is_open=code == opened,
            address=_address(TOLD[code].endpoint, place),
        )
        for code in STEPS
    ]


def _next(found: Beginning, mine: Mapping[str, bool]) -> str:
    """The first open step that is theirs; else the first that was put off; none when all is done."""
    for state in ("open", "later"):
        for code, now in found.steps.items():
            if now == state and mine[code]:
                return code
    return ""


def _roles_for(permissions: tuple[str, ...]) -> tuple[str, ...]:
    """The roles that have all of these permissions, in the order of a list."""
    return tuple(role for role in ROLES if all(role in PERMISSIONS[name].roles for name in permissions))


def _address(endpoint: str, place: Property) -> str | None:
    """The page where a step is done; None as long as this version has no such page."""
    if endpoint not in current_app.view_functions:
        return None
    rules = current_app.url_map.iter_rules(endpoint)
    takes_house = any("property_id" in rule.arguments for rule in rules)
    return url_for(endpoint, property_id=place.id) if takes_house else url_for(endpoint)

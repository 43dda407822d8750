"""Signing in at the desk, coming back by PIN, the password once more, locking and signing out."""

from __future__ import annotations

import logging

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.access import anyone, entering, keep_changes, seated_here, staff
from server.clock import clock
from server.db import reading
from server.desk.seating import browser_here, held_token, seated, wished_place
from server.desk.tries import FREE_TRIES, Try, begin_try, forgive
from server.keys import Key, read_all_keys
from server.language import translate
from server.properties.setup import default_property, is_demo
from server.staff.colleagues import find_colleague
from server.staff.entry import has_colleagues
from server.staff.models import Colleague, StaffSession
from server.staff.passwords import hash_password, is_outdated, is_pin, is_right
from server.staff.second_step import has_second_step, new_app_secret
from server.staff.sessions import (
    came_in,
    end_session,
    end_sessions,
    may_sign_in,
    needs_second_factor,
    sessions_at,
    sit_again,
    sit_down,
    stand_up,
)
from server.staff.telling import note_about
from server.wording import N_

pages = Blueprint("account", __name__, url_prefix="/desk")
log = logging.getLogger("oneguest.desk")

LONGEST_EMAIL = 254
WRONG = N_("This e-mail and password do not open the desk. Please check both and try again.")
WRONG_PASSWORD = N_("This is not your password.")
WRONG_PIN = N_("This does not open the desk. Please try again.")
ENDED_BY_TRIES = N_("That was wrong five times. Please sign in with e-mail and password.")


@pages.get("/sign-in")
@anyone
def sign_in() -> str | Response:
    """Who are you? Colleagues who came in here today stand there by name."""
    here = seated_here()
    if here is not None and here.state == "open" and came_in(here.session):
        return redirect(wished_place(), 303)
    return door()


@pages.post("/sign-in")
@anyone
def enter() -> Response | tuple[str, int]:
    """E-mail and password. Wrong, unknown, closed and ended accounts get the same answer in the same time."""
    now = clock()
    email = request.form.get("email", "").strip().lower()[:LONGEST_EMAIL]
    tried = begin_try("password", email, now=now)
    with reading(current_app.config["ENGINE"]) as looking:  # hashing takes a while and no writer's place
        found = find_colleague(looking, email)
        right = is_right(found.password_hash if found else None, request.form.get("password", ""))
    colleague = _still_open(found) if found is not None and right else None
    if colleague is None:
        log.warning("sign-in refused colleague=%s", found.id if found else "unknown")
        return door(problem=translate(WRONG), email=email), 422
    forgive(g.session, tried)
    if is_outdated(colleague.password_hash or ""):
        colleague.password_hash = hash_password(request.form["password"])
    return begin(colleague)


def _still_open(found: Colleague) -> Colleague | None:
    """The account whose password was right, if it is open and the password is still the same.

    Looked at under a lock: what closes an account or changes its password ends the sessions that it finds,
    and must find this one or come before it.
    """
    session: Session = g.session
    colleague = session.get_one(
        Colleague, found.id, with_for_update={"of": Colleague}, populate_existing=True
    )
    same = colleague.password_hash == found.password_hash
    return colleague if same and may_sign_in(colleague, now=clock()) else None


def begin(colleague: Colleague, *, place: str | None = None) -> Response:
    """After the right password: take the seat, and go on to the second step where there is one."""
    place = place or wished_place()
    strong = needs_second_factor(colleague)
    if strong and not has_second_step(colleague) and colleague.totp_sealed is None:
        new_app_secret(colleague, step_keys()[0])
    return take_seat(
        colleague, url_for("second_step.show", next=place) if strong else place, second_factor=False
    )


def take_seat(colleague: Colleague, place: str, *, second_factor: bool) -> Response:
    """Begin a session of a colleague in this browser, note it, and go to `place`."""
    now = clock()
    token = sit_down(
        g.session,
        colleague,
        token=held_token(),
        now=now,
        second_factor=second_factor,
        described=browser_here(),
    )
    note_about(g.session, f"staff:{colleague.id}", "colleague.signed_in", colleague, now=now)
    return seated(token, colleague, place)


def step_keys() -> tuple[Key, ...]:
    """What seals the second step's secrets, and what sealed them before."""
    return read_all_keys(current_app.config["ONEGUEST"].keys_dir, "sealing")


@pages.post("/unlock")
@anyone
def unlock() -> Response | tuple[str, int]:
    """Come back by PIN or password, while the session of a full sign-in here still runs."""
    now = clock()
    wanted = request.form.get("who", 0, type=int)
    held = next((one for one in sessions_at(g.session, held_token(), now=now) if one.id == wanted), None)
    if held is None:
        return redirect(url_for("account.sign_in", next=wished_place()), 303)
    colleague, given = held.colleague, request.form.get("pin", "")
    by_pin = colleague.pin_hash is not None and is_pin(given.strip())
    kept = colleague.pin_hash if by_pin else colleague.password_hash
    tried = begin_try("pin", f"session {held.id}", now=now)
    if not is_right(kept, given.strip() if by_pin else given):
        return _not_opened(held, tried)
    held = g.session.get_one(StaffSession, wanted, populate_existing=True)
    if held.ended_at is not None or kept not in (held.colleague.pin_hash, held.colleague.password_hash):
        return redirect(url_for("account.sign_in", next=wished_place()), 303)
    forgive(g.session, tried)
    if not by_pin:
        held.password_at = now
    token = sit_again(g.session, held, now=now)
    note_about(g.session, f"staff:{colleague.id}", "colleague.came_back", colleague, now=now)
    return seated(token, colleague, wished_place())


def _not_opened(held: StaffSession, tried: Try) -> tuple[str, int]:
    """Five errors end the session: then only the whole way in remains."""
    now, colleague_id = clock(), held.colleague_id
    log.warning("unlock refused colleague=%s try=%s", colleague_id, tried.number)
    if tried.number < FREE_TRIES:
        return door(problem=translate(WRONG_PIN), chosen=held.id), 422
    keep_changes()
    end_session(g.session, colleague_id, held.id, now=now)
    note_about(g.session, f"staff:{colleague_id}", "colleague.wrong_pins", held.colleague, now=now)
    g.session.flush()
    g.session.expire_all()
    return door(problem=translate(ENDED_BY_TRIES)), 422


@pages.post("/lock")
@anyone
def lock() -> Response:
    """Leave the desk for a moment, or to a colleague. Nothing ends; a PIN opens it again."""
    stand_up(g.session, held_token())
    return redirect(url_for("account.sign_in", next=wished_place()), 303)


@pages.post("/sign-out")
@anyone
def sign_out() -> Response:
    """End all that the colleague who sits here has open, at every desk."""
    here = seated_here()
    if here is not None:
        now = clock()
        end_sessions(g.session, here.colleague.id, now=now)
        actor = f"staff:{here.colleague.id}"
        note_about(g.session, actor, "colleague.signed_out", here.colleague, now=now)
    return redirect(url_for("account.sign_in"), 303)


@pages.get("/awake")
@staff("desk.open")
def awake() -> Response:
    """A hand is on the desk although no page was asked for; the page says so while somebody types."""
    return Response(status=204)


@pages.get("/again")
@entering
def again() -> str:
    """The password once more, before something grave."""
    return _again()


@pages.post("/again")
@entering
def give_again() -> Response | tuple[str, int]:
    """The right password opens what asked for it, for some minutes."""
    now = clock()
    colleague_id, session_id, kept = g.colleague.id, g.staff_session.id, g.colleague.password_hash
    if kept is None and has_no_passwords():
        g.staff_session.password_at = now
        return redirect(wished_place(), 303)
    email = g.colleague.email or ""
    tried = begin_try("password", email, now=now)
    if not is_right(kept, request.form.get("password", "")):
        log.warning("password refused colleague=%s", colleague_id)
        return _again(translate(WRONG_PASSWORD)), 422
    forgive(g.session, tried)
    held = g.session.get_one(StaffSession, session_id, populate_existing=True)
    held.password_at = now
    note_about(g.session, g.actor, "colleague.gave_password", held.colleague, now=now)
    return redirect(wished_place(), 303)


def _again(problem: str = "") -> str:
    return render_template(
        "desk/account/again.html",
        problem=problem,
        next=wished_place(),
        hotel=default_property(g.session).name,
        without=g.colleague.password_hash is None and has_no_passwords(),
        sent=request.values.get("sent") == "1",
    )


def has_no_passwords() -> bool:
    """Whether this is the demo, whose invented colleagues have no passwords but its entrance link."""
    return bool(current_app.config["ONEGUEST"].demo) and is_demo(g.session)


def door(problem: str = "", *, email: str = "", chosen: int | None = None) -> str:
    """The way in: today's colleagues of this browser, and e-mail with password for everybody else."""
    here = seated_here()
    sitting = sessions_at(g.session, held_token(), now=clock())
    first = here.session.id if here is not None else None
    shown = next((one for one in sitting if one.id in (chosen, first)), sitting[0] if sitting else None)
    return render_template(
        "desk/account/sign_in.html",
        hotel=default_property(g.session).name,
        problem=problem,
        email=email,
        sitting=sitting,
        shown=shown,
        by_email=bool(email) or not sitting,
        next=wished_place(),
        without_passwords=has_no_passwords(),
        is_unclaimed=not sitting and not has_colleagues(g.session),
    )

"""The second step of signing in: a code, a recovery code or a passkey; and setting it up at first need."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import Blueprint, abort, current_app, g, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import entering
from server.clock import clock
from server.desk.account import step_keys
from server.desk.pictured import pictured
from server.desk.seating import give_seat, seated, wished_place
from server.desk.tries import begin_try, forgive
from server.language import page_language, translate
from server.properties.setup import default_property
from server.refusal import Refused
from server.sentences import say
from server.staff.models import StaffSession
from server.staff.passkeys import Party, accept, ask, keep_new, offer_new, party_at
from server.staff.second_step import (
    accept_code,
    app_address,
    confirm_app,
    has_second_step,
    is_setting_up_app,
    new_app_secret,
    new_recovery_codes,
    new_secret,
    use_recovery_code,
)
from server.staff.sessions import came_in, end_session, has_strong_role, sessions_of, sit_again
from server.staff.telling import note_about
from server.wording import N_

pages = Blueprint("second_step", __name__, url_prefix="/desk/second-step")
log = logging.getLogger("oneguest.desk")

LONGEST_CODE = 60
SET_UP_WITHIN = timedelta(minutes=15)
"""After the password: an app is found, installed and opened meanwhile."""
NAMELESS = N_("Passkey")


@pages.get("")
@entering
def show() -> str | Response:
    """Ask for the second step, or help to set it up."""
    if not _is_setting_up() and came_in(g.staff_session):
        return redirect(wished_place(), 303)
    return _page()


@pages.post("")
@entering
def give() -> Response | tuple[str, int]:
    """A code of the app, or a recovery code."""
    if not has_second_step(g.colleague):
        abort(403)
    now, code = clock(), request.form.get("code", "")[:LONGEST_CODE]
    tried = begin_try("code", f"colleague {g.colleague.id}", now=now)
    if accept_code(g.session, g.colleague, step_keys(), code, now=now):
        how = "code"
    elif use_recovery_code(g.session, g.colleague, code, now=now):
        how = "recovery_code"
    else:
        log.warning("second step refused colleague=%s", g.colleague.id)
        return _page(say("code.wrong", language=page_language())), 422
    forgive(g.session, tried)
    return seated(_passed(how), g.colleague, wished_place())


@pages.post("/app/new")
@entering
def begin_app() -> Response:
    """Make the secret of an app that is to be set up."""
    if g.colleague.totp_since is not None or not _may_add():
        abort(403)
    new_app_secret(g.colleague, step_keys()[0])
    return redirect(url_for("second_step.show", next=wished_place()), 303)


@pages.post("/app")
@entering
def confirm() -> Response | tuple[str, int]:
    """The first code of a new app: from now on it is asked for, and the recovery codes are shown once."""
    if not is_setting_up_app(g.colleague) or not _may_add():
        abort(403)
    is_another = g.colleague.totp_since is not None
    now, code = clock(), request.form.get("code", "")[:LONGEST_CODE]
    tried = begin_try("code", f"colleague {g.colleague.id}", now=now)
    if not confirm_app(g.session, g.colleague, step_keys(), code, now=now):
        return _page(say("code.wrong", language=page_language())), 422
    forgive(g.session, tried)
    if is_another:
        _end_others(now)
    return _set_up("app")


@pages.post("/passkey/ask")
@entering
def ask_passkey() -> Response:
    """What the browser needs to use a passkey."""
    return _json(ask(g.session, g.staff_session, _party()))


@pages.post("/passkey")
@entering
def give_passkey() -> Response | tuple[str, int]:
    """The answer of a passkey."""
    now, answer = clock(), request.form.get("credential", "")
    tried = begin_try("code", f"colleague {g.colleague.id}", now=now)
    if not accept(g.session, g.staff_session, _party(), answer, now=now):
        log.warning("passkey refused colleague=%s", g.colleague.id)
        return _page(say("passkey.wrong", language=page_language())), 422
    forgive(g.session, tried)
    return seated(_passed("passkey"), g.colleague, wished_place())


@pages.post("/passkey/offer")
@entering
def offer_passkey() -> Response:
    """What the browser needs to make a new passkey."""
    if not _may_add():
        abort(403)
    return _json(offer_new(g.session, g.staff_session, _party()))


@pages.post("/passkey/new")
@entering
def add_passkey() -> Response | tuple[str, int]:
    """Keep a new passkey; the first second step of a colleague also brings the recovery codes."""
    if not _may_add():
        abort(403)
    is_first = not has_second_step(g.colleague)
    name = request.form.get("name", "") or translate(NAMELESS)
    try:
        keep_new(
            g.session, g.staff_session, _party(), request.form.get("credential", ""), name=name, now=clock()
        )
    except Refused as refusal:
        return _page(say(refusal.code, refusal.params, page_language())), 422
    if is_first:
        return _set_up("passkey")
    note_about(g.session, g.actor, "colleague.passkey_added", g.colleague, now=clock())
    return redirect(url_for("own_page.show"), 303)


def _is_setting_up() -> bool:
    """Whether the colleague began an app, or must have a second step and has none yet."""
    held, pending = g.staff_session, is_setting_up_app(g.colleague)
    if has_second_step(g.colleague):
        return pending and held.second_factor_at is not None
    return pending or not came_in(held)


def _may_add() -> bool:
    """Whether a way in may be added now: the first after the password, another only by the surely known."""
    held: StaffSession = g.staff_session
    if not came_in(held):
        return not has_second_step(g.colleague)
    return clock() - held.password_at <= SET_UP_WITHIN


def _end_others(now: datetime) -> None:
    """Another telephone counts now: what is open elsewhere was opened with the one before."""
    for other in sessions_of(g.session, g.colleague, now=now):
        if other.id != g.staff_session.id:
            end_session(g.session, g.colleague.id, other.id, now=now)


def _passed(how: str) -> str:
    """The second step was right: note it, under a new token of the browser."""
    now = clock()
    held = g.session.get_one(StaffSession, g.staff_session.id)
    held.second_factor_at = now
    note_about(g.session, g.actor, f"colleague.second_step_{how}", g.colleague, now=now)
    return sit_again(g.session, held, now=now)


def _set_up(how: str) -> Response:
    """The second step stands. The recovery codes are on this page and nowhere else."""
    token = _passed(f"set_up_{how}")
    codes = new_recovery_codes(g.session, g.colleague)
    return give_seat(codes_page(codes), token, g.colleague)


def codes_page(codes: list[str]) -> Response:
    """The recovery codes, to be printed or copied."""
    return make_response(
        render_template(
            "desk/account/codes.html",
            codes=codes,
            next=wished_place(),
            hotel=default_property(g.session).name,
        )
    )


def party_here() -> Party | None:
    """For whom passkeys are made here: the house's public address, else the one in the browser."""
    public = current_app.config["ONEGUEST"].public_url
    return party_at(public or request.host_url, default_property(g.session).name)


def _party() -> Party:
    return party_here() or abort(404)


def _json(text: str) -> Response:
    return Response(text, mimetype="application/json")


def _page(problem: str = "") -> str:
    setting_up = _is_setting_up() or not has_second_step(g.colleague)
    secret = new_secret(g.colleague, step_keys()) if setting_up else None
    hotel = default_property(g.session).name
    picture = pictured(app_address(secret, g.colleague, house=hotel)) if secret else ""
    return render_template(
        "desk/account/second_step.html",
        hotel=hotel,
        problem=problem,
        setting_up=setting_up,
        stale=setting_up and not _may_add(),
        secret=secret,
        picture=picture,
        passkeys=party_here() is not None,
        must=has_strong_role(g.colleague),
        has_app=g.colleague.totp_since is not None,
        has_passkey=g.colleague.passkey_since is not None,
        next=wished_place(),
    )

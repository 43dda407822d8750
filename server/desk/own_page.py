"""A colleague's own page: name, language, password, PIN, second step, and where they are signed in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, g, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from server.access import not_found, seated_here, staff
from server.clock import clock
from server.db import row_of
from server.desk.account import has_no_passwords, step_keys
from server.desk.seating import browser_here, give_seat, held_token, seated
from server.desk.second_step import codes_page, party_here
from server.desk.toasts import toast
from server.language import COOKIE, desk_languages, page_language, translate
from server.properties.setup import default_property
from server.refusal import Refused
from server.sentences import say
from server.staff.colleagues import least_of, read_name, set_password, set_pin
from server.staff.models import StaffBrowser, StaffSession
from server.staff.passkeys import drop_passkey, passkeys_of
from server.staff.roles import ROLES
from server.staff.second_step import (
    codes_left,
    forget_second_step,
    has_second_step,
    new_app_secret,
    new_recovery_codes,
)
from server.staff.sessions import end_session, end_sessions, has_strong_role, sessions_of, sit_down
from server.staff.telling import note_about
from server.wording import N_

pages = Blueprint("own_page", __name__, url_prefix="/desk/me")


@pages.get("")
@staff("desk.open")
def show() -> str:
    """All that is one's own to set."""
    return _page()


@pages.post("")
@staff("desk.open")
def save() -> Response | tuple[str, int]:
    """Keep name and language."""
    try:
        g.colleague.name = read_name(request.form.get("name", ""))
    except Refused as refusal:
        g.session.rollback()
        return _page({"name": refusal}), 422
    wish = request.form.get("language", "")
    g.colleague.language = wish if wish in desk_languages() else ""
    note_about(g.session, g.actor, "colleague.renamed", g.colleague, now=clock())
    toast(translate(N_("Your name and language are kept.")))
    answer = redirect(url_for("own_page.show"), 303)
    if g.colleague.language:
        return give_seat(answer, held_token(), g.colleague)
    answer.delete_cookie(COOKIE)
    return answer


@pages.get("/password")
@staff("account.change")
def password() -> str:
    """A new password."""
    return _form("desk/account/password.html")


@pages.post("/password")
@staff("account.change")
def change_password() -> Response | tuple[str, int]:
    """Keep the new password; every session ends, and this browser gets a new one."""
    second = _held().second_factor_at is not None

    def keep() -> None:
        set_password(g.session, g.colleague, request.form.get("password", ""), actor=g.actor, now=clock())

    wrong = _refusal("password", keep)
    if wrong is not None:
        return _form("desk/account/password.html", wrong), 422
    toast(translate(N_("Your new password is kept. Everything open elsewhere has ended.")))
    token = sit_down(
        g.session,
        g.colleague,
        token=held_token(),
        now=clock(),
        second_factor=second,
        described=browser_here(),
    )
    return seated(token, g.colleague, url_for("own_page.show"))


@pages.get("/pin")
@staff("account.change")
def pin() -> str:
    """A PIN for coming back to the desk."""
    return _form("desk/account/pin.html")


@pages.post("/pin")
@staff("account.change")
def change_pin() -> Response | tuple[str, int]:
    """Keep the PIN."""
    wrong = _refusal("pin", lambda: set_pin(g.session, g.colleague, request.form.get("pin", ""), now=clock()))
    if wrong is not None:
        return _form("desk/account/pin.html", wrong), 422
    toast(translate(N_("Your PIN is kept. It opens this desk after the lock.")))
    return redirect(url_for("own_page.show"), 303)


@pages.post("/pin/none")
@staff("account.change")
def drop_pin() -> Response:
    """Have no PIN any more."""
    g.colleague.pin_hash = None
    note_about(g.session, g.actor, "colleague.pin_dropped", g.colleague, now=clock())
    toast(translate(N_("You have no PIN any more.")))
    return redirect(url_for("own_page.show"), 303)


@pages.get("/second-step")
@staff("account.change")
def second_step() -> str:
    """The app, the passkeys and the recovery codes."""
    return render_template(
        "desk/account/own_second_step.html",
        house=default_property(g.session),
        passkeys=passkeys_of(g.session, g.colleague),
        left=codes_left(g.session, g.colleague),
        has_step=has_second_step(g.colleague),
        must=has_strong_role(g.colleague),
        can_have_passkeys=party_here() is not None,
    )


@pages.post("/second-step/app")
@staff("account.change")
def new_app() -> Response:
    """Set the app up, or anew for another telephone: the one before counts until the new one gave a code."""
    new_app_secret(g.colleague, step_keys()[0])
    note_about(g.session, g.actor, "colleague.app_begun", g.colleague, now=clock())
    return redirect(url_for("second_step.show", next=url_for("own_page.show")), 303)


@pages.post("/second-step/codes")
@staff("account.change")
def new_codes() -> Response:
    """Ten new recovery codes, shown once."""
    if not has_second_step(g.colleague):
        abort(403)
    note_about(g.session, g.actor, "colleague.codes_made", g.colleague, now=clock())
    return codes_page(new_recovery_codes(g.session, g.colleague))


@pages.post("/second-step/passkeys/<int:passkey_id>/remove")
@staff("account.change")
def remove_passkey(passkey_id: int) -> Response:
    """Take a passkey away; one's last second step stays where one's role asks for one."""
    is_last = g.colleague.totp_since is None and len(passkeys_of(g.session, g.colleague)) == 1
    if is_last and has_strong_role(g.colleague):
        abort(403)
    if not any(mine.id == passkey_id for mine in passkeys_of(g.session, g.colleague)):
        not_found()
    drop_passkey(g.session, g.colleague, passkey_id)
    note_about(g.session, g.actor, "colleague.passkey_removed", g.colleague, now=clock())
    return redirect(url_for("own_page.second_step"), 303)


@pages.post("/second-step/none")
@staff("account.change")
def no_second_step() -> Response:
    """Sign in with the password alone, where one's roles allow it."""
    if has_strong_role(g.colleague):
        abort(403)
    forget_second_step(g.session, g.colleague)
    _end_others()
    note_about(g.session, g.actor, "colleague.second_step_dropped", g.colleague, now=clock())
    return redirect(url_for("own_page.show"), 303)


@pages.post("/sessions/<int:session_id>/end")
@staff("desk.open")
def end(session_id: int) -> Response:
    """End what one has open elsewhere."""
    held = row_of(g.session, StaffSession, session_id)
    if held is None or held.colleague_id != g.colleague.id:
        not_found()
    end_session(g.session, g.colleague.id, held.id, now=clock())
    note_about(g.session, g.actor, "colleague.session_ended", g.colleague, now=clock())
    return redirect(url_for("own_page.show"), 303)


@pages.post("/sessions/end")
@staff("desk.open")
def end_all() -> Response:
    """End all that one has open, here too."""
    end_sessions(g.session, g.colleague.id, now=clock())
    note_about(g.session, g.actor, "colleague.signed_out", g.colleague, now=clock())
    return redirect(url_for("account.sign_in"), 303)


def _held() -> StaffSession:
    here = seated_here()
    return here.session if here is not None else abort(403)


def _end_others() -> None:
    here = _held().id
    for other in sessions_of(g.session, g.colleague, now=clock()):
        if other.id != here:
            end_session(g.session, g.colleague.id, other.id, now=clock())


def _refusal(field: str, keep: Callable[[], None]) -> dict[str, Refused] | None:
    """Why what was typed twice cannot be kept, by field; None when it was kept."""
    if request.form.get(field, "") != request.form.get("repeated", ""):
        return {"repeated": Refused("password.differ")}
    try:
        keep()
    except Refused as refusal:
        return {field: refusal}
    return None


def _said(errors: dict[str, Refused] | None) -> dict[str, str]:
    return {field: say(one.code, one.params, page_language()) for field, one in (errors or {}).items()}


def _form(template: str, errors: dict[str, Refused] | None = None) -> str:
    return render_template(
        template,
        house=default_property(g.session),
        errors=_said(errors),
        least=least_of(g.colleague),
        has_pin=g.colleague.pin_hash is not None,
    )


def _page(errors: dict[str, Refused] | None = None) -> str:
    return render_template(
        "desk/account/me.html",
        house=default_property(g.session),
        errors=_said(errors),
        roles=ROLES,
        sessions=sessions_of(g.session, g.colleague, now=clock()),
        browsers=_browsers(),
        here=_held().id,
        has_step=has_second_step(g.colleague),
        left=codes_left(g.session, g.colleague),
        without_passwords=has_no_passwords(),
    )


def _browsers() -> dict[int, str]:
    """What kind of browser each of one's sessions is in."""
    mine = select(StaffSession.browser_id).where(StaffSession.colleague_id == g.colleague.id)
    found = select(StaffBrowser.id, StaffBrowser.described).where(StaffBrowser.id.in_(mine))
    return dict(g.session.execute(found).all())

"""What a one-time link opens: the first administrator's start, an invitation, a new password, the demo."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, g, make_response, render_template, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.access import address_key, anyone, count_wrong_try, too_many
from server.clock import clock
from server.db import row_of, take_turn, writing
from server.desk.account import begin, has_no_passwords, take_seat
from server.language import page_language
from server.properties.setup import default_property
from server.refusal import Refused
from server.sentences import say
from server.staff.colleagues import (
    TURN,
    Account,
    WantedPost,
    WrongFields,
    invite,
    least_of,
    set_password,
)
from server.staff.entry import find_entry, use_entry
from server.staff.models import Colleague, EntryLink
from server.staff.passwords import LEAST_WITH_SECOND_STEP, check_password
from server.staff.roles import ADMINISTRATOR, MANAGER, ROLES
from server.staff.sessions import may_sign_in

pages = Blueprint("entrance", __name__, url_prefix="/desk/enter")


@pages.get("/<token>")
@anyone
def show(token: str) -> str:
    """What the link is for. Changes nothing: previews open links too."""
    return _page(_link(token))


@pages.post("/<token>")
@anyone
def enter(token: str) -> Response | tuple[str, int]:
    """Choose the password (and, first of all, who one is), and come in."""
    link, now = _link(token), clock()
    if link.purpose == "demo":
        return _enter_demo()
    is_first = link.purpose == "first"
    take_turn(g.session, TURN)
    if not use_entry(g.session, link, now=now):
        abort(_closed())
    password = request.form.get("password", "")
    errors: dict[str, Refused] = {}
    try:
        if password != request.form.get("repeated", ""):
            errors["repeated"] = Refused("password.differ")
        colleague = _colleague(link)
        set_password(g.session, colleague, password, actor=f"staff:{colleague.id}", now=now)
    except WrongFields as wrong:
        errors |= _password_error(password) | wrong.errors
    except Refused as wrong:
        errors["password"] = wrong
    if errors:
        g.session.rollback()
        return _page(_link(token), errors), 422
    return begin(colleague, place=url_for("first_hour.show" if is_first else "today.show"))


def _password_error(password: str) -> dict[str, Refused]:
    """What is wrong with the first one's password, told together with a wrong name or e-mail."""
    try:
        check_password(password, least=LEAST_WITH_SECOND_STEP, own_words=())
    except Refused as wrong:
        return {"password": wrong}
    return {}


def _colleague(link: EntryLink) -> Colleague:
    """Whose link it is; the first administrator is made of what they say."""
    if link.purpose != "first":
        session: Session = g.session
        return session.get_one(Colleague, link.colleague_id)
    roles = {ADMINISTRATOR, MANAGER} if "guests" in request.form else {ADMINISTRATOR}
    account = Account(
        name=request.form.get("name", ""),
        email=request.form.get("email", ""),
        posts=frozenset(WantedPost(role, None) for role in roles),
    )
    return invite(g.session, account, actor="entry", now=clock())


def _enter_demo() -> Response:
    """Be one of the demo's invented colleagues."""
    colleague = row_of(g.session, Colleague, request.form.get("who", 0, type=int))
    if colleague is None or not may_sign_in(colleague, now=clock()):
        abort(_closed())
    return take_seat(colleague, url_for("today.show"), second_factor=True)


def _link(token: str) -> EntryLink:
    """The link of a token; a wrong one is counted, and answered the same whatever is wrong with it."""
    now = clock()
    who = address_key(current_app.config["INDEX_KEY"], request.remote_addr)
    if too_many(g.session, "token", who, now=now):
        abort(429)
    link = find_entry(g.session, token, now=now)
    if link is None or (link.purpose == "demo" and not has_no_passwords()):
        g.session.rollback()  # gives the writer's place back: the count has a transaction of its own
        with writing(current_app.config["ENGINE"]) as counting:
            count_wrong_try(counting, "token", who, now=now)
        abort(_closed())
    return link


def _closed() -> Response:
    return make_response(render_template("desk/account/closed.html"), 404)


def _page(link: EntryLink, errors: dict[str, Refused] | None = None) -> str:
    hotel = default_property(g.session).name
    if link.purpose == "demo":
        now = clock()
        found = g.session.scalars(select(Colleague).order_by(Colleague.id))
        open_now = [one for one in found if may_sign_in(one, now=now)]
        return render_template("desk/account/demo.html", hotel=hotel, colleagues=open_now, roles=ROLES)
    colleague = g.session.get(Colleague, link.colleague_id) if link.colleague_id else None
    said: dict[str, Any] = {
        field: say(wrong.code, wrong.params, page_language()) for field, wrong in (errors or {}).items()
    }
    return render_template(
        "desk/account/enter.html",
        hotel=hotel,
        purpose=link.purpose,
        colleague=colleague,
        least=least_of(colleague) if colleague else LEAST_WITH_SECOND_STEP,
        errors=said,
        given=request.form,
    )

"""Colleagues' accounts, for administrators: who is here, what they may do where, and what was lost.

Whoever finds an administrator's desk open could take an account over from here, or make one. So all but the
list asks for the password once more, the pages with the forms first, lest a form be filled in for nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import Blueprint, abort, current_app, g, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.db import row_of
from server.desk.phone_address import phone_address
from server.language import page_language
from server.properties.finding import properties_within
from server.properties.setup import default_property
from server.refusal import Refused
from server.sentences import say
from server.settings import Settings
from server.staff import colleagues as accounts
from server.staff.colleagues import Account, WantedPost, WrongFields, all_within, any_within
from server.staff.entry import MadeLink, Purpose, make_link
from server.staff.leaving import kept_days, set_kept_days
from server.staff.models import Colleague
from server.staff.roles import ROLE_WORDS, ROLES
from server.staff.second_step import has_second_step
from server.staff.sessions import end_sessions, has_left, sessions_of
from server.staff.telling import note_about

pages = Blueprint("colleagues", __name__, url_prefix="/desk/colleagues")


@pages.get("")
@staff("staff.see")
def index() -> str:
    """Everybody within reach, and how long leavers keep their names."""
    return _index()


@pages.post("/leavers")
@staff("staff.manage")
def keep_leavers() -> Response | tuple[str, int]:
    """Set when a leaver's name becomes "former colleague"."""
    if not g.reach.is_everywhere:
        abort(403)
    try:
        set_kept_days(g.session, request.form.get("days", -1, type=int), actor=g.actor, now=clock())
    except Refused as refusal:
        return _index(say(refusal.code, refusal.params, page_language())), 422
    return redirect(url_for("colleagues.index"), 303)


@pages.get("/new")
@staff("staff.manage")
def new() -> str:
    """Whom to invite, as what, where, until when."""
    return _form(None, {}, {})


@pages.post("/new")
@staff("staff.manage")
def invite() -> Response | str | tuple[str, int]:
    """Make the account; its link is on the page that answers, and nowhere else."""
    try:
        colleague = accounts.invite(g.session, _account(), actor=g.actor, now=clock(), reach=g.reach)
    except (WrongFields, _WrongDate) as wrong:
        g.session.rollback()
        return _form(None, request.form, _errors(wrong)), 422
    return _link_page(colleague, make_link(g.session, "invitation", colleague, actor=g.actor, now=clock()))


@pages.get("/<int:colleague_id>")
@staff("staff.manage")
def show(colleague_id: int) -> str:
    """One account."""
    colleague = _colleague(colleague_id, change=False)
    return _form(colleague, _kept(colleague), {})


@pages.post("/<int:colleague_id>")
@staff("staff.manage")
def change(colleague_id: int) -> Response | tuple[str, int]:
    """Keep what was changed; the account's sessions end."""
    colleague = _colleague(colleague_id)
    seen = request.form.get("seen", "")
    try:
        accounts.change(
            g.session, colleague, _account(), actor=g.actor, now=clock(), reach=g.reach, seen=seen
        )
    except (WrongFields, _WrongDate) as wrong:
        g.session.rollback()
        return _form(_colleague(colleague_id), request.form, _errors(wrong)), 422
    except Refused as stale:
        g.session.rollback()
        colleague = _colleague(colleague_id)
        return _form(colleague, _kept(colleague), {"posts": stale}), 422
    return _back(colleague)


@pages.post("/<int:colleague_id>/disable")
@staff("staff.manage")
def disable(colleague_id: int) -> Response | tuple[str, int]:
    """Close the account."""
    colleague = _colleague(colleague_id)
    try:
        accounts.disable(g.session, colleague, actor=g.actor, now=clock())
    except Refused as refusal:
        g.session.rollback()
        colleague = _colleague(colleague_id)
        return _form(colleague, _kept(colleague), {"posts": refusal}), 422
    return _back(colleague)


@pages.post("/<int:colleague_id>/enable")
@staff("staff.manage")
def enable(colleague_id: int) -> Response:
    """Open the account again."""
    colleague = _colleague(colleague_id)
    accounts.enable(g.session, colleague, actor=g.actor, now=clock())
    return _back(colleague)


@pages.post("/<int:colleague_id>/link")
@staff("staff.manage")
def link(colleague_id: int) -> str:
    """A link with which the colleague chooses a password: the first one, or instead of a forgotten one."""
    colleague = _colleague(colleague_id)
    purpose: Purpose = "password" if colleague.password_hash else "invitation"
    return _link_page(colleague, make_link(g.session, purpose, colleague, actor=g.actor, now=clock()))


@pages.post("/<int:colleague_id>/second-step")
@staff("staff.manage")
def reset_second_step(colleague_id: int) -> Response:
    """For a lost telephone without a recovery code."""
    colleague = _colleague(colleague_id)
    accounts.reset_second_step(g.session, colleague, actor=g.actor, now=clock())
    return _back(colleague)


@pages.post("/<int:colleague_id>/sessions")
@staff("staff.manage")
def end(colleague_id: int) -> Response:
    """End all that the colleague has open."""
    colleague = _colleague(colleague_id)
    end_sessions(g.session, colleague.id, now=clock())
    note_about(g.session, g.actor, "colleague.sessions_ended", colleague, now=clock())
    return _back(colleague)


def _kept(colleague: Colleague) -> dict[str, str]:
    """An account as its form shows it."""
    return {
        "name": colleague.name,
        "email": colleague.email or "",
        "ends_on": colleague.ends_on.isoformat() if colleague.ends_on else "",
    } | {f"post-{post.role}-{post.property_id or 0}": "yes" for post in colleague.posts}


class _WrongDate(Exception):
    """The last day is no date."""


def _account() -> Account:
    """What was filled in. A ticked box is named for the role and the property's number, 0 for the group."""
    posts = set()
    for name in request.form:
        kind, _, rest = name.partition("-")
        role, _, place = rest.rpartition("-")
        if kind == "post" and place.isdecimal() and len(place) < 10:
            posts.add(WantedPost(role, int(place) or None))
    known = {place.id for place in properties_within(g.session, g.reach)}
    if any(post.property_id not in known for post in posts if post.property_id is not None):
        not_found()
    text = request.form.get("ends_on", "").strip()
    try:
        ends_on = date.fromisoformat(text) if text else None
    except ValueError:
        raise _WrongDate from None
    return Account(
        name=request.form.get("name", ""),
        email=request.form.get("email", ""),
        posts=frozenset(posts),
        ends_on=ends_on,
    )


def _errors(wrong: WrongFields | _WrongDate) -> dict[str, Refused]:
    return wrong.errors if isinstance(wrong, WrongFields) else {"ends_on": Refused("staff.date_wrong")}


def _colleague(colleague_id: int, *, change: bool = True) -> Colleague:
    """An account within reach, to be seen or changed; else there is no such page."""
    session: Session = g.session
    found = row_of(session, Colleague, colleague_id)
    allowed = all_within if change else any_within
    if found is None or not allowed(found, g.reach) or (change and found.forgotten_at is not None):
        not_found()
    return found


def _back(colleague: Colleague) -> Response:
    return redirect(url_for("colleagues.show", colleague_id=colleague.id), 303)


def _link_page(colleague: Colleague, made: MadeLink) -> str:
    settings: Settings = current_app.config["ONEGUEST"]
    reached = phone_address(settings)
    return render_template(
        "desk/colleagues/link.html",
        house=default_property(g.session),
        colleague=colleague,
        address=(reached or f"http://localhost:{settings.port}") + url_for("entrance.show", token=made.token),
        only_here=reached is None,
        expires_at=made.expires_at,
    )


def _index(problem: str = "") -> str:
    now = clock()
    found = accounts.list_colleagues(g.session, g.reach)
    return render_template(
        "desk/colleagues/index.html",
        house=default_property(g.session),
        colleagues=found,
        states={one.id: _state(one) for one in found},
        roles=ROLES,
        now=now,
        days=kept_days(g.session),
        problem=problem,
    )


def _state(colleague: Colleague) -> str:
    """In one word how an account stands."""
    if colleague.forgotten_at is not None:
        return "former"
    if colleague.disabled_at is not None:
        return "disabled"
    if has_left(colleague, now=clock()):
        return "left"
    return "open" if colleague.password_hash else "invited"


def _form(colleague: Colleague | None, given: Mapping[str, str], errors: dict[str, Refused]) -> str:
    places = sorted(properties_within(g.session, g.reach), key=lambda place: place.name)
    said: dict[str, Any] = {
        field: say(one.code, one.params, page_language()) for field, one in errors.items()
    }
    return render_template(
        "desk/colleagues/show.html" if colleague else "desk/colleagues/new.html",
        house=default_property(g.session),
        colleague=colleague,
        places=places,
        group=g.reach.is_everywhere,
        roles=ROLES,
        role_words=ROLE_WORDS,
        given=given,
        errors=said,
        seen=accounts.account_as_seen(colleague) if colleague else "",
        state=_state(colleague) if colleague else "",
        may_change=colleague is None or (all_within(colleague, g.reach) and colleague.forgotten_at is None),
        has_step=bool(colleague and has_second_step(colleague)),
        sessions=sessions_of(g.session, colleague, now=clock()) if colleague else [],
        is_oneself=colleague is not None and colleague.id == g.colleague.id,
        days=kept_days(g.session),
    )

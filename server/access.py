"""Who may open what. Every route says so with one of these decorators; one that does not is closed.

A staff route names a permission. Who may have it, at which houses and how surely they must have shown who
they are stands in server/staff/roles.py; the request then carries the colleague and the permission's reach.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NoReturn, TypeVar
from urllib.parse import urlsplit

from flask import (
    Flask,
    abort,
    after_this_request,
    current_app,
    g,
    jsonify,
    redirect,
    request,
    session,
    url_for,
)
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from server.captures.links import AnyLink, is_live
from server.captures.models import GuestLink, Rehearsal, WrongTry
from server.clock import clock
from server.db import reading, writing
from server.journal import note
from server.properties.reach import EVERYWHERE
from server.settings import Settings
from server.staff.models import Colleague
from server.staff.roles import PERMISSIONS, ROLES, Permission
from server.staff.sessions import (
    FRESH,
    SEEN_EVERY,
    Seated,
    keep_awake,
    may,
    needs_second_factor,
    reach_of,
    seated_at,
)
from server.staff.telling import house_of
from server.staff.tokens import USED_EVERY, find_token, note_use, reach_of_token

log = logging.getLogger("oneguest.access")

View = TypeVar("View", bound=Callable[..., Any])
Kind = Literal["staff", "entering", "kiosk", "link", "machine", "anyone"]

LINK_OPEN_FOR = timedelta(hours=2)
TRIES_KEPT = timedelta(days=1)
DENIED = "denied"
MANY_DENIED, MANY_WITHIN = 10, timedelta(minutes=5)
"""Closed doors after which somebody should look (requirement A-8)."""
WRONG_TOKENS, TOKENS_WITHIN = 10, timedelta(minutes=1)
"""Wrong tokens of one address after which it waits, as at guests' links (requirement L-4)."""
LONGEST_ADDRESS = 500
"""Characters of an address to come back to; ours are shorter."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may open a route: the kind of visitor, a permission for staff, a proof where it is a machine."""

    kind: Kind
    permission: str = ""
    proves: Callable[[], bool] | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.permission}" if self.permission else self.kind


def _declare(view: View, guard: Guard) -> View:
    view.__guard__ = guard  # type: ignore[attr-defined]  # functions carry attributes; TypeVar cannot say so
    return view


def staff(permission: str) -> Callable[[View], View]:
    """Only for colleagues whose posts give that permission: g.colleague, and g.reach, the houses of it."""
    if permission not in PERMISSIONS:
        raise ValueError(f"{permission} is no permission; server/staff/roles.py has them all")
    return lambda view: _declare(view, Guard("staff", permission))


def entering(view: View) -> View:
    """For a colleague who gave the right password here and still lacks the second step: g.colleague."""
    return _declare(view, Guard("entering"))


def polls(view: View) -> View:
    """The page asks this by itself: it is no hand on the desk, so it does not put the idle end off."""
    view.__polls__ = True  # type: ignore[attr-defined]  # functions carry attributes
    return view


def kiosk_public(view: View) -> View:
    """For whoever stands at the lobby tablet: it can add a form and read nothing of anybody."""
    return _declare(view, Guard("kiosk"))


def link_holder(view: View) -> View:
    """Only for a guest who opened their link in this browser; the link is then g.link."""
    return _declare(view, Guard("link"))


def machine(proves: Callable[[], bool]) -> Callable[[View], View]:
    """Only for a machine that proves itself in the request; it has no browser, so no CSRF token."""
    return lambda view: _declare(view, Guard("machine", proves.__name__, proves))


def anyone(view: View) -> View:
    """For everyone: it shows nothing personal."""
    return _declare(view, Guard("anyone"))


def guard_of(app: Flask, endpoint: str | None) -> Guard | None:
    """What the route of an endpoint declares; None when it declares nothing."""
    view = app.view_functions.get(endpoint or "")
    guard = getattr(view, "__guard__", None)
    return guard if isinstance(guard, Guard) else None


def list_routes(app: Flask) -> list[dict[str, Any]]:
    """Every route with its endpoint, rule, methods and guard (`closed` when it declares none).

    Those of staff also with their permission, the roles that have it, and how they must have signed in.
    """
    return [
        {
            "endpoint": rule.endpoint,
            "rule": rule.rule,
            "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
            "guard": str(guard_of(app, rule.endpoint) or "closed"),
            **_asked_of_staff(guard_of(app, rule.endpoint)),
        }
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    ]


def _asked_of_staff(guard: Guard | None) -> dict[str, Any]:
    if guard is None or guard.kind != "staff":
        return {"permission": None, "roles": [], "second_factor": False, "fresh": False}
    permission = PERMISSIONS[guard.permission]
    return {
        "permission": guard.permission,
        "roles": [role for role in ROLES if role in permission.roles],
        "second_factor": permission.second_factor,
        "fresh": permission.fresh,
    }


def not_found() -> NoReturn:
    """Answer 404 for a thing by its number: there is none such, or it is not theirs; nobody is told which.

    Both count as a denial: whoever tries numbers finds mostly what is not there.
    """
    g.denied = True
    abort(404)


def enforce() -> Response | None:
    """Before every request: let in whom the route names, answer anyone else with 403 or the way in."""
    if request.endpoint is None:
        return None  # no such page; answered as 404
    guard = guard_of(current_app, request.endpoint)
    if guard is None:
        abort(403)
    g.actor = {"kiosk": "kiosk", "link": "link"}.get(guard.kind, guard.kind)
    match guard.kind:
        case "staff":
            return _let_staff_in(PERMISSIONS[guard.permission], guard.permission)
        case "entering":
            return _let_in_half()
        case "link":
            return _let_link_holder_in()
        case "machine":
            if guard.proves is None or not guard.proves():
                abort(403)
    return None


def staff_cookie() -> str:
    """The name of the desk's cookie; its prefix binds it to this very host where there is https."""
    return "__Host-oneguest-desk" if current_app.config["SESSION_COOKIE_SECURE"] else "oneguest-desk"


def seated_here() -> Seated | None:
    """Who sits at the desk that asks."""
    return seated_at(g.session, request.cookies.get(staff_cookie(), ""), now=clock())


def _let_staff_in(permission: Permission, name: str) -> Response | None:
    seated = seated_here()
    if seated is None or seated.state == "locked":
        return _to("account.sign_in")
    colleague, held = seated.colleague, seated.session
    _seat(colleague)
    strongly = held.second_factor_at is not None
    if needs_second_factor(colleague) and not strongly:
        return _to("second_step.show")
    if not may(colleague, name):
        abort(403)
    if permission.second_factor and not strongly:
        return _to("second_step.show")
    if permission.fresh and clock() - held.password_at > FRESH:
        return _to("account.again")
    g.reach = EVERYWHERE if permission.anywhere else reach_of(colleague, name)
    if not _asks_by_itself() and clock() - held.seen_at > SEEN_EVERY:
        g.awake = held.id
    return None


def _let_in_half() -> Response | None:
    seated = seated_here()
    if seated is None or seated.state == "locked":
        return _to("account.sign_in")
    _seat(seated.colleague)
    g.staff_session = seated.session
    return None


def _seat(colleague: Colleague) -> None:
    g.colleague = colleague
    g.actor = f"staff:{colleague.id}"


def _asks_by_itself() -> bool:
    return bool(getattr(current_app.view_functions[request.endpoint or ""], "__polls__", False))


def stay_awake(response: Response) -> Response:
    """After every answer: note that somebody was at the desk, once the answer has left."""
    session_id, engine = g.get("awake"), current_app.config["ENGINE"]
    if session_id is not None:
        now = clock()
        response.call_on_close(lambda: keep_awake(engine, session_id, now=now))
    return response


def note_denial(response: Response) -> Response:
    """After every answer: log a door that stayed closed, and count it, once the answer has left."""
    if response.status_code != 403 and not g.get("denied"):
        return response
    engine, now = current_app.config["ENGINE"], clock()
    who = g.actor if "colleague" in g else address_here()
    log.warning("denied endpoint=%s status=%s who=%s", request.endpoint, response.status_code, who)
    response.call_on_close(lambda: _count_if_we_can(engine, who, now=now))
    return response


def _count_if_we_can(engine: Engine, who: str, *, now: datetime) -> None:
    try:
        count_denial(engine, who, now=now)
    except SQLAlchemyError as failure:  # the door stayed closed all the same, and the log has it
        log.error("denial not counted who=%s kind=%s", who, type(failure).__name__)


def address_here() -> str:
    """The address that asks, keyed: the connection's own, or what a trusted proxy says of it."""
    return address_key(current_app.config["INDEX_KEY"], request.remote_addr)


def count_denial(engine: Engine, who: str, *, now: datetime) -> None:
    """Count one closed door of a colleague (`staff:7`) or an address; the tenth in a while is journalled.

    In a transaction of its own, since the request's was undone. Beyond the tenth nothing is written, so that
    hammering at doors costs the database nothing.
    """
    with reading(engine) as db:
        if too_many(db, DENIED, who, now=now, limit=MANY_DENIED, within=MANY_WITHIN):
            return
    with writing(engine) as db:
        count_wrong_try(db, DENIED, who, now=now)
        db.flush()
        if too_many(db, DENIED, who, now=now, limit=MANY_DENIED, within=MANY_WITHIN):
            kind, _, number = who.partition(":")
            known = db.get(Colleague, int(number)) if kind == "staff" else None
            subject = who if kind == "staff" else f"address:{who[:32]}"
            place = house_of(known) if known is not None else None
            note(db, subject, "access.many_denied", subject, now=now, property_id=place, denials=MANY_DENIED)


def _to(endpoint: str) -> Response:
    """Send a colleague to a step of signing in, and afterwards back to where they were.

    What a form sent is not kept: they come back to the page it stands on, and press once more.
    """
    is_sent = request.method not in ("GET", "HEAD")
    if request.headers.get("HX-Request"):
        here = urlsplit(request.headers.get("HX-Current-URL", ""))
        back = own_address(f"{here.path}?{here.query}" if here.query else here.path)
    else:
        back = own_address(_page_of_form() if is_sent else request.full_path.removesuffix("?"))
    sent = "1" if is_sent and endpoint == "account.again" else None
    address = url_for(endpoint, next=back, sent=sent)
    if request.headers.get("HX-Request"):
        return Response(status=204, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _page_of_form() -> str:
    """The page on which a form that was sent stands: its address, or the nearest above it that shows one.

    Our policy lets no browser say where it comes from, so the address itself must tell.
    """
    adapter, path = current_app.url_map.bind(""), request.path
    while path:
        try:
            endpoint, _ = adapter.match(path, method="GET")
        except HTTPException:  # nothing is there, or nothing to be looked at
            path = path.rpartition("/")[0]
            continue
        if not getattr(current_app.view_functions[endpoint], "__polls__", False):
            return path
        path = path.rpartition("/")[0]
    return ""


def own_address(text: str) -> str | None:
    """An address of the desk to come back to, as it was given; None for anything that is not plainly one."""
    plain = text.isascii() and text.isprintable() and "\\" not in text and len(text) <= LONGEST_ADDRESS
    return text if plain and (text == "/" or text.startswith(("/desk", "/?"))) else None


def is_loopback(address: str | None) -> bool:
    """Whether an address (or `localhost`) is this machine itself."""
    if address == "localhost":
        return True
    try:
        ip = ipaddress.ip_address((address or "").strip("[]"))
    except ValueError:
        return False
    return ip.is_loopback or bool(getattr(ip, "ipv4_mapped", None) and ip.ipv4_mapped.is_loopback)  # type: ignore[union-attr]  # only IPv6 has it, which getattr asked


def is_opened(settings: Settings) -> bool:
    """Whether the owner opened the house to a network."""
    return not is_loopback(settings.host)


def remember_link(link: AnyLink, *, now: datetime) -> None:
    """From now on this browser holds the link: a signed cookie with the link's number, no token."""
    session["link"] = {"id": link.id, "at": int(now.timestamp()), "rehearsed": link.is_rehearsed}


def _let_link_holder_in() -> Response | None:
    held = session.get("link")
    now = clock()
    link: AnyLink | None = None
    if isinstance(held, dict) and now.timestamp() - held["at"] < LINK_OPEN_FOR.total_seconds():
        link = g.session.get(Rehearsal if held.get("rehearsed") else GuestLink, held["id"])
        if link is not None and int(link.created_at.timestamp()) > held["at"]:
            link = None  # another one, to which the store gave the number of one that was deleted
    if not is_live(link, now=now):
        session.pop("link", None)
        answer = redirect(url_for("phone.closed"), 303)
        if request.headers.get("HX-Request"):  # a redirect would be swapped into the page as a fragment
            answer = Response(status=204, headers={"HX-Redirect": url_for("phone.closed")})
        return answer
    g.link = link
    return None


def has_token() -> bool:
    """For machine(): the request carries a live token in `Authorization: Bearer`; g.reach are its houses.

    A wrong one is counted, and answered the same whatever is wrong with it: 401, and 429 after ten a minute.
    """
    engine, secret, now = current_app.config["ENGINE"], current_app.config["INDEX_KEY"], clock()
    who = address_here()
    if too_many(g.session, "api token", who, now=now, limit=WRONG_TOKENS, within=TOKENS_WITHIN):
        abort(_to_machine(429, "token.wait", {"Retry-After": str(int(TOKENS_WITHIN.total_seconds()))}))
    kind, _, text = request.headers.get("Authorization", "").partition(" ")
    given = text.strip() if kind.lower() == "bearer" else ""
    token = find_token(g.session, given, secret=secret) if given else None
    if token is None:
        g.denied = True
        with writing(engine) as counting:
            count_wrong_try(counting, "api token", who, now=now)
        abort(_to_machine(401, "token.wrong", {"WWW-Authenticate": "Bearer"}))
    g.actor, g.reach = token.subject, reach_of_token(token)
    if token.last_used_at is None or now - token.last_used_at > USED_EVERY:
        token_id = token.id
        after_this_request(lambda answer: _note_use_after(answer, engine, token_id, now))
    return True


def _to_machine(status: int, code: str, headers: dict[str, str]) -> Response:
    answer: Response = jsonify(error=code)
    answer.status_code = status
    answer.headers.update(headers)
    return answer


def _note_use_after(answer: Any, engine: Engine, token_id: int, now: datetime) -> Any:
    answer.call_on_close(lambda: _note_use_if_we_can(engine, token_id, now=now))
    return answer


def _note_use_if_we_can(engine: Engine, token_id: int, *, now: datetime) -> None:
    try:
        note_use(engine, token_id, now=now)
    except SQLAlchemyError as failure:  # what was read was read; the list shows an older day
        log.error("use not noted token=%s kind=%s", token_id, type(failure).__name__)


def keep_changes() -> None:
    """Commit this request although its answer is an error: a wrong try must be counted."""
    g.keep_changes = True


def address_key(secret: bytes, address: str | None) -> str:
    """A visitor's address as it is counted: a keyed hash, so that the table names nobody."""
    return hmac.new(secret, (address or "").encode("utf-8"), hashlib.sha256).hexdigest()


def count_wrong_try(db: Session, kind: str, who: str, *, now: datetime) -> None:
    """Count one wrong try of a visitor (`who` from address_key); forget those older than a day."""
    db.execute(delete(WrongTry).where(WrongTry.at < now - TRIES_KEPT))
    db.add(WrongTry(kind=kind, who=who, at=now))


def too_many(
    db: Session,
    kind: str,
    who: str,
    *,
    now: datetime,
    limit: int = 10,
    within: timedelta = timedelta(minutes=1),
) -> bool:
    """Whether a visitor has used up the tries of the last while, counted over all processes."""
    tries = select(func.count()).where(WrongTry.kind == kind, WrongTry.who == who, WrongTry.at > now - within)
    return (db.scalar(tries) or 0) >= limit

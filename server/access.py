"""Who may open what. Every route says so with one of these decorators; one that does not is closed.

Until staff accounts exist the desk answers only at this machine's own keyboard: the peer and the host name
must both be this machine's and no proxy may stand between, since a proxy here would make the whole world
look local. Opening it to a network is the owner's word (a host other than loopback), and the desk says so.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.captures.links import is_live
from server.captures.models import GuestLink, WrongTry
from server.clock import clock
from server.settings import Settings

View = TypeVar("View", bound=Callable[..., Any])
Kind = Literal["staff", "kiosk", "link", "machine", "anyone"]

LINK_OPEN_FOR = timedelta(hours=2)
TRIES_KEPT = timedelta(days=1)
FORWARDING = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
"""A request with one of these came through a proxy: its peer says nothing about who asks."""


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may open a route: the kind of visitor, a role where it has one, a proof where it is a machine."""

    kind: Kind
    role: str = ""
    proves: Callable[[], bool] | None = None

    def __str__(self) -> str:
        return f"{self.kind}:{self.role}" if self.role else self.kind


def _declare(view: View, guard: Guard) -> View:
    view.__guard__ = guard  # type: ignore[attr-defined]  # functions carry attributes; TypeVar cannot say so
    return view


def staff(role: str) -> Callable[[View], View]:
    """Only for staff with that role (until accounts exist: whoever sits at this machine)."""
    return lambda view: _declare(view, Guard("staff", role))


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
    """Every route with its endpoint, rule, methods and guard (`closed` when it declares none)."""
    return [
        {
            "endpoint": rule.endpoint,
            "rule": rule.rule,
            "methods": sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}),
            "guard": str(guard_of(app, rule.endpoint) or "closed"),
        }
        for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))
    ]


def enforce() -> Response | None:
    """Before every request: let in whom the route names, answer anyone else with 403 or the way in."""
    if request.endpoint is None:
        return None  # no such page; answered as 404
    guard = guard_of(current_app, request.endpoint)
    if guard is None:
        abort(403)
    g.actor = {"staff": "desk", "kiosk": "kiosk", "link": "link"}.get(guard.kind, guard.kind)
    match guard.kind:
        case "staff":
            if not staff_may_enter(current_app.config["ONEGUEST"]):
                abort(403)
        case "link":
            return _let_link_holder_in()
        case "machine":
            if guard.proves is None or not guard.proves():
                abort(403)
    return None


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


def staff_may_enter(settings: Settings) -> bool:
    """Whether this request may see the desk."""
    if is_opened(settings):
        return True
    return (
        is_loopback(request.remote_addr)
        and is_loopback(request.host.rpartition(":")[0] or request.host)
        and not any(name in request.headers for name in FORWARDING)
    )


def remember_link(link: GuestLink, *, now: datetime) -> None:
    """From now on this browser holds the link: a signed cookie with the link's number, no token."""
    session["link"] = {"id": link.id, "at": int(now.timestamp())}


def _let_link_holder_in() -> Response | None:
    held = session.get("link")
    now = clock()
    link = None
    if isinstance(held, dict) and now.timestamp() - held["at"] < LINK_OPEN_FOR.total_seconds():
        link = g.session.get(GuestLink, held["id"])
    if not is_live(link, now=now):
        session.pop("link", None)
        answer = redirect(url_for("phone.closed"), 303)
        if request.headers.get("HX-Request"):  # a redirect would be swapped into the page as a fragment
            answer = Response(status=204, headers={"HX-Redirect": url_for("phone.closed")})
        return answer
    g.link = link
    return None


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

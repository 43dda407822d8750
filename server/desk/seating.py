"""Giving somebody the seat at this browser: the answer that carries its new token."""

from __future__ import annotations

from flask import current_app, redirect, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from server.access import own_address, staff_cookie
from server.language import COOKIE, desk_languages
from server.staff.models import Colleague
from server.staff.sessions import LONGEST

BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def held_token() -> str:
    """The token that this browser came with."""
    return request.cookies.get(staff_cookie(), "")


def browser_here() -> str:
    """What kind of browser asks, such as "Firefox, Windows"; for its colleagues' own list only."""
    said = request.headers.get("User-Agent", "")
    found = [next((name for sign, name in known if sign in said), "") for known in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, found))


def wished_place() -> str:
    """Where the colleague was going, if that is a page of ours; else the first page."""
    wish = request.form.get("next") or request.args.get("next") or ""
    return own_address(wish) or url_for("today.show")


def seated(token: str, colleague: Colleague, place: str) -> Response:
    """Go on to a place under a new token. All that hung on the old one is gone, form tokens too."""
    return give_seat(redirect(place, 303), token, colleague)


def give_seat(answer: Response, token: str, colleague: Colleague) -> Response:
    """Put the browser's new token, and the colleague's language, on an answer."""
    cookie.clear()
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    answer.set_cookie(
        staff_cookie(),
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=secure,
    )
    if colleague.language in desk_languages():
        answer.set_cookie(
            COOKIE, colleague.language, max_age=31_536_000, httponly=True, samesite="Lax", secure=secure
        )
    return answer

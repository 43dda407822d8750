"""What every desk page has: its language, its light, its keys."""

from __future__ import annotations

from flask import Blueprint, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import own_address, staff
from server.language import COOKIE, desk_languages

pages = Blueprint("frame", __name__, url_prefix="/desk")

APPEARANCE = "appearance"
APPEARANCES = ("auto", "light", "dark")
A_YEAR = 31_536_000


def appearance() -> str:
    """How light this browser wants its pages: as the screen says, or always light or dark."""
    wish = request.cookies.get(APPEARANCE, "")
    return wish if wish in APPEARANCES else "auto"


@pages.post("/language")
@staff("desk.open")
def choose_language() -> Response:
    """Keep the desk's language in this browser."""
    return _keep(COOKIE, request.form.get("language", ""), desk_languages())


@pages.post("/appearance")
@staff("desk.open")
def choose_appearance() -> Response:
    """Keep light or dark in this browser."""
    return _keep(APPEARANCE, request.form.get("appearance", ""), APPEARANCES)


@pages.get("/keys")
@staff("desk.open")
def keys() -> str:
    """What the keyboard does, on a page of its own."""
    return render_template("desk/keys.html")


def _keep(cookie: str, wish: str, allowed: tuple[str, ...]) -> Response:
    back = own_address(request.form.get("back", ""))
    answer = redirect(back or url_for("today.show"), 303)
    if wish in allowed:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        answer.set_cookie(cookie, wish, max_age=A_YEAR, httponly=True, samesite="Lax", secure=secure)
    return answer

"""One click ends our messages, without signing in: the page of the link, and what a mailbox does by itself.

RFC 8058: a POST with `List-Unsubscribe=One-Click` acts; the button of the page sends the same. A GET changes
nothing, since scanners open every link of a message before its reader does. Whether a token is right shows
nowhere: the page is the same for every one.
"""

from __future__ import annotations

from flask import Blueprint, current_app, g, render_template, request
from flask.typing import ResponseReturnValue

from server.access import address_here, anyone, count_wrong_try, keep_changes, machine, too_many
from server.clock import clock
from server.prompts.opting import stop_by_token

pages = Blueprint("stopping", __name__, url_prefix="/g/stop")

TRIED = "stop"


def is_one_click() -> bool:
    """For machine(): the request says in RFC 8058's words that it ends messages; its token is its proof."""
    g.actor = "guest"
    return request.form.get("List-Unsubscribe") == "One-Click"


@pages.get("/<token>")
@anyone
def ask(token: str) -> str:
    """The page with the button."""
    return render_template("phone/stop.html", done=False)


@pages.post("/<token>")
@machine(is_one_click)
def act(token: str) -> ResponseReturnValue:
    """End messages to whom the message of this token went."""
    now = clock()
    if not stop_by_token(g.session, token[:60], secret=current_app.config["INDEX_KEY"], now=now):
        if not too_many(g.session, TRIED, address_here(), now=now):
            count_wrong_try(g.session, TRIED, address_here(), now=now)
        keep_changes()
    return render_template("phone/stop.html", done=True)

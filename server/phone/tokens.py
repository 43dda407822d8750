"""What a token of a guest's message opens. A wrong one is counted, and answered alike whatever is wrong.

Every page of a message counts together: whoever tries tokens gets ten a minute over all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from flask import abort, current_app, g, make_response, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.access import address_here, count_wrong_try, too_many
from server.captures.links import AnyLink, find_link
from server.clock import clock
from server.db import writing

WRONG_TOKENS = 10  # a minute and address
WITHIN = timedelta(minutes=1)

Opened = TypeVar("Opened")


def opened_by(
    token: str, find: Callable[[Session, str], Opened | None], *, now: datetime | None = None
) -> Opened:
    """What `find` knows of a token; the same answer where it knows nothing, whyever that is."""
    now = now or clock()
    who = address_here()
    if too_many(g.session, "token", who, now=now, limit=WRONG_TOKENS, within=WITHIN):
        abort(429)
    found = find(g.session, token)
    if found is None:
        g.session.rollback()  # gives the writer's place back: the count has a transaction of its own
        with writing(current_app.config["ENGINE"]) as counting:
            count_wrong_try(counting, "token", who, now=now)
        if request.headers.get("HX-Request"):  # a whole page in the place of a question would not be shown
            abort(Response(status=204, headers={"HX-Redirect": url_for("phone.closed")}))
        abort(make_response(render_template("phone/closed.html"), 404))
    return found


def live_link(token: str) -> AnyLink:
    """The link of a token, which the page is of from here on."""
    now = clock()

    def find(session: Session, text: str) -> AnyLink | None:
        return find_link(session, text, now=now)

    g.link = opened_by(token, find, now=now)
    return g.link  # type: ignore[no-any-return]  # g holds anything

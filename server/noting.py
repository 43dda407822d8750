"""What a request of a colleague leaves in the journal: every change, and every guest's page that was read.

A change is noted in its own transaction, so it is never there without its entry. A reading has no transaction
that may write: a guest's page is noted right after the answer left, a reveal before it is shown.
"""

from __future__ import annotations

import logging
import re
from datetime import datetime

from flask import abort, current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.access import guard_of
from server.clock import clock
from server.db import writing
from server.journal.entries import has_noted, note
from server.journal.watching import OPENED, REVEALED, note_reading
from server.staff.models import Colleague
from server.staff.telling import house_of

ID = re.compile(r"[A-Za-z0-9-]{1,40}")
NOT_CODE = re.compile(r"[^A-Za-z0-9_.:/<>-]")
LONGEST_ACT = 60

log = logging.getLogger("oneguest.web")


def is_staff_request() -> bool:
    """Whether a colleague is known to stand behind this request."""
    guard = guard_of(current_app, request.endpoint)
    return guard is not None and guard.kind in ("staff", "entering") and "colleague" in g


def property_here() -> int | None:
    """The property of this request: the one that its address names, else the colleague's only house."""
    named = (request.view_args or {}).get("property_id")
    if isinstance(named, int):
        return named
    colleague: Colleague | None = g.get("colleague")
    return house_of(colleague) if colleague is not None else None


def note_change(db: Session) -> None:
    """Before a colleague's request is committed: an entry of its route, unless its own verb wrote one.

    The entry holds the route's rule and the ids in the address; never what was typed into a form.
    """
    if not is_staff_request() or has_noted(db, g.actor):
        return
    rule = request.url_rule
    note(
        db,
        g.actor,
        (request.endpoint or "")[:LONGEST_ACT],
        _subject(),
        now=clock(),
        property_id=property_here(),
        method=request.method,
        route=NOT_CODE.sub("", rule.rule)[:120] if rule is not None else "",
    )


def _subject() -> str:
    """kind:id of the first number in the address, such as import:5; page:… where it has none."""
    for name, value in (request.view_args or {}).items():
        kind, _, last = name.rpartition("_")
        if last == "id" and kind and ID.fullmatch(str(value)):
            return f"{kind}:{value}"
    return f"page:{(request.endpoint or '')[:LONGEST_ACT]}"


def guests_were_shown(*guest_ids: str) -> None:
    """A route shows the pages of guests, or two beside each other: noted once the answer has left."""
    g.guests_shown = guest_ids


def note_shown(response: Response) -> Response:
    """After every answer: note the guests whose page was shown, in a transaction of its own."""
    shown = g.get("guests_shown")
    if not shown or response.status_code != 200 or request.method != "GET" or not is_staff_request():
        return response
    engine, actor, place, now = current_app.config["ENGINE"], g.actor, property_here(), clock()
    response.call_on_close(lambda: _write_shown(engine, actor, shown, place, now))
    return response


def _write_shown(
    engine: Engine, actor: str, guest_ids: tuple[str, ...], place: int | None, now: datetime
) -> None:
    try:
        with writing(engine) as session:
            for guest_id in guest_ids:
                note_reading(session, actor, OPENED, f"guest:{guest_id}", now=now, property_id=place)
    except SQLAlchemyError as failure:
        kind = type(failure).__name__
        log.error("reading not noted actor=%s guests=%s kind=%s", actor, ",".join(guest_ids), kind)


def note_reveal(subject: str, *, reason: str) -> None:
    """Note that a colleague is about to see a document number or a police form; call it before showing it.

    On a request that reads, in a transaction of its own, ended when this returns; on one that writes, in its
    transaction, which is committed before the answer leaves. What cannot be noted is not shown: 503.
    """
    now, place = clock(), property_here()
    try:
        if request.method == "GET":
            with writing(current_app.config["ENGINE"]) as session:
                note_reading(session, g.actor, REVEALED, subject, now=now, property_id=place, reason=reason)
        else:
            note_reading(g.session, g.actor, REVEALED, subject, now=now, property_id=place, reason=reason)
    except SQLAlchemyError as failure:
        log.error("reveal not noted actor=%s subject=%s kind=%s", g.actor, subject, type(failure).__name__)
        abort(503)

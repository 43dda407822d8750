"""Pages for machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, g, jsonify, request
from sqlalchemy import text
from werkzeug.wrappers import Response as AnyResponse

from server.access import anyone, has_token, machine
from server.db import LARGEST_ID
from server.guests.events import MOST, Event, events_after, is_lost, oldest_and_newest

pages = Blueprint("api", __name__)


@pages.get("/healthz")
@anyone
def healthz() -> Response:
    """Whether pages and database answer. Says nothing else: no version, no count, no setting."""
    g.session.execute(text("SELECT 1"))
    return Response("ok\n", mimetype="text/plain")


@pages.get("/api/v1/events")
@machine(has_token)
def events() -> AnyResponse:
    """What changed behind a cursor, ids only: docs/events.md is its description."""
    asked = _asked()
    if asked is None:
        return _answer(400, error="events.not_understood")
    if is_lost(g.session, asked.after):
        return _answer(410, error="events.gone", oldest=oldest_and_newest(g.session)[0])
    found = events_after(g.session, asked.after, asked.limit, g.reach)
    answer = _answer(200, events=[_told(event) for event in found.events], next=found.next)
    answer.add_etag()
    return answer.make_conditional(request)


@dataclass(frozen=True, slots=True)
class _Asked:
    after: int
    limit: int


def _asked() -> _Asked | None:
    """What the address asks; None when any of it is not what docs/events.md says."""
    numbers = {"after": 0, "limit": MOST}
    for name, values in request.args.lists():
        if name not in numbers or len(values) != 1 or not (values[0].isascii() and values[0].isdigit()):
            return None
        if len(values[0]) > len(str(LARGEST_ID)):
            return None
        numbers[name] = int(values[0])
    if not (0 <= numbers["after"] <= LARGEST_ID and 1 <= numbers["limit"] <= MOST):
        return None
    return _Asked(**numbers)


def _told(event: Event) -> dict[str, Any]:
    return {
        "id": event.id,
        "at": event.at.isoformat(),
        "kind": event.kind,
        "guest": event.guest_id,
        "from": event.other_stay_id or event.from_guest_id,
        "stay": event.stay_id,
        "record": None if event.source is None else {"source": event.source, "key": event.key},
        "cause": event.cause or None,
    }


def _answer(status: int, **content: Any) -> Response:
    answer = jsonify(content)
    answer.status_code = status
    return answer

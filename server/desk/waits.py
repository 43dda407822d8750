"""How much waits at a place of the desk, beside its name in the menu: counted within its rights.

What a small query answers is counted for each page. Where a whole list has to be made to count it, that is
done once a minute for each reach; the list itself tells its count whenever it is shown, and whatever is done
in it has it counted anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from flask import current_app, g, request
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from server.clock import clock
from server.desk import NavigationItem
from server.guests.asking import count_open
from server.prompts.dying import count_last_chances, dying
from server.prompts.failed import count_failed
from server.prompts.typing_in import count_untyped, to_type
from server.prompts.waiting import count_replies
from server.properties.reach import Reach
from server.registration.arriving import arriving, count_with_key
from server.staff.sessions import reach_of
from server.wording import NN_

KEPT = timedelta(minutes=1)

_kept: WeakKeyDictionary[Engine, dict[tuple[str, Reach], tuple[datetime, int]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class _Wait:
    """What waits at a place: its words, how it is counted, and whether a small query does."""

    words: tuple[str, str]
    count: Callable[[Session, Reach, datetime], int]
    is_quick: bool = False


_WAITS: Mapping[str, _Wait] = {
    "review.index": _Wait(
        NN_("%(num)s question waits", "%(num)s questions wait"),
        lambda session, reach, _: count_open(session, reach),
    ),
    "replies.index": _Wait(
        NN_("%(num)s reply waits", "%(num)s replies wait"),
        lambda session, reach, _: count_replies(session, reach),
        is_quick=True,
    ),
    "dying.show": _Wait(
        NN_("%(num)s guest to ask today", "%(num)s guests to ask today"),
        lambda session, reach, now: count_last_chances(dying(session, reach, now=now)),
    ),
    "to_type.show": _Wait(
        NN_("%(num)s address to type", "%(num)s addresses to type"),
        lambda session, reach, now: count_untyped(to_type(session, reach, now=now)),
    ),
    "sheets.show": _Wait(
        NN_("%(num)s guest has the key and owes a form", "%(num)s guests have the key and owe a form"),
        lambda session, reach, now: count_with_key(arriving(session, reach, now=now)),
    ),
    "asking.index": _Wait(
        NN_("%(num)s message failed", "%(num)s messages failed"),
        lambda session, reach, now: count_failed(session, reach, now=now),
        is_quick=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits, with the two forms of the sentence that says it."""

    number: int
    one: str
    many: str


def waiting_at(item: NavigationItem) -> Waiting | None:
    """What waits at a place of the desk for whoever asks; None where nothing does."""
    wait = _WAITS.get(item.endpoint)
    if wait is None:
        return None
    reach = reach_of(g.colleague, item.permission)
    number = _counted(item.endpoint, wait, reach)
    return Waiting(number, *wait.words) if number else None


def tell(endpoint: str, reach: Reach, number: int) -> None:
    """A list was made: so much waits in it."""
    _of_this_house()[endpoint, reach] = clock(), number


def forget_after_deed(response: Response) -> Response:
    """Something was done at a place: what waits there is counted anew for everybody."""
    if request.method == "POST":
        kept = _of_this_house()
        for endpoint, reach in list(kept):
            if endpoint.partition(".")[0] == request.blueprint:
                kept.pop((endpoint, reach), None)
    return response


def _counted(endpoint: str, wait: _Wait, reach: Reach) -> int:
    now = clock()
    if wait.is_quick:
        return wait.count(g.session, reach, now)
    at, number = _of_this_house().get((endpoint, reach), (None, 0))
    if at is None or abs(now - at) > KEPT:
        number = wait.count(g.session, reach, now)
        tell(endpoint, reach, number)
    return number


def _of_this_house() -> dict[tuple[str, Reach], tuple[datetime, int]]:
    return _kept.setdefault(current_app.config["ENGINE"], {})

"""The desk's first page: who arrives today, those first whose contact is missing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from server.access import polls, staff
from server.captures.attaching import waiting_walk_ins
from server.captures.finding import last_captures
from server.captures.settling import surveys_for_somebody, wishes_of_day
from server.clock import clock
from server.desk import open_places
from server.desk.watching import as_known, tag_of
from server.feeds.freshness import FeedStanding, standings
from server.guests.arrivals import arrivals
from server.language import page_language
from server.properties.finding import properties_within, today_at
from server.registration.due import overdue
from server.staff.sessions import may, reach_of

pages = Blueprint("today", __name__)

FORMS = 5


@pages.get("/")
@staff("desk.open")
def show() -> str | Response:
    """Today's arrivals and the last forms that came in; another place for those who may see no guest."""
    if not may(g.colleague, "guests.see"):
        return _elsewhere()
    return render_template("desk/today.html", overdue=_overdue(), **_shown())


@pages.get("/desk/today")
@staff("guests.see")
@polls
def refresh() -> str | Response:
    """Arrivals and forms again, for a page that stays open; "as you know it" when nothing moved."""
    shown = _shown()
    return as_known(shown["seen"]) or render_template("desk/_today.html", **shown)


def _overdue() -> int:
    """Police forms that should be with the authority by now, for who works on them."""
    if not may(g.colleague, "sheets.see"):
        return 0
    return overdue(g.session, reach_of(g.colleague, "sheets.see"), now=clock())


def _shown() -> dict[str, Any]:
    now, reach = clock(), reach_of(g.colleague, "guests.see")
    places = properties_within(g.session, reach)
    house = next((place for place in places if place.is_default), places[0])
    today = today_at(house, now=now)
    expected, forms = arrivals(g.session, reach, now=now), last_captures(g.session, reach, most=FORMS)
    feeds = standings(g.session, reach, now=now)
    unknown = waiting_walk_ins(g.session, reach, now=now)
    wished = wishes_of_day(g.session, reach, ahead=0, now=now)
    surveys = surveys_for_somebody(g.session, reach, now=now)
    shown = [page_language(), today, *expected, *((form.id, form.state) for form in forms), *map(_tag, feeds)]
    shown += [(one.capture.id, one.offers) for one in unknown]
    shown += [(one.wish.id, one.guest_id, one.wish.settled_at) for one in wished]
    shown += [(one.id, one.settled_at) for one in surveys]
    return {
        "wishes": wished,
        "houses": {place.id: place for place in places},
        "surveys": surveys,
        "house": house,
        "today": today,
        "arrivals": expected,
        "forms": forms,
        "feeds": feeds,
        "walk_ins": unknown,
        "seen": tag_of(shown),
    }


def _tag(feed: FeedStanding) -> tuple[object, ...]:
    last, waiting = (file.id if file else None for file in (feed.last, feed.waiting))
    return feed.feed.id, feed.feed.name, feed.standing, last, waiting, feed.arrivals, feed.feed.trouble


def _elsewhere() -> Response:
    places = [place.endpoint for place in open_places(g.colleague) if place.endpoint != "today.show"]
    return redirect(url_for(next(iter(places), "own_page.show")), 303)


@pages.get("/desk/")
@staff("desk.open")
def desk() -> Response:
    """The desk's other name."""
    return redirect(url_for("today.show"))

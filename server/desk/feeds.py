"""Feeds at the desk: where systems deliver by themselves, what came, and why something did not."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from server.access import not_found, staff
from server.clock import clock
from server.desk.toasts import toast
from server.desk.words import use_words
from server.feeds.folder import folder_of, make_folder
from server.feeds.freshness import FeedStanding, standings
from server.feeds.models import Feed
from server.feeds.setting import (
    Wanted,
    change_feed,
    feed_within,
    feeds_within,
    files_of,
    imports_of,
    make_feed,
    switch_feed,
)
from server.importing.houses import closed_imports
from server.language import moment, translate
from server.properties.finding import properties_within, property_within, today_at
from server.properties.models import Property
from server.records.problems import Visible, count_waiting
from server.refusal import Refused
from server.settings import Settings
from server.wording import N_

pages = Blueprint("feeds", __name__, url_prefix="/desk/feeds")
use_words(pages)

FIELDS = ("name", "place", "senders", "expected_at")
SAID = {
    "feed.needs_name": "name",
    "feed.needs_folder": "place",
    "feed.folder_taken": "place",
    "feed.needs_mailbox_folder": "place",
    "feed.needs_time": "expected_at",
    "feed.needs_senders": "senders",
    "feed.wrong_sender": "senders",
    "feed.sender_taken": "senders",
}
"""At which field of the form a refusal is told."""


@pages.app_template_filter()
def near(value: datetime, house: Property) -> str:
    """A moment as one says it in the house: 05:32 of today, yesterday at 05:32; others with their day."""
    days = (today_at(house, now=clock()) - today_at(house, now=value)).days
    time = f"{value.astimezone(ZoneInfo(house.zone)):%H:%M}"
    if days == 0:
        return time
    return translate(N_("yesterday, %(time)s")) % {"time": time} if days == 1 else moment(value, house.zone)


@pages.app_template_global()
def feed_standings() -> list[FeedStanding]:
    """How the feeds of the asker's houses stand, for whichever page shows it."""
    return standings(g.session, g.reach, now=clock())


@pages.get("")
@staff("files.import")
def index() -> str:
    """All feeds of one's houses, and the forms for a new one."""
    return _index()


@pages.post("")
@staff("files.import")
def make() -> Response:
    """Set a feed up; its folder is made at once, so that the other program can be pointed at it."""
    house = _house()
    feed = make_feed(g.session, house, _wanted(), who=g.actor, now=clock())
    if feed.kind == "folder":
        make_folder(_settings().feeds_dir, house.code, feed.place)
    toast(translate(N_("The feed is set up. It is looked at every minute.")))
    return redirect(url_for("feeds.show", feed_id=feed.id), 303)


@pages.get("/<int:feed_id>")
@staff("files.import")
def show(feed_id: int) -> str:
    """One feed: how it stands, what it brought, what is said of it."""
    return _show(_feed(feed_id))


@pages.post("/<int:feed_id>")
@staff("files.import")
def change(feed_id: int) -> Response:
    """Change what is said of a feed."""
    feed = _feed(feed_id)
    change_feed(g.session, feed, _wanted(feed.kind), who=g.actor, now=clock())
    if feed.kind == "folder":
        make_folder(_settings().feeds_dir, _house_of(feed).code, feed.place)
    toast(translate(N_("Saved.")))
    return redirect(url_for("feeds.show", feed_id=feed_id), 303)


@pages.post("/<int:feed_id>/state")
@staff("files.import")
def switch(feed_id: int) -> Response:
    """Let it rest, or work again."""
    switch_feed(g.session, _feed(feed_id), request.form.get("state", ""), who=g.actor, now=clock())
    return redirect(url_for("feeds.show", feed_id=feed_id), 303)


@pages.errorhandler(Refused)
def refused(refusal: Refused) -> tuple[str, int]:
    """What cannot be is said at its field, with everything that was typed."""
    g.session.rollback()
    feed = feed_within(g.session, (request.view_args or {}).get("feed_id", 0), g.reach)
    return (_index(refusal) if feed is None else _show(feed, refusal)), 422


def _feed(feed_id: int) -> Feed:
    return feed_within(g.session, feed_id, g.reach) or not_found()


def _house_of(feed: Feed) -> Property:
    return property_within(g.session, feed.property_id, g.reach) or not_found()


def _house() -> Property:
    asked = request.form.get("property")
    if not asked:
        return _usual(properties_within(g.session, g.reach))
    chosen = int(asked) if asked.isascii() and asked.isdecimal() else 0
    return property_within(g.session, chosen, g.reach) or not_found()


def _usual(houses: list[Property]) -> Property:
    return next((house for house in houses if house.is_default), houses[0])


def _wanted(kind: str | None = None) -> Wanted:
    chosen = kind or request.form.get("kind", "")
    said = {name: request.form.get(f"{chosen}-{name}", "") for name in FIELDS}
    return Wanted(chosen, **said)


def _settings() -> Settings:
    settings: Settings = current_app.config["ONEGUEST"]
    return settings


def _index(error: Refused | None = None) -> str:
    houses = properties_within(g.session, g.reach)
    return render_template(
        "desk/feeds/index.html",
        feeds=feeds_within(g.session, g.reach),
        found={one.feed.id: one for one in feed_standings()},
        houses=houses,
        names={house.id: house.name for house in houses},
        chosen=request.form.get("property", str(_usual(houses).id)),
        waiting=count_waiting(g.session, Visible(g.reach, closed_imports(g.session, g.reach))),
        **_form(error, None),
    )


def _show(feed: Feed, error: Refused | None = None) -> str:
    house = _house_of(feed)
    files = files_of(g.session, feed)
    return render_template(
        "desk/feeds/show.html",
        feed=feed,
        house=house,
        standing=next((one for one in feed_standings() if one.feed.id == feed.id), None),
        files=files,
        imports=imports_of(g.session, files),
        folder=folder_of(_settings().feeds_dir, house.code, feed.place) if feed.kind == "folder" else None,
        waiting=count_waiting(g.session, Visible(g.reach, closed_imports(g.session, g.reach))),
        **_form(error, feed),
    )


def _form(error: Refused | None, feed: Feed | None) -> dict[str, Any]:
    """What the form shows: what was typed, else what is said of the feed; what is wrong, by field."""
    typed: dict[str, str] = request.form.to_dict() if error else {}
    if feed is not None and not typed:
        said = {"name": feed.name, "place": feed.place, "expected_at": feed.expected_at}
        said["senders"] = " ".join(feed.senders)
        typed = {f"{feed.kind}-{name}": text for name, text in said.items()}
    field = SAID.get(error.code, "") if error else ""
    return {"typed": typed, "error": error, "wrong_field": field, "has_mailbox": bool(_settings().imap_url)}

"""The staff's pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from server.staff.models import Colleague
from server.staff.sessions import may
from server.wording import N_


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One place of the desk; it shows as soon as its endpoint exists, to those who may open it.

    `key` follows a g on the keyboard.
    """

    endpoint: str
    label: str
    permission: str
    key: str


NAVIGATION = (
    NavigationItem("first_hour.show", N_("First hour"), "house.set", "1"),
    NavigationItem("today.show", N_("Today"), "guests.see", "t"),
    NavigationItem("guests.index", N_("Guests"), "guests.see", "g"),
    NavigationItem("review.index", N_("Questions"), "pairs.decide", "q"),
    NavigationItem("replies.index", N_("Replies"), "guests.see", "r"),
    NavigationItem("imports.index", N_("Imports"), "arrivals.import", "i"),
    NavigationItem("lobby.index", N_("Tablets"), "devices.see", "b"),
    NavigationItem("dying.show", N_("Ask now"), "guests.see", "a"),
    NavigationItem("to_type.show", N_("Into the PMS"), "guests.see", "n"),
    NavigationItem("completeness.show", N_("Completeness"), "figures.see", "c"),
    NavigationItem("ledger.show", N_("Ledger"), "figures.see", "l"),
    NavigationItem("asking.index", N_("Questions to guests"), "figures.see", "e"),
    NavigationItem("journal.show", N_("Journal"), "journal.read", "o"),
    NavigationItem("papers.index", N_("Papers"), "papers.print", "p"),
    NavigationItem("house.index", N_("House"), "house.set", "h"),
    NavigationItem("colleagues.index", N_("Colleagues"), "staff.see", "m"),
)


def open_places(colleague: Colleague | None) -> list[NavigationItem]:
    """The places of the desk that a colleague may open, in their order; none for nobody."""
    if colleague is None:
        return []
    return [
        item
        for item in NAVIGATION
        if item.endpoint in current_app.view_functions and may(colleague, item.permission)
    ]

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

    `key` follows a g on the keyboard; `group` is the job in the hotel that it belongs to.
    """

    endpoint: str
    label: str
    permission: str
    key: str
    group: str


EVERY_DAY, ASKING, HOUSE = N_("Every day"), N_("Asking and figures"), N_("The house")
"""The jobs of the desk: what a receptionist does between two guests stands on top."""

NAVIGATION = (
    NavigationItem("first_hour.show", N_("First hour"), "house.set", "1", EVERY_DAY),
    NavigationItem("today.show", N_("Today"), "guests.see", "t", EVERY_DAY),
    NavigationItem("sheets.show", N_("Police forms"), "sheets.see", "f", EVERY_DAY),
    NavigationItem("guests.index", N_("Guests"), "guests.see", "g", EVERY_DAY),
    NavigationItem("review.index", N_("Questions"), "pairs.decide", "q", EVERY_DAY),
    NavigationItem("replies.index", N_("Replies"), "guests.see", "r", EVERY_DAY),
    NavigationItem("dying.show", N_("Ask now"), "guests.see", "a", EVERY_DAY),
    NavigationItem("to_type.show", N_("Into the PMS"), "guests.see", "n", EVERY_DAY),
    NavigationItem("completeness.show", N_("Completeness"), "figures.see", "c", ASKING),
    NavigationItem("ledger.show", N_("Ledger"), "figures.see", "l", ASKING),
    NavigationItem("asking.index", N_("Questions to guests"), "figures.see", "e", ASKING),
    NavigationItem("imports.index", N_("Imports"), "arrivals.import", "i", HOUSE),
    NavigationItem("lobby.index", N_("Tablets"), "devices.see", "b", HOUSE),
    NavigationItem("papers.index", N_("Papers"), "papers.print", "p", HOUSE),
    NavigationItem("journal.show", N_("Journal"), "journal.read", "o", HOUSE),
    NavigationItem("house.index", N_("House"), "house.set", "h", HOUSE),
    NavigationItem("colleagues.index", N_("Colleagues"), "staff.see", "m", HOUSE),
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

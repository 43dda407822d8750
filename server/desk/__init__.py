"""The staff's pages."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app

from server.staff.models import Colleague
from server.staff.sessions import may
from server.wording import N_


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One place of the desk; it shows as soon as its endpoint exists, to those who may open it."""

    endpoint: str
    label: str
    permission: str


NAVIGATION = (
    NavigationItem("today.show", N_("Today"), "guests.see"),
    NavigationItem("guests.index", N_("Guests"), "guests.see"),
    NavigationItem("imports.index", N_("Imports"), "arrivals.import"),
    NavigationItem("completeness.show", N_("Completeness"), "figures.see"),
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

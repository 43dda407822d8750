"""The staff's pages."""

from __future__ import annotations

from dataclasses import dataclass

from server.wording import N_


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One place of the desk; it shows as soon as its endpoint exists."""

    endpoint: str
    label: str


NAVIGATION = (
    NavigationItem("today.show", N_("Today")),
    NavigationItem("guests.index", N_("Guests")),
    NavigationItem("imports.index", N_("Imports")),
    NavigationItem("completeness.show", N_("Completeness")),
    NavigationItem("house.index", N_("House")),
)

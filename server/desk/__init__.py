"""The staff's pages."""

from __future__ import annotations

from dataclasses import dataclass

from server.wording import N_


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """One place of the desk; it shows as soon as its endpoint exists. `key` follows a g on the keyboard."""

    endpoint: str
    label: str
    key: str


NAVIGATION = (
    NavigationItem("first_hour.show", N_("First hour"), "1"),
    NavigationItem("today.show", N_("Today"), "t"),
    NavigationItem("guests.index", N_("Guests"), "g"),
    NavigationItem("imports.index", N_("Imports"), "i"),
    NavigationItem("completeness.show", N_("Completeness"), "c"),
)

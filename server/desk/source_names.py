"""What a source is called at the desk: the export's title and its property, never the name in our tables."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g

from server.language import translate
from server.properties.reach import NOWHERE
from server.records.finding import sources_within
from server.sources.layout import layouts
from server.wording import N_

FORM_SOURCES: Mapping[str, str] = {
    "tablet": N_("Tablet"),
    "link": N_("Guest's phone"),
    "reply": N_("Guest's reply"),
    "typed": N_("Typed at the desk"),
}
"""Sources that are our own forms, by kind."""

PLAIN_TITLES = (
    N_("Event contacts"),
    N_("Gift card sales"),
    N_("Check-in cards"),
    N_("Channel manager reservations"),
    N_("PMS cardex (French)"),
    N_("PMS guest profiles (English)"),
    N_("Till payments"),
    N_("Restaurant bookings"),
    N_("Spa clients"),
    N_("Newsletter subscribers"),
    N_("Wi-Fi portal sessions"),
)
"""Titles of layouts that are ordinary words and so have a translation; names of products have none."""


def source_title(name: str) -> str:
    """The title of a source such as `pms_b@rives`: what its export is called; the name itself if unknown.

    A source of a house out of reach is as unknown as one there is not: its title is worked out of its name.
    """
    if name in _known():
        return translate(_known()[name][0])
    layout = layouts().get(name.partition("@")[0])
    return translate(layout.title) if layout else name


def source_place(name: str) -> str:
    """The property within reach that a source belongs to; empty if the source is unknown there."""
    return _known().get(name, (name, ""))[1]


def _known() -> Mapping[str, tuple[str, str]]:
    """Each source's title and property, read once a request."""
    if "source_names" not in g:
        rows = sources_within(g.session, g.get("reach", NOWHERE))
        g.source_names = {
            name: (_title(name, layout, kind, code), place) for name, layout, kind, place, code in rows
        }
    found: Mapping[str, tuple[str, str]] = g.source_names
    return found


def _title(name: str, layout: str, kind: str, code: str) -> str:
    own = name.removesuffix(f"@{code}")
    if kind in FORM_SOURCES:
        return FORM_SOURCES[kind]
    known = layouts().get(layout)
    return known.title if known and own == layout else own  # staff's own name for a system outranks ours

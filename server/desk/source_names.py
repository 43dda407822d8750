"""What a source is called at the desk: the export's title and its property, never the name in our tables."""

from __future__ import annotations

from collections.abc import Mapping

from flask import g
from sqlalchemy import select

from server.language import translate
from server.properties.models import Property
from server.records.models import Source
from server.sources.layout import layouts
from server.wording import N_

FORM_SOURCES: Mapping[str, str] = {"tablet": N_("Tablet"), "link": N_("Guest's phone")}
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
    """The title of a source such as `pms_b@rives`: what its export is called; the name itself if unknown."""
    title, _ = _known().get(name, (name, ""))
    return translate(title)


def source_place(name: str) -> str:
    """The property that a source belongs to; empty if the source is unknown."""
    return _known().get(name, (name, ""))[1]


def _known() -> Mapping[str, tuple[str, str]]:
    """Each source's title and property, read once a request."""
    if "source_names" not in g:
        query = select(Source.name, Source.layout, Source.kind, Property.name, Property.code)
        rows = g.session.execute(query.join(Property, Property.id == Source.property_id))
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

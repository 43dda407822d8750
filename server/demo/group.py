"""The fictional group: a hotel in France, one in Switzerland, their restaurant, spa and shop."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class House:
    """One property, with what its settings page would hold."""

    code: str
    name: str
    kind: str
    zone: str
    country: str
    currency: str
    languages: tuple[str, ...]
    accent: str
    own_domains: tuple[str, ...]
    own_emails: tuple[str, ...]
    own_phones: tuple[str, ...]


LAC = House(
    code="lac",
    name="Hôtel Corvane Le Lac",
    kind="hotel",
    zone="Europe/Paris",
    country="FR",
    currency="EUR",
    languages=("fr", "en", "de", "it"),
    accent="#1f5f5b",
    own_domains=("corvane-lac.example",),
    own_emails=("reception@corvane-lac.example", "noemail@corvane-lac.example"),
    own_phones=("+33639981288",),
)
RIVES = House(
    code="rives",
    name="Hôtel Corvane Les Rives",
    kind="hotel",
    zone="Europe/Zurich",
    country="CH",
    currency="CHF",
    languages=("fr", "de", "en", "it"),
    accent="#7a3e1d",
    own_domains=("corvane-rives.example",),
    own_emails=("reception@corvane-rives.example", "info@corvane-rives.example"),
    own_phones=("+41705163356",),
)
TABLE = House(
    code="table",
    name="La Table Corvane",
    kind="restaurant",
    zone="Europe/Paris",
    country="FR",
    currency="EUR",
    languages=("fr", "en"),
    accent="#6b2140",
    own_domains=("table-corvane.example",),
    own_emails=("bonjour@table-corvane.example",),
    own_phones=("+33639980075",),
)
SPA = House(
    code="spa",
    name="Spa Corvane",
    kind="spa",
    zone="Europe/Zurich",
    country="CH",
    currency="CHF",
    languages=("fr", "de", "en"),
    accent="#2f6d8c",
    own_domains=("spa-corvane.example",),
    own_emails=("rdv@spa-corvane.example",),
    own_phones=("+41702532143",),
)
SHOP = House(
    code="shop",
    name="Corvane Maison",
    kind="shop",
    zone="Europe/Paris",
    country="FR",
    currency="EUR",
    languages=("fr", "en"),
    accent="#4b4f7c",
    own_domains=("corvane-maison.example",),
    own_emails=("commandes@corvane-maison.example",),
    own_phones=(),
)

HOUSES = (LAC, RIVES, TABLE, SPA, SHOP)

ARRANGEMENTS = tuple((LAC.code, house.code) for house in HOUSES[1:])
"""Each house is a company of its own; all agreed with the first, so a guest of the group is one guest."""

AGENCIES = (
    ("Voyages Bellerive", "groupes@voyages-bellerive.example"),
    ("Alpenblick Reisen", "buchung@alpenblick-reisen.example"),
    ("Northstar Travel Desk", "hotels@northstar-desk.example"),
)
"""Agencies that put their own address on every guest they book."""

COMPANIES = (
    ("Ardelune SA", "ardelune.example"),
    ("Brissot & Fils", "brissot-fils.example"),
    ("Helvecor AG", "helvecor.example"),
    ("Quintal Pharma", "quintal-pharma.example"),
    ("Tessaro Srl", "tessaro.example"),
    ("Hartwell Ltd", "hartwell.example"),
)
"""Companies whose people travel; addresses stand under .example, reserved by RFC 2606."""

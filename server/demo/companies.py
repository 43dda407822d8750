"""The invented companies behind the group's houses, with what their papers say of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.demo.group import HOUSES
from server.properties.models import Property


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a company sits; there is no such town."""

    street: str
    postal_code: str
    city: str
    registration: str


SEATS = {
    "lac": Seat("12 quai du Lac", "74999", "Corvane-les-Bains", "RCS Corvane 000 000 001"),
    "rives": Seat("3 chemin des Rives", "1899", "Corvane-Rives", "CHE-000.000.002"),
    "table": Seat("14 quai du Lac", "74999", "Corvane-les-Bains", "RCS Corvane 000 000 003"),
    "spa": Seat("5 chemin des Rives", "1899", "Corvane-Rives", "CHE-000.000.004"),
    "shop": Seat("2 place du Marché", "74999", "Corvane-les-Bains", "RCS Corvane 000 000 005"),
}


def seat_companies(session: Session) -> None:
    """Fill in the address, the phone and the privacy contact of each house and its company."""
    for house in HOUSES:
        place = session.scalar(select(Property).where(Property.code == house.code))
        if place is None:
            continue
        seat, company = SEATS[house.code], place.legal_entity
        company.country, company.registration = house.country, seat.registration
        company.privacy_contact = f"donnees@{house.own_domains[0]}"
        for seated in (place, company):
            seated.street, seated.postal_code, seated.city = seat.street, seat.postal_code, seat.city
        place.reception_phone = house.own_phones[0] if house.own_phones else ""

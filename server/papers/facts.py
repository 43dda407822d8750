"""All that a paper says about a house, read once from its settings and tables: no guest is among it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

import phonenumbers
from babel import Locale
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.properties.finding import today_at
from server.properties.models import Arrangement, LegalEntity, Property, PropertyPicture
from server.properties.retention import Keeping, keepings
from server.records.models import Source

UNNAMED = "Our house"
"""What a house and its company are called before anybody named them (properties/setup.py)."""


@dataclass(frozen=True, slots=True)
class Authority:
    """Whom a guest may complain to, and the law that says so."""

    name: str
    site: str
    law: str = "gdpr"


@dataclass(frozen=True, slots=True)
class Facts:
    """A house, its legal entity, and what is switched on in it."""

    property_id: int
    name: str
    address: tuple[str, ...]
    country: str
    phone: str
    languages: tuple[str, ...]
    entity: str  # empty when nobody named it yet
    entity_address: tuple[str, ...]  # street; postal code and city; country's code
    registration: str
    privacy_contact: str
    authority: Authority | None
    keepings: Mapping[str, Keeping]
    sources: tuple[str, ...]
    sends: frozenset[str]  # sms, email
    partners: tuple[str, ...]  # legal entities that an arrangement shares guests with
    today: date


def facts_of(session: Session, place: Property, *, now: datetime) -> Facts:
    """Read what the papers of a property say. `now` gives the day on the paper, in the property's zone."""
    entity = place.legal_entity
    senders = place.senders or {}
    return Facts(
        property_id=place.id,
        name=place.name,
        address=_address(place),
        country=place.country,
        phone=_as_dialled(place.reception_phone),
        languages=tuple(place.languages or ()),
        entity="" if entity.name == UNNAMED else entity.name,
        entity_address=_address(entity),
        registration=entity.registration,
        privacy_contact=entity.privacy_contact,
        authority=authorities().get(place.country),
        keepings=keepings(place),
        sources=tuple(
            session.scalars(select(Source.name).where(Source.property_id == place.id).order_by(Source.name))
        ),
        sends=frozenset(
            channel for channel, name in (("sms", "sms"), ("email", "email_name")) if senders.get(name)
        ),
        partners=_partners(session, entity),
        today=today_at(place, now=now),
    )


def logo_of(session: Session, place: Property) -> PropertyPicture | None:
    """The property's logo, as it was written by us."""
    return session.scalar(
        select(PropertyPicture).where(PropertyPicture.property_id == place.id, PropertyPicture.kind == "logo")
    )


def country_name(code: str, locale: Locale) -> str:
    """A country in a language; its code where the language has no name for it."""
    return str(locale.territories.get(code, code))


@cache
def authorities() -> Mapping[str, Authority]:
    """The supervisory authorities by country."""
    read = tomllib.loads((Path(__file__).parent / "authorities.toml").read_text("utf-8"))
    return {country: Authority(**given) for country, given in read.items()}


def _as_dialled(phone: str) -> str:
    try:
        read = phonenumbers.parse(phone, None)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _address(of: Property | LegalEntity) -> tuple[str, ...]:
    city = " ".join(filter(None, (of.postal_code, of.city)))
    return (of.street, city, of.country) if of.street and city else ()


def _partners(session: Session, entity: LegalEntity) -> tuple[str, ...]:
    agreed = session.scalars(
        select(Arrangement).where(
            or_(Arrangement.one_id == entity.id, Arrangement.other_id == entity.id),
            Arrangement.withdrawn_at.is_(None),
        )
    )
    others = [a.other_id if a.one_id == entity.id else a.one_id for a in agreed]
    query = select(LegalEntity.name).where(LegalEntity.id.in_(others)).order_by(LegalEntity.name)
    return tuple(session.scalars(query))

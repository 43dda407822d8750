"""Which houses keep sheets: their country has rules, and they said that they want to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.journal import note
from server.properties.finding import properties_within
from server.properties.models import Property
from server.properties.reach import Reach
from server.refusal import Refused
from server.registration.models import HouseRegistration
from server.registration.output import House, outputs
from server.registration.profile import Profile, profile_of

LONGEST = 80
"""Characters of a number by which an authority knows a house."""


@dataclass(frozen=True, slots=True)
class Keeps:
    """A house and the rules it follows. `is_on`: it keeps sheets here; `ids` as outputs ask for."""

    place: Property
    profile: Profile
    is_on: bool = False
    ids: Mapping[str, str] = field(default_factory=dict)

    @property
    def as_known(self) -> House:
        """The house as authorities know it."""
        place = self.place
        return House(
            name=place.name,
            zone=place.zone,
            line=place.street,
            postcode=place.postal_code,
            city=place.city,
            country=place.country,
            phone=place.reception_phone,
            email=place.reply_to,
            ids=dict(self.ids),
        )


def houses_with_rules(session: Session, reach: Reach) -> list[Keeps]:
    """The hotels within reach whose country has rules, whether they keep sheets here or not."""
    set_ = {one.property_id: one for one in session.scalars(select(HouseRegistration))}
    found = []
    for place in properties_within(session, reach):
        profile, own = profile_of(place.country), set_.get(place.id)
        if profile is not None and place.kind == "hotel":
            found.append(Keeps(place, profile, bool(own and own.is_on), own.ids if own else {}))
    return found


def house_that_keeps(session: Session, property_id: int, reach: Reach) -> Keeps | None:
    """One such house by its number; None where there is none within reach."""
    return next((one for one in houses_with_rules(session, reach) if one.place.id == property_id), None)


def set_house(
    session: Session, keeps: Keeps, *, is_on: bool, ids: Mapping[str, str], actor: str, now: datetime
) -> None:
    """Say whether a house keeps its sheets here, and by which numbers authorities know it."""
    kept = {name: text.strip() for name, text in ids.items() if text.strip()}
    if any(len(text) > LONGEST or not text.isprintable() for text in kept.values()):
        raise Refused("registration.long_id", {"most": str(LONGEST)})
    own = session.get(HouseRegistration, keeps.place.id)
    if own is None:
        own = HouseRegistration(property_id=keeps.place.id, is_on=False, ids={})
        session.add(own)
    own.is_on, own.ids = is_on, kept
    note(
        session,
        actor,
        "sheets.house_set",
        f"property:{keeps.place.id}",
        now=now,
        property_id=keeps.place.id,
        is_on=is_on,
    )


def ids_asked(profile: Profile, *, now: datetime) -> tuple[str, ...]:
    """The names of the numbers that a country's files ask of the house: those they list, and those they would
    refuse a house without."""
    found: dict[str, None] = {}
    for name in profile.outputs:
        module = outputs().get(name)
        if module is not None:
            found |= {str(field[0]): None for field in getattr(module, "HOUSE_FIELDS", ())}
            lacks = module.check(House(name="", zone="UTC"), [], {}, now=now)
            found |= {lack.field: None for lack in lacks if lack.whom == "house" and lack.field}
    return tuple(found)

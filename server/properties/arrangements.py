"""Which legal entities agreed that a person's records with both may stand under one guest."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.properties.models import Arrangement, LegalEntity, Property


def circles(entities: Iterable[int], agreed: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The circle of each legal entity, named by its smallest member: those that arrangements connect.

    A with B and B with C makes one circle of three, since B's guests would lead from one to the other anyway.
    """
    circle = {entity: entity for entity in entities}
    for one, other in agreed:
        if one in circle and other in circle and circle[one] != circle[other]:
            into, gone = sorted((circle[one], circle[other]))
            circle = {entity: into if at == gone else at for entity, at in circle.items()}
    return circle


def live_arrangements(session: Session) -> list[Arrangement]:
    """The arrangements in force, oldest first."""
    in_force = select(Arrangement).where(Arrangement.withdrawn_at.is_(None))
    return list(session.scalars(in_force.order_by(Arrangement.recorded_at, Arrangement.id)))


def entity_circles(session: Session) -> dict[int, int]:
    """The circle of each legal entity of the house, by their ids."""
    agreed = [(found.one_id, found.other_id) for found in live_arrangements(session)]
    return circles(session.scalars(select(LegalEntity.id)), agreed)


def property_circles(session: Session) -> dict[int, int]:
    """The circle of each property, by its id."""
    of_entity = entity_circles(session)
    places = session.execute(select(Property.id, Property.legal_entity_id))
    return {place: of_entity[entity] for place, entity in places}

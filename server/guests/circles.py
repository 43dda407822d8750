"""Legal entities and guests: records of two entities stand under one guest only by a recorded arrangement.

Off until somebody writes down that it was agreed (and what each entity tells its guests), because every
entity answers for its own guests' data. No evidence and no decision of a person links across; a decision of
another day waits in its table and counts again once an arrangement is recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from server.db import take_turn
from server.jobs.queue import enqueue
from server.journal import note as journal
from server.matching.columns import Ints
from server.properties.arrangements import entity_circles, live_arrangements, property_circles
from server.properties.changing import remember
from server.properties.models import Arrangement, LegalEntity, Property
from server.records.models import SourceRecord
from server.refusal import Refused
from server.statements import rows_of, rows_with

_PART = 5000
_PLACES = select(SourceRecord.id, SourceRecord.property_id).where(
    SourceRecord.id.in_(bindparam("values", expanding=True))
)
_ENTITIES = select(Property.legal_entity_id).distinct().limit(2)


def circles_of(session: Session, record_ids: Sequence[int]) -> Ints | None:
    """The circle of each record, in their order; None where one circle holds the whole house."""
    if len(list(rows_of(session, _ENTITIES))) < 2:
        return None
    of_property = property_circles(session)
    if len(set(of_property.values())) < 2:
        return None
    places: dict[int, int] = dict(rows_with(session, _PLACES, record_ids, _PART))
    # a record erased since the ids were read is alone, and its link is not written
    return np.array([of_property.get(places.get(i, -1), -1) for i in record_ids], dtype=np.int32)


def record_arrangement(
    session: Session, one: LegalEntity, other: LegalEntity, *, actor: str, note: str, now: datetime
) -> Arrangement:
    """Write down that two legal entities agreed; their records wait to be linked anew.

    Refused for an entity with itself and for what is in force already.
    """
    if one.id == other.id:
        raise Refused("arrangement.itself", {"entity": one.name})
    take_turn(session, "arrangements")
    pair = sorted((one.id, other.id))
    if any([found.one_id, found.other_id] == pair for found in live_arrangements(session)):
        raise Refused("arrangement.recorded", {"one": one.name, "other": other.name})
    made = Arrangement(one_id=pair[0], other_id=pair[1], recorded_at=now, recorded_by=actor, note=note)
    session.add(made)
    session.flush()
    journal(
        session,
        actor,
        "arrangement.recorded",
        f"arrangement:{made.id}",
        now=now,
        property_id=None,
        one=pair[0],
        other=pair[1],
    )
    _link_anew(session, _circle(session, one.id), now=now)
    return made


def withdraw_arrangement(session: Session, found: Arrangement, *, actor: str, now: datetime) -> None:
    """End an arrangement; guests that stand on it are told apart again, by the same evidence as ever."""
    take_turn(session, "arrangements")
    session.refresh(found)
    if found.withdrawn_at is not None:
        return
    together = _circle(session, found.one_id)
    found.withdrawn_at, found.withdrawn_by = now, actor
    session.flush()
    journal(session, actor, "arrangement.withdrawn", f"arrangement:{found.id}", now=now, property_id=None)
    _link_anew(session, together, now=now)


def move_property(
    session: Session, place: Property, entity: LegalEntity, *, actor: str, now: datetime
) -> None:
    """Another legal entity answers for a property from now on; who may be linked with its records changes.

    Consents given so far keep the entity they were given to.
    """
    if place.legal_entity_id == entity.id:
        return
    take_turn(session, "arrangements")
    before = _circle(session, place.legal_entity_id)
    place.legal_entity = entity
    remember(session, place, "company", ["legal_entity"], actor=actor, now=now)
    session.flush()
    _link_anew(session, before | _circle(session, entity.id), now=now)


def _circle(session: Session, entity_id: int) -> set[int]:
    of_entity = entity_circles(session)
    return {entity for entity, circle in of_entity.items() if circle == of_entity[entity_id]}


def _link_anew(session: Session, entities: Collection[int], *, now: datetime) -> None:
    """Let the records of some legal entities wait, and have them linked."""
    let_wait(session, entities)
    enqueue(session, "link_circles", {"entities": sorted(entities)}, now=now)


def let_wait(session: Session, entities: Collection[int]) -> None:
    """Let all records of some legal entities wait for the linker.

    One that is at work writes the same rows in an order of its own: on PostgreSQL each would wait for the
    other. So it is let end first.
    """
    take_turn(session, "linker")
    places = select(Property.id).where(Property.legal_entity_id.in_(entities))
    session.execute(
        update(SourceRecord).where(SourceRecord.property_id.in_(places)).values(needs_linking=True),
        execution_options={"synchronize_session": False},
    )

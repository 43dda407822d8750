"""What a touch must know of the whole house, in one question: which model, whose words, who else links."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import distinct, exists, func, select
from sqlalchemy.orm import Session

from server.guests.models import Decision, HouseholdWord, Model, Pin
from server.jobs.models import Lease
from server.matching import ENGINE
from server.properties.models import Property
from server.records.models import KeyEngine
from server.records.rekeying import ONLY_ROW
from server.statements import row_with

PLACE = "linker"
"""Whoever links the whole house anew holds this place."""


class Standing(NamedTuple):
    """The house as a touch finds it.

    `key_engine`: the engine that made the look-up keys (None: nothing was linked yet). `version`, `number`:
    of the newest model. `is_linked_anew`: a bulk run is under way. `entities`: legal entities with a house.
    `is_decided_on`, `is_pinned`, `is_worded`: whether colleagues said anything of two records, pinned a
    value, said who lives with whom.
    """

    key_engine: str | None
    version: str | None
    number: int | None
    is_linked_anew: bool
    entities: int
    is_decided_on: bool
    is_pinned: bool
    is_worded: bool

    @property
    def has_keys(self) -> bool:
        """Whether all stored keys are of the present engine."""
        return self.key_engine == ENGINE


_NEWEST = Model.number.desc()
_STANDING = select(
    select(KeyEngine.engine).where(KeyEngine.id == ONLY_ROW).scalar_subquery(),
    select(Model.version).order_by(_NEWEST).limit(1).scalar_subquery(),
    select(Model.number).order_by(_NEWEST).limit(1).scalar_subquery(),
    exists().where(Lease.name == PLACE),
    select(func.count(distinct(Property.legal_entity_id))).scalar_subquery(),
    exists().where(Decision.withdrawn_at.is_(None)),
    exists().where(Pin.withdrawn_at.is_(None)),
    exists().where(HouseholdWord.withdrawn_at.is_(None)),
)


def standing_of(session: Session) -> Standing:
    """Ask the tables."""
    return Standing(*row_with(session, _STANDING))

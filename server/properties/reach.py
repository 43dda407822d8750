"""Which properties somebody may see: the houses of their post, or the whole group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, true
from sqlalchemy.orm import InstrumentedAttribute


@dataclass(frozen=True, slots=True)
class Reach:
    """Ids of properties; None is the whole group, those made later included."""

    properties: frozenset[int] | None

    @property
    def is_everywhere(self) -> bool:
        """Whether it is the whole group."""
        return self.properties is None

    def covers(self, property_id: int | None) -> bool:
        """Whether a property is within reach; what belongs to no property is the group's."""
        return self.properties is None or property_id in self.properties

    def limit(self, column: InstrumentedAttribute[int] | ColumnElement[Any]) -> ColumnElement[bool]:
        """The condition that a column of property ids is within reach."""
        return true() if self.properties is None else column.in_(sorted(self.properties))

    def __or__(self, other: Reach) -> Reach:
        if self.properties is None or other.properties is None:
            return EVERYWHERE
        return Reach(self.properties | other.properties)


EVERYWHERE = Reach(None)
NOWHERE = Reach(frozenset())

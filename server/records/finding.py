"""Find sources, and only those of houses within somebody's reach."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.properties.models import Property
from server.properties.reach import Reach
from server.records.models import Source


class SourceFound(NamedTuple):
    """A source, with the property it belongs to."""

    name: str
    layout: str
    kind: str
    property_name: str
    property_code: str


def sources_within(session: Session, reach: Reach) -> list[SourceFound]:
    """The sources of the houses within reach."""
    query = select(Source.name, Source.layout, Source.kind, Property.name, Property.code)
    joined = query.join(Property, Property.id == Source.property_id).where(reach.limit(Property.id))
    return [SourceFound(*row) for row in session.execute(joined)]

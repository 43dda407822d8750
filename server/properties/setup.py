"""The house at its first start: a default property, those that are named, and the mark of a demo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import take_turn
from server.properties.models import HouseMark, LegalEntity, Property
from server.refusal import Refused

UNNAMED = "Our house"
"""What a house is called before somebody names it."""

_SETTABLE = (
    "name",
    "kind",
    "country",
    "zone",
    "currency",
    "languages",
    "accent",
    "own_domains",
    "own_emails",
    "own_phones",
)


def ensure_properties(session: Session, wanted: Iterable[Mapping[str, Any]]) -> list[Property]:
    """Make the named properties that are missing; the first one ever made is the default.

    Each mapping has a `code` and any of the fields of Property; `legal_entity` is a name. An existing
    property is left as it is.
    """
    made = []
    for facts in wanted:
        code = str(facts["code"])
        found = session.scalar(select(Property).where(Property.code == code))
        if found is None:
            entity_name = str(facts.get("legal_entity") or facts.get("name") or code)
            entity = session.scalar(select(LegalEntity).where(LegalEntity.name == entity_name))
            if entity is None:
                entity = LegalEntity(name=entity_name)
                session.add(entity)
            is_first = session.scalar(select(Property.id).limit(1)) is None
            found = Property(
                code=code,
                name=str(facts.get("name") or code),
                is_default=is_first,
                legal_entity=entity,
                **{k: facts[k] for k in _SETTABLE if k in facts and k != "name"},
            )
            session.add(found)
            session.flush()
        made.append(found)
    return made


def default_property(session: Session) -> Property:
    """The property that a record belongs to when nothing else says; made at the first need."""
    query = select(Property).where(Property.is_default)
    found = session.scalar(query)
    if found is None:
        take_turn(session, "house")
        found = session.scalar(query)
    return found or ensure_properties(session, [{"code": "house", "name": UNNAMED}])[0]


def property_by_code(session: Session, code: str) -> Property:
    """The property of a code; Refused, naming the codes there are, when there is none such."""
    found = session.scalar(select(Property).where(Property.code == code))
    if found is None:
        known = ", ".join(session.scalars(select(Property.code).order_by(Property.code)))
        raise Refused("property.unknown", {"code": code, "known": known or "—"})
    return found


def mark_house(session: Session, kind: str) -> None:
    """Write once what this database holds; Refused when it was marked otherwise before."""
    take_turn(session, "house")
    mark = session.get(HouseMark, 1)
    if mark is None:
        session.add(HouseMark(id=1, kind=kind))
    elif mark.kind != kind:
        raise Refused("house.marked_otherwise", {"kind": mark.kind})


def refuse_other_house(session: Session, *, demo: bool) -> None:
    """Before guests' data goes in: Refused when the house is the demo and we are not, or the reverse."""
    if is_demo(session) != demo:
        raise Refused("house.marked_otherwise", {"kind": "real" if demo else "demo"})


def mark_demo(session: Session) -> None:
    """This database holds fictional people only, for ever."""
    mark_house(session, "demo")


def is_demo(session: Session) -> bool:
    """Whether the database was marked as a demo."""
    mark = session.get(HouseMark, 1)
    return mark is not None and mark.kind == "demo"

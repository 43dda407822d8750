"""Who is behind a number: each figure of the completeness page opens its guests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, extract, func, select

from server.guests.models import GuestValue
from server.records.models import CleanRow, Source
from server.refusal import Refused
from server.reporting.numbers import (
    EMAIL_CLASSES,
    NUMBERS,
    after_columns,
    consents,
    counted_stays,
    guest_facts,
    record_flags,
    record_population,
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A number as a link names it: which count of which people, with or without."""

    population: str = "guests"  # stays, records, guests
    when: str = "after"  # before, after
    number: str = "all"  # a code of NUMBERS, or class:NAME
    lacking: bool = False  # the others: those who do not fulfil it
    property_id: int = 0
    source: str = ""
    month: str = ""  # YYYY-MM, of stays


def guest_ids_behind(asked: Asked, today: date) -> Select[*tuple[Any, ...]]:
    """The ids of the guests that a number counts. Raises Refused for a number there is not."""
    if asked.population not in ("stays", "records", "guests") or asked.when not in ("before", "after"):
        raise Refused("number.unknown")
    people = (counted_stays(today) if asked.population == "stays" else record_population()).subquery()
    facts, consent = guest_facts(), consents()
    query = (
        select(people.c.guest_id)
        .select_from(people)
        .join(CleanRow, CleanRow.record_id == people.c.record_id)
        .join(Source, Source.id == people.c.source_id)
        .outerjoin(facts, facts.c.guest_id == people.c.guest_id)
        .outerjoin(consent, consent.c.guest_id == people.c.guest_id)
        .distinct()
    )
    if asked.property_id:
        query = query.where(people.c.property_id == asked.property_id)
    if asked.source:
        query = query.where(Source.name == asked.source)
    if asked.month and asked.population == "stays":
        year, _, month = asked.month.partition("-")
        if not (year.isdigit() and month.isdigit()):
            raise Refused("number.unknown")
        departs = people.c.departs
        query = query.where(extract("year", departs) == int(year), extract("month", departs) == int(month))
    if asked.number == "all":
        return query
    fulfilled = _condition(asked, facts, consent, people)
    return query.where(~fulfilled if asked.lacking else fulfilled)


def _condition(asked: Asked, facts: Any, consent: Any, people: Any) -> ColumnElement[bool]:
    if asked.number.startswith("class:"):
        return _class_condition(asked, people)
    if asked.number not in NUMBERS:
        raise Refused("number.unknown")
    if asked.when == "after":
        return after_columns(facts, consent)[asked.number] == 1
    if asked.number == "email.marketable":
        return record_flags()["email.reachable"] & (func.coalesce(consent.c.given, 0) == 1)
    return record_flags()[asked.number]


def _class_condition(asked: Asked, people: Any) -> ColumnElement[bool]:
    name = asked.number.removeprefix("class:")
    if name not in EMAIL_CLASSES:
        raise Refused("number.unknown")
    if asked.when == "before":
        return CleanRow.email_class == name
    email = select(GuestValue.value_class).where(
        GuestValue.guest_id == people.c.guest_id, GuestValue.field == "email"
    )
    if name == "missing":
        return ~email.exists()
    return email.where(GuestValue.value_class == name).exists()

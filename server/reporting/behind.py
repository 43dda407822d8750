"""Who is behind a number: each figure of the completeness page opens its guests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, extract, func, select
from sqlalchemy.orm import Session

from server.guests.models import GuestValue
from server.properties.reach import Reach
from server.records.models import CleanRow, Source
from server.refusal import Refused
from server.reporting.models import DailyCount
from server.reporting.numbers import (
    EMAIL_CLASSES,
    NUMBERS,
    consents,
    counted_stays,
    guest_fulfils,
    record_flags,
    record_population,
)
from server.reporting.within import email_class_within, fulfils_within, said_yes_within


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


def guest_ids_behind(asked: Asked, today: date, reach: Reach) -> Select[*tuple[Any, ...]]:
    """The ids of the guests within reach that a number counts. Raises Refused for a number there is not."""
    rows = _rows_behind(asked, today, reach).subquery()
    return select(rows.c.guest_id).distinct()


class Behind(NamedTuple):
    """A number counted now, and how many guests that are: a guest of three stays is one."""

    number: int
    guests: int


def count_behind(session: Session, asked: Asked, today: date, reach: Reach) -> Behind:
    """The number itself, counted now: stays and records each, guests once. Raises Refused as above."""
    rows = _rows_behind(asked, today, reach).subquery()
    counts = select(func.count(), func.count(rows.c.guest_id.distinct())).select_from(rows)
    number, guests = session.execute(counts).one()
    return Behind(guests if asked.population == "guests" else number, guests)


class Counted(NamedTuple):
    """A number as it was counted on a day, and so as the completeness page shows it."""

    day: date
    value: int


def counted_as(session: Session, asked: Asked) -> Counted | None:
    """The newest kept count of the number; None when it is not among those counted by day."""
    if asked.source and asked.month:
        return None
    cut = f"source:{asked.source}" if asked.source else f"month:{asked.month}" if asked.month else ""
    whole, part = f"{asked.population}.all", f"{asked.population}.{asked.when}.{asked.number}"
    if asked.number.startswith("class:"):
        part = f"{asked.population}.{asked.number.replace(':', '.')}"
    day = session.scalar(select(func.max(DailyCount.day)))
    if day is None:
        return None
    rows = select(DailyCount.measure, DailyCount.value).where(
        DailyCount.day == day,
        DailyCount.property_id == asked.property_id,
        DailyCount.cut == cut,
        DailyCount.measure.in_((whole, part)),
    )
    values = dict(session.execute(rows).all())
    if whole not in values or (asked.number != "all" and part not in values):
        return None
    if asked.number == "all":
        return Counted(day, values[whole])
    return Counted(day, values[whole] - values[part] if asked.lacking else values[part])


def _rows_behind(asked: Asked, today: date, reach: Reach) -> Select[*tuple[Any, ...]]:
    """The rows of the population that the number counts: one a stay or a record, with its guest."""
    if asked.property_id and not reach.covers(asked.property_id):
        raise Refused("number.unknown")
    if asked.population not in ("stays", "records", "guests") or asked.when not in ("before", "after"):
        raise Refused("number.unknown")
    people = (counted_stays(today) if asked.population == "stays" else record_population()).subquery()
    query = select(people.c.guest_id).select_from(people).where(reach.limit(people.c.property_id))
    if asked.when == "before" and asked.number != "all":
        query = query.join(CleanRow, CleanRow.record_id == people.c.record_id)
    if asked.source:
        query = query.join(Source, Source.id == people.c.source_id)
    consent = consents()
    if asked.number == "email.marketable":
        query = query.outerjoin(consent, consent.c.guest_id == people.c.guest_id)
    if asked.property_id:
        query = query.where(people.c.property_id == asked.property_id)
    if asked.source:
        query = query.where(Source.name == asked.source)
    if asked.month and asked.population == "stays":
        year, _, month = asked.month.partition("-")
        if not (year.isdecimal() and month.isdecimal() and len(asked.month) == 7):
            raise Refused("number.unknown")
        departs = people.c.departs
        query = query.where(extract("year", departs) == int(year), extract("month", departs) == int(month))
    if asked.number == "all":
        return query
    # a house is counted by its own records, whoever looks at it: a list must hold whom the count counted
    eyes = Reach(frozenset({asked.property_id})) if asked.property_id else reach
    fulfilled = _condition(asked, consent, people, eyes)
    return query.where(~fulfilled if asked.lacking else fulfilled)


def _condition(asked: Asked, consent: Any, people: Any, reach: Reach) -> ColumnElement[bool]:
    if asked.number.startswith("class:"):
        return _class_condition(asked, people, reach)
    if asked.number not in NUMBERS:
        raise Refused("number.unknown")
    code = "email.reachable" if asked.number == "email.marketable" else asked.number
    if asked.when == "before":
        held = record_flags()[code]
    elif reach.is_everywhere:
        held = guest_fulfils(code, people.c.guest_id)
    else:
        held = fulfils_within(code, people.c.guest_id, reach)
    if asked.number != "email.marketable":
        return held
    held = and_(held, func.coalesce(consent.c.given, 0) == 1)
    return held if reach.is_everywhere else and_(held, said_yes_within(people.c.guest_id, reach))


def _class_condition(asked: Asked, people: Any, reach: Reach) -> ColumnElement[bool]:
    name = asked.number.removeprefix("class:")
    if name not in EMAIL_CLASSES:
        raise Refused("number.unknown")
    if asked.when == "before":
        return CleanRow.email_class == name
    if not reach.is_everywhere:
        return email_class_within(name, people.c.guest_id, reach)
    email = select(GuestValue.value_class).where(
        GuestValue.guest_id == people.c.guest_id, GuestValue.field == "email"
    )
    if name == "missing":
        return ~email.exists()
    return email.where(GuestValue.value_class == name).exists()

"""Count the house: once a day, and after each change, every number into the table of daily counts.

Pages read the counts, never the persons: a hundred thousand guests take a second or two to count, and the
completeness page must answer at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, case, delete, extract, func, insert, select
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import Subquery

from server.guests.models import GuestValue
from server.records.models import CleanRow, Source
from server.reporting.models import DailyCount
from server.reporting.numbers import (
    after_columns,
    consents,
    counted_stays,
    guest_facts,
    record_flags,
    record_population,
)

Cells = Counter[tuple[int, str, str]]
"""Counts by (property id or 0, cut, measure)."""


def count_house(session: Session, today: date) -> list[dict[str, Any]]:
    """Count everything; return the rows of DailyCount for today. Only reads."""
    cells: Cells = Counter()
    _count_stays(session, today, cells)
    _count_records(session, cells)
    _count_guests(session, cells)
    _count_email_classes(session, cells)
    return [
        {"day": today, "property_id": place, "cut": cut, "measure": measure, "value": value}
        for (place, cut, measure), value in sorted(cells.items())
    ]


def write_counts(session: Session, today: date, rows: list[dict[str, Any]]) -> None:
    """Put today's counts in the place of those that were counted earlier today."""
    session.execute(delete(DailyCount).where(DailyCount.day == today))
    if rows:
        session.execute(insert(DailyCount), rows)


def _count_stays(session: Session, today: date, cells: Cells) -> None:
    stays = counted_stays(today).subquery()
    facts, consent = guest_facts(), consents()
    sums: dict[str, ColumnElement[Any]] = {"stays.all": func.count()}
    for code, flag in record_flags().items():
        sums[f"stays.before.{code}"] = func.sum(case((flag, 1), else_=0))
    marketable = record_flags()["email.reachable"] & (consent.c.given == 1)
    sums["stays.before.email.marketable"] = func.sum(case((marketable, 1), else_=0))
    for code, expression in after_columns(facts, consent).items():
        sums[f"stays.after.{code}"] = func.sum(expression)
    year, month = extract("year", stays.c.departs), extract("month", stays.c.departs)
    query = (
        select(stays.c.property_id, Source.name, year, month, *sums.values())
        .select_from(stays)
        .join(Source, Source.id == stays.c.source_id)
        .join(CleanRow, CleanRow.record_id == stays.c.record_id)
        .outerjoin(facts, facts.c.guest_id == stays.c.guest_id)
        .outerjoin(consent, consent.c.guest_id == stays.c.guest_id)
        .group_by(stays.c.property_id, Source.name, year, month)
    )
    for place, source, in_year, in_month, *values in session.execute(query):
        cuts = ("", f"source:{source}", f"month:{int(in_year):04d}-{int(in_month):02d}")
        _add(cells, (0, place), cuts, dict(zip(sums, values, strict=True)))


def _count_records(session: Session, cells: Cells) -> None:
    records, consent = record_population().subquery(), consents()
    sums: dict[str, ColumnElement[Any]] = {"records.all": func.count()}
    for code, flag in record_flags().items():
        sums[f"records.before.{code}"] = func.sum(case((flag, 1), else_=0))
    marketable = record_flags()["email.reachable"] & (consent.c.given == 1)
    sums["records.before.email.marketable"] = func.sum(case((marketable, 1), else_=0))
    query = (
        select(records.c.property_id, Source.name, *sums.values())
        .select_from(records)
        .join(Source, Source.id == records.c.source_id)
        .join(CleanRow, CleanRow.record_id == records.c.record_id)
        .outerjoin(consent, consent.c.guest_id == records.c.guest_id)
        .group_by(records.c.property_id, Source.name)
    )
    for place, source, *values in session.execute(query):
        _add(cells, (0, place), ("", f"source:{source}"), dict(zip(sums, values, strict=True)))


def _count_guests(session: Session, cells: Cells) -> None:
    """A guest counts once in the house, in each property, in each source, in each source of a property."""
    for by_place, by_source in _GROUPINGS:
        people, groups = _people(by_place, by_source)
        facts, consent = guest_facts(), consents()
        sums: dict[str, ColumnElement[Any]] = {"guests.all": func.count()}
        for code, expression in after_columns(facts, consent).items():
            sums[f"guests.after.{code}"] = func.sum(expression)
        query = (
            select(*groups, *sums.values())
            .select_from(people)
            .outerjoin(facts, facts.c.guest_id == people.c.guest_id)
            .outerjoin(consent, consent.c.guest_id == people.c.guest_id)
            .group_by(*groups)
        )
        for row in session.execute(query):
            place, cut = _group(row, by_place, by_source)
            _add(cells, (place,), (cut,), dict(zip(sums, row[len(groups) :], strict=True)))


_GROUPINGS = ((False, False), (True, False), (False, True), (True, True))


def _people(by_place: bool, by_source: bool) -> tuple[Subquery, list[Any]]:
    """Identified guests, once in each group: the rows to count, and the columns that name the group."""
    records = record_population().subquery()
    columns: list[Any] = [records.c.guest_id]
    columns += [records.c.property_id] if by_place else []
    columns += [Source.name] if by_source else []
    people = (
        select(*columns)
        .select_from(records)
        .join(Source, Source.id == records.c.source_id)
        .distinct()
        .subquery()
    )
    return people, [c for c in people.c if c.name != "guest_id"]


def _group(row: Sequence[Any], by_place: bool, by_source: bool) -> tuple[int, str]:
    place = row[0] if by_place else 0
    return place, f"source:{row[int(by_place)]}" if by_source else ""


def _count_email_classes(session: Session, cells: Cells) -> None:
    records = record_population().subquery()
    before = (
        select(records.c.property_id, Source.name, CleanRow.email_class, func.count())
        .select_from(records)
        .join(CleanRow, CleanRow.record_id == records.c.record_id)
        .join(Source, Source.id == records.c.source_id)
        .group_by(records.c.property_id, Source.name, CleanRow.email_class)
    )
    for place, source, email_class, count in session.execute(before):
        _add(cells, (0, place), ("", f"source:{source}"), {f"records.class.{email_class}": count})
    for by_place, by_source in _GROUPINGS:
        people, groups = _people(by_place, by_source)
        after = (
            select(*groups, GuestValue.value_class, func.count())
            .select_from(people)
            .outerjoin(GuestValue, (GuestValue.guest_id == people.c.guest_id) & (GuestValue.field == "email"))
            .group_by(*groups, GuestValue.value_class)
        )
        for row in session.execute(after):
            place, cut = _group(row, by_place, by_source)
            _add(cells, (place,), (cut,), {f"guests.class.{row[-2] or 'missing'}": row[-1]})


def _add(cells: Cells, places: Iterable[int], cuts: Iterable[str], values: Mapping[str, int | None]) -> None:
    for place in places:
        for cut in cuts:
            for measure, value in values.items():
                cells[place, cut, measure] += int(value or 0)

"""Count the house: once a day, and after each change, every number into the table of daily counts.

Pages read the counts, never the persons. Each guest's values are read once, as bits, and each population
once; the cuts are then counted here: a query for each cut read every value of the house again (4.1 s for
100,000 records, against under one).

The whole group is counted with all that is known of a guest; a house with what its own records say, so that
no number of it tells what another house knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.records.models import CleanRow, Source
from server.reporting.models import DailyCount
from server.reporting.numbers import (
    NUMBERS,
    consents,
    counted_stays,
    fulfilled_by,
    guest_facts,
    record_bits,
    record_population,
)
from server.reporting.within import class_of_worth, facts_of_houses, who_said_yes

Cells = Counter[tuple[int, str, str]]
"""Counts by (property id or 0, cut, measure)."""

_Seen = tuple[str, int, str]
"""A guest, a property it is known in, and the cut of a source that knows it there."""

COUNTED = tuple(code for code in NUMBERS if code != "all")


class _Facts(NamedTuple):
    """What is counted of a guest: its bits, its e-mail's class, whether it consented; few are different."""

    bits: int
    email_class: str
    consented: bool


class _Guests:
    """What is counted of every guest, in the group and in each house, read once."""

    def __init__(self, session: Session) -> None:
        consent = consents()
        given = session.scalars(select(consent.c.guest_id).where(consent.c.given == 1))
        self.consenting = set(given)
        said_here = session.execute(who_said_yes()).all()
        self._facts = {
            (guest, 0): _Facts(bits, email_class or "missing", guest in self.consenting)
            for guest, bits, email_class in session.execute(guest_facts())
        }
        said_yes = {(guest, place) for guest, place in said_here if guest in self.consenting}
        for guest, place, bits, worth in session.execute(facts_of_houses()):
            consented = (guest, place) in said_yes
            self._facts[guest, place] = _Facts(bits, class_of_worth(worth), consented)

    def facts(self, guest: str, place: int) -> _Facts:
        """What is known of a guest in a house; in the whole group, 0."""
        return self._facts.get((guest, place)) or _Facts(0, "missing", not place and guest in self.consenting)


def count_house(session: Session, today: date) -> list[dict[str, Any]]:
    """Count everything; return the rows of DailyCount for today. Only reads."""
    cells: Cells = Counter()
    guests = _Guests(session)
    _count_stays(session, today, guests, cells)
    _count_guests(_count_records(session, guests, cells), guests, cells)
    return [
        {"day": today, "property_id": place, "cut": cut, "measure": measure, "value": value}
        for (place, cut, measure), value in sorted(cells.items())
    ]


def write_counts(session: Session, today: date, rows: list[dict[str, Any]]) -> None:
    """Put today's counts in the place of those that were counted earlier today."""
    session.execute(delete(DailyCount).where(DailyCount.day == today))
    if rows:
        session.execute(insert(DailyCount), rows)


def _count_stays(session: Session, today: date, guests: _Guests, cells: Cells) -> None:
    query = counted_stays(today).add_columns(Source.name, record_bits()).execution_options(yield_per=5000)
    alike = Counter(
        (whose, source, departs.year, departs.month, bits, guests.facts(guest, whose))
        for _, guest, place, _, departs, source, bits in session.execute(query)
        for whose in (0, place)
    )
    for (whose, source, year, month, bits, facts), count in alike.items():
        cuts = ("", f"source:{source}", f"month:{year:04d}-{month:02d}")
        before = fulfilled_by(bits, consented=facts.consented)
        after = fulfilled_by(facts.bits, consented=facts.consented)
        _add(cells, whose, cuts, "stays.all", count)
        _add_all(cells, whose, cuts, "stays.before", before, count)
        _add_all(cells, whose, cuts, "stays.after", after, count)


def _count_records(session: Session, guests: _Guests, cells: Cells) -> set[_Seen]:
    """Count the records; return which guests they were of, where and in which source."""
    query = (
        record_population().add_columns(CleanRow.email_class, record_bits()).execution_options(yield_per=5000)
    )
    names = dict(session.execute(select(Source.id, Source.name)).all())
    alike: Counter[tuple[int, int, str, int, bool]] = Counter()
    people = set()
    for _, guest, place, source, email_class, bits in session.execute(query):
        for whose in (0, place):
            alike[whose, source, email_class, bits, guests.facts(guest, whose).consented] += 1
        people.add((guest, place, source))
    for (whose, source, email_class, bits, consented), count in alike.items():
        cuts = ("", f"source:{names[source]}")
        _add(cells, whose, cuts, "records.all", count)
        _add(cells, whose, cuts, f"records.class.{email_class}", count)
        _add_all(cells, whose, cuts, "records.before", fulfilled_by(bits, consented=consented), count)
    return {(guest, place, f"source:{names[source]}") for guest, place, source in people}


def _count_guests(people: set[_Seen], guests: _Guests, cells: Cells) -> None:
    """A guest counts once in the house, in each property, in each source, in each source of a property."""
    groupings = (
        {(guest, 0, "") for guest, _, _ in people},
        {(guest, place, "") for guest, place, _ in people},
        {(guest, 0, cut) for guest, _, cut in people},
        people,
    )
    for grouping in groupings:
        alike = Counter((place, cut, guests.facts(guest, place)) for guest, place, cut in grouping)
        for (place, cut, facts), count in alike.items():
            after = fulfilled_by(facts.bits, consented=facts.consented)
            _add(cells, place, (cut,), "guests.all", count)
            _add(cells, place, (cut,), f"guests.class.{facts.email_class}", count)
            _add_all(cells, place, (cut,), "guests.after", after, count)


def _add_all(
    cells: Cells, place: int, cuts: Iterable[str], what: str, codes: Collection[str], count: int
) -> None:
    """Count for every number, so that one that nobody fulfils stands there as 0."""
    for code in COUNTED:
        _add(cells, place, cuts, f"{what}.{code}", count if code in codes else 0)


def _add(cells: Cells, place: int, cuts: Iterable[str], measure: str, count: int) -> None:
    for cut in cuts:
        cells[place, cut, measure] += count

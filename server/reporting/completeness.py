"""Contact completeness as a page reads it: from the daily counts, before and after unification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.reporting.models import DailyCount
from server.reporting.numbers import EMAIL_CLASSES

FIELDS = ("email.reachable", "phone", "address", "birth_date", "language")
STACK = ("email.filled", "email.reachable", "email.marketable")
MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a whole; `rate` is between 0 and 1, None where there is nobody."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Stack:
    """Three bars one inside the other: filled, of these reachable, of these marketable."""

    population: str  # stays, records, guests
    when: str  # before, after
    filled: Share
    reachable: Share
    marketable: Share


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a table: a field, a source, a property or a month, before and after."""

    name: str
    before: Share
    after: Share


@dataclass(frozen=True, slots=True)
class Completeness:
    """All that the page shows; `day` is None before anything was counted."""

    day: date | None
    main_before: Stack  # of stays at check-out: what the house believed
    main_after: Stack  # the same stays: what is known of the unified guest
    people_before: Stack  # of records
    people_after: Stack  # of guests
    change: float | None  # of main_after.reachable since a month ago, in points (0.01 = one per cent)
    fields: tuple[Line, ...]
    classes_before: Mapping[str, int]
    classes_after: Mapping[str, int]
    by_source: tuple[Line, ...]
    by_property: tuple[tuple[int, Line], ...]
    by_month: tuple[Line, ...]


Cells = Mapping[tuple[int, str, str], int]


def completeness(session: Session, *, property_id: int = 0) -> Completeness:
    """Completeness of the whole house (0) or one property, as of the newest day that was counted."""
    day = session.scalar(select(func.max(DailyCount.day)))
    cells = _cells(session, day)
    p = property_id
    main_after = _stack(cells, p, "", "stays", "after")
    return Completeness(
        day=day,
        main_before=_stack(cells, p, "", "stays", "before"),
        main_after=main_after,
        people_before=_stack(cells, p, "", "records", "before"),
        people_after=_stack(cells, p, "", "guests", "after"),
        change=_change(session, day, p, main_after.reachable),
        fields=tuple(_people_line(cells, p, "", code, code) for code in FIELDS),
        classes_before=_classes(cells, p, "records"),
        classes_after=_classes(cells, p, "guests"),
        by_source=tuple(
            _people_line(cells, p, f"source:{name}", name, "email.reachable")
            for name in _cuts(cells, p, "source:", "records.all")
        ),
        by_property=tuple(
            (place, _people_line(cells, place, "", str(place), "email.reachable"))
            for place in sorted({key[0] for key in cells} - {0})
        ),
        by_month=tuple(
            Line(
                month,
                _share(cells, p, f"month:{month}", "stays", "before", "email.reachable"),
                _share(cells, p, f"month:{month}", "stays", "after", "email.reachable"),
            )
            for month in _cuts(cells, p, "month:", "stays.all")
        ),
    )


def _cells(session: Session, day: date | None) -> Cells:
    rows = session.execute(
        select(DailyCount.property_id, DailyCount.cut, DailyCount.measure, DailyCount.value).where(
            DailyCount.day == day
        )
    )
    return {(place, cut, measure): value for place, cut, measure, value in rows}


def _share(cells: Cells, place: int, cut: str, population: str, when: str, code: str) -> Share:
    part = cells.get((place, cut, f"{population}.{when}.{code}"), 0)
    return Share(part, cells.get((place, cut, f"{population}.all"), 0))


def _stack(cells: Cells, place: int, cut: str, population: str, when: str) -> Stack:
    return Stack(population, when, *(_share(cells, place, cut, population, when, code) for code in STACK))


def _people_line(cells: Cells, place: int, cut: str, name: str, code: str) -> Line:
    """Records before, guests after."""
    return Line(
        name,
        _share(cells, place, cut, "records", "before", code),
        _share(cells, place, cut, "guests", "after", code),
    )


def _classes(cells: Cells, place: int, population: str) -> dict[str, int]:
    counts = {c: cells.get((place, "", f"{population}.class.{c}"), 0) for c in EMAIL_CLASSES}
    return {c: count for c, count in counts.items() if count}


def _cuts(cells: Cells, place: int, prefix: str, measure: str) -> list[str]:
    found = {cut for where, cut, what in cells if where == place and what == measure}
    return sorted(cut.removeprefix(prefix) for cut in found if cut.startswith(prefix))


def _change(session: Session, day: date | None, place: int, now: Share) -> float | None:
    if day is None or now.rate is None:
        return None
    earlier = session.scalar(
        select(func.max(DailyCount.day)).where(DailyCount.day <= day - MONTH, DailyCount.property_id == place)
    )
    then = _share(_cells(session, earlier), place, "", "stays", "after", "email.reachable").rate
    return None if earlier is None or then is None else now.rate - then

"""Dates of birth: the day or the month may be unknown, as documents and their holders may leave them open."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date of which the day, or day and month, may be unknown. Raises ValueError when it cannot be."""

    year: int
    month: int | None = None
    day: int | None = None

    def __post_init__(self) -> None:
        if self.day is not None and self.month is None:
            raise ValueError("a day without a month is no date")
        date(self.year, self.month or 1, self.day or 1)

    @property
    def is_whole(self) -> bool:
        return self.day is not None

    @property
    def first(self) -> date:
        """The first day it can mean."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def last(self) -> date:
        """The last day it can mean."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def __str__(self) -> str:
        """`2001-04-30`, `2001-04` or `2001`."""
        return "-".join(f"{part:02d}" for part in (self.year, self.month, self.day) if part is not None)


def partial_date(text: str) -> PartialDate:
    """The date of `2001-04-30`, `2001-04` or `2001`; raises ValueError when the text is none.

    >>> partial_date("2001-04").last
    datetime.date(2001, 4, 30)
    """
    return PartialDate(*(int(part) for part in text.split("-")))


def age_at(born: PartialDate, day: date) -> int:
    """Whole years on a day; of a date that is known in part, the years there are at least.

    >>> age_at(PartialDate(2011), date(2026, 7, 1))
    14
    """
    last = born.last
    return day.year - last.year - ((day.month, day.day) < (last.month, last.day))

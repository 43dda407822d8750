"""When a house may write: the hours that everybody keeps, and the quiet hours it set itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from server.prompts.quiet import is_allowed, next_allowed
from server.properties.models import Property

LOOKS = 30
"""Tries after which a house's hours and everybody's are taken to leave no minute between them."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Where a house is, and its own quiet hours, by its clock; these narrow what is allowed, and widen it
    never."""

    zone: str
    country: str
    quiet_from: time | None = None
    quiet_until: time | None = None
    wakes_nobody: bool = False
    """The demo's: its numbers ring nowhere, and whoever tries it does so at night too."""


def hours_of(house: Property, *, is_demo: bool = False) -> Hours:
    """Of a house, by its settings; an invented one writes at any hour."""
    start, end = house.quiet_from, house.quiet_until
    if not (start and end):
        return Hours(house.zone, house.country, wakes_nobody=is_demo)
    since, until = time.fromisoformat(start), time.fromisoformat(end)
    return Hours(house.zone, house.country, since, until, wakes_nobody=is_demo)


def local(day: date, hour: int, hours: Hours) -> datetime:
    """That hour of a day at the house, in UTC."""
    return datetime.combine(day, time(hour), ZoneInfo(hours.zone)).astimezone(UTC)


def is_open(at: datetime, hours: Hours, *, keeps_sundays: bool = False) -> bool:
    """Whether a message may leave at that moment."""
    if hours.wakes_nobody:
        return True
    return is_allowed(
        at, zone=hours.zone, country=hours.country, keeps_sundays=keeps_sundays
    ) and not _is_quiet(at, hours)


def next_open(at: datetime, hours: Hours, *, keeps_sundays: bool = False) -> datetime | None:
    """The first such moment from then on; None where the house is quiet whenever others are not."""
    if hours.wakes_nobody:
        return at
    for _ in range(LOOKS):
        at = next_allowed(at, zone=hours.zone, country=hours.country, keeps_sundays=keeps_sundays)
        if not _is_quiet(at, hours):
            return at
        at = _quiet_ends(at, hours)
    return None


def _is_quiet(at: datetime, hours: Hours) -> bool:
    start, end = hours.quiet_from, hours.quiet_until
    if start is None or end is None or start == end:
        return False
    now = at.astimezone(ZoneInfo(hours.zone)).time()
    return start <= now < end if start < end else now >= start or now < end


def _quiet_ends(at: datetime, hours: Hours) -> datetime:
    there, until = at.astimezone(ZoneInfo(hours.zone)), hours.quiet_until or time()
    ends = datetime.combine(there, until, there.tzinfo)
    if ends <= there:
        ends = datetime.combine(there + timedelta(days=1), until, there.tzinfo)
    return max(ends.astimezone(UTC), at + timedelta(minutes=1))

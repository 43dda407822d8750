"""When a message may go out: by day, in the zone of whoever gets it; in France never on Sundays and holidays.

08:00 to 20:00 is the strictest of what laws and vendors say (the French code of consumption for canvassing,
the TCPA of the United States to 21:00); we keep it for messages about the stay too.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

OPENS, CLOSES = time(8), time(20)
LONGEST = 60
"""Days looked at: no country keeps holidays for longer."""

_SUNDAY = 6


def is_allowed(at: datetime, *, zone: str, country: str, keeps_sundays: bool = False) -> bool:
    """Whether a message may go out at a moment."""
    local = at.astimezone(ZoneInfo(zone))
    if not OPENS <= local.time() < CLOSES:
        return False
    return not (keeps_sundays and _is_kept(local, country))


def next_allowed(at: datetime, *, zone: str, country: str, keeps_sundays: bool = False) -> datetime:
    """The first moment from `at` on at which a message may go out, in UTC.

    A day that a zone left out (Samoa, 30 December 2011) or a morning that begins later there is passed by:
    what the clocks really show decides, not the reckoning.
    """
    at = at.astimezone(UTC)
    if is_allowed(at, zone=zone, country=country, keeps_sundays=keeps_sundays):
        return at
    there = ZoneInfo(zone)
    opening = at.astimezone(there).replace(hour=OPENS.hour, minute=0, second=0, microsecond=0, fold=0)
    for _ in range(LONGEST):
        found = opening.astimezone(UTC)
        if found >= at and is_allowed(found, zone=zone, country=country, keeps_sundays=keeps_sundays):
            return found
        opening += timedelta(days=1)  # of the clock on the wall
    raise AssertionError(f"no day in {LONGEST} on which {country} works")


def _is_kept(local: datetime, country: str) -> bool:
    return local.weekday() == _SUNDAY or (local.month, local.day) in _kept(country.upper(), local.year)


@lru_cache(maxsize=256)
def _kept(country: str, year: int) -> frozenset[tuple[int, int]]:
    """The public holidays of a country in a year; none of a country that nobody wrote down."""
    try:
        days = holidays.country_holidays(country, years=year, expand=False)
    except NotImplementedError:
        return frozenset()
    return frozenset((day.month, day.day) for day in days if day.year == year)

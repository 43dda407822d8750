"""When a message may go out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.prompts.quiet import is_allowed, next_allowed

PARIS = ZoneInfo("Europe/Paris")
ZONES = (
    "Europe/Paris", "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo", "Asia/Kolkata",
    "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham", "Africa/Casablanca",
    "America/St_Johns", "Asia/Gaza", "Pacific/Kiritimati",
)  # fmt: skip


def paris(*of: int) -> datetime:
    return datetime(*of, tzinfo=PARIS)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        (paris(2026, 5, 5, 8, 0), paris(2026, 5, 5, 8, 0)),
        (paris(2026, 5, 5, 7, 59), paris(2026, 5, 5, 8, 0)),
        (paris(2026, 5, 5, 19, 59, 59), paris(2026, 5, 5, 19, 59, 59)),
        (paris(2026, 5, 5, 20, 0), paris(2026, 5, 6, 8, 0)),
        (paris(2026, 5, 2, 21, 0), paris(2026, 5, 4, 8, 0)),  # Saturday evening: over Sunday
        (paris(2026, 4, 30, 20, 30), paris(2026, 5, 2, 8, 0)),  # 1 May
        (paris(2026, 4, 4, 20, 30), paris(2026, 4, 7, 8, 0)),  # Easter Sunday and Monday
        (paris(2026, 3, 28, 23, 0), paris(2026, 3, 30, 8, 0)),  # the clocks go forward
        (paris(2026, 10, 24, 23, 0), paris(2026, 10, 26, 8, 0)),  # and back
        (paris(2026, 12, 31, 22, 0), paris(2027, 1, 2, 8, 0)),
    ],
)
def test_in_france_a_message_waits_for_the_next_working_day(asked: datetime, allowed: datetime) -> None:
    found = next_allowed(asked.astimezone(UTC), zone="Europe/Paris", country="FR", keeps_sundays=True)

    assert found == allowed
    assert found.utcoffset() == timedelta(0)


def test_a_message_about_the_stay_goes_out_on_sundays_where_the_law_says_nothing() -> None:
    sunday = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)

    assert next_allowed(sunday, zone="Europe/Berlin", country="DE") == sunday
    assert not is_allowed(sunday, zone="Europe/Paris", country="FR", keeps_sundays=True)


def test_a_day_that_a_zone_left_out_is_passed_by() -> None:
    evening = datetime(2011, 12, 29, 21, 0, tzinfo=ZoneInfo("Pacific/Apia"))

    found = next_allowed(evening, zone="Pacific/Apia", country="WS")

    assert found.astimezone(ZoneInfo("Pacific/Apia")).replace(tzinfo=None) == datetime(2011, 12, 31, 8)  # noqa: DTZ001
    assert found - evening.astimezone(UTC) < timedelta(hours=12)


def test_a_country_that_nobody_wrote_down_keeps_its_sundays_only() -> None:
    at = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

    assert is_allowed(at, zone="UTC", country="ZZ", keeps_sundays=True)


@given(
    at=st.datetimes(datetime(2010, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    zone=st.sampled_from(ZONES),
    country=st.sampled_from(["FR", "DE", "ES", "IT", "GB", "US", "BE", "CH", "MC", "RE"]),
    keeps=st.booleans(),
)
def test_a_message_waits_for_a_moment_that_is_allowed_and_never_long(
    at: datetime, zone: str, country: str, keeps: bool
) -> None:
    found = next_allowed(at, zone=zone, country=country, keeps_sundays=keeps)

    assert is_allowed(found, zone=zone, country=country, keeps_sundays=keeps)
    assert at <= found <= at + timedelta(days=4)

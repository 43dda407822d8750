"""A year of bookings over twelve zones and their changes of clocks: all within the hours, nothing twice."""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from server.prompts.chances import Chance
from server.prompts.hours import Hours, is_open
from server.prompts.judging import Wanted, judge, purposes
from server.prompts.rules import settings_of

PLACES = (
    ("Europe/Paris", "FR"),
    ("Europe/London", "GB"),
    ("Europe/Helsinki", "FI"),
    ("Atlantic/Azores", "PT"),
    ("America/New_York", "US"),
    ("America/St_Johns", "CA"),
    ("America/Santiago", "CL"),
    ("Pacific/Auckland", "NZ"),
    ("Australia/Lord_Howe", "AU"),
    ("Asia/Kathmandu", "NP"),
    ("Asia/Tokyo", "JP"),
    ("Pacific/Kiritimati", "KI"),
)


def simulate(seed: int, stays: int) -> Counter[str]:
    chance, rules = random.Random(seed), settings_of(None)
    found: Counter[str] = Counter()
    for number in range(stays):
        zone, country = PLACES[number % len(PLACES)]
        arrives = date(2026, 1, 1) + timedelta(days=chance.randrange(365))
        seen = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(365 * 24 * 60))
        stay = Chance(
            stay_id=f"s{number}",
            property_id=1,
            guest_id=f"g{number}",
            record_id=number,
            status="booked",
            arrives=arrives,
            departs=arrives + timedelta(days=1 + chance.randrange(7)),
            source_channel=None,
            hours=Hours(zone, country),
            email="a@guest.booking.com",
            email_class="alias",
            mobile="+33612345678",
            is_mobile=True,
            reasons=frozenset({"invoice"}),
        )
        for purpose in purposes(rules):
            wanted = judge(stay, rules, purpose, since=seen)
            found[purpose if isinstance(wanted, Wanted) else f"{purpose}:{wanted}"] += 1
            if isinstance(wanted, Wanted):
                keeps = wanted.setting.rule.KEEPS_SUNDAYS
                there = wanted.due_at.astimezone(ZoneInfo(zone))
                assert 8 <= there.hour < 20
                assert not keeps or there.weekday() != 6
                assert is_open(wanted.due_at, stay.hours, keeps_sundays=keeps)
                assert seen <= wanted.due_at < wanted.until_at
                assert judge(stay, rules, purpose, since=wanted.due_at) == wanted
            else:
                assert wanted == "too_late"
    return found


def test_a_small_year() -> None:
    found = simulate(seed=7, stays=1_200)

    assert found["email"] > 300
    assert found.total() == 1_200 * 4


@pytest.mark.soak
def test_a_whole_year() -> None:
    for seed in range(10):
        simulate(seed, stays=12_000)

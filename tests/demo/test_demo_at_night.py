"""Whoever tries the demo at night sees something; a real house is quiet then."""

from __future__ import annotations

from datetime import UTC, datetime

from server.demo.group import RIVES
from server.prompts.hours import hours_of, is_open, next_open
from server.properties.models import Property

NIGHT = datetime(2026, 11, 24, 22, tzinfo=UTC)
"""Eleven at night in Zurich."""


def _house() -> Property:
    return Property(name=RIVES.name, zone=RIVES.zone, country=RIVES.country)


def test_nothing_reaches_a_real_guest_at_night() -> None:
    hours = hours_of(_house())

    assert not is_open(NIGHT, hours)
    assert next_open(NIGHT, hours) == datetime(2026, 11, 25, 7, tzinfo=UTC)


def test_the_demo_writes_at_night_because_its_phones_ring_nowhere() -> None:
    hours = hours_of(_house(), is_demo=True)

    assert is_open(NIGHT, hours)
    assert next_open(NIGHT, hours) == NIGHT

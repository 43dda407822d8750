"""Wishes before arrival."""

from __future__ import annotations

from sqlalchemy import Engine

from server.captures.wishes import wishes_within
from server.db import reading
from server.properties.reach import EVERYWHERE
from tests.flows.forms import EVENING, send


def test_what_was_ticked_and_chosen_waits_for_the_day_of_arrival(engine: Engine) -> None:
    answers = {"given_name": "Anna", "family_name": "Rossi", "arrives": "later", "arrival_day": "7"}
    answers |= {"arrival_month": "5", "arrival_year": "2026", "quiet": "yes", "cot": "yes"}
    send(engine, "wishes", 1, answers | {"occasion": "honeymoon", "wish": "Flowers"})

    day = EVENING.date().replace(day=7)
    with reading(engine) as session:
        (shown,) = wishes_within(session, EVERYWHERE, since=day, until=day)
    assert shown.name == "Anna Rossi"
    assert shown.wish.kinds == ["quiet", "cot", "occasion:honeymoon"]
    assert shown.wish.note == "Flowers"


def test_a_day_that_was_mistyped_does_not_hide_a_wish(engine: Engine) -> None:
    answers = {"given_name": "Anna", "arrives": "later", "arrival_day": "31", "arrival_month": "2"}
    send(engine, "wishes", 1, answers | {"arrival_year": "2206", "parking": "yes"})

    today = EVENING.date()
    with reading(engine) as session:
        assert len(wishes_within(session, EVERYWHERE, since=today, until=today)) == 1

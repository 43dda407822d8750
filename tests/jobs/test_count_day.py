"""Counting the day: at once in a small house, at most once a minute in a large one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.jobs.queue import enqueue
from server.jobs.worker import run_due
from server.reporting.models import DailyCount
from server.settings import read_settings
from server.work import count_day
from tests.builders import NOON, PATRICK, take_in


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


def arrive(engine: Engine, key: str) -> None:
    """A form comes in, and asks for the day to be counted as forms do."""
    take_in(engine, PATRICK | {"key": key})
    link_waiting(engine)
    with writing(engine) as session:
        enqueue(session, "count_day", {}, now=clock(), dedup_key="count_day")


def work(engine: Engine) -> None:
    kinds = {"count_day": count_day}
    run_due(engine, read_settings({"HOME": "/nowhere"}), kinds, once=True, stop=threading.Event())


def records_counted(engine: Engine) -> int | None:
    with reading(engine) as session:
        whole = (DailyCount.property_id == 0, DailyCount.cut == "", DailyCount.measure == "records.all")
        return session.scalar(select(DailyCount.value).where(*whole))


def test_a_small_house_is_counted_after_every_form(engine: Engine, moment: time_machine.Traveller) -> None:
    for number in (1, 2, 3):
        arrive(engine, str(number))
        work(engine)
        assert records_counted(engine) == number


def test_a_large_house_is_counted_once_a_minute_and_no_form_is_left_out(
    engine: Engine, moment: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_day, "LARGE", 0)
    arrive(engine, "1")
    work(engine)
    assert records_counted(engine) == 1

    arrive(engine, "2")
    arrive(engine, "3")
    work(engine)
    assert records_counted(engine) == 1

    moment.shift(timedelta(minutes=1))
    work(engine)
    assert records_counted(engine) == 3


def test_a_clock_that_was_set_back_does_not_stop_the_counting(
    engine: Engine, moment: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(count_day, "LARGE", 0)
    arrive(engine, "1")
    work(engine)

    yesterday: datetime = NOON - timedelta(days=1)
    moment.move_to(yesterday, tick=False)
    arrive(engine, "2")
    work(engine)

    with reading(engine) as session:
        assert yesterday.date() in session.scalars(select(DailyCount.day)).all()

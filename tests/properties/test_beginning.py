"""A step of the first hour that two hands tick at once is ticked once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Engine, select

from server.db import reading, writing
from server.properties.beginning import mark_step, unmark_step
from server.properties.models import FirstHourStep
from server.properties.setup import default_property
from tests.builders import NOON


def at_once(engine: Engine, press: str) -> None:
    both = threading.Barrier(2)

    def one(by: str) -> None:
        with writing(engine) as session:
            place = default_property(session)
            if engine.dialect.name == "postgresql":  # SQLite lets the second in when the first is done
                both.wait(10)
            if press == "tick":
                mark_step(session, place, "kiosk", "done", by=by, now=NOON)
            else:
                unmark_step(session, place, "kiosk")

    with ThreadPoolExecutor(2) as pool:
        for pressed in [pool.submit(one, by) for by in ("staff:1", "staff:2")]:
            pressed.result(30)


def test_two_who_tick_a_step_at_once_tick_it_once_and_take_it_back_once(engine: Engine) -> None:
    with writing(engine) as session:
        default_property(session)

    at_once(engine, "tick")
    with reading(engine) as session:
        assert session.scalars(select(FirstHourStep.state)).all() == ["done"]

    at_once(engine, "take back")
    with reading(engine) as session:
        assert session.scalars(select(FirstHourStep.state)).all() == []

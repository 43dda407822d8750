"""Forms are opened once the tablets that are all back at once were heard, and never kept waiting for long."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.clock import clock
from server.db import writing
from server.devices.models import Device
from server.jobs.worker import Task
from server.work import open_forms
from server.work.open_forms import CROWD, let_them_arrive
from tests.captures.tablet import new_tablet
from tests.house import make_settings


def wait_for_crowd(engine: Engine, tablets: int, *, longest: float) -> float:
    """Seconds that forms wait when so many tablets have just spoken, and go on to."""
    with writing(engine) as session:
        for number in range(1, tablets + 1):
            session.get_one(Device, number).seen_at = clock()
    task = Task(engine, make_settings(Path("unused"), str(engine.url)), {}, threading.Event().is_set)
    began = time.monotonic()
    let_them_arrive(task, began + longest)
    return time.monotonic() - began


def test_forms_of_a_few_tablets_are_opened_at_once(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(CROWD):
        new_tablet(engine)
    monkeypatch.setattr(time, "sleep", lambda _: pytest.fail("it waited"))

    wait_for_crowd(engine, CROWD - 1, longest=60)


def test_forms_wait_until_a_crowd_was_heard(engine: Engine) -> None:
    for _ in range(CROWD):
        new_tablet(engine)

    assert 0.2 < wait_for_crowd(engine, CROWD, longest=60) < 30  # it has spoken half a second ago by then


def test_a_crowd_that_never_ends_keeps_no_form_waiting_for_ever(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(CROWD):
        new_tablet(engine)
    now = clock()
    monkeypatch.setattr(open_forms, "clock", lambda: now)  # it speaks all the time

    assert wait_for_crowd(engine, CROWD, longest=0.3) >= 0.3

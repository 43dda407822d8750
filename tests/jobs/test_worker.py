"""The worker: what fails is tried again, and said where staff look when it fails for good."""

from __future__ import annotations

import threading
import time
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import cast

import pytest
from sqlalchemy import Engine, select, update

from server.captures.models import Capture
from server.clock import clock
from server.db import reading, writing
from server.importing.failing import give_up
from server.jobs import worker
from server.jobs.models import Job
from server.jobs.queue import claim, enqueue
from server.jobs.worker import Stopped, Task, run_due
from server.privacy.check import check
from server.properties.setup import default_property
from server.records.models import Import, Problem
from server.sentences import say
from server.settings import read_settings
from server.work import read_capture
from tests.builders import NOON, make_source


def work_through(engine: Engine, kind: SimpleNamespace) -> None:
    kinds = {"run_import": cast(ModuleType, kind)}
    run_due(engine, read_settings({"HOME": "/nowhere"}), kinds, once=True, stop=threading.Event())


def test_an_import_that_fails_for_good_says_so_on_its_page(engine: Engine) -> None:
    source = make_source(engine)
    with writing(engine) as session:
        started = Import(
            source_id=source.id,
            property_id=source.property_id,
            file_name="a.csv",
            file_digest="0",
            file_size=1,
            state="running",
            created_at=NOON,
        )
        session.add(started)
        enqueue(session, "run_import", {"import_id": 1}, now=clock())
        session.execute(update(Job).values(max_attempts=1))

    def fails(task: Task) -> None:
        raise OSError("the disk is away")

    work_through(engine, SimpleNamespace(run=fails, gave_up=lambda task: give_up(task.engine, 1)))

    with reading(engine) as session:
        assert session.scalars(select(Job.state)).all() == ["failed"]
        found = session.scalars(select(Import)).one()
        assert found.state == "failed"
        assert found.error is not None
        assert "a.csv" in say(found.error["code"], found.error["params"])


def test_the_log_of_a_failure_names_its_place_and_no_guest(engine: Engine) -> None:
    def fails(task: Task) -> None:
        raise ValueError("Patrick Martin has no birth date")

    with writing(engine) as session:
        enqueue(session, "run_import", {"import_id": 1}, now=clock())
    work_through(engine, SimpleNamespace(run=fails))

    with reading(engine) as session:
        job = session.scalars(select(Job)).one()
        assert job.state == "ready"
        assert job.last_error is not None
        assert job.last_error.startswith("ValueError")
        assert "Martin" not in job.last_error


def test_a_form_that_ends_its_worker_each_time_becomes_a_problem(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(
            Capture(
                id="c-1",
                form="pre-check-in",
                form_version=1,
                language="fr",
                surface="kiosk",
                proof="typed",
                property_id=default_property(session).id,
                answers={},
                digest=b"1",
                received_at=NOON,
            )
        )
        enqueue(session, "read_capture", {"capture": "c-1"}, now=NOON)
        session.execute(update(Job).values(state="running", attempts=5, lease_until=NOON))

    kinds = {"read_capture": read_capture}
    run_due(engine, read_settings({"HOME": "/nowhere"}), kinds, once=True, stop=threading.Event())

    with reading(engine) as session:
        assert session.scalars(select(Job.state)).all() == ["failed"]
        assert session.get_one(Capture, "c-1").state == "problem"
        assert [p.code for p in session.scalars(select(Problem))] == ["capture.unreadable"]
        assert check(session) == []


def test_a_worker_whose_work_another_took_over_is_told_to_stop_and_finishes_nothing(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LEASE", timedelta(seconds=0.3))  # beats three times as often
    told = []

    def taken_over(task: Task) -> None:
        with writing(engine) as session:  # a worker whose clock is an hour ahead
            assert claim(session, now=clock() + timedelta(hours=1), kinds=("run_import",)) is not None
        deadline = time.monotonic() + 10
        while not task.stopping() and time.monotonic() < deadline:
            time.sleep(0.02)
        told.append(task.stopping())

    with writing(engine) as session:
        enqueue(session, "run_import", {"import_id": 1}, now=clock())
    work_through(engine, SimpleNamespace(run=taken_over))

    assert told == [True]
    with reading(engine) as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.attempts) == ("running", 2)


def test_work_that_is_stopped_goes_back_to_the_queue(engine: Engine) -> None:
    def stopped(task: Task) -> None:
        stop.set()
        raise Stopped

    stop = threading.Event()
    with writing(engine) as session:
        enqueue(session, "run_import", {"import_id": 1}, now=clock())
    kinds = {"run_import": cast(ModuleType, SimpleNamespace(run=stopped))}
    run_due(engine, read_settings({"HOME": "/nowhere"}), kinds, once=False, stop=stop)

    with reading(engine) as session:
        job = session.scalars(select(Job)).one()
        assert (job.state, job.attempts) == ("ready", 0)

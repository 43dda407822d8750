"""The worker: what fails is tried again, and said where staff look when it fails for good."""

from __future__ import annotations

import threading
from types import ModuleType, SimpleNamespace
from typing import cast

from sqlalchemy import Engine, select, update

from server.clock import clock
from server.db import reading, writing
from server.importing.failing import give_up
from server.jobs.models import Job
from server.jobs.queue import enqueue
from server.jobs.worker import Task, run_due
from server.records.models import Import
from server.sentences import say
from server.settings import read_settings
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

"""Work that was given up: what it was for still waits, and gets its work again."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server import intake
from server.captures.models import Capture
from server.captures.opening import give_up_first
from server.db import reading, writing
from server.intake import read_capture
from server.jobs.models import Job, Lease
from server.jobs.worker import Task
from server.properties.setup import default_property
from server.records.models import CleanRow, Import, Problem
from server.release import this_release
from server.work import take_up_what_waits
from server.work.take_up_what_waits import run
from tests.builders import NOON, PATRICK, take_in
from tests.captures.tablet import hand_over, new_tablet
from tests.house import make_settings


def work_after_a_look(engine: Engine) -> list[tuple[str, dict[str, object]]]:
    task = Task(engine, make_settings(Path("unused"), str(engine.url)), {}, threading.Event().is_set)
    run(task)
    run(task)  # what is asked for already is not asked for again
    with reading(engine) as session:
        jobs = session.scalars(select(Job).where(Job.state == "ready").order_by(Job.id))
        return [(job.kind, dict(job.payload)) for job in jobs]


def given_up(kind: str, **payload: object) -> Job:
    return Job(kind=kind, payload=payload, due=NOON, state="failed", attempts=5, created_at=NOON)


def form_of(session: Session, *, form: str = "pre_check_in", state: str = "stored") -> Capture:
    """A finished form of somebody who said her name."""
    return Capture(
        id="c-1",
        form=form,
        form_version=1,
        language="fr",
        surface="kiosk",
        proof="typed",
        property_id=default_property(session).id,
        answers={"given_name": "Anna", "family_name": "Berg"},
        digest=b"1",
        state=state,
        received_at=NOON,
    )


def test_a_form_whose_reading_was_given_up_is_read_again(engine: Engine) -> None:
    with writing(engine) as session:
        session.add(form_of(session))
        session.add(given_up("read_capture", capture="c-1"))

    assert work_after_a_look(engine) == [("read_capture", {"capture": "c-1"})]


def test_an_import_of_the_desk_that_was_given_up_goes_on(engine: Engine) -> None:
    with writing(engine) as session:
        place = default_property(session).id
        for upload, state in (("a", "running"), (None, "running"), ("c", "done"), ("d", "preview")):
            session.add(
                Import(
                    property_id=place,
                    file_name="x",
                    file_digest="",
                    file_size=1,
                    upload=upload,
                    state=state,
                    created_at=NOON,
                )
            )

    assert [kind for kind, _ in work_after_a_look(engine)] == ["run_import"]


def test_records_that_nobody_links_are_linked_unless_an_import_is_about_to(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A1"})
    with writing(engine) as session:
        session.add(Lease(name="import:1", holder="a process", until=datetime(2100, 1, 1, tzinfo=UTC)))
    assert work_after_a_look(engine) == []

    with writing(engine) as session:
        session.get_one(Lease, "import:1").until = NOON

    assert work_after_a_look(engine) == [("link_records", {})]


def test_a_sealed_form_whose_opening_was_given_up_is_opened_after_all(engine: Engine) -> None:
    tablet = new_tablet(engine)
    hand_over(engine, tablet, tablet.item())
    with writing(engine) as session:
        session.execute(delete(Job))
        session.add(given_up("open_forms"))

    assert work_after_a_look(engine) == [("open_forms", {})]


def test_a_form_that_one_release_gave_up_is_opened_by_the_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    tablet = new_tablet(engine)
    hand_over(engine, tablet, tablet.item())
    with writing(engine) as session:
        give_up_first(session, release=this_release(), now=NOON)
        session.execute(delete(Job))

    assert work_after_a_look(engine) == []
    monkeypatch.setattr(take_up_what_waits, "this_release", lambda: "the next")
    assert work_after_a_look(engine) == [("open_forms", {})]


def test_a_form_that_one_release_could_not_read_is_read_by_the_next(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as session:
        session.add(form_of(session, form="of_tomorrow"))
    read_capture(engine, "c-1")
    assert work_after_a_look(engine) == [("count_day", {})]

    monkeypatch.setattr(take_up_what_waits, "this_release", lambda: "the next")
    assert work_after_a_look(engine) == [("count_day", {}), ("read_capture", {"capture": "c-1"})]
    monkeypatch.setattr(intake, "this_release", lambda: "the next")
    read_capture(engine, "c-1")
    with reading(engine) as session:  # that one does not know it either, and is not asked again
        (problem,) = session.scalars(select(Problem)).all()
        assert (problem.state, problem.params) == ("waiting", {"release": "the next"})
    work = work_after_a_look(engine)
    assert work == work_after_a_look(engine)

    with writing(engine) as session:
        session.get_one(Capture, "c-1").form = "pre_check_in"  # the one after does
    monkeypatch.setattr(take_up_what_waits, "this_release", lambda: "the one after")
    work_after_a_look(engine)
    read_capture(engine, "c-1")
    with reading(engine) as session:
        assert session.get_one(Capture, "c-1").state == "read"
        assert session.scalars(select(Problem.state)).all() == ["settled"]
        assert session.scalars(select(CleanRow.last_name)).all() == ["Berg"]

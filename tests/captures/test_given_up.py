"""A form that could not be read for a fault of ours is kept, stands at the desk once, and is tried again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select

from server import intake
from server.captures import opening
from server.captures.again import count_given_up, find_problem, try_again, try_all_again
from server.captures.identifiers import new_capture_id
from server.captures.models import Capture, SealedForm
from server.captures.receiving import keep
from server.db import reading, writing
from server.intake import open_forms
from server.jobs.models import Job
from server.jobs.worker import Task
from server.journal.models import JournalEntry
from server.privacy.check import check
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import Problem
from server.records.problems import Visible
from server.refusal import Refused
from server.work.open_forms import BY_ITSELF, ended_its_worker
from tests.captures.tablet import ANNA, KEY, NOON, Tablet, hand_over, new_tablet
from tests.house import make_settings

BEN = {"given_name": "Ben", "family_name": "Okri"}


class Fault:
    """A fault of ours at one form, until it is mended."""

    def __init__(self, capture_id: str) -> None:
        self.capture_id, self.is_mended, self.met = capture_id, False, 0

    def __call__(self, session: object, **said: object) -> object:
        if said["id"] == self.capture_id and not self.is_mended:
            self.met += 1
            raise RuntimeError("nobody foresaw this")
        return keep(session, **said)  # type: ignore[arg-type]  # hands through what it was given


@pytest.fixture
def tablet(engine: Engine) -> Tablet:
    return new_tablet(engine)


@pytest.fixture
def fault(engine: Engine, tablet: Tablet, monkeypatch: pytest.MonkeyPatch) -> Fault:
    """The second of three forms was given up."""
    found = Fault(new_capture_id(NOON))
    hand_over(engine, tablet, tablet.item(), tablet.item(ANNA, id=found.capture_id), tablet.item(BEN))
    monkeypatch.setattr(opening, "keep", found)
    work(engine)
    return found


def work(engine: Engine) -> None:
    while open_forms(engine, [KEY], 50):
        pass


def another_release(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(intake, "this_release", lambda: name)


def states(engine: Engine) -> list[str]:
    with reading(engine) as session:
        assert check(session) == []
        return list(session.scalars(select(SealedForm.state).order_by(SealedForm.id)))


def problems(engine: Engine) -> list[tuple[str, str]]:
    with reading(engine) as session:
        rows = session.execute(select(Problem.code, Problem.state).order_by(Problem.id))
        return [(code, state) for code, state in rows]


def test_the_release_that_gave_it_up_does_not_try_it_again_and_again(engine: Engine, fault: Fault) -> None:
    tries = fault.met

    for _ in range(3):
        work(engine)

    assert fault.met == tries
    assert states(engine) == ["opened", "problem", "opened"]
    assert problems(engine) == [("sealed.cannot_read", "waiting")]


def test_each_newer_release_tries_it_once_and_one_problem_stands(
    engine: Engine, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = fault.met
    for name in ("second", "third"):
        another_release(monkeypatch, name)
        work(engine)
        work(engine)

    assert fault.met <= tries * 3
    assert states(engine) == ["opened", "problem", "opened"]
    assert problems(engine) == [("sealed.cannot_read", "waiting")]


def test_once_the_fault_is_mended_the_form_arrives_and_its_problem_settles_itself(
    engine: Engine, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault.is_mended = True
    another_release(monkeypatch, "mended")

    work(engine)

    assert states(engine) == ["opened"] * 3
    assert problems(engine) == [("sealed.cannot_read", "settled")]
    with reading(engine) as session:
        assert session.get_one(Capture, fault.capture_id).state == "read"
        settled = session.execute(select(JournalEntry.actor).where(JournalEntry.act == "problem.settled"))
        assert settled.all() == [("worker",)]


def test_a_colleague_has_it_tried_again_with_one_press(engine: Engine, fault: Fault) -> None:
    fault.is_mended = True
    with writing(engine) as session:
        session.execute(delete(Job))
        assert count_given_up(session, EVERYWHERE) == 1
        assert try_all_again(session, EVERYWHERE, actor="staff:1", now=NOON) == 1
        assert session.scalars(select(Job.kind)).all() == ["open_forms"]

    work(engine)

    assert states(engine) == ["opened"] * 3
    with writing(engine) as session:
        assert count_given_up(session, EVERYWHERE) == 0
        problem = session.scalars(select(Problem)).one()
        with pytest.raises(Refused, match=r"sealed\.not_waiting"):
            try_again(session, problem, actor="staff:1", now=NOON)


def test_a_colleague_of_another_house_finds_nothing_to_try(engine: Engine, fault: Fault) -> None:
    elsewhere = Reach(frozenset({999}))
    with writing(engine) as session:
        problem = session.scalars(select(Problem.id)).one()
        assert count_given_up(session, elsewhere) == 0
        assert try_all_again(session, elsewhere, actor="staff:1", now=NOON) == 0
        assert find_problem(session, problem, Visible(elsewhere)) is None
    assert states(engine)[1] == "problem"


def test_a_problem_that_a_colleague_settled_does_not_come_back(
    engine: Engine, fault: Fault, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as session:
        session.scalars(select(Problem)).one().state = "settled"
    another_release(monkeypatch, "second")

    work(engine)

    assert problems(engine) == [("sealed.cannot_read", "settled")]


def test_a_form_whose_key_went_away_in_between_waits_for_it(engine: Engine, tablet: Tablet) -> None:
    hand_over(engine, tablet, tablet.item())
    other = replace(KEY, id="sealing-9", secret=b"9" * 32)

    open_forms(engine, [other], 50)
    assert (states(engine), problems(engine)) == (["rejected"], [("sealed.unknown_key", "waiting")])
    open_forms(engine, [other, KEY], 50)

    assert (states(engine), problems(engine)) == (["opened"], [("sealed.unknown_key", "settled")])


def test_a_form_whose_key_came_back_and_that_fails_then_is_given_up_and_no_other(
    engine: Engine, tablet: Tablet, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = Fault(new_capture_id(NOON))
    away = replace(tablet, key=replace(KEY, id="sealing-9", secret=b"9" * 32))
    hand_over(engine, away, away.item(id=found.capture_id))
    tablet.number = away.number
    hand_over(engine, tablet, tablet.item(BEN))
    monkeypatch.setattr(opening, "keep", found)

    while open_forms(engine, [KEY, away.key], 50):
        pass

    assert states(engine) == ["problem", "opened"]


def test_a_form_that_ends_the_worker_is_found_and_set_aside(engine: Engine, tablet: Tablet) -> None:
    hand_over(engine, tablet, tablet.item(), tablet.item(BEN))
    settings = make_settings(Path("unused"), str(engine.url))

    ended_its_worker(Task(engine, settings, {}, lambda: False))
    assert states(engine) == ["waiting", "waiting"]
    ended_its_worker(Task(engine, settings, BY_ITSELF, lambda: False))

    assert states(engine) == ["problem", "waiting"]
    with reading(engine) as session:
        assert {(job.kind, job.payload.get("together")) for job in session.scalars(select(Job))} == {
            ("open_forms", None),
            ("open_forms", 1),
        }

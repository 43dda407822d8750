"""The plan as the worker keeps it: by events each minute, everybody twice a day, stopped at any moment."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import GuestEvent
from server.jobs.places import holding
from server.jobs.worker import Task
from server.keys import ensure_keys
from server.prompts.models import PlanningCursor, Prompt
from server.prompts.planning import Planned, plan_guests
from server.work import plan_prompts
from tests.builders import at_once, take_in
from tests.house import make_settings
from tests.prompts.hotel import ANNA, FRIDAY, book, nobody_held_back

BORN = {"birth_date": "1980-02-03"}
BY_PORTAL = ANNA | BORN | {"key": "C9", "reference": "C9", "stay_from": "2026-05-12", "stay_to": "2026-05-14"}
"""The same guest as a booking site tells them, of other days."""
LATER = {"stay_from": "2026-05-30", "stay_to": "2026-05-31"}


@pytest.fixture
def moment() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(FRIDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def work(engine: Engine, tmp_path: Path, moment: time_machine.Traveller) -> Callable[..., None]:
    """What the worker does once a minute."""
    settings = make_settings(tmp_path, str(engine.url))
    ensure_keys(settings.keys_dir)
    nobody_held_back(engine)

    def run(stopping: Callable[[], bool] = lambda: False, **payload: object) -> None:
        plan_prompts.run(Task(engine, settings, payload, stopping))

    return run


def emails(engine: Engine) -> list[tuple[str, str]]:
    """The questions for an address, by state and reason."""
    return [(one.state, one.why) for one in prompts(engine)]


def prompts(engine: Engine) -> list[Prompt]:
    with reading(engine) as session:
        return list(session.scalars(select(Prompt).where(Prompt.purpose == "email").order_by(Prompt.id)))


def ask(engine: Engine, *, until: datetime | None = None) -> None:
    """The question went out."""
    with writing(engine) as session:
        for prompt in session.scalars(select(Prompt).where(Prompt.purpose == "email")):
            prompt.state, prompt.asked_at = "asked", clock()
            prompt.until_at = until or prompt.until_at


def guests(count: int) -> list[dict[str, str]]:
    """Guests of whom none resembles another."""
    return [ANNA | _person(n) for n in range(count)]


SOUNDS = ("ba", "ko", "li", "mar", "nu", "pe", "ri", "sta", "to", "ven")


def _person(number: int) -> dict[str, str]:
    chance = random.Random(number)
    first, last = ("".join(chance.sample(SOUNDS, 4)) for _ in range(2))
    mobile, email = f"+33612{chance.randrange(10**6):06d}", f"{first}.{number}@guest.booking.com"
    named = {"first_name": first.title(), "last_name": last.title(), "mobile": mobile, "email": email}
    return named | {"key": f"G{number}", "reference": f"G{number}"}


def test_the_first_look_plans_everybody_and_later_minutes_only_what_changed(
    engine: Engine, work: Callable[..., None], moment: time_machine.Traveller
) -> None:
    book(engine, *guests(3))
    work()
    moment.shift(timedelta(minutes=1))
    book(engine, guests(4)[3], now=clock())

    work()

    assert emails(engine) == [("planned", "")] * 4
    with reading(engine) as session:
        cursor = session.get_one(PlanningCursor, 1)
        assert cursor.looked_at == FRIDAY
        assert (
            cursor.event_id == session.scalars(select(GuestEvent.id).order_by(GuestEvent.id.desc())).first()
        )


def test_a_stay_comes_into_the_two_weeks_with_no_event(
    engine: Engine, work: Callable[..., None], moment: time_machine.Traveller
) -> None:
    book(engine, ANNA | {"stay_from": "2026-05-20", "stay_to": "2026-05-22"})
    work()
    before = emails(engine)

    moment.shift(timedelta(days=5))
    work()

    assert (before, emails(engine)) == ([], [("planned", "")])


def test_a_house_restored_from_its_backup_is_looked_at_again(
    engine: Engine, work: Callable[..., None], moment: time_machine.Traveller
) -> None:
    book(engine, ANNA)
    work()
    with writing(engine) as session:
        session.execute(delete(Prompt))
        session.get_one(PlanningCursor, 1).event_id = 1_000_000

    moment.shift(timedelta(minutes=1))
    work()

    assert emails(engine) == [("planned", "")]


@pytest.mark.parametrize("is_look", [False, True])
def test_who_was_asked_is_not_asked_again_when_two_stays_turn_out_to_be_one(
    engine: Engine, work: Callable[..., None], moment: time_machine.Traveller, is_look: bool
) -> None:
    book(engine, ANNA | BORN | LATER)
    moment.shift(timedelta(minutes=1))
    portal(engine, BY_PORTAL)
    work()
    (planned,), planned_at = prompts(engine), clock()
    ask(engine)

    moment.shift(timedelta(days=1) if is_look else timedelta(minutes=1))
    portal(engine, BY_PORTAL | LATER | {"reference": "R1"})
    work()

    (asked,) = prompts(engine)
    assert asked.stay_id != planned.stay_id
    assert (asked.state, asked.asked_at) == ("asked", planned_at)


def portal(engine: Engine, row: dict[str, str]) -> None:
    """A booking site tells of a stay too."""
    take_in(engine, row, source="a_portal", stay_kind="stay", now=clock())
    link_waiting(engine)


def test_what_was_not_sent_in_its_time_and_what_nobody_answered_is_closed(
    engine: Engine, work: Callable[..., None], moment: time_machine.Traveller
) -> None:
    book(engine, *guests(2))
    work()
    with writing(engine) as session:
        first, second = session.scalars(select(Prompt).where(Prompt.purpose == "email")).all()
        second.state, second.asked_at = "asked", first.due_at

    moment.move_to(datetime(2026, 5, 13, 12, tzinfo=UTC))
    work()
    at_departure = emails(engine)
    moment.move_to(datetime(2026, 5, 16, 12, tzinfo=UTC))
    work()

    assert at_departure == [("closed", "too_late"), ("asked", "")]
    assert emails(engine) == [("closed", "too_late"), ("closed", "no_answer")]


def test_two_workers_plan_each_question_once(engine: Engine, work: Callable[..., None]) -> None:
    book(engine, *guests(20))

    at_once(work, work)

    assert emails(engine) == [("planned", "")] * 20


def test_who_finds_another_planning_leaves_it_to_them(engine: Engine, work: Callable[..., None]) -> None:
    book(engine, ANNA)
    with holding(engine, plan_prompts.PLACE, wait=False):
        work()
        before = emails(engine)

    work()

    assert (before, emails(engine)) == ([], [("planned", "")])


def test_stopped_in_the_middle_it_is_taken_up_and_ends_the_same(
    engine: Engine,
    work: Callable[..., None],
    moment: time_machine.Traveller,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plan_prompts, "BATCH", 4)
    book(engine, *guests(10))
    left = iter((False, False, True, True))

    work(stopping=lambda: next(left))
    halfway = len(prompts(engine))
    moment.shift(timedelta(minutes=1))
    work()

    assert 0 < halfway < 10
    assert emails(engine) == [("planned", "")] * 10


def test_what_changes_while_everybody_is_looked_at_is_planned_too(
    engine: Engine, work: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    book(engine, ANNA)

    def plan_then_cancel(session: Session, guest_ids: list[str], **words: Any) -> Planned:
        done = plan_guests(session, guest_ids, **words)
        session.commit()
        book(engine, ANNA | {"status": "cancelled"})
        return done

    monkeypatch.setattr(plan_prompts, "plan_guests", plan_then_cancel)
    work()

    assert emails(engine) == [("closed", "cancelled")]


CHANGES = {
    "known": ANNA | {"email": "anna.bauer@gmx.de"},
    "cancelled": ANNA | {"status": "cancelled"},
    "no_show": ANNA | {"status": "no show"},
    "day_use": ANNA | {"stay_to": "2026-05-10"},
    "no_person": ANNA | {"first_name": "", "last_name": "Kuoni Reisen GmbH"},
}


@pytest.mark.parametrize("why", sorted(CHANGES))
def test_a_question_that_was_asked_already_ends_when_it_makes_no_sense_any_more(
    engine: Engine, work: Callable[..., None], moment: time_machine.Traveller, why: str
) -> None:
    book(engine, ANNA)
    work()
    ask(engine)

    moment.shift(timedelta(minutes=1))
    book(engine, CHANGES[why], now=clock())
    work()

    assert emails(engine) == [("closed", why)]


def test_a_rule_that_was_switched_off_leaves_open_what_was_asked_already(
    engine: Engine, work: Callable[..., None]
) -> None:
    book(engine, ANNA)
    work()
    ask(engine)

    nobody_held_back(engine, rules={"email_by_text": {"on": False}})
    work(all=True)

    assert emails(engine) == [("asked", "")]

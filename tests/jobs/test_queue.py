"""The queue: work is done by one worker at a time, and a crash loses none of it."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.jobs.models import Job, Lease
from server.jobs.places import PlaceLost, holding
from server.jobs.queue import (
    LEASE,
    Claimed,
    claim,
    enqueue,
    fail,
    finish,
    is_time,
    put_back,
    renew,
    take_place,
)
from tests.builders import at_once

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
KINDS = ("read_capture", "link_records")


def put(engine: Engine, kind: str = "read_capture", **more: object) -> None:
    with writing(engine) as session:
        enqueue(session, kind, {"capture": "a"}, now=NOON, **more)  # type: ignore[arg-type]


def take(engine: Engine, now: datetime = NOON) -> Claimed | None:
    with writing(engine) as session:
        return claim(session, now=now, kinds=KINDS)


def state_of(session: Session) -> list[str]:
    return list(session.scalars(select(Job.state).order_by(Job.id)))


def test_work_that_waits_is_done_once(engine: Engine) -> None:
    put(engine)

    first = take(engine)
    second = take(engine)

    assert first is not None
    assert first.payload == {"capture": "a"}
    assert second is None


def test_work_is_not_due_before_its_time(engine: Engine) -> None:
    put(engine, due=NOON + timedelta(hours=1))

    assert take(engine) is None
    assert take(engine, NOON + timedelta(hours=1)) is not None


def test_the_work_of_a_worker_that_died_is_taken_up_again(engine: Engine) -> None:
    put(engine)
    dead = take(engine)

    again = take(engine, NOON + LEASE + timedelta(seconds=1))

    assert dead is not None
    assert again is not None
    assert again.id == dead.id
    assert again.attempts == 2


def test_a_worker_that_was_thought_dead_cannot_finish_what_another_does(engine: Engine) -> None:
    put(engine)
    slow = take(engine)
    other = take(engine, NOON + LEASE + timedelta(seconds=1))
    assert slow is not None
    assert other is not None

    with writing(engine) as session:
        assert not renew(session, slow, now=NOON)
        assert not finish(session, slow, now=NOON)
        assert not fail(session, slow, "late", now=NOON)
        assert finish(session, other, now=NOON)


def test_a_lease_that_is_renewed_keeps_others_away(engine: Engine) -> None:
    put(engine)
    mine = take(engine)
    assert mine is not None
    with writing(engine) as session:
        assert renew(session, mine, now=NOON + LEASE)

    assert take(engine, NOON + LEASE + timedelta(seconds=1)) is None


def test_work_that_fails_is_tried_again_later_and_given_up_after_five_times(engine: Engine) -> None:
    put(engine)
    now = NOON
    tries = 0
    while (claimed := take(engine, now)) is not None:
        tries += 1
        with writing(engine) as session:
            fail(session, claimed, "ValueError at intake.py:1", now=now)
        assert take(engine, now) is None
        now += timedelta(hours=2)

    assert tries == 5
    with reading(engine) as session:
        assert state_of(session) == ["failed"]


def test_the_same_work_waits_only_once_and_can_be_asked_for_again_while_it_runs(engine: Engine) -> None:
    put(engine, "link_records", dedup_key="link")
    put(engine, "link_records", dedup_key="link")
    with reading(engine) as session:
        assert state_of(session) == ["ready"]

    take(engine)
    put(engine, "link_records", dedup_key="link")

    with reading(engine) as session:
        assert state_of(session) == ["running", "ready"]


def test_two_clocks_book_recurring_work_once(engine: Engine) -> None:
    day = timedelta(days=1)
    with writing(engine) as session:
        assert is_time(session, "count_day", day, now=NOON)
    with writing(engine) as session:
        assert not is_time(session, "count_day", day, now=NOON)
        assert is_time(session, "count_day", day, now=NOON + day)


def test_four_workers_do_each_piece_of_work_once(engine: Engine) -> None:
    for _ in range(60):
        put(engine)
    claimed: list[int] = []

    def work() -> None:
        while (mine := take(engine)) is not None:
            claimed.append(mine.id)
            with writing(engine) as session:
                finish(session, mine, now=NOON)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(claimed) == sorted(set(claimed))
    with reading(engine) as session:
        assert session.scalar(select(func.count()).where(Job.state == "done")) == 60


def test_only_one_process_holds_a_place(engine: Engine) -> None:
    with holding(engine, "linker", wait=False) as mine:
        assert mine
        with holding(engine, "linker", wait=False) as other:
            assert not other
    with holding(engine, "linker", wait=False) as later:
        assert later


def test_the_place_of_a_process_that_died_is_taken_over(engine: Engine) -> None:
    with writing(engine) as session:
        assert take_place(session, "linker", "dead", now=NOON)
    with writing(engine) as session:
        assert not take_place(session, "linker", "alive", now=NOON + LEASE)
        assert take_place(session, "linker", "alive", now=NOON + LEASE + timedelta(seconds=1))


def test_the_place_of_a_process_that_was_killed_here_is_free_at_once(
    engine: Engine, database_url: str
) -> None:
    code = (
        "import sys, time\n"
        "from server.db import make_engine\n"
        "from server.jobs.places import holding\n"
        "with holding(make_engine(sys.argv[1]), 'linker', wait=False) as mine:\n"
        "    print(bool(mine), flush=True)\n"
        "    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, database_url], stdout=subprocess.PIPE, cwd=ROOT
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"True\n"
        with holding(engine, "linker", wait=False) as mine:
            assert not mine
        other.kill()

    with holding(engine, "linker", wait=False) as mine:
        assert mine


def test_the_same_work_asked_for_twice_at_once_waits_once_and_harms_neither_asker(engine: Engine) -> None:
    def ask(linger: float) -> None:
        with writing(engine) as session:
            enqueue(session, "read_capture", {}, now=NOON, dedup_key="the same")
            time.sleep(linger)

    at_once(lambda: ask(0.5), lambda: ask(0))

    with reading(engine) as session:
        assert state_of(session) == ["ready"]


def test_a_place_wanted_by_two_at_once_goes_to_one_of_them(engine: Engine) -> None:
    got = []

    def want(holder: str, linger: float) -> None:
        with writing(engine) as session:
            if take_place(session, "linker", holder, now=NOON):
                got.append(holder)
            time.sleep(linger)

    at_once(lambda: want("first", 0.5), lambda: want("second", 0))

    assert got == ["first"]


def test_work_that_ends_its_worker_each_time_is_handed_out_to_be_given_up(engine: Engine) -> None:
    put(engine)
    now = NOON
    for _ in range(5):
        claimed = take(engine, now)
        assert claimed is not None
        assert not claimed.is_spent
        now += LEASE + timedelta(seconds=1)

    spent = take(engine, now)

    assert spent is not None
    assert spent.is_spent
    with writing(engine) as session:
        assert fail(session, spent, "gone", now=now)
        assert state_of(session) == ["failed"]


def test_work_that_a_stopping_worker_puts_back_is_due_and_costs_no_attempt(engine: Engine) -> None:
    put(engine)
    claimed = take(engine)
    assert claimed is not None

    with writing(engine) as session:
        assert put_back(session, claimed, now=NOON)

    again = take(engine)
    assert again is not None
    assert again.attempts == 1


def test_whoever_lost_a_place_to_another_clock_may_not_write_under_it(engine: Engine) -> None:
    with holding(engine, "linker", wait=False) as mine:
        assert mine is not None
        with reading(engine) as session:
            mine.confirm(session)
        with writing(engine) as session:  # by that clock our time is over
            assert take_place(session, "linker", "other", now=clock() + timedelta(hours=1))

        with writing(engine) as session, pytest.raises(PlaceLost):
            mine.confirm(session)

    with reading(engine) as session:  # and on leaving we take nothing from the other
        assert session.get_one(Lease, "linker").holder == "other"

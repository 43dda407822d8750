"""What comes together is committed together; each is told its own, or why not."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, Integer, func, select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from server.db import make_engine, reading, writing
from server.together import MOST, Together


class _Base(DeclarativeBase):
    pass


class Bell(_Base):
    """Somebody rang, once each."""

    __tablename__ = "bell"
    number: Mapped[int] = mapped_column(Integer, primary_key=True)


class Desk:
    """Writes down who rang; counts how often it did, and can be kept from beginning."""

    def __init__(self, folder: Path) -> None:
        self.engine: Engine = make_engine(f"sqlite:///{folder}/bells.db")
        _Base.metadata.create_all(self.engine)
        self.groups: list[int] = []
        self.may_begin = threading.Event()
        self.may_begin.set()
        self.begun = threading.Event()
        self.together = Together(lambda: writing(self.engine), self.act)

    def act(self, session: Session, rang: Sequence[int]) -> Sequence[str]:
        """Note each that rang."""
        self.begun.set()
        assert self.may_begin.wait(20)
        self.groups.append(len(rang))
        session.add_all(Bell(number=number) for number in rang)
        session.flush()
        return [f"number {number}" for number in rang]

    def noted(self) -> int:
        """How many stand in the table."""
        with reading(self.engine) as session:
            return session.scalar(select(func.count()).select_from(Bell)) or 0


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_all_who_wait_while_one_is_served_are_served_next_at_once(desk: Desk) -> None:
    desk.may_begin.clear()
    with ThreadPoolExecutor(21) as guests:
        first = guests.submit(desk.together, 0)
        assert desk.begun.wait(20)
        others = [guests.submit(desk.together, number) for number in range(1, 21)]
        while len(desk.together._waiting) < 20:
            threading.Event().wait(0.005)
        desk.may_begin.set()
        told = [one.result(20) for one in (first, *others)]
    assert told == [f"number {number}" for number in range(21)]
    assert desk.groups == [1, 20]
    assert desk.noted() == 21


def test_whoever_was_announced_is_waited_for(desk: Desk) -> None:
    arrive = desk.together.announce()
    with ThreadPoolExecutor(2) as guests:
        first = guests.submit(desk.together, 1)
        while not desk.together._waiting:
            threading.Event().wait(0.001)
        second = guests.submit(desk.together, 2, arrive)
        assert (first.result(20), second.result(20)) == ("number 1", "number 2")
    assert desk.groups == [2]


def test_who_was_announced_and_never_comes_holds_nobody_up(desk: Desk) -> None:
    desk.together.announce()
    assert desk.together(1) == "number 1"
    arrive = desk.together.announce()
    arrive()
    arrive()  # said twice, counted once
    assert desk.together(2) == "number 2"


def test_one_that_cannot_be_done_keeps_none_of_the_others_from_it(desk: Desk) -> None:
    desk.together(3)
    desk.may_begin.clear()
    desk.begun.clear()
    with ThreadPoolExecutor(4) as guests:
        first = guests.submit(desk.together, 0)
        assert desk.begun.wait(20)
        others = {number: guests.submit(desk.together, number) for number in (1, 2, 3)}
        while len(desk.together._waiting) < 3:
            threading.Event().wait(0.005)
        desk.may_begin.set()
        assert first.result(20) == "number 0"
        assert others[1].result(20) == "number 1"
        assert others[2].result(20) == "number 2"
        with pytest.raises(IntegrityError):  # 3 rang before
            others[3].result(20)
    assert desk.noted() == 4
    assert desk.together(5) == "number 5"


def test_a_store_that_is_away_is_told_to_each_and_asked_once(desk: Desk) -> None:
    asked = []

    def away(_session: Session, rang: Sequence[int]) -> Sequence[str]:
        asked.append(len(rang))
        raise OperationalError("insert", None, Exception("disk is full"))

    together = Together(lambda: writing(desk.engine), away)
    with ThreadPoolExecutor(8) as guests:
        arrivals = [together.announce() for _ in range(8)]
        told = [guests.submit(together, n, arrive) for n, arrive in enumerate(arrivals)]
        for one in told:
            with pytest.raises(OperationalError):
                one.result(20)
    assert asked == [8]


def test_hundreds_at_once_are_each_served_once(desk: Desk) -> None:
    with ThreadPoolExecutor(40) as guests:
        told = list(guests.map(desk.together, range(400)))
    assert told == [f"number {number}" for number in range(400)]
    assert desk.noted() == 400
    assert max(desk.groups) <= MOST

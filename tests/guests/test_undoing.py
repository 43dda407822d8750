"""Undo, in any order: do and undo leaves the same state, byte for byte."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from server.db import reading
from server.guests.deeds import Verdict
from server.guests.linking import link_waiting
from server.guests.models import Decision, Deed
from server.properties.models import Property
from server.properties.reach import Reach
from server.refusal import Refused
from tests.builders import take_in
from tests.guests.deciding_house import (
    STRANGER,
    fill,
    say_of,
    state,
    take_back,
    take_out,
    together,
)
from tests.stores import open_store

KEYS = ("A1", "n1", "t1", "s1", "n2", "p1", "n3")
VERDICTS: tuple[Verdict, ...] = ("same", "not_same", "undecided")


def do_at_random(engine: Engine, chance: random.Random, count: int) -> list[Deed]:
    """So many deeds of some colleague, without those that stand against an earlier one."""
    done = []
    for number in range(count):
        author = f"staff:{number % 3}"
        try:
            if chance.random() < 0.3:
                done.append(take_out(engine, *chance.sample(KEYS, chance.randint(1, 2)), author=author))
            else:
                one, other = chance.sample(KEYS, 2)
                done.append(say_of(engine, one, other, chance.choice(VERDICTS), author=author))
        except Refused:
            continue
    return done


def is_as_in_bulk(engine: Engine) -> bool:
    """Whether linking everything anew under the words that hold changes nothing."""
    before = state(engine)
    link_waiting(engine, bulk=True)
    return state(engine) == before


@pytest.fixture(scope="module")
def kept_house(
    lay_sqlite: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """One house for all examples: each of them leaves it as it found it."""
    engine = open_store(lay_sqlite(tmp_path_factory.mktemp("undoing")))
    fill(engine)
    yield engine
    engine.dispose()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(seed=st.integers(0, 2**32), count=st.integers(1, 5))
def test_whatever_was_done_and_undone_in_any_order_leaves_the_state_as_it_was(
    kept_house: Engine, seed: int, count: int
) -> None:
    chance = random.Random(seed)
    before = state(kept_house)
    done = do_at_random(kept_house, chance, count)
    chance.shuffle(done)
    half = len(done) // 2

    for deed in done[:half]:
        take_back(kept_house, deed)
    assert is_as_in_bulk(kept_house)
    for deed in done[half:]:
        take_back(kept_house, deed)

    assert state(kept_house) == before


def test_some_deeds_undone_in_another_order_on_either_store(engine: Engine) -> None:
    fill(engine)
    before = state(engine)
    done = do_at_random(engine, random.Random(3), 6)
    assert len(done) >= 3

    for deed in done[1:] + done[:1]:
        take_back(engine, deed)

    assert state(engine) == before


def test_two_who_said_the_same_are_undone_one_by_one(engine: Engine) -> None:
    fill(engine)
    before = state(engine)
    first = say_of(engine, "p1", "n3", "same", author="staff:1")
    second = say_of(engine, "p1", "n3", "same", author="staff:2")

    take_back(engine, first)
    assert together(engine, "p1", "n3")

    take_back(engine, second)
    assert state(engine) == before
    with reading(engine) as session:
        assert session.scalars(select(Deed.undone_by)).all() == ["staff:2", "staff:2"]
        assert all(session.scalars(select(Decision.withdrawn_at)).all())


def test_a_deed_about_records_out_of_reach_is_not_there_to_undo(engine: Engine) -> None:
    fill(engine)
    take_in(engine, STRANGER | {"key": "w1"}, source="pms_b", at="annex")
    link_waiting(engine)
    deed = say_of(engine, "w1", "p1", "not_same")
    with reading(engine) as session:
        main = session.scalars(select(Property.id).where(Property.code == "main")).one()

    with pytest.raises(Refused) as refused:
        take_back(engine, deed, reach=Reach(frozenset({main})))

    assert refused.value.code == "deed.unknown"

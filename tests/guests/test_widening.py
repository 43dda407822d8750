"""How far what is solved again is widened: no guest is cut through, and what people said always holds."""

from __future__ import annotations

from itertools import pairwise

import pytest
from sqlalchemy import Engine, delete, select

from server.db import reading, writing
from server.guests import graph
from server.guests.linker import newest_model
from server.guests.linking import link_waiting
from server.guests.models import Question
from server.jobs.models import Job
from tests.builders import PATRICK, take_in
from tests.guests.any_order import seen
from tests.guests.deciding_house import apart, say_of, state, together

NAMES = (
    *("Anna Rossi", "Jean Petit", "Olga Ivanova", "Piet Visser", "Aino Niemi", "Tom Baker"),
    *("Inès Silva", "Lars Holm", "Ewa Nowak", "Ivan Horvat", "Nils Berg", "Kurt Vogel"),
)
ROW = [f"k{n}" for n in range(len(NAMES))]


def somebody(n: int) -> dict[str, str]:
    """One who has nothing in common with the others."""
    given, family = NAMES[n].split()
    return {"key": ROW[n], "first_name": given, "last_name": family, "email": f"{given}@{family}.example"} | {
        "mobile": f"+3361{n:02d}11{n:02d}1",
        "birth_date": f"19{50 + n}-02-{10 + n}",
    }


@pytest.fixture
def house(engine: Engine) -> Engine:
    """Twelve records that colleagues called one guest, each with the next; Patrick is not the last."""
    take_in(engine, *map(somebody, range(len(ROW))), PATRICK | {"key": "patrick"})
    link_waiting(engine)
    say_of(engine, "patrick", ROW[-1], "not_same")
    for one, next_one in pairwise(ROW):
        say_of(engine, one, next_one, "same")
    assert together(engine, *ROW)
    return engine


def test_a_word_holds_at_the_far_end_of_a_long_row_of_words(house: Engine) -> None:
    take_in(house, somebody(0) | {"key": "patrick"})  # now he is who the first of them is
    link_waiting(house)

    assert together(house, *ROW)
    assert apart(house, ["patrick"], ROW)
    with reading(house) as session:
        model = newest_model(session)
    as_it_came = seen(house)
    link_waiting(house, bulk=True, model=model)
    assert seen(house) == as_it_came


def test_what_is_cut_short_keeps_guests_whole_and_the_house_is_linked_anew(
    house: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "MOST_PASSES", 1)
    take_in(house, somebody(0) | {"key": "n1", "mobile": ""}, source="newsletter", kind="newsletter")
    link_waiting(house)

    assert together(house, *ROW)
    assert apart(house, ["n1"], ROW)
    state(house)
    with reading(house) as session:
        assert session.scalars(select(Question.kind)).all() == ["unsettled"]
        assert session.scalars(select(Job.kind)).all() == ["rematch"]

    link_waiting(house, bulk=True)
    assert together(house, "n1", *ROW)


def test_the_house_is_linked_anew_for_a_new_question_and_not_at_each_touch_of_an_old_one(
    house: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph, "MOST_PASSES", 1)
    asked = []
    for key in ("n1", "n2"):
        row = somebody(0) | {"key": key, "mobile": ""}
        take_in(house, row, source="newsletter", kind="newsletter")
        link_waiting(house)
        with writing(house) as session:
            assert session.scalars(select(Question.kind)).all() == ["unsettled"]
            asked.append(session.scalars(select(Job.kind)).all())
            session.execute(delete(Job))

    assert asked == [["rematch"], []]


def test_many_who_come_together_are_not_cut_short(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "MOST_CONTENTS", 8)
    take_in(engine, *map(somebody, range(len(ROW))))
    link_waiting(engine)
    again = [somebody(n) | {"key": f"n{n}", "city": "Lyon"} for n in range(len(ROW))]

    take_in(engine, *again, source="newsletter", kind="newsletter")
    link_waiting(engine)

    assert all(together(engine, ROW[n], f"n{n}") for n in range(len(ROW)))

"""Questions that wait: in their order, within reach, and hidden once they were put off."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.asking import count_open, open_questions
from server.guests.erasing import erase_records
from server.guests.linker import newest_model
from server.guests.linking import link_waiting
from server.guests.loading import Reader
from server.guests.models import Link, Question
from server.guests.questions import replace_all
from server.matching import match
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from tests.builders import NOON, PATRICK, take_in
from tests.guests.deciding_house import ask, fill, ids, say_of, take_back


@pytest.fixture
def house(engine: Engine) -> Engine:
    fill(engine)
    take_in(engine, *(PATRICK | {"key": f"x{n}"} for n in range(60)), source="spa", kind="spa")
    link_waiting(engine)
    return engine


def asked(engine: Engine, reach: Reach = EVERYWHERE) -> list[set[int]]:
    with reading(engine) as session:
        return [{question.one, question.other} for question in open_questions(session, reach, most=9)]


def counted(engine: Engine, reach: Reach = EVERYWHERE) -> int:
    with reading(engine) as session:
        return count_open(session, reach)


def test_what_would_settle_most_is_asked_first(house: Engine) -> None:
    ask(house, "p1", "n3", settles=1.0)
    ask(house, "s1", "p1", settles=3.0)

    assert asked(house) == [set(ids(house, "s1", "p1")), set(ids(house, "p1", "n3"))]
    assert counted(house) == 2


def test_a_question_put_off_is_hidden_until_one_of_the_two_changes(house: Engine) -> None:
    ask(house, "p1", "n3")
    deed = say_of(house, "p1", "n3", "undecided")
    assert (asked(house), counted(house)) == ([], 0)

    take_back(house, deed)
    assert counted(house) == 1

    say_of(house, "p1", "n3", "undecided")
    take_in(house, {"key": "p1", "first_name": "Paul", "last_name": "Lefèvre", "city": "Metz"})
    link_waiting(house)
    ask(house, "p1", "n3")
    assert asked(house) == [set(ids(house, "p1", "n3"))]


def test_only_so_many_questions_count_as_waiting_as_a_desk_can_answer(house: Engine) -> None:
    for one, other in (("p1", "n3"), ("s1", "p1"), ("s1", "n3"), ("A1", "p1")):
        ask(house, one, other)

    assert counted(house) == 3  # of 67 records


def test_nobody_is_asked_about_records_they_do_not_see(house: Engine) -> None:
    take_in(house, {"key": "w1", "first_name": "Paul", "last_name": "Lefèvre"}, source="pms_b", at="annex")
    link_waiting(house)
    ask(house, "p1", "n3")
    ask(house, "w1", "s1", settles=5.0)
    with reading(house) as session:
        main = session.scalars(select(Property.id).where(Property.code == "main")).one()
    only_main = Reach(frozenset({main}))

    assert asked(house, only_main) == [set(ids(house, "p1", "n3"))]
    assert counted(house, only_main) == 1


def test_nothing_is_asked_of_whom_was_erased_while_the_whole_house_was_compared(house: Engine) -> None:
    with reading(house) as session:
        guest_of = dict(session.execute(select(Link.record_id, Link.guest_id)).all())
        loaded, model = Reader(session).load(guest_of), newest_model(session)
        assert model is not None
        partition = match(loaded.records, model)
    gone = loaded.ids[partition.doubts[0].i]

    with writing(house) as session:
        erase_records(session, [gone], cause="erasure", now=NOON)
        replace_all(session, loaded, partition, guest_of)

    with reading(house) as session:
        asked_of = {q for pair in session.execute(select(Question.record_a, Question.record_b)) for q in pair}
    assert gone not in asked_of

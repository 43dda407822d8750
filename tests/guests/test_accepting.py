"""Accepting the obvious at once: what it takes, what it leaves to people, and its one undo."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from server.db import reading, writing
from server.guests import accepting
from server.guests.accepting import accept_obvious, begin_accepting, carry_on, find_obvious
from server.guests.linker import Changes, touch
from server.guests.linking import link_waiting
from server.guests.models import Decision, Deed
from server.guests.undoing import undo
from server.properties.reach import EVERYWHERE
from server.records.models import SourceRecord
from server.refusal import Refused
from tests.builders import NOON, take_in
from tests.guests.deciding_house import apart, ask, ids, say_of, state, take_back, together

NAMES = ("Aurélie Vasseur", "Bruno Castagnet", "Cécile Daumas", "Denis Eyraud")


def namesake(key: str, name: str, **more: str) -> dict[str, str]:
    first, last = name.split()
    return {"key": key, "first_name": first, "last_name": last} | more


def town(n: int) -> dict[str, str]:
    return {"postal_code": f"6900{n + 1}", "city": "Lyon", "country": "FR"}


@pytest.fixture
def house(engine: Engine) -> Engine:
    """Four guests, each in two systems that have only name and town in common; each is a question."""
    take_in(engine, *(namesake(f"a{n}", name, **town(n)) for n, name in enumerate(NAMES)))
    others = (
        namesake(f"b{n}", name, **town(n), email=f"{name.split()[1]}.{n}@posteo.example")
        for n, name in enumerate(NAMES)
    )
    take_in(engine, *others, source="spa", kind="spa")
    link_waiting(engine)
    for n in range(len(NAMES)):
        assert not together(engine, f"a{n}", f"b{n}")
        ask(engine, f"a{n}", f"b{n}")
    return engine


def accept(engine: Engine, *, limit: int = 100, dry_run: bool = False) -> accepting.Accepted:
    return accept_obvious(engine, at_least=0.6, limit=limit, dry_run=dry_run, author="staff:3")


def test_the_obvious_is_accepted_as_one_deed_and_undone_at_once(house: Engine) -> None:
    before = state(house)

    accepted = accept(house)

    assert len(accepted.pairs) == 4
    assert all(together(house, f"a{n}", f"b{n}") for n in range(4))
    with reading(house) as session:
        deed = session.scalars(select(Deed)).one()
        assert (deed.id, deed.kind, deed.author) == (accepted.deed_id, "accept", "staff:3")
    take_back(house, deed)
    assert state(house) == before


def test_who_takes_back_what_was_accepted_at_once_takes_back_no_other_deed(house: Engine) -> None:
    deed = say_of(house, "a0", "b0", "same")

    with writing(house) as session, pytest.raises(Refused, match=r"deed\.unknown"):
        undo(session, deed.id, author="command", now=NOON, kind="accept")

    assert together(house, "a0", "b0")


def test_a_dry_run_says_what_it_would_take_and_changes_nothing(house: Engine) -> None:
    before = state(house)

    accepted = accept(house, dry_run=True, limit=3)

    assert (len(accepted.pairs), accepted.looked_at, accepted.deed_id) == (3, 4, None)
    assert state(house) == before


def test_what_anything_speaks_against_is_left_to_a_person(house: Engine) -> None:
    take_in(house, namesake("a0", NAMES[0], birth_date="1950-01-01"))
    take_in(house, namesake("b0", NAMES[0], birth_date="1988-08-08"), source="spa", kind="spa")
    link_waiting(house)

    accept(house)

    assert apart(house, ["a0"], ["b0"])
    assert together(house, "a1", "b1")


def test_a_name_alone_is_left_to_a_person(house: Engine) -> None:
    take_in(house, namesake("a0", NAMES[0]))
    link_waiting(house)
    ask(house, "a0", "b0")

    accept(house)

    assert apart(house, ["a0"], ["b0"])
    assert together(house, "a1", "b1")


def test_an_initial_a_typed_form_and_a_question_put_off_are_left_to_a_person(house: Engine) -> None:
    take_in(house, {"key": "a0", "first_name": "A.", "last_name": "Vasseur"})
    link_waiting(house)
    with writing(house) as session:
        session.execute(update(SourceRecord).where(SourceRecord.key == "b1").values(proof="typed"))
    say_of(house, "a2", "b2", "undecided")

    accepted = accept(house)

    assert [set(pair) for pair in accepted.pairs] == [set(ids(house, "a3", "b3"))]


def test_a_guest_of_more_records_than_are_heard_is_left_to_a_person(
    house: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(house, namesake("c1", NAMES[1], **town(1)), source="till", kind="till")
    link_waiting(house)
    say_of(house, "a1", "c1", "same")
    monkeypatch.setattr(accepting, "MOST_RECORDS", 1)

    accepted = accept(house)

    assert apart(house, ["a1"], ["b1"])
    assert len(accepted.pairs) == 3


def test_a_question_that_somebody_answers_while_it_runs_keeps_their_answer(house: Engine) -> None:
    with writing(house) as session:
        chosen = find_obvious(session, at_least=0.6, limit=9, reach=EVERYWHERE)
        begin_accepting(session, chosen.pairs, at_least=0.6, author="staff:3", now=NOON)
    say_of(house, "a2", "b2", "not_same")

    carry_on(house)

    assert apart(house, ["a2"], ["b2"])
    assert together(house, "a3", "b3")
    state(house)


def test_a_run_that_was_killed_goes_on_and_ends_in_the_same_state(
    house: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accepting, "BATCH", 1)
    calls = []

    def killed(*args: Any, **how: Any) -> Changes:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return touch(*args, **how)

    monkeypatch.setattr(accepting, "touch", killed)
    with pytest.raises(KeyboardInterrupt):
        accept(house)
    with reading(house) as session:
        assert len(session.scalars(select(Decision.id)).all()) == 2

    accept(house)

    assert all(together(house, f"a{n}", f"b{n}") for n in range(4))
    with reading(house) as session:
        assert len(session.scalars(select(Deed.id)).all()) == 1
    state(house)


def test_a_deed_undone_halfway_is_not_carried_on(house: Engine) -> None:
    with writing(house) as session:
        chosen = find_obvious(session, at_least=0.6, limit=9, reach=EVERYWHERE)
        deed = begin_accepting(session, chosen.pairs, at_least=0.6, author="staff:3", now=NOON)
    take_back(house, deed)

    carry_on(house)

    assert not any(together(house, f"a{n}", f"b{n}") for n in range(4))


@pytest.mark.parametrize(("at_least", "limit"), [(0.4, 10), (1.1, 10), (0.9, 0), (0.9, 501)])
def test_a_line_or_a_limit_that_cannot_be_is_refused(house: Engine, at_least: float, limit: int) -> None:
    with pytest.raises(Refused) as refused:
        accept_obvious(house, at_least=at_least, limit=limit, dry_run=True, author="staff:3")

    assert refused.value.code == "accept.limits"

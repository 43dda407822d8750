"""A colleague says which stays are one and which are two: for ever, revenue with it, and back again."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.erasing import erase_records
from server.guests.linking import link_waiting
from server.guests.models import Deed, StayWord
from server.guests.one_stay import join_stays, living_tellings, part_stay, seen_of_stays
from server.journal.models import JournalEntry
from server.privacy.check import check
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.refusal import Refused
from server.reporting.revenue import revenue
from server.stays.models import Stay
from tests.builders import NOON, PATRICK, take_in
from tests.guests.deciding_house import ids, state, take_back
from tests.guests.test_staying import BOOKING, arrive, book, told_by

HERE = PATRICK | {"stay_from": "2026-05-01", "stay_to": "2026-05-03", "amount": "280", "room": "12"}
NEXT = HERE | {"stay_from": "2026-05-04", "stay_to": "2026-05-06", "amount": "150"}


def fill(engine: Engine) -> None:
    """Patrick was there on two days that a night lies between; a channel tells of the first as well."""
    book(engine)
    take_in(engine, HERE | {"key": "A1"}, NEXT | {"key": "A2"}, stay_kind="stay")
    link_waiting(engine)


def stay_of(engine: Engine, key: str) -> str:
    with reading(engine) as session:
        return next(
            stay
            for stay in session.scalars(select(Stay.id))
            for row in living_tellings(session, stay)
            if row.name.endswith(key)
        )


def seen_now(engine: Engine, *stays: str) -> str:
    with reading(engine) as session:
        return seen_of_stays(session, stays)


def join(engine: Engine, one: str, other: str, *, seen: str | None = None, author: str = "staff:1") -> Deed:
    here, there = stay_of(engine, one), stay_of(engine, other)
    seen = seen or seen_now(engine, here, there)
    with writing(engine) as session:
        return join_stays(session, here, there, seen=seen, author=author, reason="stayed on", now=NOON)


def part(
    engine: Engine, key: str, *, seen: str | None = None, author: str = "staff:1", reach: Reach = EVERYWHERE
) -> Deed:
    stay = stay_of(engine, key)
    seen = seen or seen_now(engine, stay)
    with reading(engine) as session:
        taken = [row.place for row in living_tellings(session, stay) if row.name.endswith(key)]
    with writing(engine) as session:
        return part_stay(
            session, stay, taken, seen=seen, author=author, reason="two of them", now=NOON, reach=reach
        )


def brought(engine: Engine) -> Decimal:
    with reading(engine) as session:
        return revenue(session, EVERYWHERE, None, None)["EUR"]


def test_two_stays_are_one_at_once_and_whatever_comes_again(engine: Engine) -> None:
    fill(engine)
    assert told_by(engine) == [["4817985054", "A1"], ["A2"]]

    deed = join(engine, "A1", "A2")

    one_stay = [["4817985054", "A1", "A2"]]
    assert told_by(engine) == one_stay
    book(engine, BOOKING | {"amount": "310"})
    arrive(engine, NEXT | {"key": "A2", "amount": "160"})
    link_waiting(engine, bulk=True)
    state(engine)
    assert told_by(engine) == one_stay
    take_back(engine, deed)
    assert told_by(engine) == [["4817985054", "A1"], ["A2"]]
    state(engine)


def test_one_stay_is_two_at_once_and_its_money_is_counted_twice_then(engine: Engine) -> None:
    fill(engine)
    before = state(engine)
    assert brought(engine) == Decimal(430)

    deed = part(engine, "4817985054")

    assert told_by(engine) == [["4817985054"], ["A1"], ["A2"]]
    assert brought(engine) == Decimal(730)
    link_waiting(engine, bulk=True)
    arrive(engine, PATRICK | HERE | {"key": "A3", "reference": "4817985054"})
    assert sorted(map(len, told_by(engine))) == [1, 1, 2]
    (third,) = ids(engine, "A3")
    with writing(engine) as session:
        erase_records(session, [third], cause="erasure", now=NOON)
    take_back(engine, deed)
    assert state(engine) == before


def test_undone_in_any_order_the_state_is_as_it_was(engine: Engine) -> None:
    fill(engine)
    before = state(engine)
    joined = join(engine, "A1", "A2")
    parted = part(engine, "4817985054")
    assert told_by(engine) == [["4817985054"], ["A1", "A2"]]

    take_back(engine, joined)
    assert told_by(engine) == [["4817985054"], ["A1"], ["A2"]]
    take_back(engine, parted)

    assert state(engine) == before
    with reading(engine) as session:
        acts = session.scalars(
            select(JournalEntry.act).where(JournalEntry.act.startswith("guests.")).order_by(JournalEntry.id)
        ).all()
    assert acts == ["guests.join_stays", "guests.part_stays", "guests.undo", "guests.undo"]


def test_the_first_wins_and_the_second_hears_who_it_was(engine: Engine) -> None:
    fill(engine)
    seen = seen_now(engine, stay_of(engine, "A1"))
    part(engine, "4817985054", author="staff:1")

    with pytest.raises(Refused) as refused:
        part(engine, "A1", seen=seen, author="staff:2")

    assert refused.value.code == "decision.by_another"
    assert refused.value.params == {"who": "staff:1"}


def test_who_says_otherwise_is_told_who_spoke_before(engine: Engine) -> None:
    fill(engine)
    join(engine, "A1", "A2")

    with pytest.raises(Refused) as refused:
        part(engine, "A2")
    assert refused.value.code == "decision.contradicts"

    with reading(engine) as session:
        assert session.scalar(select(Deed.kind)) == "join_stays"
        assert len(session.scalars(select(StayWord.id)).all()) == 1


REFUSED = {
    "stays.nothing_left": ("4817985054", "A1"),
    "stays.nothing_taken": ("A2",),
}


@pytest.mark.parametrize("code", REFUSED)
def test_what_makes_no_sense_is_refused(engine: Engine, code: str) -> None:
    fill(engine)
    stay = stay_of(engine, "A1")
    with reading(engine) as session:
        rows = [row for s in session.scalars(select(Stay.id)) for row in living_tellings(session, s)]
    taken = [row.place for row in rows if row.name.endswith(REFUSED[code])]

    seen = seen_now(engine, stay)
    with pytest.raises(Refused) as refused, writing(engine) as session:
        part_stay(session, stay, taken, seen=seen, author="staff:1", reason="why", now=NOON)

    assert refused.value.code == code


def test_stays_of_two_houses_are_two(engine: Engine) -> None:
    fill(engine)
    elsewhere = NEXT | {"key": "B1"}
    take_in(engine, elsewhere, source="pms_b", at="other", stay_kind="stay")
    link_waiting(engine)

    with pytest.raises(Refused) as refused:
        join(engine, "A2", "B1")

    assert refused.value.code == "stays.two_houses"
    with reading(engine) as session:
        assert session.scalars(select(Deed.id)).all() == []


def test_nobody_decides_about_a_stay_of_another_house(engine: Engine) -> None:
    fill(engine)
    with reading(engine) as session:
        other = max(session.scalars(select(Property.id))) + 1

    with pytest.raises(Refused) as refused:
        part(engine, "A1", reach=Reach(frozenset({other})))

    assert refused.value.code == "stays.unknown"


def test_what_a_colleague_said_goes_with_the_record_it_was_said_of(engine: Engine) -> None:
    fill(engine)
    join(engine, "A1", "A2")
    (gone,) = ids(engine, "A1")

    with writing(engine) as session:
        erase_records(session, [gone], cause="erasure", now=NOON)

    assert told_by(engine) == [["4817985054"], ["A2"]]
    with reading(engine) as session:
        assert check(session) == []
        assert session.scalars(select(StayWord.id)).all() == []

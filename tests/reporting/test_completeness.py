"""The numbers of contact completeness: what they count, and that each opens exactly its guests."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.properties.reach import EVERYWHERE
from server.refusal import Refused
from server.reporting.behind import Asked, guest_ids_behind
from server.reporting.completeness import Completeness, Share, completeness
from server.reporting.counting import count_house, write_counts
from tests.builders import PATRICK, take_in

TODAY = date(2026, 6, 1)
LEFT = {"stay_from": "2026-05-01", "stay_to": "2026-05-03"}
ALIAS = "pmarti.347203@guest.booking.com"


def count(engine: Engine, today: date = TODAY) -> Completeness:
    with reading(engine) as session:
        rows = count_house(session, today)
    with writing(engine) as session:
        write_counts(session, today, rows)
    with reading(engine) as session:
        return completeness(session)


def behind(session: Session, asked: Asked) -> int:
    return (
        session.scalar(
            select(func.count()).select_from(guest_ids_behind(asked, TODAY, EVERYWHERE).subquery())
        )
        or 0
    )


@pytest.fixture
def house(engine: Engine) -> Engine:
    """Two stays: Patrick's came with an alias, Olga's with nothing; Patrick's real address is elsewhere."""
    take_in(
        engine,
        PATRICK | LEFT | {"key": "A1", "email": ALIAS},
        LEFT | {"key": "A2", "first_name": "Olga", "last_name": "Ivanova"},
        stay_kind="stay",
    )
    take_in(engine, PATRICK | {"key": "n1", "email_consent": "yes"}, source="newsletter", kind="newsletter")
    link_waiting(engine)
    return engine


def test_nothing_is_claimed_before_anything_was_counted(engine: Engine) -> None:
    with reading(engine) as session:
        empty = completeness(session)

    assert empty.day is None
    assert empty.main_after.reachable == Share(0, 0)
    assert empty.main_after.reachable.rate is None


def test_unification_turns_an_alias_into_a_guest_who_can_be_reached(house: Engine) -> None:
    counted = count(house)

    assert counted.main_before.filled == Share(1, 2)
    assert counted.main_before.reachable == Share(0, 2)
    assert counted.main_after.reachable == Share(1, 2)
    assert counted.main_after.marketable == Share(1, 2)


def test_guests_are_counted_once_and_records_each(house: Engine) -> None:
    counted = count(house)

    assert counted.people_before.reachable == Share(1, 3)
    assert counted.people_after.reachable == Share(1, 2)


@pytest.mark.parametrize(
    "change",
    [
        {"status": "cancelled"},
        {"status": "no show"},
        {"stay_to": "2026-05-01"},
        {"stay_to": "2026-06-02"},
        {"birth_date": "2015-02-01"},
    ],
    ids=["cancelled", "no-show", "day use", "not yet left", "child"],
)
def test_only_stays_of_adults_who_slept_here_and_left_are_counted(
    house: Engine, change: dict[str, str]
) -> None:
    olga = LEFT | {"key": "A2", "first_name": "Olga", "last_name": "Ivanova"} | change
    take_in(house, olga, stay_kind="stay")
    link_waiting(house)

    assert count(house).main_after.reachable == Share(1, 1)


def test_a_stay_that_two_systems_tell_of_is_counted_as_the_pms_tells_it(house: Engine) -> None:
    take_in(
        house, PATRICK | LEFT | {"key": "o1", "email": ALIAS}, source="ota", kind="channel", stay_kind="stay"
    )
    link_waiting(house)

    assert count(house).main_after.reachable == Share(1, 2)


def test_one_no_outweighs_every_yes(house: Engine) -> None:
    take_in(house, PATRICK | {"key": "s1", "email_consent": "no"}, source="shop", kind="shop")
    link_waiting(house)

    assert count(house).main_after.marketable == Share(0, 2)


def test_the_change_since_last_month_is_told_from_the_counts_kept_by_day(house: Engine) -> None:
    assert count(house).change is None
    olga = LEFT | {"key": "A2", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.iv@mail.ru"}
    take_in(house, olga, stay_kind="stay")
    link_waiting(house)

    later = count(house, date(2026, 7, 1))

    assert later.day == date(2026, 7, 1)
    assert later.change == 0.5


def test_counting_twice_a_day_keeps_one_count(house: Engine) -> None:
    assert count(house) == count(house)


def test_every_number_opens_exactly_its_guests(house: Engine) -> None:
    counted = count(house)

    with reading(house) as session:
        for code, share in (
            ("email.filled", counted.people_after.filled),
            ("email.reachable", counted.people_after.reachable),
            ("email.marketable", counted.people_after.marketable),
        ):
            asked = Asked("guests", "after", code)
            assert behind(session, asked) == share.part
            assert behind(session, replace(asked, lacking=True)) == share.whole - share.part
        assert behind(session, Asked("stays", "before", "email.reachable", lacking=True)) == 2
        for name, number in counted.classes_after.items():
            assert behind(session, Asked("guests", "after", f"class:{name}")) == number


@pytest.mark.parametrize(
    "asked",
    [
        Asked(number="email.secret"),
        Asked(population="staff"),
        Asked(number="class:gold"),
        Asked("stays", "after", "all", month="May"),
    ],
)
def test_a_number_there_is_not_is_refused(asked: Asked) -> None:
    with pytest.raises(Refused):
        guest_ids_behind(asked, TODAY, EVERYWHERE)

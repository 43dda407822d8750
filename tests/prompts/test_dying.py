"""Whose only address dies when, and what is best done about it: who is here is asked here."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.devices.models import Device
from server.prompts.alias_life import dies_on
from server.prompts.dying import Dying, dying
from server.prompts.models import Asking, Declined
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, Reach
from server.properties.setup import default_property
from tests.builders import NOON
from tests.prompts.asked import ALIAS, ask, book, came, guest, stay_of

ANNA = guest("Anna Rossi")
TODAY = {"stay_from": "2026-05-04", "stay_to": "2026-05-06"}
HERE = {"stay_from": "2026-05-02", "stay_to": "2026-05-06", "status": "in_house"}
LEFT = {"stay_from": "2026-04-28", "stay_to": "2026-05-01", "status": "left"}


def listed(engine: Engine, reach: Reach = EVERYWHERE) -> list[Dying]:
    with reading(engine) as session:
        return dying(session, reach, now=NOON)


def approve(engine: Engine, **changed: Any) -> None:
    with writing(engine) as session:
        place = default_property(session).id
        session.add(Asking(property_id=place, approved_at=NOON, approved_by="staff:1", **changed))


def lay_out_a_tablet(engine: Engine) -> None:
    with writing(engine) as session:
        place = default_property(session).id
        session.add(
            Device(
                property_id=place, name="Lobby", token_hash=b"1" * 32, enrolled_at=NOON, enrolled_by="staff:1"
            )
        )


@pytest.mark.parametrize(
    ("alias", "dies"),
    [
        ("a@guest.booking.com", date(2026, 7, 5)),
        ("a@m.expediapartnercentral.com", date(2026, 6, 5)),
        ("a@guest.airbnb.com", date(2026, 5, 8)),
        ("a@notbooking.com", date(2026, 6, 5)),
    ],
)
def test_an_alias_dies_some_days_after_departure_by_its_site(alias: str, dies: date) -> None:
    assert dies_on(alias, date(2026, 5, 6)) == dies


@pytest.mark.parametrize(
    ("told", "is_listed"),
    [
        (TODAY | {"email": ALIAS}, True),
        (TODAY, True),
        (HERE, True),
        (TODAY | {"email": "anna@posteo.de"}, False),
        (TODAY | {"status": "cancelled"}, False),
        (LEFT | {"email": ALIAS}, True),
        ({"stay_from": "2026-05-05", "stay_to": "2026-05-06"}, False),
        ({"stay_from": "2026-03-05", "stay_to": "2026-03-06", "email": ALIAS}, False),
        (TODAY | {"birth_date": "2015-02-03"}, False),
        (TODAY | {"group_reference": "G-1"}, False),
    ],
)
def test_who_arrives_is_here_or_just_left_without_an_address_of_their_own_is_listed(
    engine: Engine, told: dict[str, str], is_listed: bool
) -> None:
    book(engine, ANNA | {"key": "A1"} | told)

    assert bool(listed(engine)) is is_listed


def test_an_address_that_any_record_of_the_house_has_is_enough(engine: Engine) -> None:
    book(engine, ANNA | TODAY | {"key": "A1", "email": ALIAS})
    came(engine, ANNA | {"email": "anna@posteo.de"})

    assert listed(engine) == []


@pytest.mark.parametrize(
    ("told", "approved", "tablet", "action"),
    [
        (HERE, None, True, "tablet"),
        (HERE, {}, True, "tablet"),
        (HERE, {}, False, "text"),
        (HERE, None, False, "aloud"),
        (HERE | {"mobile": "", "email": ALIAS}, {"asks_through_alias": True}, False, "aloud"),
        (TODAY, {}, False, "text"),
        (LEFT | {"email": ALIAS}, {}, True, "text"),
        (LEFT | {"email": ALIAS}, None, True, "telephone"),
        (LEFT | {"mobile": "", "email": ALIAS}, {"asks_through_alias": True}, False, "alias"),
    ],
)
def test_the_best_next_thing(
    engine: Engine, told: dict[str, str], approved: dict[str, Any] | None, tablet: bool, action: str
) -> None:
    book(engine, ANNA | {"key": "A1"} | told)
    if approved is not None:
        approve(engine, **approved)
    if tablet:
        lay_out_a_tablet(engine)

    assert [row.action for row in listed(engine)] == [action]


def test_who_left_and_cannot_be_reached_any_more_is_not_listed(engine: Engine) -> None:
    book(engine, ANNA | LEFT | {"key": "A1", "mobile": ""})

    assert listed(engine) == []


@pytest.mark.parametrize(
    ("state", "action"), [("planned", "planned"), ("asked", "asked"), ("closed", "aloud")]
)
def test_a_question_that_is_planned_or_out_is_awaited_and_none_is_put_twice(
    engine: Engine, state: str, action: str
) -> None:
    book(engine, ANNA | TODAY | {"key": "A1"})
    approve(engine)
    ask(engine, "A1", state)

    (row,) = listed(engine)

    assert row.action == action
    assert (row.asked_at == NOON) is (state != "closed" or row.asked_at is not None)


@pytest.mark.parametrize(
    ("said", "is_listed"),
    [
        ({"answer": "declined", "until": date(2026, 5, 6)}, False),
        ({"answer": "has_none"}, False),
        ({"answer": "dont_ask", "purpose": "stay_info"}, False),
        ({"answer": "declined", "until": date(2026, 5, 3)}, True),
        ({"answer": "declined", "ended_at": NOON}, True),
        ({"answer": "declined", "purpose": "survey"}, True),
    ],
)
def test_an_honourable_no_is_not_asked_again(engine: Engine, said: dict[str, Any], is_listed: bool) -> None:
    book(engine, ANNA | TODAY | {"key": "A1"})
    record_id, _, _, property_id = stay_of(engine, "A1")
    with writing(engine) as session:
        facts = {"purpose": "email", "by": "guest", "at": NOON} | said
        session.add(Declined(record_id=record_id, property_id=property_id, **facts))

    assert bool(listed(engine)) is is_listed


def test_the_soonest_stands_first(engine: Engine) -> None:
    book(
        engine,
        guest("Berta Klein", key="B", stay_from="2026-05-04", stay_to="2026-05-08"),
        guest("Clara Gross", key="C", stay_from="2026-05-04", stay_to="2026-05-05"),
        guest("Dora Mittel", key="D", stay_from="2026-05-04", stay_to="2026-05-05", email=ALIAS),
    )

    rows = listed(engine)

    assert [row.name for row in rows] == ["Clara Gross", "Berta Klein", "Dora Mittel"]
    assert [row.days_left for row in rows] == [1, 4, 61]


def test_a_house_sees_its_own_guests_and_only_what_it_knows_of_them(engine: Engine) -> None:
    book(engine, ANNA | TODAY | {"key": "A1"})
    book(engine, guest("Otto Lang") | TODAY | {"key": "L1"}, house="lake")
    came(engine, ANNA | {"email": "anna@posteo.de"}, house="lake")
    with reading(engine) as session:
        ids = dict(session.execute(select(Property.code, Property.id)).all())

    assert [row.name for row in listed(engine, Reach(frozenset({ids["lake"]})))] == ["Otto Lang"]
    assert [row.name for row in listed(engine, Reach(frozenset({ids["main"]})))] == ["Anna Rossi"]

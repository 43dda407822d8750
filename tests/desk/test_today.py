"""Arrivals ask for what no record of the guest holds, not for what the booking lacks."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import Flask

from server.db import reading
from server.guests.arrivals import arrivals
from server.guests.linking import link_waiting
from server.properties.reach import EVERYWHERE
from tests.builders import PATRICK, take_in
from tests.desk.filled import ALIAS

MORNING = datetime(2026, 6, 2, 7, tzinfo=UTC)


def test_a_guest_whose_address_another_system_knows_is_not_asked_for_it(house: Flask) -> None:
    engine = house.config["ENGINE"]
    booking = PATRICK | {"key": "A1", "email": ALIAS, "stay_from": "2026-06-02", "stay_to": "2026-06-04"}
    take_in(engine, booking | {"status": "booked"}, stay_kind="stay")
    link_waiting(engine)
    with reading(engine) as session:
        before = arrivals(session, EVERYWHERE, now=MORNING)

    take_in(engine, PATRICK | {"key": "n1"}, source="newsletter", kind="newsletter")
    link_waiting(engine)
    with reading(engine) as session:
        after = arrivals(session, EVERYWHERE, now=MORNING)

    assert [arrival.missing for arrival in before] == [("e-mail",)]
    assert [arrival.missing for arrival in after] == [()]


def test_an_arrival_that_is_not_linked_yet_is_judged_by_its_own_record(house: Flask) -> None:
    engine = house.config["ENGINE"]
    booking = {"key": "A1", "last_name": "Ivanova", "stay_from": "2026-06-02", "stay_to": "2026-06-04"}
    take_in(engine, booking | {"status": "booked"}, stay_kind="stay")

    with reading(engine) as session:
        (arrival,) = arrivals(session, EVERYWHERE, now=MORNING)

    assert arrival.missing == ("e-mail", "mobile")


def test_a_profile_that_comes_twice_before_it_is_linked_arrives_once(house: Flask) -> None:
    engine = house.config["ENGINE"]
    profile = PATRICK | {"key": "A1", "stay_from": "2026-06-02", "stay_to": "2026-06-04", "room": "12"}
    for room in ("12", "14"):
        take_in(engine, profile | {"room": room}, stay_kind="stay", of="profile")

    with reading(engine) as session:
        expected = arrivals(session, EVERYWHERE, now=MORNING)

    assert [arrival.room for arrival in expected] == ["14"]


@pytest.mark.parametrize("before", ["2026-06-02", "2026-05-01"])
def test_a_guest_whom_we_know_is_expected_once_before_the_new_telling_is_linked(
    house: Flask, before: str
) -> None:
    engine = house.config["ENGINE"]
    profile = PATRICK | {"key": "A1", "stay_to": "2026-06-04"}
    take_in(engine, profile | {"stay_from": before}, stay_kind="stay", of="profile")
    link_waiting(engine)
    take_in(engine, profile | {"stay_from": "2026-06-02", "room": "14"}, stay_kind="stay", of="profile")

    with reading(engine) as session:
        expected = arrivals(session, EVERYWHERE, now=MORNING)

    assert [arrival.name for arrival in expected] == ["Patrick Martin"]

"""The desk hands a stay over to a tablet: by one key, with a code, and it says how that stands."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.captures.handing import take, waiting_for
from server.captures.identifiers import new_capture_id
from server.captures.models import Handover
from server.clock import clock
from server.db import reading, writing
from server.devices.enrolling import revoke_device
from server.devices.models import Device
from server.stays.models import Stay
from tests.captures.tablet import Tablet, new_tablet
from tests.house import expect_guest, token_of


@pytest.fixture
def record(house: Flask) -> int:
    return expect_guest(house.config["ENGINE"], now=clock()).record_id


@pytest.fixture
def tablet(house: Flask, record: int) -> Tablet:
    return new_tablet(house.config["ENGINE"], secret=house.config["INDEX_KEY"], now=clock())


def press(desk: FlaskClient, **form: object) -> TestResponse:
    said = {"csrf_token": token_of(desk, "/desk/tablets"), **form}
    return desk.post("/desk/hand-over", data=said)


def row(house: Flask) -> Handover:
    with reading(house.config["ENGINE"]) as session:
        return session.scalars(select(Handover).order_by(Handover.id.desc())).first() or Handover()


def state(desk: FlaskClient, number: int) -> str:
    answer = desk.get(f"/desk/hand-over/{number}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_todays_arrival_goes_to_tablet_1_and_the_desk_sees_it_open(
    house: Flask, desk: FlaskClient, record: int, tablet: Tablet
) -> None:
    assert 'data-line-hotkey="t"' in desk.get("/").get_data(as_text=True)

    page = press(desk, record=record).get_data(as_text=True)
    assert "Opening on Tablet 1" in page
    assert re.search(r"<code>[2-9A-Z]{3} [2-9A-Z]{3}</code>", page)
    with writing(house.config["ENGINE"]) as session:
        device = session.get_one(Device, tablet.device)
        waits = waiting_for(session, device, now=clock())
        assert waits is not None
        take(session, device, waits.id, new_capture_id(clock()), now=clock())

    assert "It is open on Tablet 1" in state(desk, waits.id)


def test_a_tablet_that_does_not_take_it_is_told_of_and_what_can_be_done_instead(
    house: Flask, desk: FlaskClient, record: int, tablet: Tablet
) -> None:
    press(desk, record=record)
    with writing(house.config["ENGINE"]) as session:
        made = session.scalars(select(Handover)).one()
        made.made_at -= timedelta(seconds=30)
    assert "Tablet 1 does not take it" in state(desk, made.id)
    assert "the guest begins without it" in state(desk, made.id)

    with writing(house.config["ENGINE"]) as session:
        session.get_one(Handover, made.id).expires_at = clock()
    assert "Nobody opened it in time" in state(desk, made.id)


def test_a_stay_is_handed_over_from_its_own_page_and_taken_back(
    house: Flask, desk: FlaskClient, record: int, tablet: Tablet
) -> None:
    with reading(house.config["ENGINE"]) as session:
        stay = session.scalars(select(Stay.id).where(Stay.record_id == record)).one()

    assert press(desk, stay=stay).status_code == 200
    number = row(house).id
    back = desk.post(f"/desk/hand-over/{number}/back", data={"csrf_token": token_of(desk, "/desk/tablets")})

    assert back.status_code == 303
    assert "it was taken back" in state(desk, number)


def test_another_tablet_takes_its_place_by_name(
    house: Flask, desk: FlaskClient, record: int, tablet: Tablet
) -> None:
    other = new_tablet(house.config["ENGINE"], secret=house.config["INDEX_KEY"], now=clock())

    assert "On Tablet 2 instead" in press(desk, record=record).get_data(as_text=True)
    assert "Opening on Tablet 2" in press(desk, record=record, device=other.device).get_data(as_text=True)

    assert row(house).device_id == other.device


def test_where_no_tablet_is_in_use_nothing_is_offered_and_a_press_is_told_so(
    house: Flask, desk: FlaskClient, record: int, tablet: Tablet
) -> None:
    with writing(house.config["ENGINE"]) as session:
        revoke_device(session, tablet.device, actor="staff:1", now=clock())

    assert "data-line-hotkey" not in desk.get("/").get_data(as_text=True)
    assert "This house has no tablet" in press(desk, record=record).get_data(as_text=True)


@pytest.mark.parametrize("form", [{}, {"record": "0"}, {"record": "9" * 40}, {"stay": "x"}, {"stay": "../1"}])
def test_what_is_no_stay_is_not_handed_over(desk: FlaskClient, tablet: Tablet, form: dict[str, str]) -> None:
    assert press(desk, **form).status_code == 303
    assert "There is no stay to hand over" in desk.get("/").get_data(as_text=True)


def test_a_stay_that_is_over_is_not_handed_over(
    house: Flask, desk: FlaskClient, record: int, tablet: Tablet
) -> None:
    with writing(house.config["ENGINE"]) as session:
        session.scalars(select(Stay).where(Stay.record_id == record)).one().status = "cancelled"

    assert press(desk, record=record).status_code == 303
    assert "There is no stay to hand over" in desk.get("/").get_data(as_text=True)

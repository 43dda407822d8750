"""Tablets at the desk: how each is, a new one, a lost one and whom to ask again."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.captures.bringing import KIND, PROTOCOL
from server.captures.models import SealedForm
from server.captures.opening import give_up_first
from server.captures.tablets import standing_of
from server.clock import clock
from server.db import reading, writing
from server.devices.beating import note_beat, read_beat
from server.devices.enrolling import export_code
from server.devices.models import Device
from server.guests.linking import link_waiting
from server.journal.models import JournalEntry
from server.keys import read_key
from server.properties.finding import today_at
from server.properties.setup import default_property
from server.records.models import Problem
from server.release import this_release
from tests.builders import take_in
from tests.captures.tablet import Tablet, hand_over, new_tablet
from tests.house import token_of


@pytest.fixture
def tablet(house: Flask) -> Tablet:
    """A tablet that was heard of a moment ago."""
    made = new_tablet(house.config["ENGINE"], secret=house.config["INDEX_KEY"], now=clock())
    beat(house, made)
    return made


def beat(house: Flask, tablet: Tablet, *, minutes_ago: int = 0, **said: Any) -> None:
    with writing(house.config["ENGINE"]) as session:
        at = clock() - timedelta(minutes=minutes_ago)
        told = read_beat({"sent_at": at.isoformat()} | said)
        note_beat(session.get_one(Device, tablet.device), told, now=at)


def post(desk: FlaskClient, address: str, page: str = "/desk/tablets", **form: str) -> TestResponse:
    return desk.post(address, data={"csrf_token": token_of(desk, page), **form})


def page_of(desk: FlaskClient, address: str = "/desk/tablets") -> str:
    answer = desk.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_the_desk_sees_what_waits_on_a_tablet_and_since_when(
    house: Flask, desk: FlaskClient, tablet: Tablet
) -> None:
    assert "none waits" in page_of(desk)

    since = (clock() - timedelta(minutes=30)).isoformat()
    beat(house, tablet, waiting=3, last_number=3, waiting_since=since)
    assert "3 forms wait" in page_of(desk)

    beat(house, tablet, minutes_ago=11)
    assert "Nothing heard since" in page_of(desk)


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"last_number": 2}, "these forms never arrived: 1, 2."),
        ({"parked": 1, "waiting": 1, "last_number": 1}, "1 form could not be taken"),
        ({"used": 95, "quota": 100}, "nearly full"),
        ({"persisted": False}, "did not promise to keep"),
        ({"battery": 9, "charging": False}, "9 %, and it is not charging"),
        ({"trouble": "no_storage"}, "It says: no_storage."),
        ({"sent_at": "2020-01-01T00:00:00+00:00"}, "Its clock is wrong"),
    ],
)
def test_what_ails_a_tablet_is_said(
    house: Flask, desk: FlaskClient, tablet: Tablet, said: dict[str, Any], told: str
) -> None:
    beat(house, tablet, **said)

    assert told in " ".join(page_of(desk).split())


def test_what_still_waits_on_a_tablet_is_not_missing(house: Flask, tablet: Tablet) -> None:
    engine = house.config["ENGINE"]
    first, _, third = tablet.item(), tablet.item(), tablet.item()
    hand_over(engine, tablet, first, third)
    beat(house, tablet, last_number=5, waiting=2)

    with reading(engine) as session:
        device, place = session.get_one(Device, tablet.device), default_property(session)
        assert standing_of(session, device, place, now=clock()).missing == (2,)


def test_a_new_tablet_is_enrolled_with_a_code_shown_once(house: Flask, desk: FlaskClient) -> None:
    shown = post(desk, "/desk/tablets", name="Lobby left").get_data(as_text=True)

    code = re.search(r"<code>(\w{4}-\w{4})</code>", shown)
    assert code is not None
    enrolled = house.test_client().post("/api/v1/enrol", json={"protocol": "oneguest-1", "code": code[1]})
    assert enrolled.get_json()["name"] == "Lobby left"
    assert "Lobby left" in page_of(desk)


def test_a_name_that_is_too_long_is_said_above_the_list(desk: FlaskClient) -> None:
    answer = post(desk, "/desk/tablets", name="x" * 61)

    assert answer.status_code == 422
    assert "at most 60 characters" in answer.get_data(as_text=True)


def test_a_lost_tablet_is_ended_and_the_desk_learns_whom_to_ask_again(
    house: Flask, desk: FlaskClient, tablet: Tablet
) -> None:
    engine = house.config["ENGINE"]
    with reading(engine) as session:
        today = today_at(default_property(session), now=clock())
    stay = {"stay_from": f"{today}", "stay_to": f"{today + timedelta(days=2)}", "status": "in_house"}
    guests = [
        {"key": f"S-{n}", "first_name": first, "last_name": last, "room": f"10{n}"} | stay
        for n, (first, last) in enumerate((("Olga", "Ivanova"), ("Tom", "Hardy")))
    ]
    left = {"key": "S-9", "first_name": "Gone", "last_name": "Home"} | stay
    take_in(engine, *guests, left | {"status": "left"}, stay_kind="stay", at="house")
    link_waiting(engine)
    beat(house, tablet, waiting=1, last_number=1, waiting_since=(clock() - timedelta(hours=1)).isoformat())

    post(desk, f"/desk/tablets/{tablet.device}/end")
    shown = page_of(desk, f"/desk/tablets/{tablet.device}")

    assert "1 form never arrived" in shown
    assert "Olga Ivanova" in shown
    assert "Tom Hardy" in shown
    assert "Gone Home" not in shown
    answer = house.test_client().post(
        "/api/v1/beat", headers={"Authorization": f"Bearer {tablet.token}"}, json={}
    )
    assert answer.get_json()["error"] == "device.revoked"


def given_up_form(house: Flask, tablet: Tablet) -> int:
    """A form that could not be read; the number of its problem."""
    hand_over(house.config["ENGINE"], tablet, tablet.item())
    with writing(house.config["ENGINE"]) as session:
        give_up_first(session, release=this_release(), now=clock())
        session.flush()
        return session.scalars(select(Problem.id)).one()


def test_a_form_that_could_not_be_read_is_tried_again_from_the_tablets_page(
    house: Flask, desk: FlaskClient, tablet: Tablet
) -> None:
    given_up_form(house, tablet)
    assert "1 form could not be read" in page_of(desk)

    assert post(desk, "/desk/tablets/forms/again").status_code == 303

    assert "could not be read" not in page_of(desk)
    with reading(house.config["ENGINE"]) as session:
        assert session.scalars(select(SealedForm.state)).all() == ["waiting"]


def test_a_form_is_tried_again_from_its_problem_and_once_is_enough(
    house: Flask, desk: FlaskClient, tablet: Tablet
) -> None:
    problem = given_up_form(house, tablet)
    assert "Try again" in page_of(desk, "/desk/problems")

    pressed = [post(desk, f"/desk/tablets/forms/{problem}/again").status_code for _ in range(2)]

    assert pressed == [303, 303]
    assert "This form needs nobody any more" in page_of(desk, "/desk/problems")


def bring(desk: FlaskClient, content: bytes, name: str = "forms.json") -> TestResponse:
    data = {"csrf_token": token_of(desk, "/desk/tablets/forms"), "file": (BytesIO(content), name)}
    return desk.post("/desk/tablets/forms", data=data, content_type="multipart/form-data")


def test_a_file_of_a_cut_off_tablet_is_brought_with_an_account_of_each_form(
    house: Flask, desk: FlaskClient, tablet: Tablet
) -> None:
    tablet.key = read_key(house.config["ONEGUEST"].keys_dir, "sealing")
    items = [tablet.item(), tablet.item(), {"id": "\ud800", "seq": "\ud800"}]
    content = json.dumps({"protocol": PROTOCOL, "kind": KIND, "items": items}).encode()

    first, again = (bring(desk, content).get_data(as_text=True) for _ in range(2))

    assert "<strong>2</strong> new, being read" in first
    assert "It holds no sealed form" in first
    assert "<strong>2</strong> was here already" in again


@pytest.mark.parametrize(("content", "name"), [(b"rubbish", "a.json"), (b"", ""), (b"\xff" * 100, "b.bin")])
def test_a_file_that_no_tablet_wrote_is_refused_with_its_reason(
    house: Flask, desk: FlaskClient, tablet: Tablet, content: bytes, name: str
) -> None:
    answer = bring(desk, content, name)

    assert answer.status_code == 422
    assert ("no file of forms" if name else "No file was chosen") in answer.get_data(as_text=True)


def test_the_code_for_a_tablets_file_is_shown_at_the_desk_and_journalled(
    house: Flask, desk: FlaskClient, tablet: Tablet
) -> None:
    shown = post(desk, f"/desk/tablets/{tablet.device}/export").get_data(as_text=True)

    with reading(house.config["ENGINE"]) as session:
        code = export_code(session.get_one(Device, tablet.device), secret=house.config["INDEX_KEY"])
        acts = set(session.scalars(select(JournalEntry.act)))
    assert f"{code[:4]}-{code[4:]}" in shown
    assert "device.export_code_shown" in acts

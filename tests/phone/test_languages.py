"""The language of a guest's link: their choice, else what we know of them; remembered for the next stay."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.models import Capture
from server.clock import clock
from server.db import reading, writing
from server.prompts.speaking import language_of_record
from server.properties.setup import default_property
from server.records.models import CleanRow
from tests.house import Expected, expect_guest, token_of
from tests.phone.test_onward import ask_by_text
from tests.phone.test_other_flows import link_to, open_door
from tests.phone.test_your_email import follow


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


def knows(app: Flask, expected: Expected, **said: str) -> None:
    with writing(app.config["ENGINE"]) as session:
        row = session.get_one(CleanRow, expected.record_id)
        for name, text in said.items():
            setattr(row, name, text)


def spoken(client: FlaskClient, address: str, **headers: str) -> str:
    page = client.get(address, headers=headers).get_data(as_text=True)
    return str(re.findall(r'<html lang="(\w+)"', page)[0])


def test_a_guest_is_spoken_to_as_the_message_was_written_then_as_booked_then_by_their_number(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    door, browser = f"/g/{expected.token}", {"Accept-Language": "it"}
    assert spoken(client, door, **browser) == "it"  # nothing is known of them

    knows(app, expected, mobile="+34612345678")
    assert spoken(client, door, **browser) == "es"
    knows(app, expected, language="de")
    assert spoken(client, door, **browser) == "de"
    ask_by_text(app, expected)  # in French
    assert spoken(client, door, **browser) == "fr"
    assert spoken(client, f"{door}?lang=ja", **browser) == "ja"


def test_a_choice_outlives_the_stay_on_the_phone_and_in_the_house(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).languages = ["fr", "nl"]
    knows(app, expected, language="de")
    door = link_to(app, expected, "your_email")
    page = client.get(door).get_data(as_text=True)
    assert re.findall(r'value="language:(\w+)"', page) == ["fr", "nl", "en", "de"]

    chosen = {"csrf_token": token_of(client, door), "go": "language:nl"}
    cookie = client.post(door, data=chosen).headers.getlist("Set-Cookie")[0]

    assert "Max-Age=34560000" in cookie  # more than a year, and then the guest is asked again
    open_door(client, door, **expected.right_answers)
    form = client.get("/g/form").get_data(as_text=True)
    assert 'name="language" value="nl"' in form
    given = {"csrf_token": token_of(client, "/g/form"), "language": "nl", "version": "1", "step": "email"}
    client.post("/g/form", data=given | {"email": "maria@posteo.de", "go": "next"})
    follow(app)
    with reading(app.config["ENGINE"]) as session:
        record = session.scalars(select(Capture.record_id)).one()
        assert record is not None
        assert language_of_record(session, record) == "nl"  # of the next message


def test_a_choice_within_the_form_is_remembered_too(client: FlaskClient, expected: Expected) -> None:
    open_door(client, f"/g/{expected.token}", **expected.right_answers)
    asked = {"csrf_token": token_of(client, "/g/form"), "language": "en", "step": "staying"}

    answer = client.post("/g/form", data=asked | {"go": "language:fr"})

    assert any("language=fr" in crumb for crumb in answer.headers.getlist("Set-Cookie"))
    assert spoken(client, f"/g/{expected.token}") == "fr"

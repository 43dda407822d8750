"""Colleagues who share a desk: locking it, and switching by PIN."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db import reading
from server.staff.models import StaffSession
from tests.door import (
    EMAIL,
    PIN,
    Clock,
    at_the_door,
    come_in,
    cookie_of,
    engage,
    is_in,
    send,
    sign_in,
    token_on,
    unlock,
)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return app.test_client()


def test_two_colleagues_share_a_desk_by_pin(app: Flask, client: FlaskClient) -> None:
    engage(app, pin=PIN)
    engage(app, name="Omar", email="omar@hotel.example", pin="705914")
    sign_in(client)
    send(client, "/desk/lock", "/")
    sign_in(client, "omar@hotel.example")
    assert ">Omar</a>" in client.get("/").get_data(as_text=True)

    send(client, "/desk/lock", "/")
    assert not is_in(client)
    assert at_the_door(client) == ["Nadia", "Omar"]
    before = cookie_of(client)
    unlock(client, PIN, "Nadia")

    assert ">Nadia</a>" in client.get("/").get_data(as_text=True)
    assert cookie_of(client) != before


def test_a_form_that_nadia_opened_is_not_sent_as_omar(app: Flask, client: FlaskClient) -> None:
    engage(app, pin=PIN)
    engage(app, name="Omar", email="omar@hotel.example", pin="705914")
    sign_in(client, "omar@hotel.example")
    send(client, "/desk/lock", "/")
    sign_in(client)
    nadias = token_on(client.get("/desk/me").get_data(as_text=True))
    send(client, "/desk/lock", "/")
    unlock(client, "705914", "Omar")

    assert client.post("/desk/me", data={"csrf_token": nadias, "name": "X"}).status_code == 400


def test_the_pin_opens_nothing_at_another_desk(app: Flask, client: FlaskClient) -> None:
    engage(app, pin=PIN)
    sign_in(client)
    with reading(app.config["ENGINE"]) as session:
        number = session.scalars(select(StaffSession.id)).one()
    other = app.test_client()

    assert at_the_door(other) == []
    send(other, "/desk/unlock", "/desk/sign-in", who=str(number), pin=PIN)
    assert not is_in(other)
    assert sign_in(other, EMAIL, PIN).status_code == 422


def test_five_wrong_pins_end_the_session(app: Flask, client: FlaskClient) -> None:
    engage(app, pin=PIN)
    sign_in(client)
    send(client, "/desk/lock", "/")

    answers = [unlock(client, f"90517{number}").status_code for number in range(5)]

    assert answers == [422] * 5
    assert at_the_door(client) == []
    unlock(client, PIN)
    assert not is_in(client)
    assert sign_in(client).status_code == 303


def test_a_right_pin_forgives_the_wrong_ones(app: Flask, client: FlaskClient) -> None:
    engage(app, pin=PIN)
    sign_in(client)
    for _ in range(3):
        send(client, "/desk/lock", "/", next="/")
        for number in range(4):
            unlock(client, f"90517{number}")
        assert unlock(client, PIN).status_code == 303

    assert is_in(client)


def test_the_pin_brings_a_second_step_of_today_back_but_nothing_grave(
    app: Flask, client: FlaskClient, time: Clock
) -> None:
    number = engage(app, "manager", pin=PIN, with_app=True)
    come_in(app, client, number)
    time.passes(minutes=20)

    assert unlock(client, PIN).location == "/"
    assert is_in(client)
    assert client.get("/desk/me/pin").location == "/desk/again?next=/desk/me/pin"


def test_who_never_passed_the_second_step_cannot_pass_it_by_pin(app: Flask, client: FlaskClient) -> None:
    engage(app, "manager", pin=PIN, with_app=True)
    sign_in(client)

    assert client.get("/").location == "/desk/second-step?next=/"
    send(client, "/desk/lock", "/desk/second-step")
    assert at_the_door(client) == []

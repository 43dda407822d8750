"""Colleagues who share a desk: locking it, and switching by PIN."""

from __future__ import annotations

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


def test_two_colleagues_share_a_desk_by_pin(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, pin=PIN)
    engage(app, name="Omar", email="omar@hotel.example", pin="705914")
    sign_in(newcomer)
    send(newcomer, "/desk/lock", "/")
    sign_in(newcomer, "omar@hotel.example")
    assert ">Omar</a>" in newcomer.get("/").get_data(as_text=True)

    send(newcomer, "/desk/lock", "/")
    assert not is_in(newcomer)
    assert at_the_door(newcomer) == ["Nadia", "Omar"]
    before = cookie_of(newcomer)
    unlock(newcomer, PIN, "Nadia")

    assert ">Nadia</a>" in newcomer.get("/").get_data(as_text=True)
    assert cookie_of(newcomer) != before


def test_a_form_that_nadia_opened_is_not_sent_as_omar(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, pin=PIN)
    engage(app, name="Omar", email="omar@hotel.example", pin="705914")
    sign_in(newcomer, "omar@hotel.example")
    send(newcomer, "/desk/lock", "/")
    sign_in(newcomer)
    nadias = token_on(newcomer.get("/desk/me").get_data(as_text=True))
    send(newcomer, "/desk/lock", "/")
    unlock(newcomer, "705914", "Omar")

    assert newcomer.post("/desk/me", data={"csrf_token": nadias, "name": "X"}).status_code == 400


def test_the_pin_opens_nothing_at_another_desk(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, pin=PIN)
    sign_in(newcomer)
    with reading(app.config["ENGINE"]) as session:
        number = session.scalars(select(StaffSession.id)).one()
    other = app.test_client()

    assert at_the_door(other) == []
    send(other, "/desk/unlock", "/desk/sign-in", who=str(number), pin=PIN)
    assert not is_in(other)
    assert sign_in(other, EMAIL, PIN).status_code == 422


def test_five_wrong_pins_end_the_session(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, pin=PIN)
    sign_in(newcomer)
    send(newcomer, "/desk/lock", "/")

    answers = [unlock(newcomer, f"90517{number}").status_code for number in range(5)]

    assert answers == [422] * 5
    assert at_the_door(newcomer) == []
    unlock(newcomer, PIN)
    assert not is_in(newcomer)
    assert sign_in(newcomer).status_code == 303


def test_a_right_pin_forgives_the_wrong_ones(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, pin=PIN)
    sign_in(newcomer)
    for _ in range(3):
        send(newcomer, "/desk/lock", "/", next="/")
        for number in range(4):
            unlock(newcomer, f"90517{number}")
        assert unlock(newcomer, PIN).status_code == 303

    assert is_in(newcomer)


def test_the_pin_brings_a_second_step_of_today_back_but_nothing_grave(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    number = engage(app, "manager", pin=PIN, with_app=True)
    come_in(app, newcomer, number)
    time.passes(minutes=20)

    assert unlock(newcomer, PIN).location == "/"
    assert is_in(newcomer)
    assert newcomer.get("/desk/me/pin").location == "/desk/again?next=/desk/me/pin"


def test_who_never_passed_the_second_step_cannot_pass_it_by_pin(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, "manager", pin=PIN, with_app=True)
    sign_in(newcomer)

    assert newcomer.get("/").location == "/desk/second-step?next=/"
    send(newcomer, "/desk/lock", "/desk/second-step")
    assert at_the_door(newcomer) == []

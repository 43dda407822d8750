"""When a session at the desk ends: by the clock, by an administrator, by oneself."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.clock import clock
from tests.door import (
    PASSWORD,
    PIN,
    Clock,
    at_the_door,
    change,
    engage,
    is_in,
    send,
    sign_in,
    token_on,
    unlock,
)


def test_after_signing_out_nothing_opens_anywhere(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)
    other = app.test_client()
    sign_in(newcomer)
    sign_in(other)
    stale = token_on(newcomer.get("/").get_data(as_text=True))

    assert send(newcomer, "/desk/sign-out", "/").location == "/desk/sign-in"

    assert not is_in(newcomer)
    assert not is_in(other)
    answer = newcomer.post("/desk/me", data={"csrf_token": stale, "name": "X"})
    assert (answer.status_code, answer.location) == (303, "/desk/sign-in?next=/desk/me")


def test_twelve_hours_after_the_password_a_session_is_over(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    engage(app, pin=PIN)
    sign_in(newcomer)
    for _ in range(50):
        time.passes(minutes=14)
        assert is_in(newcomer)  # 11 h 40

    time.passes(minutes=21)

    assert not is_in(newcomer)
    assert at_the_door(newcomer) == []


def test_an_idle_desk_locks_and_shows_no_guest(app: Flask, newcomer: FlaskClient, time: Clock) -> None:
    engage(app, pin=PIN)
    sign_in(newcomer)
    time.passes(minutes=14)
    assert is_in(newcomer)
    time.passes(minutes=16)

    answer = newcomer.get("/desk/guests?q=1")

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in?next=/desk/guests?q%3D1")
    assert at_the_door(newcomer) == ["Nadia"]
    assert unlock(newcomer, PIN, next="/desk/guests?q=1").location == "/desk/guests?q=1"
    assert is_in(newcomer)


def test_the_password_opens_an_idle_desk_too(app: Flask, newcomer: FlaskClient, time: Clock) -> None:
    engage(app)
    sign_in(newcomer)
    time.passes(minutes=20)

    assert unlock(newcomer, PASSWORD).status_code == 303
    assert is_in(newcomer)


def test_what_the_page_asks_by_itself_does_not_keep_the_desk_open(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    engage(app)
    sign_in(newcomer)
    for _ in range(4):
        time.passes(minutes=5)
        newcomer.get("/desk/imports/list", buffered=True)

    assert not is_in(newcomer)


def test_somebody_who_types_for_long_stays_at_the_desk(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    engage(app)
    sign_in(newcomer)
    for _ in range(4):
        time.passes(minutes=5)
        assert newcomer.get("/desk/awake", buffered=True).status_code == 204

    assert is_in(newcomer)


def test_something_grave_asks_for_the_password_and_goes_on_where_it_was(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    engage(app)
    sign_in(newcomer)
    assert newcomer.get("/desk/me/pin").status_code == 200
    time.passes(minutes=6)
    door = newcomer.get("/desk/me/pin").location
    assert door == "/desk/again?next=/desk/me/pin"

    assert send(newcomer, "/desk/again", door, password="wrong", next="/desk/me/pin").status_code == 422
    answer = send(newcomer, "/desk/again", door, password=PASSWORD, next="/desk/me/pin")

    assert answer.location == "/desk/me/pin"
    assert newcomer.get("/desk/me/pin").status_code == 200


@pytest.mark.parametrize("how", ["disabled_at", "forgotten_at", "ends_on"])
def test_an_account_that_is_closed_is_out_at_the_next_click(
    app: Flask, newcomer: FlaskClient, how: str
) -> None:
    number = engage(app, pin=PIN)
    sign_in(newcomer)
    assert is_in(newcomer)

    change(app, number, **{how: clock().date() - timedelta(days=2) if how == "ends_on" else clock()})

    assert not is_in(newcomer)
    assert at_the_door(newcomer) == []
    assert unlock(newcomer, PIN).location.startswith("/desk/sign-in")


def test_a_last_day_is_over_when_it_is_over_at_the_hotel(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    number = engage(app)
    change(app, number, ends_on=clock().astimezone(ZoneInfo("Europe/Paris")).date())

    assert sign_in(newcomer).status_code == 303
    time.passes(hours=36)
    assert sign_in(app.test_client()).status_code == 422


def test_a_clock_set_back_keeps_nobody_in(app: Flask, newcomer: FlaskClient, time: Clock) -> None:
    engage(app)
    sign_in(newcomer)
    time.passes(days=-1)
    assert is_in(newcomer)
    time.passes(days=1, hours=12)

    assert not is_in(newcomer)

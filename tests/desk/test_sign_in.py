"""Signing in at the desk: who comes in, and what the browser holds afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from server.db import reading
from server.staff import passwords
from server.staff.models import Colleague
from server.staff.sessions import hash_token
from tests.door import (
    EMAIL,
    PASSWORD,
    change,
    come_in,
    cookie_of,
    engage,
    is_in,
    sign_in,
    token_on,
)
from tests.house import DESK_COOKIE, make_app


def test_a_receptionist_signs_in_and_sees_todays_arrivals(house: Flask) -> None:
    browser = house.test_client()
    engage(house)

    answer = sign_in(browser, next="/desk/guests?q=1")

    assert (answer.status_code, answer.location) == (303, "/desk/guests?q=1")
    assert "Arrivals today" in browser.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil", "/kiosk/", "javascript:1"]
)
def test_nobody_is_sent_elsewhere_by_the_door(app: Flask, newcomer: FlaskClient, place: str) -> None:
    engage(app)

    assert sign_in(newcomer, next=place).location == "/"


def test_the_address_may_be_typed_in_capitals(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)

    assert sign_in(newcomer, " Nadia@Hotel.Example ").status_code == 303


def test_a_fixed_token_is_worth_nothing_after_signing_in(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)
    newcomer.set_cookie(DESK_COOKIE, "a-token-that-an-attacker-planted")
    thief = app.test_client()
    thief.set_cookie(DESK_COOKIE, "a-token-that-an-attacker-planted")

    sign_in(newcomer)

    assert is_in(newcomer)
    assert not is_in(thief)
    assert len(cookie_of(newcomer)) >= 43  # 256 bits in base64


def test_the_token_changes_at_every_step_of_the_way_in(app: Flask, newcomer: FlaskClient) -> None:
    number = engage(app, "manager", with_app=True)
    sign_in(newcomer)
    half = cookie_of(newcomer)

    come_in(app, newcomer, number)

    thief = app.test_client()
    thief.set_cookie(DESK_COOKIE, half)
    assert cookie_of(newcomer) != half
    assert not is_in(thief)


def test_the_token_is_kept_as_a_hash_only(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)
    sign_in(newcomer)

    with reading(app.config["ENGINE"]) as session:
        rows = session.connection().exec_driver_sql("SELECT token_hash FROM staff_browser").all()
    assert [row[0] for row in rows] == [hash_token(cookie_of(newcomer))]


def test_a_form_from_before_signing_in_is_refused(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)
    stale = token_on(newcomer.get("/desk/sign-in").get_data(as_text=True))
    sign_in(newcomer)

    assert newcomer.post("/desk/me", data={"csrf_token": stale, "name": "X"}).status_code == 400


@pytest.mark.usefixtures("as_costly_as_in_a_house")
def test_a_cheaper_hash_is_made_anew_at_the_next_sign_in(app: Flask, newcomer: FlaskClient) -> None:
    number = engage(app)
    change(app, number, password_hash=PasswordHasher(time_cost=1, memory_cost=8_192).hash(PASSWORD))

    sign_in(newcomer)

    with reading(app.config["ENGINE"]) as session:
        kept = session.get_one(Colleague, number).password_hash
    assert kept is not None
    assert not passwords.is_outdated(kept)


def test_behind_https_the_desks_cookie_is_bound_to_the_host(sqlite_url: str, tmp_path: Path) -> None:
    house = make_app(tmp_path, sqlite_url, public_url="https://desk.hotel.example")
    engage(house)
    client = house.test_client()
    there = {"base_url": "https://desk.hotel.example", "headers": {"Sec-Fetch-Site": "same-origin"}}
    token = token_on(client.get("/desk/sign-in", **there).get_data(as_text=True))

    answer = client.post(
        "/desk/sign-in", data={"csrf_token": token, "email": EMAIL, "password": PASSWORD}, **there
    )

    cookie = next(
        one for one in answer.headers.getlist("Set-Cookie") if one.startswith("__Host-oneguest-desk=")
    )
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookie
    assert "Domain" not in cookie
    assert client.get("/", **there).status_code == 200


def test_a_stale_tab_that_asks_by_itself_is_led_to_the_door_and_back(
    app: Flask, newcomer: FlaskClient
) -> None:
    engage(app)

    answer = newcomer.get(
        "/desk/imports/list",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/desk/imports?page=2"},
    )

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/desk/sign-in?next=/desk/imports?page%3D2"

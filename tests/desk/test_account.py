"""Signing in at the desk: who comes in, who does not, and what a stranger can learn from the answers."""

from __future__ import annotations

import re
import statistics
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.staff import passwords
from server.staff.models import Colleague, StaffSession
from server.staff.sessions import hash_token
from tests.door import (
    EMAIL,
    PASSWORD,
    PIN,
    Clock,
    at_the_door,
    come_in,
    engage,
    is_in,
    send,
    sign_in,
    token_on,
    unlock,
)
from tests.house import DESK_COOKIE, make_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return app.test_client()


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def cookie_of(client: FlaskClient) -> str:
    held = client.get_cookie(DESK_COOKIE)
    return held.value if held else ""


def change(app: Flask, colleague_id: int, **values: object) -> None:
    with writing(app.config["ENGINE"]) as session:
        colleague = session.get_one(Colleague, colleague_id)
        for name, value in values.items():
            setattr(colleague, name, value)


def told(page: str) -> str:
    """What a page says, less what differs at every showing."""
    return re.sub(r'(name="csrf_token" value|name="email" type="email" value)="[^"]*"', "", page)


def test_a_receptionist_signs_in_and_sees_todays_arrivals(house: Flask) -> None:
    browser = house.test_client()
    engage(house)

    answer = sign_in(browser, next="/desk/guests?q=1")

    assert (answer.status_code, answer.location) == (303, "/desk/guests?q=1")
    assert "Arrivals today" in browser.get("/").get_data(as_text=True)


@pytest.mark.parametrize(
    "place", ["https://evil.example/", "//evil.example", "/\\evil", "/kiosk/", "javascript:1"]
)
def test_nobody_is_sent_elsewhere_by_the_door(app: Flask, client: FlaskClient, place: str) -> None:
    engage(app)

    assert sign_in(client, next=place).location == "/"


def test_the_address_may_be_typed_in_capitals(app: Flask, client: FlaskClient) -> None:
    engage(app)

    assert sign_in(client, " Nadia@Hotel.Example ").status_code == 303


def test_wrong_unknown_closed_ended_and_invited_accounts_get_the_same_answer(
    app: Flask, client: FlaskClient
) -> None:
    engage(app)
    closed = engage(app, name="Closed", email="closed@hotel.example")
    ended = engage(app, name="Ended", email="ended@hotel.example")
    engage(app, name="Invited", email="invited@hotel.example", password=None)
    change(app, closed, disabled_at=clock())
    change(app, ended, ends_on=clock().date() - timedelta(days=3))

    answers = [
        sign_in(client, EMAIL, "not the password at all"),
        sign_in(client, "nobody@hotel.example"),
        sign_in(client, "closed@hotel.example"),
        sign_in(client, "ended@hotel.example"),
        sign_in(client, "invited@hotel.example"),
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert len({told(answer.get_data(as_text=True)) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
    assert not is_in(client)


def test_an_unknown_account_costs_the_house_the_same_work(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    engage(app)
    engage(app, name="Invited", email="invited@hotel.example", password=None)
    worked: list[tuple[int, int]] = []
    hasher = passwords.HASHER

    class Counting:
        def verify(self, kept: str, given: str) -> bool:
            parameters = hasher.verify
            found = kept.split("$")[3]
            worked.append((len(found), len(given)))
            return bool(parameters(kept, given))

    monkeypatch.setattr(passwords, "HASHER", Counting())
    for email in (EMAIL, "nobody@hotel.example", "invited@hotel.example"):
        sign_in(client, email, "not the password at all")

    assert len(worked) == 3
    assert len(set(worked)) == 1


def test_the_time_of_the_answer_does_not_tell_either(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    engage(app)
    monkeypatch.setattr("server.desk.tries.FREE_TRIES", 1000)
    monkeypatch.setattr("server.desk.tries.ADDRESS_TRIES", 1000)
    browser = app.test_client()
    token = token_on(browser.get("/desk/sign-in").get_data(as_text=True))
    taken: dict[str, list[float]] = {EMAIL: [], "nobody@hotel.example": []}
    for _ in range(20):
        for email, times in taken.items():
            began = perf_counter()
            browser.post("/desk/sign-in", data={"csrf_token": token, "email": email, "password": "wrong"})
            times.append(perf_counter() - began)

    known, unknown = (statistics.median(times) for times in taken.values())
    assert abs(known - unknown) < 0.5 * max(known, unknown)


def test_a_fixed_token_is_worth_nothing_after_signing_in(app: Flask, client: FlaskClient) -> None:
    engage(app)
    client.set_cookie(DESK_COOKIE, "a-token-that-an-attacker-planted")
    thief = app.test_client()
    thief.set_cookie(DESK_COOKIE, "a-token-that-an-attacker-planted")

    sign_in(client)

    assert is_in(client)
    assert not is_in(thief)
    assert len(cookie_of(client)) >= 43  # 256 bits in base64


def test_the_token_changes_at_every_step_of_the_way_in(app: Flask, client: FlaskClient) -> None:
    number = engage(app, "manager", with_app=True)
    sign_in(client)
    half = cookie_of(client)

    come_in(app, client, number)

    thief = app.test_client()
    thief.set_cookie(DESK_COOKIE, half)
    assert cookie_of(client) != half
    assert not is_in(thief)


def test_the_token_is_kept_as_a_hash_only(app: Flask, client: FlaskClient) -> None:
    engage(app)
    sign_in(client)

    with reading(app.config["ENGINE"]) as session:
        rows = session.connection().exec_driver_sql("SELECT token_hash FROM staff_browser").all()
    assert [row[0] for row in rows] == [hash_token(cookie_of(client))]


def test_a_form_from_before_signing_in_is_refused(app: Flask, client: FlaskClient) -> None:
    engage(app)
    stale = token_on(client.get("/desk/sign-in").get_data(as_text=True))
    sign_in(client)

    assert client.post("/desk/me", data={"csrf_token": stale, "name": "X"}).status_code == 400


def test_a_cheaper_hash_is_made_anew_at_the_next_sign_in(app: Flask, client: FlaskClient) -> None:
    number = engage(app)
    change(app, number, password_hash=PasswordHasher(time_cost=1, memory_cost=8_192).hash(PASSWORD))

    sign_in(client)

    with reading(app.config["ENGINE"]) as session:
        kept = session.get_one(Colleague, number).password_hash
    assert kept is not None
    assert not passwords.is_outdated(kept)


def test_five_wrong_passwords_make_one_account_wait_and_no_other(
    app: Flask, client: FlaskClient, time: Clock
) -> None:
    engage(app)
    engage(app, name="Omar", email="omar@hotel.example")

    codes = [sign_in(client, EMAIL, f"wrong {number}").status_code for number in range(6)]

    assert codes == [422] * 5 + [429]
    assert sign_in(client).status_code == 429  # the right one waits too
    assert sign_in(app.test_client(), "omar@hotel.example").status_code == 303
    time.passes(seconds=61)
    assert sign_in(client).status_code == 303


def test_an_unknown_account_waits_just_as_a_known_one(app: Flask, client: FlaskClient) -> None:
    engage(app)
    said = {}

    for email in (EMAIL, "nobody@hotel.example"):
        for _ in range(5):
            sign_in(client, email, "wrong")
        answer = sign_in(client, email, "wrong")
        said[email] = (answer.status_code, told(answer.get_data(as_text=True)))
        assert int(answer.headers["Retry-After"]) <= 60

    assert len(set(said.values())) == 1


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(app: Flask, client: FlaskClient, time: Clock) -> None:
    engage(app)
    for _ in range(5):
        sign_in(client, EMAIL, "wrong")
    waits = []

    for _ in range(6):
        waits.append(round(int(sign_in(client, EMAIL, "wrong").headers["Retry-After"]) / 60))
        time.passes(minutes=waits[-1], seconds=1)
        assert sign_in(client, EMAIL, "wrong").status_code == 422

    assert waits == [1, 2, 4, 8, 15, 15]


def test_a_right_password_forgives_the_wrong_ones(app: Flask, client: FlaskClient) -> None:
    engage(app)
    for _ in range(4):
        sign_in(client, EMAIL, "wrong")
    sign_in(client)
    send(client, "/desk/sign-out", "/")

    assert [sign_in(client, EMAIL, "wrong").status_code for _ in range(5)] == [422] * 5


def test_one_password_tried_on_every_account_ends_after_fifty(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    engage(app)
    monkeypatch.setattr("server.staff.passwords.HASHER", PasswordHasher(1, 8, 1))
    token = token_on(client.get("/desk/sign-in").get_data(as_text=True))

    def spray(email: str, address: str) -> int:
        data = {"csrf_token": token, "email": email, "password": "Summer2026!"}
        return client.post("/desk/sign-in", data=data, environ_base={"REMOTE_ADDR": address}).status_code

    codes = [spray(f"colleague{number}@hotel.example", "203.0.113.7") for number in range(52)]

    assert codes == [422] * 50 + [429] * 2
    assert spray("colleague1@hotel.example", "203.0.113.8") == 422


def test_many_tries_at_once_are_no_way_around_the_count(house: Flask) -> None:
    engage(house)
    client = house.test_client()
    token = token_on(client.get("/desk/sign-in").get_data(as_text=True))
    held = client.get_cookie("oneguest")
    assert held is not None

    def guess(number: int) -> int:
        one = house.test_client()
        one.set_cookie("oneguest", held.value)
        data = {"csrf_token": token, "email": EMAIL, "password": f"guess {number}"}
        return one.post("/desk/sign-in", data=data).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(guess, range(16)))

    assert sorted(codes) == [422] * 5 + [429] * 11


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


def test_after_signing_out_nothing_opens_anywhere(app: Flask, client: FlaskClient) -> None:
    engage(app)
    other = app.test_client()
    sign_in(client)
    sign_in(other)
    stale = token_on(client.get("/").get_data(as_text=True))

    assert send(client, "/desk/sign-out", "/").location == "/desk/sign-in"

    assert not is_in(client)
    assert not is_in(other)
    answer = client.post("/desk/me", data={"csrf_token": stale, "name": "X"})
    assert (answer.status_code, answer.location) == (303, "/desk/sign-in?next=/desk/me")


def test_a_stale_tab_that_asks_by_itself_is_led_to_the_door_and_back(app: Flask, client: FlaskClient) -> None:
    engage(app)

    answer = client.get(
        "/desk/imports/list",
        headers={"HX-Request": "true", "HX-Current-URL": "http://localhost/desk/imports?page=2"},
    )

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/desk/sign-in?next=/desk/imports?page%3D2"


def test_twelve_hours_after_the_password_a_session_is_over(
    app: Flask, client: FlaskClient, time: Clock
) -> None:
    engage(app, pin=PIN)
    sign_in(client)
    for _ in range(50):
        time.passes(minutes=14)
        assert is_in(client)  # 11 h 40

    time.passes(minutes=21)

    assert not is_in(client)
    assert at_the_door(client) == []


def test_an_idle_desk_locks_and_shows_no_guest(app: Flask, client: FlaskClient, time: Clock) -> None:
    engage(app, pin=PIN)
    sign_in(client)
    time.passes(minutes=14)
    assert is_in(client)
    time.passes(minutes=16)

    answer = client.get("/desk/guests?q=1")

    assert (answer.status_code, answer.location) == (303, "/desk/sign-in?next=/desk/guests?q%3D1")
    assert at_the_door(client) == ["Nadia"]
    assert unlock(client, PIN, next="/desk/guests?q=1").location == "/desk/guests?q=1"
    assert is_in(client)


def test_the_password_opens_an_idle_desk_too(app: Flask, client: FlaskClient, time: Clock) -> None:
    engage(app)
    sign_in(client)
    time.passes(minutes=20)

    assert unlock(client, PASSWORD).status_code == 303
    assert is_in(client)


def test_what_the_page_asks_by_itself_does_not_keep_the_desk_open(
    app: Flask, client: FlaskClient, time: Clock
) -> None:
    engage(app)
    sign_in(client)
    for _ in range(4):
        time.passes(minutes=5)
        client.get("/desk/imports/list", buffered=True)

    assert not is_in(client)


def test_somebody_who_types_for_long_stays_at_the_desk(app: Flask, client: FlaskClient, time: Clock) -> None:
    engage(app)
    sign_in(client)
    for _ in range(4):
        time.passes(minutes=5)
        assert client.get("/desk/awake", buffered=True).status_code == 204

    assert is_in(client)


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


def test_something_grave_asks_for_the_password_and_goes_on_where_it_was(
    app: Flask, client: FlaskClient, time: Clock
) -> None:
    engage(app)
    sign_in(client)
    assert client.get("/desk/me/pin").status_code == 200
    time.passes(minutes=6)
    door = client.get("/desk/me/pin").location
    assert door == "/desk/again?next=/desk/me/pin"

    assert send(client, "/desk/again", door, password="wrong", next="/desk/me/pin").status_code == 422
    answer = send(client, "/desk/again", door, password=PASSWORD, next="/desk/me/pin")

    assert answer.location == "/desk/me/pin"
    assert client.get("/desk/me/pin").status_code == 200


@pytest.mark.parametrize("how", ["disabled_at", "forgotten_at", "ends_on"])
def test_an_account_that_is_closed_is_out_at_the_next_click(
    app: Flask, client: FlaskClient, how: str
) -> None:
    number = engage(app, pin=PIN)
    sign_in(client)
    assert is_in(client)

    change(app, number, **{how: clock().date() - timedelta(days=2) if how == "ends_on" else clock()})

    assert not is_in(client)
    assert at_the_door(client) == []
    assert unlock(client, PIN).location.startswith("/desk/sign-in")


def test_a_last_day_is_over_when_it_is_over_at_the_hotel(
    app: Flask, client: FlaskClient, time: Clock
) -> None:
    number = engage(app)
    change(app, number, ends_on=clock().astimezone(ZoneInfo("Europe/Paris")).date())

    assert sign_in(client).status_code == 303
    time.passes(hours=36)
    assert sign_in(app.test_client()).status_code == 422


def test_a_clock_set_back_keeps_nobody_in(app: Flask, client: FlaskClient, time: Clock) -> None:
    engage(app)
    sign_in(client)
    time.passes(days=-1)
    assert is_in(client)
    time.passes(days=1, hours=12)

    assert not is_in(client)


def test_nothing_of_a_colleague_stands_in_the_log(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    engage(app)

    sign_in(client, EMAIL, "wrong secret words")
    sign_in(client, "canary@hotel.example", "wrong secret words")

    assert "sign-in refused colleague=1" in caplog.text
    assert "sign-in refused colleague=unknown" in caplog.text
    for secret in (EMAIL, "canary", "wrong secret words", "Nadia"):
        assert secret not in caplog.text

"""Wrong tries at the desk's door: who waits, and what a stranger can learn from the answers."""

from __future__ import annotations

import re
import statistics
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import perf_counter

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.clock import clock
from server.staff import passwords
from tests.door import (
    EMAIL,
    Clock,
    change,
    engage,
    is_in,
    send,
    sign_in,
    token_on,
)


def told(page: str) -> str:
    """What a page says, less what differs at every showing."""
    return re.sub(r'(name="csrf_token" value|name="email" type="email" value)="[^"]*"', "", page)


def test_wrong_unknown_closed_ended_and_invited_accounts_get_the_same_answer(
    app: Flask, newcomer: FlaskClient
) -> None:
    engage(app)
    closed = engage(app, name="Closed", email="closed@hotel.example")
    ended = engage(app, name="Ended", email="ended@hotel.example")
    engage(app, name="Invited", email="invited@hotel.example", password=None)
    change(app, closed, disabled_at=clock())
    change(app, ended, ends_on=clock().date() - timedelta(days=3))

    answers = [
        sign_in(newcomer, EMAIL, "not the password at all"),
        sign_in(newcomer, "nobody@hotel.example"),
        sign_in(newcomer, "closed@hotel.example"),
        sign_in(newcomer, "ended@hotel.example"),
        sign_in(newcomer, "invited@hotel.example"),
    ]

    assert {answer.status_code for answer in answers} == {422}
    assert len({told(answer.get_data(as_text=True)) for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.keys())) for answer in answers}) == 1
    assert not is_in(newcomer)


@pytest.mark.usefixtures("as_costly_as_in_a_house")
def test_an_unknown_account_costs_the_house_the_same_work(
    app: Flask, newcomer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    engage(app)
    engage(app, name="Invited", email="invited@hotel.example", password=None)
    worked: list[tuple[int, int]] = []
    hasher = passwords.HASHING.hasher

    class Counting:
        def verify(self, kept: str, given: str) -> bool:
            parameters = hasher.verify
            found = kept.split("$")[3]
            worked.append((len(found), len(given)))
            return bool(parameters(kept, given))

    monkeypatch.setattr(passwords.HASHING, "hasher", Counting())
    for email in (EMAIL, "nobody@hotel.example", "invited@hotel.example"):
        sign_in(newcomer, email, "not the password at all")

    assert len(worked) == 3
    assert len(set(worked)) == 1


@pytest.mark.usefixtures("as_costly_as_in_a_house")
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


def test_five_wrong_passwords_make_one_account_wait_and_no_other(
    app: Flask, newcomer: FlaskClient, time: Clock
) -> None:
    engage(app)
    engage(app, name="Omar", email="omar@hotel.example")

    codes = [sign_in(newcomer, EMAIL, f"wrong {number}").status_code for number in range(6)]

    assert codes == [422] * 5 + [429]
    assert sign_in(newcomer).status_code == 429  # the right one waits too
    assert sign_in(app.test_client(), "omar@hotel.example").status_code == 303
    time.passes(seconds=61)
    assert sign_in(newcomer).status_code == 303


def test_an_unknown_account_waits_just_as_a_known_one(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)
    said = {}

    for email in (EMAIL, "nobody@hotel.example"):
        for _ in range(5):
            sign_in(newcomer, email, "wrong")
        answer = sign_in(newcomer, email, "wrong")
        said[email] = (answer.status_code, told(answer.get_data(as_text=True)))
        assert int(answer.headers["Retry-After"]) <= 60

    assert len(set(said.values())) == 1


def test_the_wait_doubles_up_to_a_quarter_of_an_hour(app: Flask, newcomer: FlaskClient, time: Clock) -> None:
    engage(app)
    for _ in range(5):
        sign_in(newcomer, EMAIL, "wrong")
    waits = []

    for _ in range(6):
        waits.append(round(int(sign_in(newcomer, EMAIL, "wrong").headers["Retry-After"]) / 60))
        time.passes(minutes=waits[-1], seconds=1)
        assert sign_in(newcomer, EMAIL, "wrong").status_code == 422

    assert waits == [1, 2, 4, 8, 15, 15]


def test_a_right_password_forgives_the_wrong_ones(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)
    for _ in range(4):
        sign_in(newcomer, EMAIL, "wrong")
    sign_in(newcomer)
    send(newcomer, "/desk/sign-out", "/")

    assert [sign_in(newcomer, EMAIL, "wrong").status_code for _ in range(5)] == [422] * 5


def test_one_password_tried_on_every_account_ends_after_fifty(
    app: Flask, newcomer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    engage(app)
    token = token_on(newcomer.get("/desk/sign-in").get_data(as_text=True))

    def spray(email: str, address: str) -> int:
        data = {"csrf_token": token, "email": email, "password": "Summer2026!"}
        return newcomer.post("/desk/sign-in", data=data, environ_base={"REMOTE_ADDR": address}).status_code

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


def test_nothing_of_a_colleague_stands_in_the_log(
    app: Flask, newcomer: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    engage(app)

    sign_in(newcomer, EMAIL, "wrong secret words")
    sign_in(newcomer, "canary@hotel.example", "wrong secret words")

    assert "sign-in refused colleague=1" in caplog.text
    assert "sign-in refused colleague=unknown" in caplog.text
    for secret in (EMAIL, "canary", "wrong secret words", "Nadia"):
        assert secret not in caplog.text

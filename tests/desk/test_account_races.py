"""Two things at the same moment at the door: the one that closes it wins."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.clock import clock
from server.db import writing
from server.desk import account
from server.staff.colleagues import administers, disable, set_password
from server.staff.models import Colleague
from server.staff.passwords import is_right
from tests.door import EMAIL, PASSWORD, PIN, engage, is_in, send, sign_in, unlock
from tests.house import make_app

NEW = "a lighthouse in the orchard"


@pytest.fixture
def house(database_url: str, tmp_path: Path) -> Flask:
    """The application, once on each store."""
    return make_app(tmp_path, database_url)


@pytest.fixture
def client(house: Flask) -> FlaskClient:
    """A browser that nobody signed in with."""
    return house.test_client()


def while_it_is_compared(house: Flask, monkeypatch: pytest.MonkeyPatch, number: int, what: str) -> None:
    """Something is done to the account between the comparing of the password and the seat."""

    def compare(kept: str | None, given: str) -> bool:
        right = is_right(kept, given)
        with writing(house.config["ENGINE"]) as session:
            colleague = session.get_one(Colleague, number)
            if what == "password":
                set_password(session, colleague, NEW, actor="test", now=clock())
            elif what == "closed":
                disable(session, colleague, actor="test", now=clock())
            else:
                colleague.pin_hash = None
        return right

    monkeypatch.setattr(account, "is_right", compare)


@pytest.mark.parametrize("what", ["password", "closed"])
def test_a_password_that_was_changed_meanwhile_opens_nothing(
    house: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    while_it_is_compared(house, monkeypatch, engage(house), what)

    assert sign_in(client, EMAIL, PASSWORD).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("what", ["password", "closed", "pin"])
def test_a_pin_that_was_dropped_meanwhile_opens_nothing(
    house: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    number = engage(house, pin=PIN)
    sign_in(client)
    send(client, "/desk/lock", "/desk/me")
    while_it_is_compared(house, monkeypatch, number, what)

    unlock(client, PIN)

    assert not is_in(client)


def test_two_administrators_who_close_each_other_leave_one(postgres_url: str, tmp_path: Path) -> None:
    house = make_app(tmp_path, postgres_url)
    numbers = [
        engage(house, "administrator", name=name, email=f"{name}@hotel.example") for name in ("lucie", "omar")
    ]
    both_are_here = threading.Barrier(2)

    def close(me: int, other: int) -> None:
        with writing(house.config["ENGINE"]) as session:
            asking, colleague = session.get_one(Colleague, me), session.get_one(Colleague, other)
            both_are_here.wait(10)
            disable(session, colleague, actor=f"staff:{asking.id}", now=clock())

    def try_to_close(me: int, other: int) -> None:
        try:
            close(me, other)
        except Exception as refusal:
            refusals.append(refusal)

    refusals: list[Exception] = []
    pair = [threading.Thread(target=try_to_close, args=(numbers[at], numbers[1 - at])) for at in (0, 1)]
    for one in pair:
        one.start()
    for one in pair:
        one.join(30)

    with writing(house.config["ENGINE"]) as session:
        left = [n for n in numbers if administers(session.get_one(Colleague, n), now=clock())]
    assert len(left) == 1
    assert [str(refusal) for refusal in refusals] == ["staff.last_administrator"]

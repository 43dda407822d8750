"""Going through the desk's door in tests, as a colleague does: by e-mail, password, code, PIN."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from server.clock import clock
from server.db import reading, writing
from server.keys import read_all_keys, read_key
from server.staff.colleagues import Account, WantedPost, invite
from server.staff.models import Colleague
from server.staff.passwords import hash_password
from server.staff.second_step import app_secret, new_app_secret, new_secret
from tests.house import DESK_COOKIE

PASSWORD = "lanterns over the quiet harbour"
PIN = "480213"
EMAIL = "nadia@hotel.example"


def engage(
    app: Flask,
    *roles: str,
    name: str = "Nadia",
    email: str = EMAIL,
    password: str | None = PASSWORD,
    pin: str | None = None,
    with_app: bool = False,
    property_id: int | None = None,
) -> int:
    """A colleague with these roles (reception, unless named) and a password; returns the number."""
    with writing(app.config["ENGINE"]) as session:
        posts = frozenset(WantedPost(role, property_id) for role in roles or ("reception",))
        colleague = invite(session, Account(name, email, posts), actor="test", now=clock())
        colleague.password_hash = hash_password(password) if password else None
        colleague.pin_hash = hash_password(pin) if pin else None
        if with_app:
            new_app_secret(colleague, read_key(app.config["ONEGUEST"].keys_dir, "sealing"))
            colleague.totp_since = clock()
        return colleague.id


def secret_of(app: Flask, colleague_id: int) -> str:
    """What the colleague's authenticator app knows, the one that is being set up first."""
    with reading(app.config["ENGINE"]) as session:
        keys = read_all_keys(app.config["ONEGUEST"].keys_dir, "sealing")
        colleague = session.get_one(Colleague, colleague_id)
        secret = new_secret(colleague, keys) or app_secret(colleague, keys)
    assert secret is not None
    return secret


def code_of(app: Flask, colleague_id: int, *, at: datetime | None = None, steps: int = 0) -> str:
    """What the app shows now, or some steps of 30 seconds away."""
    when = (at or clock()) + timedelta(seconds=30 * steps)
    return pyotp.TOTP(secret_of(app, colleague_id)).at(when)


def token_on(page: str) -> str:
    """The CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found, "the page has a form"
    return found[1]


def send(client: FlaskClient, address: str, on: str, **fields: str) -> TestResponse:
    """Fill in a form of the page `on` and send it to an address."""
    page = client.get(on, follow_redirects=True).get_data(as_text=True)
    return client.post(address, data={"csrf_token": token_on(page), **fields})


def sign_in(
    client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, next: str = ""
) -> TestResponse:
    """Give e-mail and password at the door."""
    return send(client, "/desk/sign-in", "/desk/sign-in", email=email, password=password, next=next)


def give_code(client: FlaskClient, code: str) -> TestResponse:
    """Give a code at the second step."""
    return send(client, "/desk/second-step", "/desk/second-step", code=code)


def come_in(app: Flask, client: FlaskClient, colleague_id: int, email: str = EMAIL) -> FlaskClient:
    """The whole way in, with the app's code where it is asked for."""
    answer = sign_in(client, email)
    assert answer.status_code == 303
    if "/desk/second-step" in answer.location:
        assert give_code(client, code_of(app, colleague_id)).status_code == 303
    return client


def unlock(client: FlaskClient, pin: str, name: str | None = None, next: str = "") -> TestResponse:
    """Choose one's name at the door (the one chosen there, unless named) and give the PIN or password."""
    page = client.get("/desk/sign-in").get_data(as_text=True)
    people = dict(re.findall(r'for="who-(\d+)" translate="no">([^<]*)<', page))
    checked = re.search(r'value="(\d+)" checked', page)
    who = next_of(people, name) if name else (checked[1] if checked else "0")
    return client.post(
        "/desk/unlock", data={"csrf_token": token_on(page), "who": who, "pin": pin, "next": next}
    )


def next_of(people: dict[str, str], name: str) -> str:
    """The number under which a name stands at the door; 0 when it does not."""
    return next((number for number, shown in people.items() if shown == name), "0")


def at_the_door(client: FlaskClient) -> list[str]:
    """Who stands at the door by name."""
    page = client.get("/desk/sign-in", follow_redirects=True).get_data(as_text=True)
    return re.findall(r'for="who-\d+" translate="no">([^<]*)<', page)


def is_in(client: FlaskClient) -> bool:
    """Whether the desk opens."""
    return client.get("/desk/me", buffered=True).status_code == 200


def cookie_of(client: FlaskClient) -> str:
    """What the desk's cookie of this browser holds."""
    held = client.get_cookie(DESK_COOKIE)
    return held.value if held else ""


def change(app: Flask, colleague_id: int, **values: object) -> None:
    """Set an account as somebody else would have, past the desk."""
    with writing(app.config["ENGINE"]) as session:
        colleague = session.get_one(Colleague, colleague_id)
        for name, value in values.items():
            setattr(colleague, name, value)


class Clock:
    """The house's clock, to be moved on."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch, self.offset = patch, timedelta(0)

    def passes(self, **time: float) -> None:
        """Let time pass."""
        self.offset += timedelta(**time)
        self.patch.setenv("ONEGUEST_CLOCK_OFFSET", str(self.offset.total_seconds()))

"""Whoever finds an administrator's desk open takes no account over: all that could asks for the password."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.access import list_routes
from server.db import reading
from server.staff.models import Colleague, EntryLink, Post
from tests.door import EMAIL, PASSWORD, Clock, come_in, engage, send

OMAR = "omar@hotel.example"
DEEDS = {
    "second-step": {},
    "link": {},
    "": {"name": "Omar", "email": OMAR, "post-administrator-0": "yes"},
    "disable": {},
    "enable": {},
    "sessions": {},
}
"""What is done to a colleague's account, by the end of its address, with what the form sends."""


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The house's clock."""
    return Clock(monkeypatch)


@pytest.fixture
def boss(app: Flask) -> FlaskClient:
    """An administrator who has just signed in."""
    number = engage(app, "administrator", with_app=True)
    return come_in(app, app.test_client(), number, EMAIL)


@pytest.fixture
def omar(app: Flask) -> int:
    """A colleague of the reception with a second step."""
    return engage(app, name="Omar", email=OMAR, with_app=True)


def state(app: Flask, number: int) -> tuple[object, ...]:
    """All that somebody who takes an account over would change."""
    with reading(app.config["ENGINE"]) as session:
        one = session.get_one(Colleague, number)
        posts = frozenset((post.role, post.property_id) for post in one.posts)
        everybody = session.scalar(select(func.count()).select_from(Colleague))
        links = session.scalar(select(func.count()).select_from(EntryLink))
        kept = (one.email, one.password_hash, one.totp_since, one.disabled_at)
        return (*kept, posts, everybody, session.scalar(select(func.count()).select_from(Post)), links)


def address_of(number: int, deed: str) -> str:
    return f"/desk/colleagues/{number}/{deed}".rstrip("/")


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed or "change")
def test_minutes_later_an_account_changes_only_after_the_password(
    app: Flask, boss: FlaskClient, omar: int, time: Clock, deed: str
) -> None:
    time.passes(minutes=6)
    before = state(app, omar)

    answer = send(boss, address_of(omar, deed), "/desk/me", **DEEDS[deed])

    assert (answer.status_code, answer.location) == (303, f"/desk/again?next=/desk/colleagues/{omar}&sent=1")
    assert state(app, omar) == before


@pytest.mark.parametrize("deed", ["second-step", "link", ""], ids=lambda deed: deed or "change")
def test_after_the_password_it_is_done_from_the_page_it_stands_on(
    app: Flask, boss: FlaskClient, omar: int, time: Clock, deed: str
) -> None:
    time.passes(minutes=6)
    before, page = state(app, omar), f"/desk/colleagues/{omar}"
    stopped = send(boss, address_of(omar, deed), "/desk/me", **DEEDS[deed]).location
    assert "Nothing was done yet." in boss.get(stopped).get_data(as_text=True)

    wrong = send(boss, "/desk/again", stopped, password="not this one", next=page, sent="1")
    assert wrong.status_code == 422
    assert "Nothing was done yet." in wrong.get_data(as_text=True)
    assert send(boss, "/desk/again", stopped, password=PASSWORD, next=page).location == page
    seen = re.findall(r'name="seen" value="([^"]*)"', boss.get(page).get_data(as_text=True))
    fields = DEEDS[deed] | ({} if deed else {"seen": seen[0]})
    assert send(boss, address_of(omar, deed), page, **fields).status_code in (200, 303)

    assert state(app, omar) != before


def test_a_page_that_sends_by_script_is_led_to_the_password_too(
    app: Flask, boss: FlaskClient, omar: int, time: Clock
) -> None:
    time.passes(minutes=6)
    before, page = state(app, omar), f"/desk/colleagues/{omar}"
    by_script = {"HX-Request": "true", "HX-Current-URL": f"http://localhost{page}"}
    boss.environ_base |= {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in by_script.items()}

    answer = boss.post(f"{page}/second-step", data={"csrf_token": "unasked"})

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == f"/desk/again?next={page}&sent=1"
    assert state(app, omar) == before


@pytest.mark.parametrize("page", ["/desk/colleagues/new", "/desk/colleagues/{omar}"])
def test_the_password_is_asked_before_a_form_is_filled_in_for_nothing(
    boss: FlaskClient, omar: int, time: Clock, page: str
) -> None:
    page = page.format(omar=omar)
    assert boss.get(page).status_code == 200
    time.passes(minutes=6)

    assert boss.get(page).location == f"/desk/again?next={page}"


def test_who_is_here_can_be_looked_at_without_the_password(boss: FlaskClient, time: Clock) -> None:
    time.passes(minutes=6)

    assert boss.get("/desk/colleagues").status_code == 200


def test_nobody_new_is_invited_without_the_password(app: Flask, boss: FlaskClient, time: Clock) -> None:
    time.passes(minutes=6)
    fields = {"name": "Accomplice", "email": "in@evil.example", "post-administrator-0": "yes"}

    answer = send(boss, "/desk/colleagues/new", "/desk/me", **fields)

    assert answer.location == "/desk/again?next=/desk/colleagues/new&sent=1"
    with reading(app.config["ENGINE"]) as session:
        assert session.scalar(select(Colleague.id).where(Colleague.email == "in@evil.example")) is None


def test_every_deed_on_accounts_asks_for_the_password_again(app: Flask) -> None:
    deeds = [route for route in list_routes(app) if route["endpoint"].startswith("colleagues.")]

    assert [route["endpoint"] for route in deeds if not route["fresh"]] == ["colleagues.index"]
    assert all(route["second_factor"] for route in deeds)


@pytest.mark.parametrize(
    ("sent_to", "page"),
    [
        ("/desk/colleagues/leavers", "/desk/colleagues"),
        ("/desk/me/pin/none", "/desk/me/pin"),
        ("/desk/me/second-step/codes", "/desk/me/second-step"),
        ("/desk/me/password", "/desk/me/password"),
    ],
)
def test_who_is_stopped_comes_back_to_the_page_of_the_form(
    boss: FlaskClient, time: Clock, sent_to: str, page: str
) -> None:
    time.passes(minutes=6)

    assert send(boss, sent_to, "/desk/me").location == f"/desk/again?next={page}&sent=1"

"""What strangers stumbled over in their first hour: where to go next, what was done, what is wrong."""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from server.clock import clock
from server.commands._warming import SET_ELSEWHERE, warm_up
from server.db import writing
from server.properties.setup import default_property
from server.staff.entry import first_link
from tests.door import PASSWORD, PIN, code_of, engage, send, sign_in, unlock
from tests.house import seated_client

NOTICE = "/desk/papers/1/privacy_notice/en"


def first_way_in(app: Flask) -> str:
    with writing(app.config["ENGINE"]) as session:
        made = first_link(session, now=clock())
    assert made is not None
    return f"/desk/enter/{made.token}"


def languages_offered(page: str) -> list[str]:
    return re.findall(r'<a href="([^"]*\?lang=[^"]*)"', page)


def test_a_stranger_at_an_empty_house_reads_where_the_way_in_is(app: Flask) -> None:
    stranger = app.test_client()

    assert "the terminal showed" in stranger.get("/desk/sign-in").text
    engage(app)

    after = stranger.get("/desk/sign-in").text
    assert "the terminal showed" not in after
    assert "Forgotten your password?" in after


def test_the_first_one_here_is_told_at_once_all_that_is_wrong(app: Flask) -> None:
    link, stranger = first_way_in(app), app.test_client()

    answer = send(stranger, link, link, name="", email="anneke", password="short", repeated="shor")

    assert answer.status_code == 422
    wrong = re.findall(r'id="f-(\w+)"[^>]*aria-invalid="true"', answer.text)
    assert wrong == ["name", "email", "password", "repeated"]
    assert re.findall(r'id="f-(\w+)"[^>]* autofocus', answer.text) == ["name"]


def test_the_first_one_here_begins_with_the_first_hour(app: Flask) -> None:
    link, stranger = first_way_in(app), app.test_client()
    owner = {"name": "Anneke", "email": "anneke@hotel.example", "password": PASSWORD, "repeated": PASSWORD}

    answer = send(stranger, link, link, **owner)

    assert answer.location == "/desk/second-step?next=/desk/first-hour"


def test_a_wrong_pin_can_be_read_in_another_language(app: Flask) -> None:
    engage(app, pin=PIN)
    desk = app.test_client()
    sign_in(desk)
    send(desk, "/desk/lock", "/desk/me")

    refused = unlock(desk, "000000")

    assert refused.status_code == 422
    for address in languages_offered(refused.text):
        assert desk.get(address.replace("&amp;", "&")).status_code == 200, address


def test_recovery_codes_offer_no_language_that_would_lose_them(app: Flask) -> None:
    manager = app.test_client()
    number = engage(app, "manager")
    sign_in(manager)

    shown = send(manager, "/desk/second-step/app", "/desk/second-step", code=code_of(app, number))

    assert "Your recovery codes" in shown.text
    assert languages_offered(shown.text) == []


def test_a_setting_that_is_refused_says_so_where_the_eye_is(served: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/desk/house/1")
    page.fill("#reception-reception_phone", "02 98")
    page.locator("#reception .button.primary").click()

    said = page.locator("#reception [role=alert]")
    said.wait_for()
    assert said.evaluate("el => el === document.activeElement")
    top, bottom = said.evaluate("el => [el.getBoundingClientRect().top, el.getBoundingClientRect().bottom]")
    assert 0 <= top < bottom <= 844


def test_a_paper_that_waits_leads_to_its_settings_whoever_may_set_them(app: Flask) -> None:
    manager, reception = seated_client(app, "manager"), seated_client(app, "reception")

    for address in (NOTICE, "/desk/papers"):
        assert 'href="/desk/house/1#entity"' in manager.get(address).text
        told = reception.get(address).text
        assert "/desk/house/1" not in told
        assert "A manager or an administrator can set it." in told


def test_a_pin_that_was_kept_is_answered(app: Flask) -> None:
    desk = app.test_client()
    engage(app)
    sign_in(desk)

    send(desk, "/desk/me/pin", "/desk/me/pin", pin=PIN, repeated=PIN)

    assert "Your PIN is kept." in desk.get("/desk/me").text


def test_the_desk_wears_the_houses_colour_on_every_page(app: Flask) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).accent = "#0a4678"
    desk = seated_client(app)

    for address in ("/", "/desk/first-hour", "/desk/guests", "/desk/imports", "/desk/papers", "/desk/me"):
        assert "colour=0a4678" in desk.get(address).text.lower(), address
    assert "colour=0a4678" in app.test_client().get("/desk/sign-in").text.lower()


@pytest.fixture
def thawed() -> Iterator[None]:
    """As a server that just started: the tests themselves keep out of collections what they collected."""
    gc.unfreeze()
    yield
    gc.freeze()


def test_no_visitor_waits_for_a_template_or_for_what_lives_as_long_as_the_server(
    app: Flask, thawed: None
) -> None:
    warm_up(app)

    kept = {name for _, name in app.jinja_env.cache or {}}
    assert kept == {name for name in app.jinja_env.list_templates() if not name.startswith(SET_ELSEWHERE)}
    assert gc.get_freeze_count() > 10_000

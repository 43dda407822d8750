"""Every page of the door and of accounts: for everyone, in every language, at every width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from server.clock import clock
from server.db import writing
from server.staff.entry import make_link
from server.staff.models import Colleague
from tests.accessible import LANGUAGES, assert_accessible_in_both
from tests.desk.test_everyone import SCREENS, WIDER
from tests.door import EMAIL, PASSWORD, code_of, engage
from tests.house import seat, seated_client
from tests.wording.test_catalogues import plain_texts

if TYPE_CHECKING:
    from playwright.sync_api import Page

OWN = (
    "/desk/me",
    "/desk/me/password",
    "/desk/me/pin",
    "/desk/me/second-step",
    "/desk/again",
    "/desk/colleagues",
    "/desk/colleagues/new",
    "/desk/colleagues/2",
)
DOOR = ("/desk/sign-in", "/desk/enter/unknown")


def invitation(app: Flask, number: int) -> str:
    with writing(app.config["ENGINE"]) as session:
        colleague = session.get_one(Colleague, number)
        return f"/desk/enter/{make_link(session, 'invitation', colleague, actor='t', now=clock()).token}"


@pytest.fixture
def people(app: Flask) -> int:
    """Whoever the fixtures seat, and one more colleague; returns that one's number."""
    seat(app.config["ENGINE"])
    return engage(app, "reception", "reviewer", name="Maximiliane Oberhuber-Łącka", email="m@hotel.example")


def with_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_an_account_can_be_used_by_everyone(
    app: Flask, people: int, served: str, page: Page, language: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    for address in (*OWN, invitation(app, people)):
        page.goto(served + with_language(address, language))
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert_accessible_in_both(page, f"{address} in {language}")
    assert complaints == []


def test_every_step_of_the_way_in_can_be_used_by_everyone(app: Flask, served: str, page: Page) -> None:
    number = engage(app, "manager", "administrator")
    page.context.clear_cookies()
    page.emulate_media(reduced_motion="reduce")
    for address in DOOR:
        page.goto(served + address)
        assert_accessible_in_both(page, address)

    page.goto(f"{served}/desk/sign-in")
    page.fill("#f-email", EMAIL)
    page.fill("#f-password", "wrong")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert_accessible_in_both(page, "wrong password")
    page.fill("#f-password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Set up your second step").wait_for()
    page.evaluate("document.querySelector('details').open = true")
    assert_accessible_in_both(page, "setting up")
    page.fill("#f-code", code_of(app, number))
    page.keyboard.press("Enter")
    page.get_by_text("Your recovery codes").wait_for()
    assert_accessible_in_both(page, "recovery codes")
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("button", name="Lock, switch colleague").click()
    page.get_by_text("Who is at the desk?").wait_for()
    assert_accessible_in_both(page, "who is at the desk")
    page.locator("#f-pin").fill("000000")
    page.keyboard.press("Enter")
    page.get_by_role("alert").wait_for()
    assert_accessible_in_both(page, "wrong PIN")
    page.get_by_text("Somebody else").click()
    page.fill("#f-email", EMAIL)
    page.fill("#f-password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_text("Your second step").wait_for()
    assert_accessible_in_both(page, "second step")
    for _ in range(6):
        page.fill("#f-code", "000000")
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    page.get_by_text("Too many tries").wait_for()
    assert_accessible_in_both(page, "too many tries")


def test_no_page_of_an_account_is_wider_than_the_screen(
    app: Flask, people: int, served: str, page: Page
) -> None:
    for address in (*OWN, invitation(app, people), *DOOR):
        page.goto(served + with_language(address, "qps"))
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(WIDER) == 0, f"{address}, {width}"


def test_nothing_escapes_the_catalogue(app: Flask, people: int) -> None:
    desk, stranger = seated_client(app), app.test_client()
    ours = r"\d{1,2} \w{3} \d{4}(, \d\d:\d\d)?"
    escaped = {}
    for client, addresses in ((desk, OWN), (stranger, (*DOOR, invitation(app, people)))):
        for address in addresses:
            page = client.get(with_language(address, "qps")).get_data(as_text=True)
            escaped[address] = plain_texts(re.sub(ours, "", page))
    assert {name: found for name, found in escaped.items() if found} == {}


def test_a_desk_that_nobody_touches_gives_way_to_the_door(app: Flask, served: str, page: Page) -> None:
    page.clock.install()
    page.goto(f"{served}/desk/imports?page=1")
    page.get_by_role("heading", name="Imports", exact=True).wait_for()
    with writing(app.config["ENGINE"]) as session:
        session.connection().exec_driver_sql(
            "UPDATE staff_session SET seen_at = '2020-01-01 00:00:00.000000'"
        )

    page.clock.fast_forward("15:20")

    page.wait_for_url("**/desk/sign-in?next=%2Fdesk%2Fimports%3Fpage%3D1")

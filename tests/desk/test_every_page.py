"""Every page of the desk, as the routes name them, and every page before it: for everyone, at every width."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from server.access import list_routes
from server.clock import clock
from server.db import writing
from server.properties.beginning import STEPS
from server.properties.models import HouseMark
from server.staff.entry import Purpose, make_link
from tests.accessible import assert_accessible
from tests.conftest import PAGE_PATIENCE
from tests.contracts.test_access import IDS, of_no_house
from tests.desk.two_houses import fill_two
from tests.door import engage
from tests.house import seat, seat_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PARTS_OF_A_PAGE = {
    "account.awake",
    "first_hour.refresh",
    "handing.state",
    "imports.progress",
    "imports.refresh",
    "ledger.file",
    "lobby.refresh",
    "papers.print_",
    "sheet_prints.blank",
    "sheet_prints.one",
    "today.refresh",
}
"""What answers with a part of a page, a file or nothing at all."""


def entrance(app: Flask, purpose: Purpose) -> str:
    with writing(app.config["ENGINE"]) as session:
        return f"/desk/enter/{make_link(session, purpose, None, actor='test', now=clock()).token}"


@pytest.fixture
def stranger(browser: Browser) -> Iterator[Page]:
    """A browser in a house that nobody has come into yet."""
    context = browser.new_context()
    context.set_default_timeout(PAGE_PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture
def addresses(app: Flask, tmp_path: Path) -> list[str]:
    """Where each page of the desk stands in a house that has something to show on it."""
    house, _ = fill_two(app.config["ENGINE"], tmp_path)
    adapter = app.url_map.bind("localhost")
    pages = [
        adapter.build(route["endpoint"], IDS.get(route["endpoint"], of_no_house)(house))
        for route in list_routes(app)
        if route["methods"] == ["GET"]
        and route["guard"].startswith("staff")
        and route["endpoint"] not in PARTS_OF_A_PAGE
    ]
    steps = [f"/desk/first-hour?step={step}" for step in STEPS]
    held_up = f"/desk/papers/{house.property_id}/privacy_notice/en"
    return [*pages, *steps, "/desk/again", held_up]


def look_light_and_dark(page: Page, state: str, width: int) -> None:
    """What is shown now, light on a screen of that width and dark on a telephone."""
    for scheme, wide in (("light", width), ("dark", 390)):
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        page.set_viewport_size({"width": wide, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{state}, {wide}"
        assert_accessible(page, f"{state}, {scheme}")


@pytest.mark.parametrize("half", [0, 1])
def test_every_page_of_the_desk_can_be_used_by_everyone(
    app: Flask, served: str, addresses: list[str], page: Page, half: int
) -> None:
    seat_page(page, served, seat(app.config["ENGINE"], name="Omar"))

    for address in addresses[half::2]:
        page.goto(served + address)
        assert page.locator("h1").count() == 1, address
        look_light_and_dark(page, address, 1440)


def test_every_page_before_the_desk_can_be_used_by_everyone(app: Flask, served: str, stranger: Page) -> None:
    page = stranger

    def look(state: str) -> None:
        look_light_and_dark(page, state, 1024)

    page.goto(f"{served}/desk/sign-in")
    look("nobody has an account")
    page.goto(served + entrance(app, "first"))
    look("the first administrator")
    page.get_by_role("button", name="Go on").click()
    page.locator("#f-name[aria-invalid]").wait_for()
    look("the first administrator, nothing filled in")
    engage(app, "reception", name="Maximiliane Oberhuber-Łącka")
    app.config["ONEGUEST"] = replace(app.config["ONEGUEST"], demo=True)
    with writing(app.config["ENGINE"]) as session:
        session.merge(HouseMark(id=1, kind="demo"))
    page.goto(served + entrance(app, "demo"))
    page.get_by_text("Whom do you want to be?").wait_for()
    look("the demo's entrance")
    page.goto(f"{served}/desk/enter/unknown")
    look("a link that opens no more")


def test_the_page_with_an_invitations_link_can_be_used_by_everyone(
    app: Flask, served: str, page: Page
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    seat_page(page, served, seat(app.config["ENGINE"], name="Omar"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{served}/desk/colleagues/new")
    page.get_by_text("What each role may do").click()
    assert_accessible(page, "what each role may do")

    page.fill("#f-name", "Karim")
    page.fill("#f-email", "karim@hotel.example")
    page.locator("[name=post-reception-0]").check()
    page.get_by_role("button", name="Make the invitation").click()
    page.get_by_text("opens here and on no other").wait_for()
    assert_accessible(page, "the link")
    page.get_by_role("button", name="Copy the link").click()
    page.get_by_role("button", name="Copied").wait_for()

    assert page.evaluate("navigator.clipboard.readText()") == page.input_value("#f-link")

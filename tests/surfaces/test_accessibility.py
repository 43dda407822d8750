"""No page or state breaks a rule of WCAG 2.2 AA that a machine can check."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # ships no types
from flask import Flask

from server.clock import clock
from server.db import writing
from server.properties.setup import default_property
from tests.house import expect_guest, seat, seat_page
from tests.surfaces.showcase import add_showcase

if TYPE_CHECKING:
    from playwright.sync_api import Page

RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


def assert_accessible(page: Page, state: str) -> None:
    """No violation in what is shown now. Waits for the 150 ms in which things arrive half transparent."""
    page.wait_for_timeout(200)
    found = Axe().run(page, options=RULES).response["violations"]
    told = [
        (rule["id"], [re.sub(r"\s+", " ", node["html"])[:160] for node in rule["nodes"]]) for rule in found
    ]
    assert told == [], state


@pytest.mark.parametrize("language", ["English", "Français"])
def test_the_tablet_can_be_used_by_everyone(served: str, page: Page, language: str) -> None:
    page.goto(f"{served}/kiosk/")
    assert_accessible(page, "resting")
    page.get_by_role("link", name=language).click()
    page.locator(".question.now").wait_for()
    assert_accessible(page, "name")
    page.locator(".now [data-next]").click()
    assert_accessible(page, "name, with an error")
    page.fill("#f-given_name", "Anna")
    page.locator(".now [data-next]").click()
    page.fill("#f-email", "anna@gmial.com")
    page.locator(".now [data-next]").click()
    assert_accessible(page, "e-mail, with a suggestion")
    page.locator("[data-use]").click()
    for step in ("mobile", "birth", "stay"):
        assert_accessible(page, step)
        page.locator(".now [data-out=skipped]").click()
    assert_accessible(page, "check")
    page.evaluate("document.querySelector('[data-idle]').showModal()")
    assert_accessible(page, "are you still there")
    page.locator("[data-stay]").click()
    page.locator(".now [data-send]").click()
    page.locator("[data-thanks-screen] h1").wait_for()
    assert_accessible(page, "thanks")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_phone_can_be_used_by_everyone(app: Flask, served: str, page: Page, scheme: str) -> None:
    expected = expect_guest(app.config["ENGINE"], now=clock())
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/g/unknown")
    assert_accessible(page, "closed")
    page.goto(f"{served}/g/{expected.token}")
    assert_accessible(page, "door")
    page.get_by_role("button", name="Continue").click()
    page.locator("[data-summary]").wait_for()
    assert_accessible(page, "door, with a wrong answer")
    for name, text in expected.right_answers.items():
        page.fill(f"#f-{name}", text)
    page.get_by_role("button", name="Continue").click()
    page.locator("#f-given_name").wait_for()
    assert_accessible(page, "name")
    page.fill("#f-given_name", "Anna")
    page.locator(".button.primary").click()
    page.locator("#f-email").wait_for()
    page.locator(".button.primary").click()
    page.locator("[data-summary]:visible").wait_for()
    assert page.locator("[data-summary]").evaluate("el => el === document.activeElement")
    assert_accessible(page, "e-mail, with an error")
    page.fill("#f-email", "anna@gmial.com")
    page.locator(".button.primary").click()
    page.locator(".suggestion").wait_for()
    assert_accessible(page, "e-mail, with a suggestion")
    for step in ("#f-mobile", "#f-birth_date_day", "#f-arrival_day"):
        page.locator("button[value='out:skipped']").click()
        page.locator(step).wait_for()
        assert_accessible(page, step)
    page.locator("button[value='out:skipped']").click()
    page.locator(".review").wait_for()
    assert_accessible(page, "check")
    page.locator(".button.primary").click()
    page.wait_for_url("**/g/received")
    assert_accessible(page, "received")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_desk_can_be_used_by_everyone(app: Flask, served: str, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    seat_page(page, served, seat(app.config["ENGINE"]))
    page.goto(f"{served}/")
    assert_accessible(page, "no arrivals")
    expect_guest(app.config["ENGINE"], now=clock())
    page.goto(f"{served}/")
    assert_accessible(page, "arrivals")
    page.keyboard.press("/")
    assert page.locator("#search").evaluate("el => el === document.activeElement")
    page.goto(f"{served}/nowhere")
    assert_accessible(page, "no such page")


@pytest.fixture
def showcase(app: Flask) -> None:
    add_showcase(app)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_component_of_the_desk_can_be_used_by_everyone(
    app: Flask, showcase: None, served: str, page: Page, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    seat_page(page, served, seat(app.config["ENGINE"]))
    page.goto(f"{served}/desk/showcase")

    assert_accessible(page, "components")


@pytest.mark.parametrize("accent", ["#ffd400", "#000000", "#ff5a5f", "#c0ffee"])
def test_any_accent_of_a_property_stays_readable(app: Flask, served: str, page: Page, accent: str) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).accent = accent

    page.goto(f"{served}/kiosk/")
    assert_accessible(page, "resting")
    page.get_by_role("link", name="English").click()
    page.locator(".question.now").wait_for()
    assert_accessible(page, "name")


def test_no_page_scrolls_sideways_even_twice_as_large(app: Flask, served: str, page: Page) -> None:
    seat_page(page, served, seat(app.config["ENGINE"]))
    for width, address in (
        (390, "/kiosk/pre_check_in/fr"),
        (512, "/kiosk/"),
        (720, "/"),
        (320, "/g/unknown"),
    ):
        page.set_viewport_size({"width": width, "height": 600})
        page.goto(served + address)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address

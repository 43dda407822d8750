"""The guest's link in a browser without JavaScript: Back and reload open pages, and never send again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask

from server.clock import clock
from tests.house import Expected, expect_guest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page in a browser that runs no scripts."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def open_the_door(page: Page, served: str, expected: Expected) -> None:
    page.goto(f"{served}/g/{expected.token}")
    for name, value in expected.right_answers.items():
        page.fill(f"#f-{name}", value)
    page.get_by_role("button", name="Continue").click()
    page.check("#f-staying")
    go_on(page)
    page.locator("#f-given_name").wait_for()


def go_on(page: Page) -> None:
    page.locator(".button.primary").click()


def pass_stay_and_companions(page: Page) -> None:
    page.get_by_role("button", name="Skip").click()
    go_on(page)


def test_back_goes_through_the_questions_and_keeps_every_answer(
    served: str, plain: Page, expected: Expected
) -> None:
    open_the_door(plain, served, expected)
    plain.fill("#f-given_name", "Anna")
    go_on(plain)
    pass_stay_and_companions(plain)
    plain.fill("#f-email", "anna@")
    go_on(plain)
    assert "An e-mail looks like" in plain.locator("[data-summary]").inner_text()
    plain.fill("#f-email", "anna@example.com")
    go_on(plain)
    plain.locator("#f-mobile").wait_for()

    plain.go_back()
    assert plain.input_value("#f-email") == "anna@example.com"
    for _ in range(4):
        plain.go_back()
    assert plain.input_value("#f-given_name") == "Anna"
    for _ in range(3):
        plain.go_forward()
    assert plain.locator("#f-email").is_visible()
    plain.reload()
    assert plain.locator("#f-email").is_visible()


def test_back_from_the_first_question_opens_the_door_after_a_wrong_answer(
    served: str, plain: Page, expected: Expected
) -> None:
    plain.goto(f"{served}/g/{expected.token}")
    plain.fill("#f-last_name", "Smith")
    plain.get_by_role("button", name="Continue").click()
    plain.locator("[data-summary]").wait_for()
    assert plain.input_value("#f-last_name") == "Smith"
    for name, value in expected.right_answers.items():
        plain.fill(f"#f-{name}", value)
    plain.get_by_role("button", name="Continue").click()
    plain.locator("#f-staying").wait_for()

    plain.go_back()

    assert plain.locator("#f-last_name").is_visible()


def test_back_from_the_end_shows_nothing_of_the_form(served: str, plain: Page, expected: Expected) -> None:
    open_the_door(plain, served, expected)
    plain.fill("#f-given_name", "canary")
    go_on(plain)
    pass_stay_and_companions(plain)
    for _ in range(3):
        plain.get_by_role("button", name="Skip").click()
    go_on(plain)
    plain.wait_for_url("**/g/received")

    plain.go_back()

    assert plain.url.endswith("/g/received")
    assert "canary" not in plain.content()
    assert all(crumb.get("name") != "draft" for crumb in plain.context.cookies())


def test_the_draft_on_the_phone_can_be_read_by_nobody(served: str, plain: Page, expected: Expected) -> None:
    open_the_door(plain, served, expected)
    plain.fill("#f-given_name", "canary")
    go_on(plain)

    draft = next(crumb for crumb in plain.context.cookies() if crumb.get("name") == "draft")
    assert draft.get("httpOnly")
    assert draft.get("path") == "/g"
    assert draft.get("expires") == -1  # gone with the browser
    assert "canary" not in str(draft)


def test_answers_too_long_for_a_cookie_still_go_on(served: str, plain: Page, expected: Expected) -> None:
    open_the_door(plain, served, expected)
    plain.fill("#f-given_name", "Anna " * 1000)
    go_on(plain)

    assert "longer than we can keep" in plain.locator("[data-summary]").inner_text()
    assert plain.input_value("#f-given_name").startswith("Anna Anna")


def test_the_next_guest_at_a_tablet_cannot_bring_back_the_one_before(served: str, plain: Page) -> None:
    plain.goto(f"{served}/kiosk/")
    plain.get_by_role("link", name="English").click()
    plain.check("#f-staying")
    plain.fill("#f-given_name", "canary")
    plain.fill("#f-email", "canary@")
    plain.get_by_role("button", name="Send").click()
    plain.locator("[data-summary]:visible").wait_for()
    assert plain.input_value("#f-given_name") == "canary"
    plain.fill("#f-email", "canary@example.com")
    plain.get_by_role("button", name="Send").click()
    plain.get_by_role("heading", name="Thank you").wait_for()

    for _ in range(2):
        plain.go_back()
        assert "canary" not in plain.content()
        assert plain.input_value("#f-given_name") == ""

"""The guest's link in a real browser on a phone: what was typed survives Back, and a bad connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from server.captures.models import Capture
from server.clock import clock
from server.db import reading
from tests.house import expect_guest

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def form(app: Flask, served: str, page: Page) -> Page:
    """The second question, after the guest gave a name."""
    expected = expect_guest(app.config["ENGINE"], now=clock())
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/g/{expected.token}")
    for name, value in expected.right_answers.items():
        page.fill(f"#f-{name}", value)
    page.get_by_role("button", name="Continue").click()
    page.fill("#f-given_name", "Anna")
    page.locator("button.primary").click()
    page.locator("#f-email").wait_for()
    return page


def test_back_goes_one_question_back_and_forgets_nothing(form: Page) -> None:
    form.fill("#f-email", "anna@example.com")

    form.evaluate("history.back()")
    form.locator("#f-given_name").wait_for()

    assert form.input_value("#f-given_name") == "Anna"
    form.evaluate("history.forward()")
    form.locator("#f-email").wait_for()
    assert form.input_value("#f-email") == "anna@example.com"


@pytest.mark.parametrize(
    ("status", "body"), [(503, "<p>Sorry</p>"), (200, "<h1>Hotel Wi-Fi</h1>"), (None, "")], ids=str
)
def test_what_could_not_be_sent_stays_on_the_screen(
    app: Flask, form: Page, status: int | None, body: str
) -> None:
    form.route(
        "**/g/form", lambda route: route.fulfill(status=status, body=body) if status else route.abort()
    )
    form.fill("#f-email", "anna@example.com")
    form.locator("button.primary").click()
    form.locator("[data-not-sent]").wait_for()

    assert form.input_value("#f-email") == "anna@example.com"
    form.unroute("**/g/form")
    form.locator("button.primary").click()
    form.locator("#f-mobile").wait_for()
    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(Capture)).all() == []

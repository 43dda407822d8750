"""The guest's link in a real browser on a phone: what was typed survives Back, and a bad connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from server.captures.models import Capture, GuestLink
from server.clock import clock
from server.db import reading, writing
from tests.accessible import assert_accessible
from tests.house import Expected, expect_guest

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


def open_the_door(page: Page, served: str, expected: Expected) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/g/{expected.token}")
    for name, value in expected.right_answers.items():
        page.fill(f"#f-{name}", value)
    page.get_by_role("button", name="Continue").click()
    page.locator("#step, .thanks").wait_for()
    page.wait_for_load_state("load")  # the tap that goes on by itself is the module's


def name_oneself(page: Page, served: str, expected: Expected) -> None:
    """To the question for the address: the day of arrival is known from the door, nobody travels along."""
    open_the_door(page, served, expected)
    page.locator(".tap").first.click()
    page.fill("#f-given_name", "Anna")
    for step in ("#f-arrival_day", "button[value=add]", "#f-email"):
        page.locator("button.primary").click()
        page.locator(step).wait_for()


@pytest.fixture
def form(served: str, page: Page, expected: Expected) -> Page:
    """The question for the address, after the guest gave a name."""
    name_oneself(page, served, expected)
    return page


def test_back_goes_one_question_back_and_forgets_nothing(form: Page) -> None:
    form.fill("#f-email", "anna@example.com")

    for step in ("button[value=add]", "#f-arrival_day", "#f-given_name"):
        form.evaluate("history.back()")
        form.locator(step).wait_for()

    assert form.input_value("#f-given_name") == "Anna"
    for step in ("#f-arrival_day", "button[value=add]"):
        form.evaluate("history.forward()")
        form.locator(step).wait_for()
    form.evaluate("history.forward()")
    form.locator("#f-email").wait_for()
    assert form.input_value("#f-email") == "anna@example.com"


def test_back_from_the_first_question_is_the_door_and_from_the_thanks_the_thanks(
    served: str, page: Page, expected: Expected
) -> None:
    open_the_door(page, served, expected)
    assert page.url.endswith("/g/form")
    assert page.locator("[form=door]").count() == 0  # the door's languages went with it

    page.go_back()
    page.locator("#f-last_name").wait_for()
    page.go_forward()
    page.locator("#f-staying").wait_for()

    page.locator(".tap").first.click()
    page.fill("#f-given_name", "canary")
    for step in ("#f-arrival_day", "button[value=add]", "#f-email"):
        page.locator("button.primary").click()
        page.locator(step).wait_for()
    for step in ("#f-mobile", "#f-wish", ".review"):
        page.locator("button[value='out:skipped']").click()
        page.locator(step).wait_for()
    page.locator("button.primary").click()
    page.wait_for_url("**/g/received")
    page.go_back()
    page.wait_for_url("**/g/received")
    assert "canary" not in page.content()


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


def end_link(app: Flask, expected: Expected, how: str) -> None:
    with writing(app.config["ENGINE"]) as session:
        setattr(session.get_one(GuestLink, expected.link_id), how, clock())


@pytest.mark.parametrize("how", ["expires_at", "revoked_at"])
def test_a_link_that_ended_says_so_kindly_and_whom_to_ask(
    app: Flask, served: str, page: Page, expected: Expected, how: str
) -> None:
    end_link(app, expected, how)

    page.goto(f"{served}/g/{expected.token}?lang=fr")

    assert page.get_by_role("heading", level=1).inner_text() == "Ce lien ne s’ouvre pas"
    assert "réception" in page.locator(".why").inner_text()
    assert page.locator("input, button").count() == 0
    assert_accessible(page, how)


def test_a_link_that_ends_between_two_questions_leads_to_the_same_page(
    app: Flask, served: str, page: Page, expected: Expected
) -> None:
    open_the_door(page, served, expected)
    page.locator(".tap").first.click()
    page.fill("#f-given_name", "canary")
    end_link(app, expected, "expires_at")

    page.locator("button.primary").click()

    page.wait_for_url("**/g/closed")
    assert page.get_by_role("heading", level=1).inner_text() == "This link does not open"
    assert "canary" not in page.content()


def test_a_link_that_took_a_form_opens_on_the_thanks(
    app: Flask, served: str, page: Page, expected: Expected
) -> None:
    end_link(app, expected, "used_at")

    open_the_door(page, served, expected)

    page.wait_for_url("**/g/received")
    assert page.get_by_role("heading", level=1).inner_text() == "Received, thank you"
    assert_accessible(page, "used")


def test_an_answer_lost_on_the_way_is_sent_again_and_kept_once(
    app: Flask, served: str, page: Page, expected: Expected
) -> None:
    name_oneself(page, served, expected)
    for step in ("#f-email", "#f-mobile", "#f-wish"):
        page.locator(step).wait_for()
        page.locator("button[value='out:skipped']").click()
    page.locator(".review").wait_for()

    def arrives_but_answer_is_lost(route: Route) -> None:
        route.fetch()
        route.abort()

    page.route("**/g/form", arrives_but_answer_is_lost)
    page.locator("button.primary").click()
    page.locator("[data-not-sent]").wait_for()
    page.unroute("**/g/form")
    page.locator("button.primary").click()

    page.wait_for_url("**/g/received")
    with reading(app.config["ENGINE"]) as session:
        assert len(session.scalars(select(Capture)).all()) == 1


def test_a_guest_fills_in_the_form_with_the_keyboard_alone(
    app: Flask, served: str, page: Page, expected: Expected
) -> None:
    press, type_in = page.keyboard.press, page.keyboard.type

    def tab_to(what: str) -> None:
        for _ in range(20):
            press("Tab")
            if page.evaluate("what => document.activeElement.matches(what)", what):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", what
                return
        raise AssertionError(f"Tab never comes to {what}")

    page.goto(f"{served}/g/{expected.token}")
    for name, value in expected.right_answers.items():
        tab_to(f"#f-{name}")
        type_in(value)
    press("Enter")  # from a field, with the language buttons before it on the page
    page.locator("#f-staying").wait_for()
    tab_to("#f-staying")
    press("Space")
    press("Enter")
    page.locator("#f-given_name").wait_for()
    tab_to("#f-given_name")
    type_in("Anna")
    press("Enter")
    for step in ("#f-arrival_day", "button[value=add]"):
        page.locator(step).wait_for()
        tab_to(".button.primary")
        press("Enter")
    page.locator("#f-email").wait_for()
    assert page.evaluate("document.activeElement.localName") == "h1"
    tab_to("#f-email")
    type_in("anna@gmial.com")
    press("Enter")
    page.locator(".suggestion").wait_for()
    tab_to("button[value=use]")
    press("Enter")
    page.locator(".suggestion").wait_for(state="detached")
    tab_to(".button.primary")
    press("Enter")
    for step in ("#f-mobile", "#f-wish"):
        page.locator(step).wait_for()
        tab_to("button[value='out:skipped']")
        press("Space")
    page.locator(".review").wait_for()
    tab_to(".button.primary")
    press("Enter")
    page.wait_for_url("**/g/received")

    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(Capture)).one().answers["email"] == "anna@gmail.com"

"""The whole way of a guest through the tablet and through the phone, one state after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flask import Flask

from server.db import writing
from server.forms.definition import find_form
from server.forms.offering import tablet_forms
from server.properties.setup import default_property
from tests.house import Expected

if TYPE_CHECKING:
    from playwright.sync_api import Page

PORTAL = "<h1>Hotel Wi-Fi</h1>"


def kiosk_states(page: Page, served: str, language: str = "en") -> Iterator[str]:
    """Every state of the tablet, with each kind of mistake, to the thanks."""
    page.goto(f"{served}/kiosk/?lang={language}")
    yield "resting"
    page.goto(f"{served}/kiosk/pre_check_in/{language}")
    page.locator(".question.now").wait_for()
    go_on = page.locator(".now [data-next]")
    skip = page.locator(".now [data-out=skipped]")
    tap = page.locator(".now .tap")
    yield "staying"
    go_on.click()
    yield "staying, with an error"
    tap.first.click()
    page.locator("#f-given_name").wait_for()
    yield "name"
    go_on.click()
    yield "name, with an error"
    page.fill("#f-given_name", "Anna")
    go_on.click()
    tap.nth(1).click()
    page.fill("#f-arrival_day", "3")
    go_on.click()
    yield "stay, with an error"
    skip.click()
    yield "companions"
    page.locator(".now [data-add]").click()
    go_on.click()
    yield "companions, with an error"
    page.locator(".now [data-member='1'] [data-remove]").click()
    go_on.click()
    page.fill("#f-email", "anna@")
    go_on.click()
    yield "e-mail, with an error"
    page.fill("#f-email", "anna@gmial.com")
    go_on.click()
    yield "e-mail, with a suggestion"
    page.locator(".now [data-use]").click()
    page.fill("#f-mobile", "1")
    go_on.click()
    yield "mobile, with an error"
    skip.click()
    yield "wishes"
    skip.click()
    yield "check"
    page.evaluate("document.querySelector('[data-idle]').showModal()")
    yield "are you still there"
    page.locator("[data-stay]").click()
    sending = "**/kiosk/pre_check_in/**"
    page.route(sending, lambda route: route.fulfill(status=200, body=PORTAL))
    page.locator(".now [data-send]").click()
    page.locator("[data-not-sent]").wait_for()
    yield "not sent"
    page.unroute(sending)
    page.locator(".now [data-send]").click()
    page.locator("[data-thanks-screen] h1").wait_for()
    yield "thanks"


def speak_everything(app: Flask) -> None:
    """A house that offers every form in every language, and says what guests want to know in some."""
    form = find_form("pre_check_in")
    assert form is not None
    with writing(app.config["ENGINE"]) as session:
        house = default_property(session)
        house.languages, house.flows = list(form.languages), [one.name for one in tablet_forms()]
        lines = {
            "de": "7:00 bis 10:30 Uhr im Wintergarten, auf Wunsch im Zimmer",
            "ar": "من السابعة صباحاً",
        }
        house.good_to_know = {"breakfast": lines, "room": lines, "wifi": lines}


def survey_states(page: Page, served: str, language: str) -> Iterator[str]:
    """The choice between forms, every question of a survey, and of the wishes before arrival."""
    page.goto(f"{served}/kiosk/choose/{language}")
    yield "choice"
    page.goto(f"{served}/kiosk/survey/{language}")
    for step in ("overall", "team", "room", "food"):
        page.locator(f".now[data-step={step}]").wait_for()
        yield step
        page.locator(".now .tap").nth(2).click()
    page.locator(".now[data-step=comment]").wait_for()
    yield "comment"
    page.locator(".now [data-out=skipped]").click()
    page.locator(".now .tap").nth(1).click()
    page.locator(".now [data-send]").click()
    yield "contact, with an error"
    page.goto(f"{served}/kiosk/wishes/{language}")
    page.locator(".question.now").wait_for()
    page.fill("#f-given_name", "Anna")
    page.locator(".now [data-next]").click()
    for step in ("stay", "comfort", "occasion", "wish"):
        page.locator(f".now[data-step={step}]").wait_for()
        yield step
        page.locator(".now [data-out=skipped]").click()
    page.locator(".language-menu summary").click()
    yield "check, with the languages unfolded"


def phone_states(page: Page, served: str, expected: Expected, language: str = "") -> Iterator[str]:
    """Every state of a guest's link, from one that does not open to the form that arrived."""
    query = f"?lang={language}" if language else ""
    go_on = page.locator(".actions .button.primary")
    skip = page.locator("button[value='out:skipped']")
    wrong = page.locator("[data-summary]:visible")
    page.goto(f"{served}/g/unknown{query}")
    yield "closed"
    page.goto(f"{served}/g/{expected.token}{query}")
    yield "door"
    go_on.click()
    wrong.wait_for()
    if language:
        page.goto(f"{page.url}&lang={language}")
    yield "door, with a wrong answer"
    for name, text in expected.right_answers.items():
        page.fill(f"#f-{name}", text)
    go_on.click()
    page.locator("#f-staying").wait_for()
    if language:
        page.goto(f"{served}/g/form{query}")
    yield "staying"
    page.wait_for_load_state("load")
    page.locator(".tap").first.click()
    page.locator("#f-given_name").wait_for()
    yield "name"
    go_on.click()
    wrong.wait_for()
    yield "name, with an error"
    page.fill("#f-given_name", "Anna")
    go_on.click()
    page.locator("#f-arrival_day").wait_for()
    yield "stay"
    skip.click()
    page.locator("button[value=add]").click()
    page.locator("#f-companion_1_given_name").wait_for()
    go_on.click()
    wrong.wait_for()
    yield "companions, with an error"
    page.locator("button[value='remove:1']").click()
    page.locator("#f-companion_1_given_name").wait_for(state="detached")
    go_on.click()
    page.locator("#f-email").wait_for()
    page.fill("#f-email", "anna@gmial.com")
    go_on.click()
    page.locator(".suggestion").wait_for()
    yield "e-mail, with a suggestion"
    skip.click()
    page.locator("#f-mobile").wait_for()
    page.fill("#f-mobile", "1")
    go_on.click()
    wrong.wait_for()
    yield "mobile, with an error"
    skip.click()
    page.locator("#f-wish").wait_for()
    yield "wishes"
    skip.click()
    page.locator(".review").wait_for()
    yield "check"
    page.route("**/g/form", lambda route: route.fulfill(status=200, body=PORTAL))
    go_on.click()
    page.locator("[data-not-sent]").wait_for()
    yield "not sent"
    page.unroute("**/g/form")
    go_on.click()
    page.wait_for_url("**/g/received")
    if language:
        page.goto(f"{served}/g/received{query}")
    yield "received"

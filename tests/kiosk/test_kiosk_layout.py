"""The tablet as it stands in the lobby: lying, upright, with its keyboard open, and by the keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from server.captures.models import Capture
from server.db import reading, writing
from server.properties.setup import default_property
from tests.surfaces.walks import kiosk_states, speak_everything

if TYPE_CHECKING:
    from playwright.sync_api import Page

LYING, UPRIGHT, KEYBOARD = (1024, 768), (768, 1024), (1024, 400)


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_goes_on_is_in_sight_whatever_else_is_said(
    app: Flask, served: str, page: Page, language: str
) -> None:
    speak_everything(app)
    for state in kiosk_states(page, served, language):
        on = page.locator(".now [data-next], .now [data-send]")
        if state in ("resting", "thanks"):
            continue
        for width, height in (LYING, KEYBOARD, UPRIGHT):
            page.set_viewport_size({"width": width, "height": height})
            box = on.bounding_box()
            assert box is not None, (state, width)
            assert box["y"] >= 0, (state, height)
            assert box["y"] + box["height"] <= height, (state, height)


def test_name_languages_and_finish_share_one_line_lying(app: Flask, served: str, page: Page) -> None:
    with writing(app.config["ENGINE"]) as session:
        house = default_property(session)
        house.name, house.languages = "Grand Hôtel Corvane Le Lac", ["fr", "nl", "pt", "it"]
    page.set_viewport_size({"width": LYING[0], "height": LYING[1]})

    for language in ("fr", "nl"):
        page.goto(f"{served}/kiosk/pre_check_in/{language}")
        page.locator(".question.now").wait_for()
        middles = []
        for part in page.locator(".guest-bar > *").all():
            box = part.bounding_box()
            assert box is not None
            middles.append(box["y"] + box["height"] / 2)
            assert box["x"] + box["width"] <= LYING[0]
        assert len(middles) == 3
        assert max(middles) - min(middles) < 4, language


def test_the_field_in_hand_is_never_behind_the_buttons(served: str, page: Page) -> None:
    page.set_viewport_size({"width": KEYBOARD[0], "height": KEYBOARD[1]})
    page.goto(f"{served}/kiosk/pre_check_in/en")
    page.locator(".now .tap").first.click()
    page.locator("#f-given_name").wait_for()
    page.locator(".now [data-next]").click()

    for name in ("given_name", "family_name"):
        field = page.locator(f"#f-{name}")
        field.focus()
        mine, buttons = field.bounding_box(), page.locator(".now .actions").bounding_box()
        assert mine is not None
        assert buttons is not None
        assert mine["y"] + mine["height"] <= buttons["y"], name


def test_the_next_question_lies_ready_as_wide_as_it_comes_and_out_of_reach(served: str, page: Page) -> None:
    page.set_viewport_size({"width": LYING[0], "height": LYING[1]})
    page.goto(f"{served}/kiosk/pre_check_in/en")
    page.locator(".now .tap").first.click()
    page.locator(".now #f-given_name").fill("Anna")
    ready = page.locator(".question.next[data-step=stay]")
    ready.wait_for(state="attached")
    wide = "step => step.querySelector('.why').getBoundingClientRect().width"
    width = ready.evaluate(wide)

    assert page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.get_by_role("button", name="Continue").count() == 1
    page.locator(".now [data-next]").click()
    assert page.locator(".now[data-step=stay]").evaluate(wide) == width
    assert page.evaluate("document.activeElement.id") == "q-stay"


def test_an_answer_that_leads_elsewhere_makes_that_question_ready(served: str, page: Page) -> None:
    page.goto(f"{served}/kiosk/pre_check_in/en")
    page.locator(".question.next[data-step=name]").wait_for(state="attached")

    page.locator("#f-staying-other").evaluate("tap => tap.click()")

    page.locator(".question.next[data-step=booker]").wait_for(state="attached")
    assert page.locator(".question.next").count() == 1


def test_a_keyboard_that_covers_the_page_lifts_the_buttons(served: str, page: Page) -> None:
    page.set_viewport_size({"width": LYING[0], "height": LYING[1]})
    page.goto(f"{served}/kiosk/")

    covered = page.evaluate(
        """async () => {
            const { watchKeyboard } = await import("/static/kiosk/keyboard.js");
            const view = Object.assign(new EventTarget(), { height: 768, offsetTop: 0, scale: 1 });
            watchKeyboard(view);
            const said = [];
            for (const [height, offsetTop, scale] of [[400, 0, 1], [400, 100, 1], [384, 0, 2], [768, 0, 1]]) {
                Object.assign(view, { height, offsetTop, scale }).dispatchEvent(new Event("resize"));
                said.push(document.documentElement.style.getPropertyValue("--covered"));
            }
            return said;
        }"""
    )

    assert covered == ["368px", "268px", "0px", "0px"]


def test_a_guest_checks_in_with_the_keyboard_alone(app: Flask, served: str, page: Page) -> None:
    page.goto(f"{served}/kiosk/")
    press, type_in = page.keyboard.press, page.keyboard.type

    def tab_to(what: str) -> None:
        for _ in range(25):
            press("Tab")
            if page.evaluate("what => document.activeElement.matches(what)", what):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline != "none", what
                return
        raise AssertionError(f"Tab never comes to {what}")

    tab_to("a.language[lang=en]")
    press("Enter")
    page.locator(".question.now").wait_for()
    tab_to("#f-staying")
    press("Space")
    press("Enter")
    tab_to("#f-given_name")
    type_in("Anna")
    tab_to("#f-family_name")
    type_in("Rossi")
    press("Enter")
    tab_to(".now [data-out=skipped]")
    press("Enter")
    tab_to(".now [data-next]")
    press("Enter")
    tab_to("#f-email")
    type_in("anna@gmial.com")
    tab_to(".now [data-next]")
    press("Enter")
    assert page.locator(".now [data-use]").evaluate("el => el === document.activeElement")
    press("Enter")
    tab_to("#f-mobile_country")
    tab_to(".now [data-out=skipped]")
    press("Space")
    tab_to("#f-wish")
    type_in("A quiet room")
    tab_to(".now [data-next]")
    press("Enter")
    tab_to("#f-news")
    press("Space")
    tab_to("[data-send]")
    press("Enter")
    page.get_by_role("heading", name="Thank you").wait_for()
    tab_to("[data-thanks-screen] [data-leave]")
    press("Enter")
    page.wait_for_url("**/kiosk/")

    with reading(app.config["ENGINE"]) as session:
        answers = session.scalars(select(Capture)).one().answers
    assert (answers["email"], answers["news"], answers["wish"]) == ("anna@gmail.com", "yes", "A quiet room")

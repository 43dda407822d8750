"""No page or state breaks a rule of WCAG 2.2 AA that a machine can check."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from playwright.sync_api import ViewportSize

from server import wording
from server.clock import clock
from server.db import writing
from server.forms.definition import find_form
from server.properties.setup import default_property
from tests.accessible import assert_accessible, assert_accessible_in_both, assert_in_reach
from tests.house import expect_guest, seat, seat_page, serving
from tests.surfaces.showcase import add_showcase
from tests.surfaces.walks import kiosk_states, phone_states, speak_everything, survey_states

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def arabic_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pseudo-language runs from right to left, until a catalogue of such a language is there."""
    monkeypatch.setattr(wording, "RIGHT_TO_LEFT", frozenset({wording.PSEUDO}))


ALWAYS = ("de", "ar")
"""The longest words, and the way from right to left."""

LANGUAGES = [
    *ALWAYS,
    *(
        pytest.param(language, marks=pytest.mark.soak)
        for language in find_form("pre_check_in").languages  # type: ignore[union-attr]  # it is there
        if language not in ALWAYS
    ),
]

LYING, UPRIGHT, IN_HAND = (
    ViewportSize(width=width, height=height) for width, height in ((1024, 768), (800, 1280), (390, 844))
)


def assert_in_reach_at(page: Page, state: str, sizes: list[ViewportSize]) -> None:
    """Whatever can be tapped is as large as a finger and inside the page; the first size stays."""
    for size in (*sizes[1:], sizes[0]):
        page.set_viewport_size(size)
        assert_in_reach(page, f"{state}, at {size['width']}")


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "ar"])
def test_the_tablet_can_be_used_by_everyone(
    app: Flask, served: str, page: Page, soak: bool, language: str
) -> None:
    speak_everything(app)
    page.set_viewport_size(LYING)
    for state in kiosk_states(page, served, language):
        assert_accessible(page, state)
        assert_in_reach_at(page, state, [LYING, UPRIGHT, IN_HAND] if soak else [LYING])


@pytest.mark.parametrize("language", LANGUAGES)
def test_survey_and_wishes_can_be_used_by_everyone(
    app: Flask, served: str, page: Page, soak: bool, language: str
) -> None:
    speak_everything(app)
    page.set_viewport_size(UPRIGHT)
    for state in survey_states(page, served, language):
        assert_accessible(page, state)
        assert_in_reach_at(page, state, [UPRIGHT, LYING, IN_HAND] if soak else [UPRIGHT])


def test_the_phone_can_be_used_by_everyone(app: Flask, served: str, page: Page) -> None:
    expected = expect_guest(app.config["ENGINE"], now=clock())
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    for state in phone_states(page, served, expected):
        assert_accessible_in_both(page, state)
        if "error" in state:
            summary = page.locator("[data-summary]:visible")
            assert summary.evaluate("el => el === document.activeElement"), state


def assert_mirrored(page: Page, state: str) -> None:
    """The page runs from right to left, and nothing of it lies outside."""
    assert page.evaluate("document.documentElement.dir") == "rtl", state
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    title = page.locator("h1:visible").first
    assert title.evaluate("el => getComputedStyle(el).direction") == "rtl", state


def test_a_phone_from_right_to_left_shows_everything_without_scrolling_sideways(
    arabic_way: None, app: Flask, served: str, page: Page
) -> None:
    expected = expect_guest(app.config["ENGINE"], now=clock())
    page.set_viewport_size({"width": 390, "height": 844})
    for state in phone_states(page, served, expected, wording.PSEUDO):
        assert_mirrored(page, state)
        assert_accessible(page, state)


def test_a_tablet_from_right_to_left_shows_everything_without_scrolling_sideways(
    app: Flask, served: str, page: Page, soak: bool
) -> None:
    speak_everything(app)
    page.set_viewport_size(UPRIGHT)
    for state in kiosk_states(page, served, "ar"):
        if state != "resting":  # that page speaks the house's language, beside the names of all
            assert_mirrored(page, state)
        assert_accessible(page, state)
        assert_in_reach_at(page, state, [UPRIGHT, LYING, IN_HAND] if soak else [UPRIGHT])


def test_at_twice_the_size_nothing_lies_outside(app: Flask, served: str, page: Page) -> None:
    expected = expect_guest(app.config["ENGINE"], now=clock())
    page.set_viewport_size({"width": 512, "height": 384})
    for state in kiosk_states(page, served, "fr"):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state
    page.set_viewport_size({"width": 195, "height": 422})
    for state in phone_states(page, served, expected):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), state


def test_the_desk_can_be_used_by_everyone(app: Flask, served: str, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    seat_page(page, served, seat(app.config["ENGINE"]))
    page.goto(f"{served}/")
    assert_accessible_in_both(page, "no arrivals")
    expect_guest(app.config["ENGINE"], now=clock())
    page.goto(f"{served}/")
    assert_accessible_in_both(page, "arrivals")
    page.keyboard.press("/")
    assert page.locator("#search").evaluate("el => el === document.activeElement")
    page.goto(f"{served}/nowhere")
    assert_accessible_in_both(page, "no such page")


@pytest.fixture
def showcase(own_app: Flask) -> Iterator[str]:
    """The address of a house that has the page of components."""
    add_showcase(own_app)
    with serving(own_app) as address:
        yield address


def test_every_component_of_the_desk_can_be_used_by_everyone(
    own_app: Flask, showcase: str, page: Page
) -> None:
    page.emulate_media(reduced_motion="reduce")
    seat_page(page, showcase, seat(own_app.config["ENGINE"]))
    page.goto(f"{showcase}/desk/showcase")

    assert_accessible_in_both(page, "components")


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

"""The list of police forms is worked by keyboard, and by everyone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Flask

from tests.accessible import assert_accessible_in_both
from tests.desk.test_sheets import PASSPORT, arrive, keep
from tests.house import seat, seat_page
from tests.registration.sheets import signed

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_receptionist_gives_the_key_and_types_the_form_from_the_passport_later(
    app: Flask, served: str, page: Page
) -> None:
    arrive(app)
    seat_page(page, served, seat(app.config["ENGINE"], "reception", name="Omar"))
    page.goto(served)

    page.keyboard.press("g")
    page.keyboard.press("f")
    page.get_by_text("not asked yet").wait_for()
    page.keyboard.press("r")
    page.get_by_text("key given, form owed").wait_for()
    assert_accessible_in_both(page, "the key is given")
    page.keyboard.press("e")
    page.get_by_label("The two or three lines").fill(PASSPORT)
    page.get_by_role("button", name="Read the lines").click()
    page.get_by_text("Compare the names with the document").wait_for()
    assert_accessible_in_both(page, "the lines are read")

    assert page.get_by_label("Year").input_value() == "1974"
    assert page.get_by_label("The two or three lines").input_value() == ""


def test_a_form_with_its_signature_can_be_read_by_everyone(app: Flask, served: str, page: Page) -> None:
    sheet_id = keep(app, arrive(app), signed())
    seat_page(page, served, seat(app.config["ENGINE"], "reception", name="Omar"))
    page.emulate_media(reduced_motion="reduce")

    page.goto(f"{served}/desk/sheets/form/{sheet_id}")

    assert page.get_by_role("img", name="Signature of the guest").is_visible()
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), width
        assert_accessible_in_both(page, f"a form, {width}")

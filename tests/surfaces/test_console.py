"""The browser finds nothing on our pages that our own policy forbids, and no fault in our scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask

from server.clock import clock
from tests.builders import write_export
from tests.desk.filled import count, fill, guest_of
from tests.desk.test_imports import UNKNOWN, drop, look_at, run, say_to
from tests.house import expect_guest, seat, seat_page, seated_client
from tests.surfaces.walks import kiosk_states, phone_states

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser says of the page's style, scripts and policy; what the network did is no matter."""
    said: list[str] = []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("console", lambda line: said.append(line.text) if "Content Security" in line.text else None)
    return said


def style_the_fields(page: Page) -> None:
    """What password managers do: they paint their sign into the fields of a page."""
    page.evaluate("for (const field of document.querySelectorAll('input')) field.style.color = 'inherit'")


def test_a_page_that_breaks_the_policy_is_noticed(served: str, page: Page, complaints: list[str]) -> None:
    page.goto(f"{served}/kiosk/")

    page.evaluate("document.body.setAttribute('style', 'color: red')")

    assert any("inline style" in line for line in complaints)


def test_the_tablet_keeps_to_the_policy(served: str, page: Page, complaints: list[str]) -> None:
    for _state in kiosk_states(page, served):
        style_the_fields(page)
    page.goto(f"{served}/kiosk/pre_check_in/en")
    page.get_by_role("link", name="Français").click()
    page.get_by_role("heading", name="Séjournez-vous chez nous").wait_for()

    assert complaints == []


def test_the_phone_keeps_to_the_policy(app: Flask, served: str, page: Page, complaints: list[str]) -> None:
    expected = expect_guest(app.config["ENGINE"], now=clock())
    for _state in phone_states(page, served, expected):
        style_the_fields(page)

    assert complaints == []


def test_the_desk_keeps_to_the_policy(
    app: Flask, served: str, page: Page, complaints: list[str], tmp_path: Path
) -> None:
    engine = app.config["ENGINE"]
    client = seated_client(app)
    seat_page(page, served, seat(engine))
    fill(engine)
    count(engine)
    export = write_export(tmp_path / "export.txt", 30)
    mapping = drop(client, "mapping.csv", UNKNOWN)
    look_at(app, mapping)

    page.goto(f"{served}/desk/guests")
    style_the_fields(page)
    page.fill("#search", "Patrick")
    page.locator("#search").press("Enter")
    page.get_by_role("link", name="Show all").wait_for()
    page.goto(f"{served}/desk/guests/{guest_of(engine, 'A1')}")
    page.goto(f"{served}/desk/imports")
    page.set_input_files("input[type=file]", export)
    page.locator("form:has(input[type=file]) button").first.click()
    page.wait_for_url("**/desk/imports/*")
    number = int(page.url.rsplit("/", 1)[1])
    look_at(app, number)
    page.reload()
    style_the_fields(page)
    say_to(client, f"/desk/imports/{number}/confirm")
    page.reload()
    run(app, number)
    page.reload()
    for address in (f"/desk/imports/{mapping}", "/desk/problems", "/desk/completeness", "/"):
        page.goto(served + address)
        style_the_fields(page)

    assert complaints == []

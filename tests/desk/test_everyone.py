"""Every page and state of guests, imports and completeness: for everyone, in every language, by keyboard."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.clock import clock
from server.db import writing
from server.guests.models import Guest
from server.records.models import Import
from tests.accessible import LANGUAGES, assert_accessible_in_both
from tests.builders import NOON, write_export
from tests.desk.filled import add_problem, count, fill, guest_of
from tests.desk.test_imports import UNKNOWN, drop, look_at, page_of, run, say_to
from tests.wording.test_catalogues import plain_texts

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

EMPTY = ("/desk/guests", "/desk/imports", "/desk/problems", "/desk/completeness")
SCREENS = ((1440, 900), (1024, 768), (390, 844))
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
"""By how many pixels a page is wider than its screen."""


@pytest.fixture
def states(app: Flask, client: FlaskClient, tmp_path: Path) -> dict[str, str]:
    """A house with every state in it: the address of each."""
    engine = app.config["ENGINE"]
    fill(engine)
    count(engine)
    with writing(engine) as session:
        session.add(Guest(id="1" * 32, created_at=NOON))
    export = write_export(tmp_path / "export.txt", 30).read_bytes()
    made = {
        name: drop(client, f"{name}.csv", content)
        for name, content in (
            ("preview", export),
            ("mapping", UNKNOWN),
            ("failed", b"\x89PNG\r\n\x1a\n" + b"\0" * 500),
            ("done", export),
            ("discarded", export),
        )
    }
    for number in made.values():
        look_at(app, number)
    say_to(client, f"/desk/imports/{made['done']}/confirm")
    run(app, made["done"])
    say_to(client, f"/desk/imports/{made['discarded']}/discard")
    for name in ("looking", "queued", "running", "linking"):
        made[name] = drop(client, f"{name}.csv", export)
        with writing(engine) as session:
            found = session.get_one(Import, made[name])
            found.state, found.started_at = name, clock() - timedelta(seconds=30)
            found.rows_total, found.rows_read, found.rows_stored, found.rows_waiting = 400, 100, 98, 2
    for number in range(3):
        add_problem(engine, content=f"a;b;{number}", import_id=made["done"])
    with writing(engine) as session:
        session.get_one(Import, made["done"]).rows_waiting = 3
    pages = {name: f"/desk/imports/{number}" for name, number in made.items()}
    return pages | {
        "guests": "/desk/guests",
        "guest of four records": f"/desk/guests/{guest_of(engine, 'A1')}",
        "guest of one record": f"/desk/guests/{guest_of(engine, 'A5')}",
        "emptied guest": "/desk/guests/" + "1" * 32,
        "behind a number": "/desk/guests?population=stays&when=after&number=email.reachable&lacking=1",
        "behind a class": "/desk/guests?population=records&when=before&number=class:alias&source=pms_a",
        "behind nobody": "/desk/guests?population=guests&when=after&number=class:disposable",
        "imports": "/desk/imports",
        "waiting": "/desk/problems",
        "completeness": "/desk/completeness",
        "completeness of a property": "/desk/completeness?property=2",
        "completeness of nobody": "/desk/completeness?property=3",
    }


def in_language(address: str, language: str) -> str:
    return f"{address}{'&' if '?' in address else '?'}lang={language}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_state_can_be_used_by_everyone(
    served: str, page: Page, states: dict[str, str], language: str
) -> None:
    page.emulate_media(reduced_motion="reduce")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    for name, address in states.items():
        page.goto(served + in_language(address, language))
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert_accessible_in_both(page, f"{name} in {language}")
    assert complaints == []


def test_the_empty_pages_can_be_used_by_everyone(served: str, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    for address in EMPTY:
        page.goto(served + address)
        assert_accessible_in_both(page, address)


def test_no_page_is_wider_than_the_screen(served: str, page: Page, states: dict[str, str]) -> None:
    for name, address in states.items():
        page.goto(served + in_language(address, "qps"))
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(WIDER) == 0, f"{name}, {width}"
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        foot = page.locator(".desk-side-foot")
        assert foot.evaluate("el => el.scrollWidth <= el.clientWidth"), "the languages stay in the side bar"


def test_nothing_escapes_the_catalogue(client: FlaskClient, states: dict[str, str]) -> None:
    ours = r"\d{1,2} \w{3} \d{4}(, \d\d:\d\d)?|\w{3} \d{4}|\d+ (second|minute|hour|day|week|month|year)s? ago"
    escaped = {}
    for name, address in (*states.items(), *((empty, empty) for empty in EMPTY)):
        page = page_of(client, in_language(address, "qps"))
        # days, months and spans of time come from the locale, whose words no catalogue holds
        escaped[name] = plain_texts(re.sub(ours, "", page))
    assert {name: texts for name, texts in escaped.items() if texts} == {}


def test_a_dropped_file_is_looked_at_and_the_page_follows_by_itself(
    app: Flask, served: str, page: Page, tmp_path: Path
) -> None:
    export = write_export(tmp_path / "arrivals.txt", 30)
    page.goto(f"{served}/desk/imports")
    page.set_input_files("input[type=file]", export)
    assert page.locator("[data-chosen]").text_content() == "arrivals.txt"
    page.get_by_role("button", name="Look at the file").click()
    page.get_by_text("The file is being looked at").wait_for()

    look_at(app, 1)

    page.get_by_role("button", name="Import 30 rows").click()
    page.get_by_text("Waits for its turn").wait_for()
    run(app, 1)
    page.get_by_text("What was noticed").wait_for()
    assert page.locator(".sum-stored dd").text_content() == "= 30"


def test_a_file_too_large_is_told_before_it_is_sent(served: str, page: Page, tmp_path: Path) -> None:
    large = tmp_path / "large.csv"
    large.write_bytes(b"a;b\n" * 5_000_001)
    page.goto(f"{served}/desk/imports")

    page.set_input_files("input[type=file]", large)

    page.get_by_text("The file is larger than 20 MB").wait_for()
    page.get_by_role("button", name="Look at the file").click()
    assert page.url == f"{served}/desk/imports"


def test_a_problem_is_settled_and_taken_back_by_keyboard(app: Flask, served: str, page: Page) -> None:
    add_problem(app.config["ENGINE"])
    page.goto(f"{served}/desk/problems")

    page.get_by_role("button", name="Settled").press("Enter")

    undo = page.get_by_role("button", name="Undo")
    undo.wait_for()
    page.wait_for_function("document.activeElement.textContent.includes('Undo')")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Settled").wait_for()

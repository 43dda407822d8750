"""Every step of the first hour in every state: for everyone, at every width, by keyboard, by itself."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from server.captures.models import Rehearsal
from server.captures.rehearsing import begin_rehearsal, finish_rehearsal
from server.clock import clock
from server.db import writing
from server.discovery import discover
from server.jobs.worker import run_due
from server.properties.beginning import STEPS, mark_step
from server.properties.setup import default_property
from server.records.models import Import
from tests.accessible import LANGUAGES, assert_accessible, assert_accessible_in_both
from tests.builders import take_in
from tests.desk.filled import count
from tests.desk.test_everyone import SCREENS, WIDER
from tests.house import make_app, seat, seat_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

HOUR = "/desk/first-hour"
NAMES = ("Martin", "Rossi", "Ivanova", "Smith", "García", "Nowak", "Featherstonehaugh-Cholmondeley")
LONG = "reception-and-conciergerie-of-the-whole-house@arcades-and-gardens-of-the-lake.example"


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Flask:
    """A house in its hotel's network, so that a phone reaches it, with guests who bear its own address."""
    app = make_app(tmp_path, sqlite_url, host="10.0.0.4")
    engine = app.config["ENGINE"]
    with writing(engine) as session:
        default_property(session).code = "main"
    own = {"email": LONG, "phone": "+33 4 72 10 20 30"}
    take_in(
        engine, *[{"key": f"A{n}", "first_name": "Ada", "last_name": x} | own for n, x in enumerate(NAMES)]
    )
    work(app)
    count(engine, clock().date())
    return app


def work(app: Flask) -> None:
    engine, settings = app.config["ENGINE"], app.config["ONEGUEST"]
    run_due(engine, settings, discover("server.work", ("run",)), once=True, stop=threading.Event())


def bring_states(app: Flask) -> None:
    """An import of each state, something put off, something kept."""
    with writing(app.config["ENGINE"]) as session:
        place = default_property(session)
        for state in ("preview", "looking", "queued", "running", "linking", "done", "failed"):
            found = Import(
                property_id=place.id,
                file_name=f"{state} of the very long name of an export.csv",
                file_digest=state,
                file_size=1,
                state=state,
                created_at=clock(),
            )
            found.rows_total, found.rows_read, found.rows_stored, found.rows_waiting = 400, 100, 98, 2
            session.add(found)
        mark_step(session, place, "kiosk", "later", by="test", now=clock())
        place.own_domains = ["arcades-and-gardens.example"]


def rehearse(app: Flask) -> None:
    with writing(app.config["ENGINE"]) as session:
        place = default_property(session)
        begin_rehearsal(session, place, secret=app.config["INDEX_KEY"], actor="staff:1", now=clock())


def finish(app: Flask) -> None:
    with writing(app.config["ENGINE"]) as session:
        finish_rehearsal(
            session,
            session.scalars(select(Rehearsal)).one(),
            form="pre_check_in",
            version=1,
            language="en",
            answers={"given_name": "Nadia", "email": "nadia@gmial.com"},
            now=clock(),
        )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_step_can_be_used_by_everyone(app: Flask, served: str, page: Page, language: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    for filled in (False, True):
        if filled:
            bring_states(app)
            rehearse(app)
        for step in STEPS:
            page.goto(f"{served}{HOUR}?step={step}&lang={language}")
            assert_accessible_in_both(page, f"{step} in {language}")
    finish(app)
    page.goto(f"{served}{HOUR}?step=guest&lang={language}")
    assert_accessible_in_both(page, f"a finished rehearsal in {language}")
    assert complaints == []


def test_no_step_is_wider_than_the_screen(app: Flask, served: str, page: Page) -> None:
    bring_states(app)
    rehearse(app)
    for step in STEPS:
        page.goto(f"{served}{HOUR}?step={step}&lang=qps")
        for width, height in SCREENS:
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(WIDER) == 0, f"{step}, {width}"


def test_a_receptionists_list_says_whose_the_other_steps_are(app: Flask, served: str, page: Page) -> None:
    seat_page(page, served, seat(app.config["ENGINE"], "reception", name="Luc"))

    page.goto(served + HOUR)

    assert_accessible(page, "the list of a receptionist")
    assert page.locator("#own .step-whose").inner_text() == "This is for: Manager"
    assert page.locator("#own a").count() == 0


def test_the_list_is_reached_and_walked_by_keyboard(served: str, page: Page) -> None:
    page.goto(f"{served}/desk/guests")
    page.keyboard.press("g")
    page.keyboard.press("1")
    page.wait_for_url(f"**{HOUR}")

    page.keyboard.press("j")

    assert page.evaluate("document.activeElement.closest('[data-line]').id") == "name"


def test_a_file_chosen_while_another_one_is_read_is_not_lost_when_the_list_moves(
    app: Flask, served: str, page: Page
) -> None:
    bring_states(app)
    page.goto(f"{served}{HOUR}?step=import")
    page.set_input_files(
        "input[type=file]", {"name": "second.csv", "mimeType": "text/csv", "buffer": b"a;b\n"}
    )
    assert page.locator("[data-chosen]").inner_text() == "second.csv"

    with writing(app.config["ENGINE"]) as session:
        for found in session.scalars(select(Import).where(Import.state == "running")):
            found.rows_read, found.rows_stored, found.rows_waiting = 300, 298, 2

    page.get_by_text("300 of 400 rows").wait_for()
    assert page.locator("[data-chosen]").inner_text() == "second.csv"
    assert page.evaluate("document.querySelector('input[type=file]').files.length") == 1


def test_the_pages_of_a_rehearsal_can_be_used_by_everyone(app: Flask, served: str, page: Page) -> None:
    rehearse(app)
    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}{HOUR}?step=guest")
    link = page.get_by_role("link", name="Try it on this machine").get_attribute("href")

    page.goto(f"{served}{link}")

    page.get_by_text("Rehearsal: you are the guest.").wait_for()
    assert_accessible_in_both(page, "the door of a rehearsal")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

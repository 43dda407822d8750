"""The whole way in a real browser: a file nobody knows is dropped, explained, imported, and dropped again."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from flask import Flask

from server.db import reading
from server.discovery import discover
from server.jobs.worker import run_due
from server.privacy.check import check
from tests.house import seat, seat_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

GUESTS = (
    "Nr;Gast;Vorname;Geb.;Mail;Handy;Zuletzt da\n"
    "100;Groß;Jürgen;30.01.1964;juergen.gross@web.de;0171 2345678;03.05.2026\n"
    "101;Durand;Zoé;02.02.2001;zoe@orange.fr;+33 6 39 98 12 01;17.06.2026\n"
    "102;de Vries;Piet;25.11.1985;piet@xs4all.nl;;21.07.2026\n"
    "103;torn\n"
).encode("cp1252")


def let_the_worker_work(app: Flask) -> None:
    engine, settings = app.config["ENGINE"], app.config["ONEGUEST"]
    run_due(engine, settings, discover("server.work", ("run",)), once=True, stop=threading.Event())


def drop(app: Flask, served: str, page: Page, name: str) -> None:
    """Drop the file at the desk and let it be looked at."""
    page.goto(f"{served}/desk/imports")
    page.set_input_files("input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": GUESTS})
    page.get_by_role("button", name="Look at the file").click()
    page.wait_for_url("**/desk/imports/*")
    let_the_worker_work(app)
    page.reload()


def take_in(app: Flask, page: Page) -> str:
    """Import what is shown; the sum that the page shows afterwards."""
    page.get_by_role("button", name="Import 4 rows").click()
    page.wait_for_url("**/desk/imports/*")
    let_the_worker_work(app)
    page.reload()
    return page.locator(".outcome svg").get_attribute("aria-label") or ""


def test_a_file_is_explained_once_and_known_when_it_is_dropped_again(
    app: Flask, served: str, page: Page
) -> None:
    seat_page(page, served, seat(app.config["ENGINE"]))
    drop(app, served, page, "guests.csv")
    suggested = [choice.input_value() for choice in page.locator(".mapping table select").all()]
    assert suggested == ["", "last_name", "first_name", "birth_date", "email", "mobile", ""]
    page.fill("#source_name", "Old card index")
    page.select_option("#kind", "pms")
    page.check("[name=key-0]")
    page.get_by_role("button", name="Keep this and look again").click()
    page.wait_for_url("**/desk/imports/*")
    let_the_worker_work(app)
    page.reload()
    assert "Jürgen Groß" in page.locator("table.sample").inner_text()
    assert take_in(app, page) == "4 rows read: 3 stored, 0 unchanged, 1 waiting"

    drop(app, served, page, "guests of June.csv")
    assert page.locator(".mapping").count() == 0
    assert "Old card index" in page.locator(".facts").inner_text()
    assert take_in(app, page) == "4 rows read: 0 stored, 3 unchanged, 1 waiting"

    page.goto(f"{served}/desk/problems")
    assert page.locator(".problem").count() == 1
    with reading(app.config["ENGINE"]) as session:
        assert check(session) == []

"""The first hour walked by a stranger in a real browser: from an empty folder to the last step."""

from __future__ import annotations

import csv
import io
import threading
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy import func, select

from server.captures.models import Capture
from server.db import reading, writing
from server.discovery import discover
from server.jobs.worker import run_due
from server.privacy.check import check
from server.properties.setup import UNNAMED, default_property
from server.records.models import CleanRow, SourceRecord
from server.reporting.beginning import beginning
from tests.builders import write_export
from tests.house import seat, seat_page

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

OWN = "reception@arcades.example"


def let_the_worker_work(app: Flask) -> None:
    engine, settings = app.config["ENGINE"], app.config["ONEGUEST"]
    run_due(engine, settings, discover("server.work", ("run",)), once=True, stop=threading.Event())


def export_of_a_desk(folder: Path) -> Path:
    """The export of a PMS in which the desk gave its own address to every fourth guest."""
    path = write_export(folder / "profiles.txt", 80)
    rows = list(csv.reader(io.StringIO(path.read_text("utf-16")), delimiter="\t"))
    email = rows[0].index("Email")
    for row in rows[1::4]:
        row[email] = OWN
    with path.open("w", encoding="utf-16", newline="") as file:
        csv.writer(file, delimiter="\t").writerows(rows)
    return path


def be_the_guest(phone: Page, last_name: str, day: str) -> None:
    """What a colleague does on their own phone: the two questions, then the form to its end."""
    phone.get_by_text("Rehearsal: you are the guest.").wait_for()
    phone.fill("#f-last_name", last_name)
    for part, text in zip(("year", "month", "day"), day.split("-"), strict=True):
        phone.fill(f"#f-{part}", str(int(text)))
    go_on = phone.locator(".actions .button.primary")
    skip = phone.locator("button[value='out:skipped']")
    go_on.click()
    phone.locator("#f-staying").wait_for()
    phone.wait_for_load_state("load")
    phone.locator(".tap").first.click()
    phone.fill("#f-given_name", "Nadia")
    for field in ("#f-arrival_day", "button[value=add]", "#f-email"):
        go_on.click()
        phone.locator(field).wait_for()
    phone.fill("#f-email", "nadia@posteo.example")
    go_on.click()
    for field in ("#f-mobile", "#f-wish"):
        phone.locator(field).wait_for()
        skip.click()
    phone.locator(".review").wait_for()
    go_on.click()
    phone.wait_for_url("**/g/received")
    phone.get_by_text("Rehearsal: you are the guest.").wait_for()


def test_a_stranger_comes_from_an_empty_folder_to_the_last_step(
    app: Flask, served: str, page: Page, tmp_path: Path
) -> None:
    engine = app.config["ENGINE"]
    with writing(engine) as session:
        default_property(session).name = UNNAMED
    page = seat_page(page, served, seat(engine))

    def press(name: str) -> None:
        page.get_by_role("button", name=name, exact=True).click()

    def opens(step: str) -> None:
        page.locator(f"#{step}.opened").wait_for()

    page.goto(served)
    page.get_by_role("link", name="First hour").click()
    opens("name")
    press("Later")

    opens("import")
    page.set_input_files("input[type=file]", export_of_a_desk(tmp_path))
    press("Look at the file")
    page.wait_for_url("**/desk/imports/*")
    let_the_worker_work(app)
    page.get_by_role("link", name="First hour").click()
    page.get_by_role("link", name="Open it").click()
    press("Import 80 rows")
    page.wait_for_url("**/desk/imports/*")
    page.goto(f"{served}/desk/first-hour")
    page.get_by_text("Waits for its turn").wait_for()
    let_the_worker_work(app)
    page.get_by_text("80 rows stored").wait_for()  # the list noticed by itself
    page.get_by_role("link", name="Next step").click()

    opens("found")
    assert page.locator(".figure dd").first.inner_text() == "80"
    assert "real" in (page.locator("svg.nested").get_attribute("aria-label") or "")
    press("I have seen it")

    opens("own")
    suggestion = page.locator(".own-list li", has_text=OWN)
    assert "It begins with a word for a desk." in suggestion.inner_text()
    suggestion.get_by_role("button", name="It is ours").click()
    page.get_by_text("Known as yours").wait_for()
    let_the_worker_work(app)
    with reading(engine) as session:
        assert set(session.scalars(select(CleanRow.email_class).where(CleanRow.email == OWN))) == {"shared"}
    page.get_by_role("link", name="Next step").click()

    opens("colleagues")
    press("I work alone for now")
    opens("kiosk")
    press("Open the tablet's page here")
    page.wait_for_url("**/kiosk/")
    page.goto(f"{served}/desk/first-hour")

    opens("guest")
    press("Make me a guest")
    page.get_by_text("listens on this machine only").wait_for()
    last_name = page.locator(".rehearsal dd").first.inner_text()
    with reading(engine) as session:
        records = session.scalar(select(func.count()).select_from(SourceRecord))
        arrival = page.evaluate("document.querySelectorAll('.rehearsal dd')[1].dataset.day")
    with page.expect_popup() as opened:
        page.get_by_role("link", name="Try it on this machine").click()
    be_the_guest(opened.value, last_name, arrival)
    page.get_by_text("Your form has arrived.").wait_for()  # the list noticed by itself
    assert "nadia@posteo.example" in page.locator("#guest").inner_text()
    page.get_by_role("link", name="Next step").click()

    opens("notice")
    press("It hangs at the reception")
    opens("sending")
    assert page.get_by_text("Nothing goes to your guests").is_visible()
    press("Understood")

    opens("name")  # what was put off is left
    assert page.get_by_text("8 of 9 done").is_visible()
    press("Put this list away")
    page.get_by_text("The first hour is put away.").wait_for()
    assert page.get_by_role("link", name="First hour").count() == 0
    press("Undo")
    page.get_by_role("link", name="First hour").wait_for()
    with reading(engine) as session:
        assert beginning(session, default_property(session)).steps["name"] == "later"
        assert session.scalar(select(func.count()).select_from(SourceRecord)) == records
        assert session.scalar(select(func.count()).select_from(Capture)) == 0
        assert check(session) == []

"""The whole way in a real browser: completeness before, a form filled in by the guest, completeness after."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from sqlalchemy import select

from server.captures.links import issue_link
from server.clock import clock
from server.db import reading, writing
from server.discovery import discover
from server.guests.linking import link_waiting
from server.jobs.worker import run_due
from server.privacy.check import check
from server.records.models import SourceRecord
from tests.builders import take_in
from tests.house import seat, seat_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

ALIAS = "evasse.347203@guest.booking.com"


@pytest.fixture
def elodie(app: Flask) -> dict[str, str]:
    """She slept here last night and booked through an OTA: an alias, a mobile, a birth date, no address."""
    today = clock().date()
    facts = {
        "key": "A1",
        "first_name": "Élodie",
        "last_name": "Vasseur",
        "email": ALIAS,
        "mobile": "+33 6 52 52 72 72",
        "birth_date": "1987-05-14",
        "reference": "4870112233",
        "stay_from": str(today - timedelta(days=1)),
        "stay_to": str(today),
    }
    engine = app.config["ENGINE"]
    take_in(engine, facts, stay_kind="stay")
    link_waiting(engine)
    let_the_worker_work(app)
    return facts


def let_the_worker_work(app: Flask) -> None:
    engine, settings = app.config["ENGINE"], app.config["ONEGUEST"]
    run_due(engine, settings, discover("server.work", ("run",)), once=True, stop=threading.Event())


@pytest.fixture
def desk(app: Flask, browser: Browser, served: str) -> Iterator[Page]:
    """The manager's own browser; the guest's has another."""
    context = browser.new_context()
    yield seat_page(context.new_page(), served, seat(app.config["ENGINE"], "manager"))
    context.close()


def shown_share(page: Page, served: str) -> str:
    page.goto(f"{served}/desk/completeness")
    found = re.search(r"(\d+)\s*%", page.locator("section", has=page.locator("#main-name")).inner_text())
    assert found, "the main figure is not on the page"
    return found.group(1)


def fill_in(page: Page, where: str, value: str) -> None:
    page.fill(f"#f-{where}", value)


def the_house_is_in_order(app: Flask) -> bool:
    with reading(app.config["ENGINE"]) as session:
        return check(session) == []


def test_a_form_at_the_tablet_turns_an_alias_into_an_address(
    app: Flask, served: str, page: Page, desk: Page, elodie: dict[str, str]
) -> None:
    assert shown_share(desk, served) == "0"

    page.goto(f"{served}/kiosk/")
    page.get_by_role("link", name="English").click()
    page.locator(".now .tap").first.click()
    fill_in(page, "given_name", "Élodie")
    fill_in(page, "family_name", "Vasseur")
    page.locator(".now [data-next]").click()
    page.locator(".now .tap").nth(1).click()  # not today: she came yesterday
    for part, value in zip(("year", "month", "day"), elodie["stay_from"].split("-"), strict=True):
        fill_in(page, f"arrival_{part}", str(int(value)))
    fill_in(page, "reference", elodie["reference"])
    page.locator(".now [data-next]").click()
    page.locator(".now [data-next]").click()
    fill_in(page, "email", "elodie_vasseur@gmail.com")
    page.locator(".now [data-next]").click()
    fill_in(page, "mobile", "06 52 52 72 72")
    page.locator(".now [data-next]").click()
    page.locator(".now [data-out=skipped]").click()
    page.get_by_role("button", name="Send").click()
    page.get_by_role("heading", name="Thank you").wait_for()
    let_the_worker_work(app)

    assert shown_share(desk, served) == "100"
    assert the_house_is_in_order(app)


def test_a_form_behind_the_guests_link_does_so_too(
    app: Flask, served: str, page: Page, desk: Page, elodie: dict[str, str]
) -> None:
    with writing(app.config["ENGINE"]) as session:
        booking = session.scalars(select(SourceRecord)).one()
        token = issue_link(session, booking, actor="test", now=clock()).token
    year, month, day = elodie["stay_from"].split("-")

    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/g/{token}?lang=en")
    assert "Élodie" not in page.content()
    page.fill("[name=last_name]", "Vasseur")
    for name, value in (("day", day), ("month", month), ("year", year)):
        page.fill(f"[name={name}]", value)
    page.locator("main button[type=submit], main button:not([type])").first.click()
    page.wait_for_url(lambda address: token not in address)
    page.locator(".tap").first.click()
    fill_in(page, "given_name", "Élodie")
    fill_in(page, "family_name", "Vasseur")
    for _ in ("name", "stay", "companions"):
        page.get_by_role("button", name="Continue").click()
        page.wait_for_timeout(300)
    fill_in(page, "email", "elodie_vasseur@gmail.com")
    page.get_by_role("button", name="Continue").click()
    for _ in range(2):
        page.get_by_role("button", name=re.compile("Skip|rather not")).first.click()
    page.get_by_role("button", name="Send").click()
    page.wait_for_url("**/g/received")
    let_the_worker_work(app)

    assert shown_share(desk, served) == "100"
    assert the_house_is_in_order(app)

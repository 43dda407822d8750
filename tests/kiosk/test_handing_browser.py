"""The reception hands a stay over: it opens on the tablet with what is known, and leaves nothing there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, update

from server.captures.handing import IssuedHandover
from server.captures.handing import hand_over as give
from server.captures.models import Handover
from server.clock import clock
from server.db import reading, writing
from server.devices.models import Device
from server.properties.setup import default_property
from server.records.models import CleanRow, SourceRecord
from tests.accessible import assert_accessible
from tests.house import expect_guest
from tests.kiosk.lobby import House, Tablet, enrol, send, settle_down

if TYPE_CHECKING:
    from playwright.sync_api import Page

SURNAME = "Xylophonecanary"
EMAIL = "quagga.canary@posteo.example"
CONTROL = "Wombatcontrol"


@pytest.fixture
def stay(house: House) -> int:
    """A stay of whom name, e-mail and language are known; its record."""
    record_id = expect_guest(house.engine, now=clock(), last_name=SURNAME).record_id
    with writing(house.engine) as session:
        default_property(session).languages = ["en", "de"]
        known = {"email": EMAIL, "email_class": "real", "language": "de"}
        session.execute(update(CleanRow).where(CleanRow.record_id == record_id).values(**known))
    return record_id


def hand(house: House, record_id: int, *, to_tablet: bool = True) -> IssuedHandover:
    with writing(house.engine) as session:
        record = session.get_one(SourceRecord, record_id)
        device = session.scalars(select(Device)).first() if to_tablet else None
        secret = house.app.config["INDEX_KEY"]
        return give(session, record, device, secret=secret, actor="staff:1", now=clock())


def opened(page: Page) -> None:
    """Wait for the first question, with what is known put in."""
    page.wait_for_url("**/kiosk/pre_check_in/de")
    page.locator(".question.now").wait_for()
    until = time.monotonic() + 5
    while page.input_value("#f-family_name") != SURNAME:
        assert time.monotonic() < until, "what the reception knows did not come"
        time.sleep(0.05)


def test_a_stay_handed_over_opens_in_the_guests_language_and_asks_only_what_is_missing(
    house: House, page: Page, stay: int
) -> None:
    enrol(page, house)
    hand(house, stay)

    opened(page)
    assert SURNAME not in page.locator(".question.now").inner_text(), "nobody has said yet that they stay"
    page.locator(".now .tap").first.click()
    page.locator('[data-step="mobile"].now').wait_for()  # the name, the day and the e-mail are known
    page.locator(".now [data-out=skipped]").click()
    page.locator(".now [data-send]").wait_for()  # and nothing that may stay empty
    assert EMAIL in page.locator(".now").inner_text()
    send(page)
    settle_down(page)

    capture = house.opened()[0]
    assert (capture.proof, capture.answers["family_name"]) == ("booking-bound", SURNAME)
    assert capture.language == "de"
    with reading(house.engine) as session:
        handover = session.scalars(select(Handover)).one()
        assert handover.capture_id == capture.id


def test_a_code_typed_on_the_resting_screen_opens_the_stay_and_a_wrong_one_says_so(
    house: House, page: Page, stay: int
) -> None:
    enrol(page, house)
    code = hand(house, stay, to_tablet=False).text
    page.locator("[data-code-open]").click()
    page.fill("[name=stay_code]", "WRONG1")
    page.get_by_role("button", name="Open my stay").click()
    page.get_by_text("This code opens nothing").wait_for()
    assert_accessible(page, "a wrong code of a stay")

    page.fill("[name=stay_code]", f"{code[:3].lower()} {code[3:]}")
    page.get_by_role("button", name="Open my stay").click()

    opened(page)


def test_without_the_network_a_code_cannot_be_checked_and_the_guest_begins_without(
    house: House, page: Page, stay: int
) -> None:
    enrol(page, house)
    code = hand(house, stay, to_tablet=False).text
    house.shut()

    page.locator("[data-code-open]").click()
    page.fill("[name=stay_code]", code)
    page.get_by_role("button", name="Open my stay").click()
    page.get_by_text("There is no connection at the moment").wait_for()
    page.get_by_role("button", name="Begin without a code").click()
    page.get_by_role("link", name="English").click()
    page.locator(".question.now").wait_for()

    assert page.input_value("#f-family_name") == ""


def test_nothing_of_a_guest_handed_over_stays_on_the_tablet(house: House, tablet: Tablet, stay: int) -> None:
    enrol(tablet.page, house)
    steps = tablet.page.evaluate("history.length")
    hand(house, stay)
    opened(tablet.page)
    assert SURNAME not in tablet.page.url + tablet.page.title()
    assert "handed" not in tablet.page.url
    assert tablet.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    tablet.page.get_by_role("link", name="Beenden und löschen").click()
    tablet.page.locator("nav[data-open]").wait_for()
    assert tablet.page.evaluate("history.length") == steps
    assert SURNAME not in tablet.page.content()
    hand(house, stay)
    opened(tablet.page)
    (tablet.folder / "control").write_text(CONTROL)
    tablet.restart()

    assert tablet.files_with(CONTROL), "the search finds what is there to be found"
    assert tablet.files_with(SURNAME, EMAIL) == []
    assert [path for path in house.asked if "canary" in path.lower()] == []

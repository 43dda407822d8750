"""Forms reach the house once, by themselves, whatever the network and the house do meanwhile."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from server.clock import clock
from server.db import writing
from server.devices.enrolling import revoke_device
from tests.kiosk import lobby
from tests.kiosk.lobby import House, Tablet, check_in, enrol, hand_over, settle_down, waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_forms_filled_in_without_a_house_arrive_once_after_a_restart(house: House, tablet: Tablet) -> None:
    enrol(tablet.page, house)
    house.shut()
    check_in(tablet.page, "Anna", "anna.rossi@posteo.example")
    check_in(tablet.page, "Bruno")
    sign = tablet.page.locator("[data-staff-sign]")
    expect(sign).to_have_text(re.compile(r"^Tablet 1 · forms waiting: 2, since \d\d:\d\d$"))

    tablet.restart()
    tablet.page.goto(f"{house.address}/kiosk/")
    tablet.page.get_by_role("link", name="English").wait_for()
    assert waiting(tablet.page) == 2
    house.open()
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(tablet.page)

    assert [form.number for form in house.sealed()] == [1, 2]
    answers = [capture.answers for capture in house.opened()]
    assert [given["given_name"] for given in answers] == ["Anna", "Bruno"]
    assert answers[0]["email"] == "anna.rossi@posteo.example"
    assert not {"capture", "version", "csrf_token"} & set(answers[0])


@pytest.mark.parametrize("way", [lobby.portal, lobby.broken, lobby.lost])
def test_an_answer_that_is_not_the_houses_word_lets_no_form_be_forgotten(
    house: House, page: Page, way: lobby.Way
) -> None:
    enrol(page, house)
    house.way = way
    hand_over(page, "Anna")
    page.wait_for_timeout(300)
    assert "/api/v1/sync" in house.asked
    assert waiting(page) == 1

    house.way = lobby.well
    page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(page)

    assert len(house.opened()) == 1


def test_half_of_the_acknowledgements_is_enough_to_go_on(house: House, page: Page) -> None:
    enrol(page, house)
    house.shut()
    hand_over(page, "Anna", "Bruno", "Carla")

    house.way = lobby.halved
    house.open()
    page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(page)

    assert sorted(capture.answers["given_name"] for capture in house.opened()) == ["Anna", "Bruno", "Carla"]


def test_a_revoked_tablet_sends_and_asks_no_more_and_keeps_what_waits(house: House, page: Page) -> None:
    enrol(page, house)
    house.shut()
    hand_over(page, "Anna")
    with writing(house.engine) as session:
        revoke_device(session, 1, actor="command", now=clock())

    house.open()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text("Please see the reception.").wait_for()

    assert not page.get_by_role("link", name="English").is_visible()
    assert waiting(page) == 1
    asked = len(house.asked)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(200)
    assert [path for path in house.asked[asked:] if path.startswith("/api/")] == []
    page.goto(f"{house.address}/kiosk/pre_check_in/en")
    page.wait_for_url("**/kiosk/")  # nor does it let a guest begin by another door

    enrol(page, house)
    settle_down(page)
    assert [form.device_id for form in house.sealed()] == [1]  # a newer code delivers what waited
    assert len(house.opened()) == 1

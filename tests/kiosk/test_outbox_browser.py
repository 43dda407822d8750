"""Forms reach the house once, by themselves, whatever the network and the house do meanwhile."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from server.clock import clock
from server.db import writing
from server.devices.enrolling import revoke_device
from tests.kiosk import lobby
from tests.kiosk.lobby import House, Tablet, check_in, enrol, hand_over, settle_down, until, waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

NAME_THE_KEY = """async (id) => {
    const { changeTablet, readTablet } = await import("/static/kiosk/outbox.js");
    const { device, key } = await readTablet();
    await changeTablet(device, { key: { ...key, id } });
}"""
CLOSE_FOR_GOOD = "() => { indexedDB.open = () => { throw new DOMException('denied', 'SecurityError'); }; }"
CLOSE_NOW_AND_FOR_GOOD = """() => new Promise((done) => {
    const asked = indexedDB.open("oneguest-tablet", 2);
    indexedDB.open = () => { throw new DOMException('denied', 'SecurityError'); };
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => done();
})"""  # in one go, or the page opens it again between the two
CLOSE_UNDER_THE_PAGE = """() => new Promise((done) => {
    const asked = indexedDB.open("oneguest-tablet", 2);
    asked.onupgradeneeded = () => asked.transaction.abort();
    asked.onerror = () => done();
})"""


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
    until(lambda: "/api/v1/sync" in house.asked)
    page.wait_for_timeout(300)  # time for its answer, and to do wrong by it
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


def test_a_batch_that_is_too_large_goes_in_smaller_parts(house: House, page: Page) -> None:
    enrol(page, house)
    house.shut()
    hand_over(page, "Anna", "Bruno", "Carla", "Dario")
    house.way = lobby.narrow

    house.open()
    page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(page)

    assert len(house.opened()) == 4


def test_a_form_that_is_too_large_by_itself_waits_aside_and_the_desk_is_told(
    house: House, page: Page
) -> None:
    enrol(page, house)
    house.way = lobby.walled

    hand_over(page, "Anna")

    def told() -> bool:
        page.evaluate("async () => (await import('/static/kiosk/beating.js')).beat()")
        return (house.devices()[0].waiting, house.devices()[0].parked) == (1, 1)

    until(told)
    assert waiting(page) == 1


@pytest.mark.parametrize("way", [lobby.busy, lobby.tired])
def test_a_house_that_asks_for_a_pause_gets_it(house: House, page: Page, way: lobby.Way) -> None:
    enrol(page, house)
    house.way = way
    hand_over(page, "Anna")
    until(lambda: house.asked.count("/api/v1/sync") == 1)
    page.wait_for_timeout(300)  # time for its answer
    asked = house.asked.count("/api/v1/sync")

    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_timeout(300)
    assert house.asked.count("/api/v1/sync") == asked == 1
    house.way = lobby.well
    settle_down(page)  # by itself, once the pause is over

    assert len(house.opened()) == 1


def test_a_tablet_with_pages_of_another_release_tells_the_staff_and_keeps_its_forms(
    house: House, page: Page
) -> None:
    enrol(page, house)
    house.way = lobby.other_release
    hand_over(page, "Anna")

    page.get_by_text("Please see the reception.").wait_for()
    expect(page.locator("[data-staff-sign]")).to_contain_text("its pages are too old for the house")
    assert not page.get_by_role("link", name="English").is_visible()
    assert waiting(page) == 1

    house.way = lobby.well
    page.evaluate("async () => (await import('/static/kiosk/beating.js')).beat()")
    page.get_by_role("link", name="English").wait_for()
    page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(page)
    assert len(house.opened()) == 1


def test_the_desk_hears_of_a_store_that_does_not_open_any_more(house: House, page: Page) -> None:
    enrol(page, house)
    page.evaluate("async () => (await import('/static/kiosk/beating.js')).beat()")
    page.add_init_script(f"({CLOSE_FOR_GOOD})()")  # should newer pages take this one's place meanwhile
    page.evaluate(CLOSE_NOW_AND_FOR_GOOD)

    page.evaluate("async () => (await import('/static/kiosk/beating.js')).beat()")

    page.get_by_text("Please see the reception.").wait_for(timeout=25_000)  # it looks each 5 s
    assert house.devices()[0].told["trouble"] == "storage_closed"


def test_a_form_that_the_house_refuses_waits_aside_and_holds_up_no_other(house: House, page: Page) -> None:
    enrol(page, house)
    house.shut()
    page.evaluate(NAME_THE_KEY, "sealing-of-nobody")
    hand_over(page, "Anna")
    page.evaluate(NAME_THE_KEY, house.keys[0].id)

    house.open()
    hand_over(page, "Bruno", "Carla")
    settle_down(page, 1)
    page.evaluate("async () => (await import('/static/kiosk/beating.js')).beat()")

    assert [form.state for form in house.sealed()] == ["rejected", "waiting", "waiting"]
    device = house.devices()[0]
    assert (device.waiting, device.parked, device.last_number) == (1, 1, 3)


def test_a_store_that_was_closed_under_the_page_is_opened_again(house: House, page: Page) -> None:
    enrol(page, house)
    hand_over(page, "Anna")
    page.evaluate(CLOSE_UNDER_THE_PAGE)

    hand_over(page, "Bruno")
    settle_down(page)

    assert [form.number for form in house.sealed()] == [1, 2]


@pytest.mark.parametrize("years", [-10, 10])
def test_a_tablet_whose_clock_is_years_off_delivers_all_the_same(
    house: House, page: Page, years: int
) -> None:
    enrol(page, house)
    page.clock.set_system_time(clock() + timedelta(days=365 * years))

    hand_over(page, "Anna")
    settle_down(page)

    (capture,) = house.opened()
    assert capture.captured_at is not None
    assert abs(capture.captured_at - clock()) < timedelta(minutes=2)

"""An enrolled tablet works without the house, changes its pages between guests, and keeps nothing of one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from server.certificates import make_certificate
from server.clock import clock
from server.db import writing
from server.devices.models import Device
from server.keys import rotate_key
from server.properties.setup import default_property
from tests.accessible import assert_accessible
from tests.kiosk.lobby import (
    CACHES_OF_PAGES,
    House,
    Tablet,
    check_in,
    enrol,
    fill_in,
    hand_over,
    send,
    settle_down,
    until,
    waiting,
)

if TYPE_CHECKING:
    from playwright.sync_api import Page

SURNAME = "Xylophonecanary"
EMAIL = "quagga.canary@posteo.example"
CONTROL = "Wombatcontrol"
BREAK_THE_STORE = """() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...args) {
        throw new DOMException("no room", "QuotaExceededError");
    };
}"""
MAKE_THE_TOKEN_OLD = """async () => {
    const { changeTablet } = await import("/static/kiosk/outbox.js");
    await changeTablet(1, { token_at: Date.now() - 8 * 24 * 3600 * 1000 });
}"""
CLOSE_THE_STORE = "indexedDB.open = () => { throw new DOMException('denied', 'SecurityError'); }"
SPARE_IS_KEPT = "async () => Boolean(await (await import('/static/kiosk/spare.js')).readSpare())"
FORGET_THE_TABLET = """async () => {
    const { writeTablet } = await import("/static/kiosk/outbox.js");
    await writeTablet(undefined);
}"""
KEEP_PLAINLY = """(text) => new Promise((done) => {
    const asked = indexedDB.open("control", 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("plain");
    asked.onsuccess = () => {
        const all = asked.result.transaction("plain", "readwrite", { durability: "strict" });
        all.objectStore("plain").put(text, "guest");
        all.oncomplete = () => done();
    };
})"""


def test_a_code_typed_at_the_tablet_makes_it_one(house: House, page: Page) -> None:
    code = house.code().split("code=")[1].split("&")[0]
    page.goto(f"{house.address}/kiosk/enrol")
    page.get_by_label("Code").fill("WRONGONE")
    page.get_by_role("button", name="Make it a tablet").click()
    page.get_by_text("This code opens nothing").wait_for()
    assert_accessible(page, "a wrong code")

    page.get_by_label("Code").fill(f"{code[:4].lower()}-{code[4:]}")
    page.get_by_role("button", name="Make it a tablet").click()
    page.get_by_text("This tablet also works without a network").wait_for()

    assert "Tablet 1 · Hôtel des Arcades" in page.locator("[data-name]").inner_text()
    page.get_by_role("link", name="To the resting screen").click()
    page.locator("[data-staff-sign]").get_by_text("Tablet 1").wait_for()
    until(lambda: house.devices()[0].told.get("forms") == ["pre_check_in.v2", "police_fr.v1"])
    told = house.devices()[0].told
    assert told["trouble"] == ""
    assert told["build"]


def test_the_page_of_the_houses_own_certificate_is_for_everybody(house: House, page: Page) -> None:
    keys = house.app.config["ONEGUEST"].keys_dir
    assert page.goto(f"{house.address}/kiosk/certificate").status == 404  # type: ignore[union-attr]  # it answers

    own = make_certificate(keys, ["192.168.1.20"], now=clock())
    page.goto(f"{house.address}/kiosk/certificate")

    page.get_by_text(own.fingerprint).wait_for()
    assert_accessible(page, "the house's certificate")


def test_a_house_with_another_key_than_the_codes_is_not_believed(house: House, page: Page) -> None:
    page.goto(house.code().split("&key=")[0] + "&key=" + "0" * 64)

    page.get_by_text("Somebody stands between").wait_for()

    assert "#" not in page.url
    page.goto(f"{house.address}/kiosk/")
    page.get_by_role("link", name="English").wait_for()
    assert not page.locator("[data-staff-sign]").is_visible()


def test_every_page_and_language_is_there_when_the_house_is_not(house: House, page: Page) -> None:
    enrol(page, house)
    house.shut()

    began = time.monotonic()
    page.goto(f"{house.address}/kiosk/")
    page.get_by_role("link", name="Français").click()
    page.locator("html[lang=fr] .question.now").wait_for()
    assert time.monotonic() - began < 10
    page.get_by_role("link", name="English").click()
    page.locator("html[lang=en] .question.now").wait_for()
    page.goto(f"{house.address}/kiosk/nowhere/at-all")
    page.get_by_role("link", name="English").wait_for()


def test_newer_pages_wait_until_no_guest_is_at_the_tablet(house: House, page: Page) -> None:
    enrol(page, house)
    fill_in(page)
    with writing(house.engine) as session:
        default_property(session).name = "Hôtel du Lac"
    page.evaluate("navigator.serviceWorker.getRegistration('/kiosk/').then((pages) => pages.update())")
    until(lambda: page.evaluate(CACHES_OF_PAGES) == 2)
    assert "Hôtel des Arcades" in page.locator(".guest-bar").inner_text()
    send(page)

    page.locator("[data-thanks-screen] [data-leave]").click()

    expect(page.get_by_role("heading", name="Hôtel du Lac")).to_be_visible(timeout=20_000)
    assert page.evaluate(CACHES_OF_PAGES) == 1
    settle_down(page)
    assert len(house.opened()) == 1


def test_a_tablet_without_room_says_so_before_a_guest_begins(house: House, page: Page) -> None:
    enrol(page, house)
    page.add_init_script(f"({BREAK_THE_STORE})()")

    page.goto(f"{house.address}/kiosk/")
    page.get_by_text("Please see the reception.").wait_for()
    assert_accessible(page, "closed")

    assert not page.get_by_role("link", name="English").is_visible()
    until(lambda: house.devices()[0].told["trouble"] == "storage_full")


def test_a_tablet_whose_store_is_closed_says_so_before_a_guest_begins(house: House, page: Page) -> None:
    enrol(page, house)
    page.add_init_script(CLOSE_THE_STORE)

    page.goto(f"{house.address}/kiosk/")

    page.get_by_text("Please see the reception.").wait_for()
    page.goto(f"{house.address}/kiosk/pre_check_in/en")
    page.wait_for_url("**/kiosk/")


def test_the_desk_hears_of_a_store_that_was_closed_before_the_tablet_was_opened(
    house: House, page: Page
) -> None:
    enrol(page, house)
    page.wait_for_function(SPARE_IS_KEPT)
    page.add_init_script(CLOSE_THE_STORE)

    with page.expect_response("**/api/v1/beat") as told:
        page.reload()
    told.value.finished()

    until(lambda: house.devices()[0].told["trouble"] == "storage_closed")
    page.get_by_text("Please see the reception.").wait_for()


def test_a_browser_that_was_emptied_keeps_nothing_of_the_tablet_it_was(house: House, page: Page) -> None:
    enrol(page, house)
    page.wait_for_function(SPARE_IS_KEPT)
    page.evaluate(FORGET_THE_TABLET)

    page.goto(f"{house.address}/kiosk/")

    page.get_by_role("link", name="English").wait_for()
    page.wait_for_function(f"async () => !(await ({SPARE_IS_KEPT})())")


def test_a_form_that_finds_no_room_is_not_thanked_for(house: House, page: Page) -> None:
    enrol(page, house)
    fill_in(page, "Anna")
    page.evaluate(BREAK_THE_STORE)

    page.locator(".now [data-send]").click()
    page.locator("[data-not-sent]").wait_for()

    assert not page.locator("[data-thanks-screen]").is_visible()
    assert page.input_value("#f-given_name") == "Anna"


def test_a_tablet_seals_to_the_houses_newer_key_and_renews_its_token(house: House, page: Page) -> None:
    enrol(page, house)
    first = house.keys[0].id
    rotate_key(house.app.config["ONEGUEST"].keys_dir, "sealing")
    with writing(house.engine) as session:
        hashed = session.get_one(Device, 1).token_hash
    page.evaluate(MAKE_THE_TOKEN_OLD)

    page.evaluate("async () => (await import('/static/kiosk/beating.js')).beat()")
    hand_over(page, "Anna")
    settle_down(page)

    assert house.keys[0].id != first
    assert [form.key_id for form in house.sealed()] == [house.keys[0].id]
    assert len(house.opened()) == 1
    assert house.devices()[0].token_hash != hashed


def in_memory(page: Page, text: str) -> bool:
    """Whether a text stands anywhere in the memory of the page's scripts."""
    session = page.context.new_cdp_session(page)
    chunks: list[str] = []
    session.on("HeapProfiler.addHeapSnapshotChunk", lambda told: chunks.append(told["chunk"]))
    session.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
    session.detach()
    return text in "".join(chunks)


def test_the_next_guest_finds_nothing_of_the_one_before(house: House, page: Page) -> None:
    enrol(page, house)
    page.evaluate("(text) => { window.control = text; }", CONTROL)
    assert in_memory(page, CONTROL), "the search finds what is there to be found"
    steps = page.evaluate("history.length")
    fill_in(page, SURNAME, EMAIL)
    send(page)
    page.locator("[data-thanks-screen] [data-leave]").click()
    page.locator("nav[data-open]").wait_for()

    assert SURNAME not in page.content()
    assert not in_memory(page, SURNAME)
    assert not in_memory(page, EMAIL)
    assert page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") == "[{},{}]"
    assert page.context.cookies() == []
    assert page.evaluate("history.length") == steps
    page.get_by_role("link", name="English").click()
    page.locator(".question.now").wait_for()
    assert page.input_value("#f-given_name") == ""


def test_nothing_of_a_guest_is_on_the_tablets_disk(house: House, tablet: Tablet) -> None:
    enrol(tablet.page, house)
    tablet.page.evaluate(KEEP_PLAINLY, CONTROL)
    house.shut()
    check_in(tablet.page, SURNAME, EMAIL)
    until(lambda: waiting(tablet.page) == 1)
    assert tablet.files_with(CONTROL), "the search finds what is there to be found"
    assert tablet.files_with(SURNAME, EMAIL) == []

    house.open()
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(tablet.page)
    assert tablet.files_with(SURNAME, EMAIL) == []

    fill_in(tablet.page, SURNAME, EMAIL)
    tablet.page.get_by_role("link", name="Finish and erase").click()
    tablet.page.locator("nav[data-open]").wait_for()
    fill_in(tablet.page, SURNAME, EMAIL)
    tablet.restart()

    assert tablet.files_with(SURNAME, EMAIL) == []
    assert SURNAME in house.opened()[0].answers["given_name"]

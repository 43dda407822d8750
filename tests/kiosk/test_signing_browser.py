"""A guest reads, signs on the tablet and is kept in the vault: drawn, or left to a witness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.properties.setup import default_property
from server.registration.keeping import Opened, Purpose, open_sheet
from server.registration.models import KeptSheet
from server.registration.signing import read_strokes
from server.vault import open_vault
from tests.accessible import assert_accessible_in_both
from tests.kiosk.lobby import House, Tablet, enrol, send, settle_down, until, waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

PLACE = "Xylophonecanary"
EMAIL = "quagga.canary@gmail.com"
TYPED = {
    "nationality": {"nationality": "TUR"},
    "second": {"has_second": "no"},
    "name": {"given_names": "Anna", "family_name": "Öztürk"},
    "birth": {
        "birth_date_day": "2",
        "birth_date_month": "3",
        "birth_date_year": "1980",
        "birth_place": PLACE,
    },
    "home": {"home_line": "Atatürk Caddesi 5", "home_city": "Ankara", "home_country": "TUR"},
    "contact": {"mobile": "+90 532 000 00 00", "email": EMAIL},
    "departure": {"departs_day": "28", "departs_month": "12", "departs_year": str(clock().year + 1)},
}
READ = """() => [...document.querySelectorAll(".now [data-lines] p, .now [data-declaration]")]
    .map((line) => line.textContent).join("\\n")"""


@pytest.fixture
def lobby(house: House, page: Page) -> House:
    """A tablet of a house in France."""
    with writing(house.engine) as session:
        default_property(session).country = "FR"
    enrol(page, house)
    return house


def type_in(page: Page, house: House, language: str = "en") -> None:
    """A guest's way to the page where they sign."""
    page.goto(f"{house.address}/kiosk/police_fr/{language}")
    while True:
        now = page.locator(".question.now")
        now.wait_for()
        step = now.get_attribute("data-step") or ""
        if step == "signature":
            return
        for name, text in TYPED.get(step, {}).items():
            put(page, name, text)
        now.locator("[data-next]").click()
        page.locator(f".question.now:not([data-step={step}])").wait_for()


def put(page: Page, name: str, text: str) -> None:
    field = page.locator(f".now [name={name}]")
    if field.first.get_attribute("type") == "radio":
        page.locator(f".now .tap:has([value={text}])").click()
    elif field.evaluate("(field) => field.tagName") == "SELECT":
        field.select_option(text)
    else:
        field.fill(text)


def draw(page: Page) -> None:
    pad = page.locator(".now [data-pad]")
    pad.evaluate("(pad) => pad.scrollIntoView({ block: 'center' })")
    box = pad.bounding_box()
    assert box is not None
    left, top, width, height = box["x"], box["y"], box["width"], box["height"]
    page.mouse.move(left + width * 0.2, top + height * 0.6)
    page.mouse.down()
    for step in range(1, 30):
        page.mouse.move(left + width * (0.2 + step / 50), top + height * (0.3 + 0.4 * (step % 2)))
    page.mouse.up()


def kept(house: House) -> list[Opened]:
    house.opened()
    with writing(house.engine) as session:
        vault = open_vault(house.app.config["ONEGUEST"].keys_dir)
        sheets = session.scalars(select(KeptSheet).order_by(KeptSheet.received_at))
        told = {"purpose": Purpose.SIGN, "actor": "test", "now": clock()}
        found = [open_sheet(session, vault, one, **told) for one in sheets]  # type: ignore[arg-type]  # by keyword
        session.expunge_all()
        return found


def test_a_guest_signs_the_very_text_that_is_kept(lobby: House, page: Page) -> None:
    lobby.shut()
    type_in(page, lobby)
    page.locator(".now [data-send]").click()
    page.locator(".now #e-signature", has_text="Please sign").wait_for()
    draw(page)
    shown = page.evaluate(READ)
    assert_accessible_in_both(page, "the page to sign")
    send(page)
    lobby.open()
    page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(page)

    (opened,) = kept(lobby)

    assert opened.kept.state == "signed"
    assert opened.signature is not None
    assert opened.signature.text == shown
    assert read_strokes(opened.signature.strokes).is_drawn
    assert opened.sheet.people[0].birth_place == PLACE
    assert [capture.answers for capture in lobby.opened()] == [{}]
    assert "Nationality: Türkiye" in shown


def test_a_change_after_signing_takes_the_signature_away(lobby: House, page: Page) -> None:
    type_in(page, lobby)
    draw(page)
    page.locator(".now [data-change=home]").click()
    page.fill("#f-home_city", "Izmir")
    page.locator(".now [data-next]").click()

    page.get_by_text("please sign once more").wait_for()

    assert page.locator(".now [data-ink]").get_attribute("d") == ""
    page.locator(".now [data-send]").click()
    page.locator(".now #e-signature", has_text="Please sign").wait_for()
    draw(page)
    assert page.get_by_text("please sign once more").count() == 0
    send(page)
    settle_down(page)
    assert [one.kept.state for one in kept(lobby)] == ["signed"]


def test_a_look_back_without_a_change_keeps_it(lobby: House, page: Page) -> None:
    type_in(page, lobby)
    draw(page)
    page.locator(".now [data-change=home]").click()
    page.locator(".now [data-next]").click()

    send(page)
    settle_down(page)

    assert [one.kept.state for one in kept(lobby)] == ["signed"]


def test_another_language_is_another_text_and_is_signed_anew(house: House, page: Page) -> None:
    with writing(house.engine) as session:
        default_property(session).country, default_property(session).languages = "FR", ["en", "zh"]
    enrol(page, house)
    type_in(page, house)
    draw(page)

    page.get_by_role("link", name="中文").click()
    page.locator("html[lang=zh] .question.now [data-pad]").wait_for()

    assert page.locator(".now [data-ink]").get_attribute("d") == ""
    assert page.locator(".now [data-changed]").inner_text() != ""
    draw(page)
    shown = page.evaluate(READ)
    send(page)
    settle_down(page)
    (opened,) = kept(house)
    assert opened.signature is not None
    assert opened.signature.text == shown


def test_whoever_cannot_sign_leaves_it_to_a_witness(lobby: House, page: Page) -> None:
    type_in(page, lobby)
    page.get_by_role("button", name="I cannot sign").press("Enter")
    page.get_by_text("A colleague at the reception will confirm").wait_for()
    assert_accessible_in_both(page, "left to a witness")

    page.locator(".now [data-send]").press("Enter")
    page.locator("[data-thanks-screen] h1").wait_for()
    settle_down(page)

    (opened,) = kept(lobby)
    assert opened.kept.state == "filled"
    assert opened.signature is None


def test_a_slip_of_the_finger_is_no_signature_and_clear_clears(lobby: House, page: Page) -> None:
    type_in(page, lobby)
    pad = page.locator(".now [data-pad]")
    pad.click()
    page.locator(".now [data-send]").click()
    page.locator(".now #e-signature", has_text="Please sign").wait_for()

    draw(page)
    assert page.evaluate("document.querySelector('[name=signature]').value") != ""
    page.get_by_role("button", name="Clear the signature").click()

    assert page.evaluate("document.querySelector('[name=signature]').value") == ""
    assert pad.locator("[data-ink]").get_attribute("d") == ""


def test_a_signature_of_any_length_fits_into_its_answer(lobby: House, page: Page) -> None:
    found = page.evaluate(
        """async () => {
            const { fitting, LONGEST } = await import("/static/kiosk/signing.js");
            const line = Array.from({ length: 4000 }, (_, at) => at % 400);
            return [JSON.stringify({ w: 1200, h: 400, s: fitting(Array(20).fill(line)) }), LONGEST];
        }"""
    )

    assert len(found[0]) <= found[1]
    assert len(read_strokes(found[0]).lines) == 20


def test_nothing_of_a_police_form_is_on_the_tablets_disk_or_outside_the_vault(
    house: House, tablet: Tablet
) -> None:
    with writing(house.engine) as session:
        default_property(session).country = "FR"
    enrol(tablet.page, house)
    house.shut()
    type_in(tablet.page, house)
    draw(tablet.page)
    send(tablet.page)
    until(lambda: waiting(tablet.page) == 1)
    assert tablet.files_with(PLACE, EMAIL) == []
    house.open()
    tablet.page.evaluate("dispatchEvent(new Event('online'))")
    settle_down(tablet.page)
    type_in(tablet.page, house)
    tablet.restart()

    assert tablet.files_with(PLACE, EMAIL) == []
    assert tablet.files_with("kiosk-"), "the search finds what is there to be found"
    assert kept(house)[0].sheet.people[0].email == EMAIL
    folder = house.app.config["ONEGUEST"].data_dir
    with reading(house.engine) as session:
        raw: Any = session.connection().connection.driver_connection
        text = "\n".join(raw.iterdump()) if hasattr(raw, "iterdump") else ""
    assert "police_fr" in text
    assert PLACE not in text
    assert EMAIL not in text
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert not [path for path in files if PLACE.encode() in path.read_bytes()]


def test_who_needs_no_form_is_told_at_once_and_only_that_is_kept(lobby: House, page: Page) -> None:
    page.goto(f"{lobby.address}/kiosk/police_fr/en")
    put(page, "nationality", "FRA")
    page.locator(".now [data-next]").click()
    page.get_by_role("heading", name="You need no form").wait_for()
    assert_accessible_in_both(page, "no form")

    send(page)
    settle_down(page)

    assert kept(lobby) == []
    assert [capture.state for capture in lobby.opened()] == ["kept"]


def test_whoever_would_rather_sign_at_the_desk_leaves_the_form_filled(lobby: House, page: Page) -> None:
    type_in(page, lobby)

    page.locator(".now [data-out=skipped]").click()
    page.locator("[data-thanks-screen] h1").wait_for()
    settle_down(page)

    assert [one.kept.state for one in kept(lobby)] == ["filled"]

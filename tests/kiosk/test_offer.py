"""What a tablet offers, and to whom it belongs: its own house's name, colours, languages and forms."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select

from server.captures.models import Capture
from server.clock import clock
from server.db import reading, writing
from server.properties.changing import set_picture
from server.properties.models import Property
from server.properties.pictures import re_encode
from server.properties.setup import default_property, ensure_properties, property_by_code
from tests.accessible import assert_accessible
from tests.desk.test_house import picture_of
from tests.kiosk.lobby import CACHES_OF_PAGES, House, enrol, settle_down

if TYPE_CHECKING:
    from playwright.sync_api import Page

LAKE = {"code": "lake", "name": "Hôtel du Lac", "languages": ["de", "en"], "accent": "#8a2be2"}
BREAKFAST = "7:00–10:30, in the winter garden"


@pytest.fixture
def lake(app: Flask) -> Property:
    """A second house of the group, with colours, languages, words and things to offer of its own."""
    with writing(app.config["ENGINE"]) as session:
        place = ensure_properties(session, [LAKE])[0]
        place.flows = ["pre_check_in", "survey"]
        place.good_to_know = {"breakfast": {"en": BREAKFAST, "fr": "Jamais dit"}}
        place.email_reasons = ["invoice"]
        photo = re_encode(picture_of((1600, 900)), "photo")
        set_picture(session, place, "photo", photo, actor="command", now=clock())
        return place


def pages_of(client: FlaskClient, code: str) -> dict[str, str]:
    files = client.get(f"/kiosk/precache.json?house={code}").get_json()["files"]
    return {f["path"]: client.get(f["from"]).get_data(as_text=True) for f in files if "/kiosk/" in f["path"]}


def test_each_house_has_a_set_of_pages_of_its_own(client: FlaskClient, lake: Property) -> None:
    own, main = pages_of(client, "lake"), pages_of(client, "house")

    held = {path for path in own if path.startswith("/kiosk/")}
    assert held == {
        "/kiosk/",
        "/kiosk/export",
        *(f"/kiosk/{form}/{code}" for form in ("choose", "pre_check_in", "survey") for code in ("de", "en")),
        *(f"/kiosk/police_fr/{code}" for code in ("de", "en")),
    }
    for path in held:
        assert "Hôtel du Lac" in own[path], path
        assert "Hôtel des Arcades" not in own[path], path
        assert "/accent/lake" in own[path], path
    assert "/picture/" in own["/kiosk/"]
    assert BREAKFAST in own["/kiosk/pre_check_in/en"]
    assert {path for path in main if path.startswith("/kiosk/")} == {
        "/kiosk/",
        "/kiosk/export",
        "/kiosk/pre_check_in/en",
        "/kiosk/pre_check_in/fr",
        "/kiosk/police_fr/en",
        "/kiosk/police_fr/fr",
    }
    assert not any("Lac" in page or BREAKFAST in page for page in main.values())


def test_a_tablet_holds_what_a_stay_is_handed_over_with_whatever_it_offers(
    app: Flask, client: FlaskClient
) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).flows = ["survey"]

    held = pages_of(client, "house")

    assert 'href="/kiosk/survey/en"' in held["/kiosk/"]
    assert "/kiosk/pre_check_in/en" in held
    assert "/kiosk/choose/en" not in held


def test_a_browser_that_is_no_tablet_sees_the_main_house(client: FlaskClient, lake: Property) -> None:
    for path in ("/kiosk/?house=lake", "/kiosk/pre_check_in/en?house=lake"):
        page = client.get(path).get_data(as_text=True)
        assert "Hôtel des Arcades" in page
        assert "Lac" not in page


@pytest.mark.parametrize("code", ["nowhere", "", "LAKE", "../lake"])
@pytest.mark.parametrize("path", ["worker.js?", "precache.json?", "app.webmanifest?", "?shell=1&"])
def test_a_house_that_there_is_not_is_not_found(
    client: FlaskClient, lake: Property, path: str, code: str
) -> None:
    assert client.get(f"/kiosk/{path}house={code}").status_code == 404


def test_what_the_settings_change_is_a_newer_set_for_that_house_only(
    app: Flask, client: FlaskClient, lake: Property
) -> None:
    def versions() -> list[str]:
        return [
            client.get(f"/kiosk/precache.json?house={code}").get_json()["version"]
            for code in ("house", "lake")
        ]

    before = versions()
    with writing(app.config["ENGINE"]) as session:
        property_by_code(session, "lake").flows = ["wishes"]

    after = versions()
    assert after[0] == before[0]
    assert after[1] != before[1]


def test_with_one_thing_to_offer_a_language_leads_straight_on(client: FlaskClient) -> None:
    page = client.get("/kiosk/").get_data(as_text=True)

    assert 'href="/kiosk/pre_check_in/en"' in page
    assert "/kiosk/choose/" not in page
    assert "less than two minutes" in page or "moins de deux minutes" in page


def test_with_several_a_guest_is_asked_which(app: Flask, client: FlaskClient) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).flows = ["survey", "pre_check_in"]

    resting = client.get("/kiosk/").get_data(as_text=True)
    page = client.get("/kiosk/choose/en").get_data(as_text=True)

    assert 'href="/kiosk/choose/en"' in resting
    assert "less than two minutes" not in resting
    assert page.index("/kiosk/pre_check_in/en") < page.index("/kiosk/survey/en")
    assert "How was your stay?" in page
    assert client.get("/kiosk/choose/xx").status_code == 404


def test_good_to_know_is_said_in_a_guests_language_or_not_at_all(app: Flask, client: FlaskClient) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).good_to_know = {"breakfast": {"en": BREAKFAST}, "wifi": {}}

    assert BREAKFAST in client.get("/kiosk/pre_check_in/en/thanks").get_data(as_text=True)
    french = client.get("/kiosk/pre_check_in/fr/thanks").get_data(as_text=True)
    assert BREAKFAST not in french
    assert "Bon à savoir" not in french
    after_the_stay = client.get("/kiosk/survey/en/thanks").get_data(as_text=True)
    assert BREAKFAST not in after_the_stay


def test_a_tablet_of_a_second_house_is_that_houses_with_and_without_the_network(
    house: House, page: Page, lake: Property
) -> None:
    page.set_viewport_size({"width": 1024, "height": 768})
    enrol(page, house, at="lake")
    expect(page.locator("h1")).to_have_text("Hôtel du Lac")
    assert page.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')")
    house.shut()

    page.get_by_role("link", name="English").click()
    page.get_by_role("heading", name="How can we help?").wait_for()
    assert_accessible(page, "choice")
    for box in (choice.bounding_box() for choice in page.locator("main a").all()):
        assert box is not None
        assert box["height"] >= 48
    page.get_by_role("link", name="How was your stay?").click()
    page.locator(".now[data-step=overall] .tap").nth(4).click()
    page.locator(".now[data-step=team]").wait_for()
    page.locator("[data-leave].finish").click()
    page.get_by_role("link", name="Deutsch").click()
    page.get_by_role("link", name="Voranmeldung").or_(page.locator("main a.choice-of").first).first.click()
    page.locator("html[lang=de] .question.now .tap").first.click()
    page.fill("#f-given_name", "Anna")
    page.locator(".now [data-next]").click()
    while not page.locator(".now [data-send]").count():
        page.locator(".now [data-out=skipped], .now [data-next]").first.click()
    page.locator(".now [data-send]").click()
    page.locator("[data-thanks-screen] h1").wait_for()

    house.open()
    page.locator("[data-thanks-screen] [data-leave]").click()
    settle_down(page, within=20)
    house.opened()
    with reading(house.engine) as session:
        assert [c.property_id for c in session.scalars(select(Capture))] == [lake.id]


def test_a_tablet_that_moves_to_another_house_becomes_that_houses(
    house: House, page: Page, lake: Property
) -> None:
    enrol(page, house)
    expect(page.locator("h1")).to_have_text("Hôtel des Arcades")

    enrol(page, house, at="lake")

    expect(page.locator("h1")).to_have_text("Hôtel du Lac", timeout=20_000)
    assert page.evaluate(CACHES_OF_PAGES) == 1

"""The settings in a real browser: usable by everyone, with and without a script, looked at before saving."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from server.db import writing
from server.properties.setup import default_property, ensure_properties
from tests.accessible import assert_accessible, assert_accessible_in_both


def test_the_settings_can_be_used_by_everyone(app: Flask, served: str, page: Page, tmp_path: Path) -> None:
    with writing(app.config["ENGINE"]) as session:
        ensure_properties(session, [{"code": "lake", "name": "Hôtel du Lac"}])
        house = default_property(session)
        house.sentences, house.email_reasons = {"email": {"en": "Tell us"}}, ["invoice"]
    page.emulate_media(reduced_motion="reduce")
    page.goto(f"{served}/desk/house/")
    assert_accessible_in_both(page, "houses")
    page.get_by_role("link", name="Hôtel des Arcades").click()
    assert_accessible_in_both(page, "settings")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.fill("#identity-zone", "Paris")
    page.locator("#identity .button.primary").click()
    expect(page.get_by_text("There is no time zone of that name")).to_be_visible()
    assert_accessible_in_both(page, "settings, with an error")
    picture = tmp_path / "photo.png"
    Image.effect_noise((300, 200), 80).save(picture)
    for kind in ("logo", "photo"):
        page.set_input_files(f"#picture-{kind}", picture)
        page.locator(f".picture:has(#picture-{kind}) .button").click()
        expect(page.locator("#pictures .setting-saved")).to_be_visible()
    assert_accessible_in_both(page, "settings, with pictures")
    for address in ("/desk/houses/new", "/desk/arrangements/"):
        page.goto(f"{served}{address}")
        assert_accessible_in_both(page, address)
    page.goto(f"{served}/kiosk/")
    assert_accessible_in_both(page, "tablet at rest, with a photo and a logo")
    page.goto(f"{served}/kiosk/pre_check_in/en")
    page.locator(".now .tap").first.click()
    page.fill("#f-given_name", "Anna")
    page.locator(".now [data-next]").click()
    page.locator(".now [data-out=skipped]").click()
    page.locator(".now [data-next]").click()
    expect(page.get_by_text("Your invoice comes to you by e-mail.")).to_be_visible()
    assert_accessible_in_both(page, "e-mail, with its reasons")


def test_what_is_typed_is_looked_at_before_it_is_saved(served: str, page: Page) -> None:
    page.goto(f"{served}/desk/house/1")
    page.fill("#identity-name", "Auberge du Pont")
    with page.context.expect_page() as opened:
        page.locator("#identity").get_by_role("button", name="Look at it first").click()
    preview = opened.value
    expect(preview.get_by_text("Preview. Nothing here is saved")).to_be_visible()
    expect(preview.locator(".preview-body h1")).to_have_text("Auberge du Pont")
    assert_accessible(preview, "preview of the tablet")
    preview.get_by_role("button", name="Guest's phone · fr").click()
    expect(preview.locator(".preview-body h1")).to_have_text("Bienvenue")
    expect(preview.locator(".house")).to_have_text("Auberge du Pont")
    assert_accessible(preview, "preview of the phone")

    page.reload()
    assert page.input_value("#identity-name") == "Hôtel des Arcades"

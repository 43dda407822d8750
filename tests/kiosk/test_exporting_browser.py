"""A tablet that is cut off writes its sealed forms to a file, without the house and for who has its code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from server.captures.bringing import bring, read_file
from server.clock import clock
from server.db import reading, writing
from server.devices.enrolling import export_code, revoke_device
from server.devices.models import Device
from server.properties.reach import EVERYWHERE
from tests.accessible import assert_accessible
from tests.kiosk.lobby import House, enrol, hand_over, waiting

if TYPE_CHECKING:
    from playwright.sync_api import Page

SURNAMES = ("Xylophonecanary", "Quaggacanary")


def test_a_cut_off_tablets_forms_reach_the_house_in_a_file_that_tells_nothing(
    house: House, page: Page, tmp_path: Path
) -> None:
    enrol(page, house)
    with reading(house.engine) as session:
        device = session.get_one(Device, 1)
        code = export_code(device, secret=house.app.config["INDEX_KEY"])
    house.shut()
    hand_over(page, *SURNAMES)

    page.locator("[data-staff-sign]").click()
    page.get_by_label("Code").fill("WRONG123")
    page.get_by_role("button", name="Write the file").click()
    page.get_by_text("This is not the code of this tablet").wait_for()
    assert_accessible(page, "a wrong code of a file")
    page.get_by_label("Code").fill(f"{code[:4].lower()}-{code[4:]}")
    page.get_by_role("button", name="Write the file").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save the file").click()
    saved.value.save_as(tmp_path / "forms.json")
    page.locator("[data-leave]").click()
    page.locator("nav[data-open]").wait_for()

    assert waiting(page) == 2, "nothing is forgotten that the house has not acknowledged"
    content = (tmp_path / "forms.json").read_bytes()
    assert not any(name.encode() in content for name in SURNAMES)
    assert set(json.loads(content)["items"][0]) == {
        *("id", "seq", "device", "form", "version", "key", "sha256", "sealed")
    }
    with writing(house.engine) as session:
        known = {key.id for key in house.keys}
        account = bring(
            session, read_file(content), EVERYWHERE, known_keys=known, actor="staff:1", now=clock()
        )
    assert dict(account.counts) == {"stored": 2}
    assert {capture.answers["given_name"] for capture in house.opened()} == set(SURNAMES)


def test_a_tablet_that_was_ended_still_writes_its_file(house: House, page: Page) -> None:
    enrol(page, house)
    house.shut()
    hand_over(page, "Anna")
    with writing(house.engine) as session:
        code = export_code(session.get_one(Device, 1), secret=house.app.config["INDEX_KEY"])
        revoke_device(session, 1, actor="staff:1", now=clock())
    page.evaluate(
        "async () => (await import('/static/kiosk/outbox.js')).changeTablet(1, { is_revoked: true })"
    )
    page.reload()
    page.locator("[data-closed]").wait_for()

    page.locator("[data-staff-sign]").click()
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Write the file").click()

    page.get_by_role("link", name="Save the file").wait_for()

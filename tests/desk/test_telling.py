"""An address that a guest says at the desk goes the way of all: intake, guest, ledger, a click for proof."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.models import Capture
from server.clock import clock
from server.db import reading, writing
from server.intake import read_capture
from server.prompts.captured import follow_capture
from server.prompts.models import AddressProof
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.reporting.ledger import ledger
from tests.desk.test_worklists import fill_lists
from tests.house import seat, seat_page, seated_client, token_of
from tests.prompts.answered import Said
from tests.prompts.asked import stay_of

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    fill_lists(app)
    return seated_client(app, "reception")


def tell(app: Flask, desk: FlaskClient, address: str) -> str:
    """A colleague types what Berta says; the page after it."""
    _, stay_id, guest, _ = stay_of(app.config["ENGINE"], "Berta Klein")
    given = {"address": address, "stay": stay_id, "back": "dying", "csrf_token": token_of(desk, "/desk/keys")}
    answer = desk.post(f"/desk/guests/{guest}/told", data=given, follow_redirects=True)
    return answer.get_data(as_text=True)


def told(app: Flask) -> list[Capture]:
    with reading(app.config["ENGINE"]) as session:
        return list(session.scalars(select(Capture).where(Capture.surface == "desk")).all())


def test_what_a_guest_says_stands_in_the_ledger_as_the_desks_and_waits_to_be_proven(
    app: Flask, desk: FlaskClient
) -> None:
    engine, said = app.config["ENGINE"], Said()

    assert "Taken." in tell(app, desk, "berta.klein@posteo.de")
    (capture,) = told(app)
    read_capture(engine, capture.id)
    with writing(engine) as session:
        secret = app.config["INDEX_KEY"]
        follow_capture(session, capture.id, secret=secret, house_address="", say=said, now=clock())

    with reading(engine) as session:
        today = clock().date()
        found = ledger(session, EVERYWHERE, today - timedelta(days=1), today, now=clock())
        assert session.scalars(select(AddressProof.state)).all() == ["by_staff"]
    assert said.kinds == ["proof"]
    (row,) = [row for row in found.cuts["way"] if row.name == ("desk",)]
    assert (row.chances, row.answered, row.given, row.verified) == (1, 1, 1, 0)
    assert [row.name[0] for row in found.cuts["team"] if row.name[0] == "at "] == ["at "]
    assert "Berta Klein" not in desk.get("/desk/dying").get_data(as_text=True)


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("info@hotel.example", "one of the hotel&#39;s own"),
        ("berta.1@guest.booking.com", "does not reach a guest"),
        ("no address", "does not reach a guest"),
    ],
)
def test_what_cannot_be_theirs_is_not_taken(app: Flask, desk: FlaskClient, address: str, why: str) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).own_domains = ["hotel.example"]

    assert why in tell(app, desk, address)
    assert told(app) == []


def test_whoever_may_only_look_types_nothing(app: Flask, desk: FlaskClient) -> None:
    looking = seated_client(app, "privacy")
    _, _, guest, _ = stay_of(app.config["ENGINE"], "Berta Klein")
    given = {"address": "b@posteo.de", "csrf_token": token_of(looking, "/desk/keys")}

    assert looking.post(f"/desk/guests/{guest}/told", data=given).status_code == 403


@pytest.mark.parametrize("width", [1280, 390])
def test_those_to_ask_are_worked_by_keys(app: Flask, served: str, page: Page, width: int) -> None:
    fill_lists(app)
    page.set_viewport_size({"width": width, "height": 844})
    seat_page(page, served, seat(app.config["ENGINE"], name="Omar"))
    page.goto(f"{served}/desk/dying")
    page.locator("html.keys, [data-print]:not([hidden])").first.wait_for()  # the script hears the keys

    first = page.locator("tbody th").first.inner_text().split("\n")[0]
    for key, said in (("d", "declined"), ("h", "has no e-mail"), ("o", "is not asked")):
        page.keyboard.press("j")
        page.keyboard.press(key)
        page.get_by_text(f"Remembered: {said}").wait_for()
        page.keyboard.press("u")
        page.get_by_text("Taken back.").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("w")
    page.keyboard.type("berta.klein@posteo.de")
    page.keyboard.press("Enter")
    page.get_by_text("Taken.").wait_for()

    assert first == "Berta Klein"
    assert [capture.answers for capture in told(app)] == [{"email": "berta.klein@posteo.de"}]

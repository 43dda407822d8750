"""The menu of the desk: its jobs, how much waits at each place, and one line on a phone."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server.clock import clock
from server.db import reading, writing
from server.prompts.models import Message, Reply
from server.properties.finding import today_at
from server.properties.models import Property
from server.properties.setup import default_property, ensure_properties
from tests.accessible import assert_accessible_in_both
from tests.desk.test_worklists import fill_lists, press
from tests.house import seat, seat_page, seated_client
from tests.prompts.asked import book, guest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

HEADER = "document.querySelector('.desk-side').getBoundingClientRect().height"
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
PLACE = re.compile(r'<a href="([^"]+)" data-key="."[^>]*>[^<]*(?:<span class="waits" title="([^"]+)">)?')


def waiting(desk: FlaskClient, address: str = "/desk/keys") -> dict[str, str]:
    """What waits at each place that the menu on a page names."""
    menu = desk.get(address).get_data(as_text=True).split("<nav class=")[1].split("</nav>")[0]
    return {place: told for place, told in PLACE.findall(menu) if told}


def answer(app: Flask, property_id: int | None) -> None:
    with writing(app.config["ENGINE"]) as session:
        property_id = property_id or default_property(session).id
        session.add(
            Reply(
                channel="sms",
                from_key=b"k",
                provider_id=str(clock().timestamp()),
                text="?",
                state="at_desk",
                outcome="desk",
                property_id=property_id,
                received_at=clock(),
            )
        )


@pytest.fixture
def filled(app: Flask) -> Flask:
    """A house where something waits at each place: two addresses to type, a reply, a failed message."""
    fill_lists(app)
    answer(app, None)
    with writing(app.config["ENGINE"]) as session:
        first = session.scalars(select(Message.id).order_by(Message.id)).first()
        failed = update(Message).where(Message.id == first)
        session.execute(failed.values(state="failed", settled_at=clock()))
    return app


def test_a_receptionist_sees_on_any_page_how_much_waits_where(filled: Flask) -> None:
    assert waiting(seated_client(filled, "reception")) == {
        "/desk/replies": "1 reply waits",
        "/desk/to-type": "2 addresses to type",
        "/desk/asking": "1 message failed",
    }


def test_a_guest_without_an_address_who_leaves_today_waits_to_be_asked(app: Flask) -> None:
    with reading(app.config["ENGINE"]) as session:
        today = today_at(default_property(session), now=clock())
    days = {"key": "B", "stay_from": str(today - timedelta(days=1)), "stay_to": str(today)}
    book(app.config["ENGINE"], guest("Berta Klein") | days | {"status": "in_house"}, now=clock())

    assert waiting(seated_client(app, "reception")) == {"/desk/dying": "1 guest to ask today"}


def test_nobody_is_told_of_what_they_may_not_see(filled: Flask) -> None:
    with writing(filled.config["ENGINE"]) as session:
        ensure_properties(session, [{"code": "main"}, {"code": "lake"}])
        lake = session.scalars(select(Property.id).where(Property.code == "lake")).one()

    assert waiting(seated_client(filled, "administrator")) == {}
    assert waiting(seated_client(filled, "auditor")) == {"/desk/asking": "1 message failed"}
    assert waiting(seated_client(filled, "reception", property_id=lake)) == {}


def test_what_a_colleague_has_done_waits_no_longer_on_the_next_page(filled: Flask) -> None:
    desk = seated_client(filled, "reception")
    other = seated_client(filled, "manager")
    page = desk.get("/desk/to-type").get_data(as_text=True)
    action = re.search(r'action="(/desk/to-type/\d+/\d+/done)"', page)
    assert action is not None
    assert waiting(other)["/desk/to-type"] == "2 addresses to type"

    assert press(desk, action[1]) == 303

    assert waiting(desk)["/desk/to-type"] == "1 address to type"
    assert waiting(other)["/desk/to-type"] == "1 address to type"


def test_what_came_by_itself_waits_a_minute_later_at_the_latest(filled: Flask) -> None:
    desk = seated_client(filled, "reception")
    waiting(desk)
    with writing(filled.config["ENGINE"]) as session:
        session.execute(update(Message).values(state="failed", settled_at=clock() - timedelta(days=3)))
    answer(filled, None)

    now = waiting(desk)

    assert now["/desk/replies"] == "2 replies wait"
    assert "/desk/asking" not in now, "a failure of three days ago is no news"


def test_on_a_phone_the_menu_is_one_line_that_opens_without_a_script(
    filled: Flask, served: str, browser: Browser, page: Page
) -> None:
    token = seat(filled.config["ENGINE"])
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    phone = seat_page(plain.new_page(), served, token)
    phone.goto(f"{served}/?lang=de")

    phone.get_by_role("button", name="Menü").click()
    phone.get_by_role("link", name="Ins PMS").click()
    phone.wait_for_url("**/desk/to-type")
    assert not phone.get_by_role("link", name="Ins PMS").is_visible()
    plain.close()

    page.emulate_media(reduced_motion="reduce")
    page.set_viewport_size({"width": 390, "height": 844})
    for language in ("fr", "de", "qps"):
        page.goto(f"{served}/?lang={language}")
        assert page.evaluate(HEADER) <= 64
        page.locator(".desk-side > .desk-menu-opener").click()
        assert page.locator("#desk-menu [aria-current=page]").count() == 1
        assert page.evaluate(WIDER) == 0, language
    assert_accessible_in_both(page, "the menu, open")
    page.keyboard.press("Escape")
    assert not page.locator("#desk-menu").is_visible()

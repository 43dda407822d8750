"""Replies that wait for a person: read, taken, refused or seen to, each by one button."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from server.captures.models import Capture
from server.db import reading, writing
from server.prompts.models import DeadContact, Declined, Prompt, Reply
from server.properties.models import Property
from tests.accessible import assert_accessible_in_both
from tests.house import seat, seat_page, token_of
from tests.prompts.answered import ask, book, hear

if TYPE_CHECKING:
    from playwright.sync_api import Page

LIST = "/desk/replies"


@pytest.fixture
def waiting(house: Flask) -> int:
    """A reply that was not sure twice; its number."""
    return leave_waiting(house.config["ENGINE"])


def leave_waiting(engine: Engine) -> int:
    prompt = ask(engine, book(engine), state="answered")
    reply = hear(engine, "its patrik@orange.fr I think <b>")
    with writing(engine) as session:
        row = session.get_one(Reply, reply)
        row.state, row.outcome, row.prompt_id = "at_desk", "ask_back/again", prompt
        row.property_id = session.get_one(Prompt, prompt).property_id
    return reply


def press(desk: FlaskClient, button: str, **given: str) -> str:
    data = given | {"csrf_token": token_of(desk, LIST)}
    return desk.post(button, data=data, follow_redirects=True).get_data(as_text=True)


def test_a_reply_is_shown_as_it_came_with_why_it_waits(desk: FlaskClient, waiting: int) -> None:
    page = desk.get(LIST).get_data(as_text=True)

    assert "its patrik@orange.fr I think &lt;b&gt;" in page
    assert "Understood as: an address, not surely" in page
    assert "We asked back once already." in page
    assert 'value="patrik@orange.fr"' in page


def test_the_address_that_a_colleague_reads_in_it_goes_through_intake(
    house: Flask, desk: FlaskClient, waiting: int
) -> None:
    page = press(desk, f"{LIST}/{waiting}/address", address="patrick@orange.fr")

    assert "No reply waits" in page
    with reading(house.config["ENGINE"]) as session:
        (capture,) = session.scalars(select(Capture)).all()
        assert (capture.surface, capture.answers) == ("desk", {"email": "patrick@orange.fr"})
        assert session.get_one(Reply, waiting).settled_by is not None
        assert session.scalars(select(Prompt.state)).all() == ["given"]


def test_the_hotels_own_address_is_refused_with_the_reason(
    house: Flask, desk: FlaskClient, waiting: int
) -> None:
    with writing(house.config["ENGINE"]) as session:
        house_id = session.get_one(Reply, waiting).property_id
        session.get_one(Property, house_id).own_domains = ["hotel.example"]

    page = press(desk, f"{LIST}/{waiting}/address", address="desk@hotel.example")

    assert "The address is one of the hotel" in page
    assert f"reply-{waiting}" in page


@pytest.mark.parametrize("way", ["declined", "wrong-number", "done"])
def test_each_way_on_empties_the_list(house: Flask, desk: FlaskClient, waiting: int, way: str) -> None:
    assert "No reply waits" in press(desk, f"{LIST}/{waiting}/{way}")

    with reading(house.config["ENGINE"]) as session:
        assert len(session.scalars(select(Declined)).all()) == (way == "declined")
        assert len(session.scalars(select(DeadContact)).all()) == (way == "wrong-number")
    assert "Somebody saw to it already." in press(desk, f"{LIST}/{waiting}/{way}")


def test_a_reply_leaves_the_list_in_place_by_one_key(app: Flask, served: str, page: Page) -> None:
    from playwright.sync_api import expect

    engine = app.config["ENGINE"]
    waiting = leave_waiting(engine)
    hear_another(engine)
    seat_page(page, served, seat(engine))
    page.goto(f"{served}{LIST}")
    page.evaluate("window.same = true")
    expect(page.locator("#waiting-count")).to_have_text("2 replies")

    page.keyboard.press("j")
    page.keyboard.press("e")

    expect(page.locator("#waiting-count")).to_have_text("1 reply")
    expect(page.locator(f"#reply-{waiting}")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("Seen to.")
    page.keyboard.press("e")
    expect(page.get_by_text("No reply waits")).to_be_visible()
    assert page.evaluate("window.same") is True
    assert_accessible_in_both(page, "no reply waits")


def hear_another(engine: Engine) -> None:
    reply = hear(engine, "call me please", number="SM2")
    with writing(engine) as session:
        row = session.get_one(Reply, reply)
        row.state, row.outcome = "at_desk", "desk/unclear"

"""Whether an address is theirs: its page, the code for another device, and a wrong button taken back."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.prompts.models import AddressProof, DeadContact
from server.prompts.proving import code_of
from server.properties.setup import default_property
from tests.house import Expected, expect_guest, token_of
from tests.phone.test_other_flows import link_to, open_door
from tests.phone.test_your_email import follow, state_of
from tests.prompts.answered import HOUSE


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


@pytest.fixture
def sent(app: Flask, client: FlaskClient, expected: Expected) -> str:
    """The guest gave an address by their link, and the page that the e-mail to it leads to."""
    with writing(app.config["ENGINE"]) as session:
        default_property(session).reply_to = "reception@hotel.example"
    open_door(client, link_to(app, expected, "your_email"), **expected.right_answers)
    token = token_of(client, "/g/form")
    given = {"csrf_token": token, "language": "en", "version": "1", "step": "email", "go": "next"}
    client.post("/g/form", data=given | {"email": "maria@posteo.de"})
    return follow(app).links[0].removeprefix(HOUSE)


def page_of(client: FlaskClient, address: str) -> str:
    return client.get(address).get_data(as_text=True)


def press(client: FlaskClient, address: str, **said: str) -> str:
    data = {"csrf_token": token_of(client, address), **said}
    return client.post(address, data=data, follow_redirects=True).get_data(as_text=True)


def test_its_owner_knows_the_address_again_and_nobody_else_learns_it(client: FlaskClient, sent: str) -> None:
    page = page_of(client, sent)

    assert "ma…@posteo.de" in page
    assert "Hôtel des Arcades" in page
    assert "maria" not in page.lower()


def test_a_wrong_button_is_taken_back_in_the_same_browser(app: Flask, client: FlaskClient, sent: str) -> None:
    stranger = app.test_client()
    press(client, sent, go="no")
    assert state_of(app) == "undone"
    assert "after all" not in page_of(stranger, "/g/mine/removed")

    page = press(client, "/g/mine/removed")

    assert "This address is yours" in page
    assert state_of(app) == "verified"
    with reading(app.config["ENGINE"]) as session:
        assert all(row.ended_at is not None for row in session.scalars(select(DeadContact)))
    assert "after all" not in page_of(client, "/g/mine/removed")  # once


def right_code(app: Flask, sent: str) -> str:
    return code_of(app.config["INDEX_KEY"], sent.rpartition("/")[2])


def test_the_code_is_typed_where_the_address_was_given(app: Flask, client: FlaskClient, sent: str) -> None:
    assert "/g/mine/code" in page_of(client, "/g/received")

    code = right_code(app, sent)
    page = press(client, "/g/mine/code", code=f"{code[:3]} {code[3:]}")

    assert "This address is yours" in page
    assert state_of(app) == "verified"
    assert "/g/mine/code" not in page_of(client, "/g/received")


def test_wrong_codes_are_five_and_then_the_right_one_is_answered_alike(
    app: Flask, client: FlaskClient, sent: str
) -> None:
    code = right_code(app, sent)
    wrong = "000000" if code != "000000" else "111111"

    pages = [press(client, "/g/mine/code", code=wrong) for _ in range(5)]
    pages.append(press(client, "/g/mine/code", code=code))

    assert len({re.sub(r'csrf_token" value="[^"]+"', "", page) for page in pages}) == 1
    assert "does not fit" in pages[0]
    assert state_of(app) == "claimed"
    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(AddressProof.wrong_codes)).one() == 5


def test_ten_wrong_codes_in_a_minute_are_enough(client: FlaskClient, sent: str) -> None:
    data = {"csrf_token": token_of(client, "/g/mine/code"), "code": "1"}

    statuses = [client.post("/g/mine/code", data=data).status_code for _ in range(11)]

    assert statuses == [303] * 10 + [429]


def test_the_code_page_is_closed_to_who_did_not_open_a_link(app: Flask) -> None:
    assert app.test_client().get("/g/mine/code").headers["Location"] == "/g/closed"

"""Past the door of a link: "this is not me", and the link that whoever booked sends on to the traveller."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.captures.links import find_link
from server.captures.models import GuestLink
from server.clock import clock
from server.db import reading, writing
from server.prompts.contacts import contact_key
from server.prompts.models import DeadContact, Message, Prompt
from server.records.models import CleanRow
from tests.accessible import assert_accessible_in_both, assert_in_reach
from tests.house import Expected, expect_guest, token_of
from tests.phone.test_other_flows import link_to, open_door
from tests.phone.test_your_email import follow

if TYPE_CHECKING:
    from playwright.sync_api import Page

MOBILE = "+33652527272"


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


def ask_by_text(app: Flask, expected: Expected) -> None:
    """The guest's link went out by a text to their mobile."""
    now = clock()
    with writing(app.config["ENGINE"]) as session:
        session.get_one(CleanRow, expected.record_id).mobile = MOBILE
        session.add(
            Prompt(
                property_id=session.get_one(GuestLink, expected.link_id).property_id,
                stay_id=f"{expected.record_id:032x}",
                guest_id="g1",
                record_id=expected.record_id,
                rule="email_by_text",
                purpose="email",
                channel="sms",
                mode="link",
                language="fr",
                state="asked",
                due_at=now,
                asked_at=now,
                until_at=now + timedelta(days=3),
                planned_at=now,
                contact_key=contact_key(app.config["INDEX_KEY"], "sms", MOBILE),
                guest_link_id=expected.link_id,
            )
        )


def the_question(app: Flask) -> tuple[str, str]:
    with reading(app.config["ENGINE"]) as session:
        asked = session.scalars(select(Prompt)).one()
        return asked.state, asked.why


def test_somebody_else_says_so_by_two_taps_and_is_left_alone(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    ask_by_text(app, expected)
    door = f"/g/{expected.token}"
    on = {"csrf_token": token_of(client, door), "go": "on:not_me"}
    assert client.post(door, data=on).headers["Location"] == f"{door}/not-me"
    page = client.get(f"{door}/not-me").get_data(as_text=True)
    assert not any(secret in page for secret in ("María", expected.token))
    assert the_question(app) == ("asked", "")  # looking changed nothing

    token = token_of(client, f"{door}/not-me")
    answer = client.post(f"{door}/not-me", data={"csrf_token": token}, follow_redirects=True)

    assert "désolés" in answer.get_data(as_text=True)
    assert the_question(app) == ("closed", "not_me")
    with reading(app.config["ENGINE"]) as session:
        assert [row.how for row in session.scalars(select(DeadContact))] == ["not_me"]
    assert client.get(door).status_code == 404


@pytest.mark.parametrize("way", ["not-me", "traveller"])
def test_a_wrong_token_is_answered_as_at_the_door(client: FlaskClient, way: str) -> None:
    for method in ("GET", "POST"):
        answer = client.open(f"/g/{'x' * 32}/{way}", method=method)

        assert answer.status_code in ((404,) if method == "GET" else (400, 404))
    assert client.get(f"/g/{'x' * 32}/{way}").data == client.get(f"/g/{'y' * 32}").data


def test_of_a_link_that_a_colleague_handed_out_nobody_knows_where_it_went(
    client: FlaskClient, expected: Expected
) -> None:
    door = f"/g/{expected.token}"

    assert "on:not_me" not in client.get(door).get_data(as_text=True)
    assert client.get(f"{door}/not-me").headers["Location"] == door


def made_link(client: FlaskClient, token: str) -> str:
    """The link that whoever booked sends on."""
    address = f"/g/{token}/traveller"
    data = {"csrf_token": token_of(client, f"/g/{token}")}
    page = client.post(address, data=data, follow_redirects=True).get_data(as_text=True)
    found = re.search(r'value="http://[^"]+/g/([^"]+)"', page)
    return found[1] if found else ""


def test_whoever_booked_gets_a_link_to_send_and_the_house_writes_to_nobody(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    ask_by_text(app, expected)

    token = made_link(client, expected.token)

    with reading(app.config["ENGINE"]) as session:
        for living in (token, expected.token):  # theirs and the traveller's, side by side
            assert find_link(session, living, now=clock()) is not None
        assert session.scalar(select(func.count(Message.id))) == 0
    assert the_question(app)[0] == "answered"
    page = client.get(f"/g/{token}").get_data(as_text=True)
    assert "on:traveller" not in page  # it is sent on once
    assert "María" not in page


def test_the_traveller_answers_what_was_asked_of_who_booked(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    ask_by_text(app, expected)
    theirs = app.test_client()
    open_door(theirs, f"/g/{made_link(client, expected.token)}", **expected.right_answers)
    asked = {"csrf_token": token_of(theirs, "/g/form"), "language": "en", "step": "check", "go": "next"}
    said = {"staying": "self", "given_name": "Ana", "family_name": "Gil", "email": "ana.gil@posteo.de"}
    ways = {"mobile_way_out": "declined", "wishes_way_out": "skipped", "stay_way_out": "skipped"}

    assert theirs.post("/g/form", data=asked | said | ways).headers["Location"] == "/g/received"

    follow(app)
    assert the_question(app)[0] == "given"


def test_three_links_a_day_are_made_and_each_ends_the_one_before(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    made = [made_link(client, expected.token) for _ in range(4)]

    with reading(app.config["ENGINE"]) as session:
        living = [find_link(session, token, now=clock()) is not None for token in made[:3]]
    assert living == [False, False, True]
    assert made[3] == made[2]  # the last one, still shown
    spent = client.get(f"/g/{expected.token}/traveller?spent=1")
    assert spent.status_code == 200


def test_nobody_sends_a_survey_to_somebody_else(app: Flask, client: FlaskClient, expected: Expected) -> None:
    survey = link_to(app, expected, "survey")

    assert "on:traveller" not in client.get(survey).get_data(as_text=True)
    assert client.get(f"{survey}/traveller").headers["Location"] == survey


def test_everyone_can_use_these_pages(app: Flask, served: str, page: Page, expected: Expected) -> None:
    ask_by_text(app, expected)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/g/{expected.token}?lang=ar")
    page.locator("button[value='on:not_me']").click()  # a whole page, though the door is sent in place
    page.wait_for_url("**/not-me")
    assert_accessible_in_both(page, "not me")
    assert_in_reach(page, "not me")

    page.goto(f"{served}/g/{expected.token}/traveller?lang=ar")
    page.locator(".primary").click()
    page.locator("#made").wait_for()
    assert_accessible_in_both(page, "the link to send on")
    assert_in_reach(page, "the link to send on")

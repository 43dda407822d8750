"""Your e-mail, please: one question by a link, an honourable No, and whether the address is theirs."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.models import Capture
from server.clock import clock
from server.db import reading, writing
from server.intake import read_capture
from server.prompts.captured import follow_capture
from server.prompts.models import AddressProof, Declined, Prompt
from server.records.models import CleanRow
from tests.house import Expected, expect_guest, token_of
from tests.phone.test_other_flows import link_to, open_door
from tests.prompts.answered import HOUSE, Said


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


@pytest.fixture
def opened(app: Flask, client: FlaskClient, expected: Expected) -> dict[str, str]:
    """The question, behind its door; what every answer to it carries."""
    open_door(client, link_to(app, expected, "your_email"), **expected.right_answers)
    return {"csrf_token": token_of(client, "/g/form"), "language": "en", "version": "1", "step": "email"}


def follow(app: Flask) -> Said:
    """What the worker does; what was said."""
    said, engine = Said(), app.config["ENGINE"]
    with reading(engine) as session:
        (capture,) = session.scalars(select(Capture.id)).all()
    read_capture(engine, capture)
    with writing(engine) as session:
        secret = app.config["INDEX_KEY"]
        follow_capture(session, capture, secret=secret, house_address=HOUSE, say=said, now=clock())
    return said


def test_one_question_is_all_and_its_answer_bears_the_bookings_name(
    app: Flask, client: FlaskClient, opened: dict[str, str]
) -> None:
    given = opened | {"email": "maria@posteo.de", "go": "next"}

    page = client.post("/g/form", data=given, follow_redirects=True).get_data(as_text=True)

    assert "Received, thank you" in page
    follow(app)
    with reading(app.config["ENGINE"]) as session:
        row = session.scalars(select(CleanRow).where(CleanRow.email == "maria@posteo.de")).one()
        assert (row.first_name, row.language) == ("María", "en")


def test_a_slip_in_the_address_is_asked_about_before_it_is_sent(
    client: FlaskClient, opened: dict[str, str]
) -> None:
    given = opened | {"email": "maria@gmial.com", "go": "next"}

    page = client.post("/g/form", data=given, follow_redirects=True).get_data(as_text=True)

    assert "Did you mean maria@gmail.com?" in page


@pytest.mark.parametrize(("way", "answer"), [("none", "has_none"), ("declined", "declined")])
def test_a_no_is_one_tap_and_is_remembered_for_this_stay(
    app: Flask, client: FlaskClient, expected: Expected, opened: dict[str, str], way: str, answer: str
) -> None:
    page = client.post("/g/form", data=opened | {"go": f"out:{way}"}, follow_redirects=True)

    assert "Received, thank you" in page.get_data(as_text=True)
    said = follow(app)
    with reading(app.config["ENGINE"]) as session:
        (row,) = session.scalars(select(Declined)).all()
        assert (row.answer, row.record_id, row.by) == (answer, expected.record_id, "guest")
        assert row.until is not None
        assert session.scalars(select(Prompt)).all() == []
    assert said.kinds == []


@pytest.fixture
def sent(app: Flask, client: FlaskClient, opened: dict[str, str]) -> str:
    """The page that the e-mail to the new address leads to."""
    client.post("/g/form", data=opened | {"email": "maria@posteo.de", "go": "next"})
    return follow(app).links[0].removeprefix(HOUSE)


def state_of(app: Flask) -> str:
    with reading(app.config["ENGINE"]) as session:
        return session.scalars(select(AddressProof.state)).one()


@pytest.mark.parametrize(("go", "state"), [("yes", "verified"), ("no", "undone")])
def test_the_owner_of_an_address_says_whether_it_is_theirs(
    app: Flask, client: FlaskClient, sent: str, go: str, state: str
) -> None:
    page = client.get(sent)
    assert "Is this e-mail address yours?" in page.get_data(as_text=True)
    assert "maria" not in page.get_data(as_text=True).lower()
    assert state_of(app) == "claimed"  # opening it changed nothing

    answer = client.post(sent, data={"csrf_token": token_of(client, sent), "go": go})

    assert answer.status_code == 303
    assert "Thank you" in client.get(answer.headers["Location"]).get_data(as_text=True)
    assert state_of(app) == state


def test_wrong_and_used_tokens_are_answered_alike_and_limited(
    app: Flask, client: FlaskClient, sent: str
) -> None:
    client.post(sent, data={"csrf_token": token_of(client, sent), "go": "no"})

    used, unknown = client.get(sent), client.get("/g/mine/" + "x" * 32)

    assert (used.status_code, used.data) == (unknown.status_code, unknown.data) == (404, used.data)
    statuses = [client.get("/g/mine/" + "y" * 32).status_code for _ in range(12)]
    assert statuses[-1] == 429

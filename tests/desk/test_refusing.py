"""The honourable No at the desk, by one key, and what a guest's page tells of questions to them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.journal.models import JournalEntry
from server.prompts.contacts import contact_key
from server.prompts.disowning import disown
from server.prompts.models import AddressProof, DeadContact, Declined, Message, Prompt
from tests.desk.test_worklists import fill_lists
from tests.house import seated_client, token_of
from tests.prompts.asked import stay_of

ANSWERS = ("declined", "has_none", "dont_ask")


@pytest.fixture
def house(app: Flask) -> Flask:
    fill_lists(app)
    return app


@pytest.fixture
def desk(house: Flask) -> FlaskClient:
    return seated_client(house, "reception")


def text_of(desk: FlaskClient, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def press(desk: FlaskClient, address: str, **given: str) -> str:
    data = given | {"csrf_token": token_of(desk, "/desk/keys")}
    answer = desk.post(address, data=data)
    assert answer.status_code == 303
    return text_of(desk, answer.headers["Location"])


def guest_id(house: Flask, name: str) -> str:
    return stay_of(house.config["ENGINE"], name)[2]


def refusals(engine: Engine) -> list[Declined]:
    with reading(engine) as session:
        return list(session.scalars(select(Declined)).all())


@pytest.mark.parametrize("answer", ANSWERS)
def test_one_key_on_a_line_takes_the_guest_from_the_list_and_undo_brings_them_back(
    house: Flask, desk: FlaskClient, answer: str
) -> None:
    _, stay_id, guest, _ = stay_of(house.config["ENGINE"], "Berta Klein")

    page = press(desk, f"/desk/guests/{guest}/no", answer=answer, stay=stay_id, back="dying")

    assert "Berta Klein" not in page
    (said,) = refusals(house.config["ENGINE"])
    assert (said.answer, said.purpose, said.until) == (
        answer,
        "email",
        clock().date() + timedelta(days=1),
    )
    undo = re.search(r'action="(/desk/refusals/\d+/back\?back=dying)"', page)
    assert undo is not None
    assert "Berta Klein" in press(desk, undo[1])


def test_a_no_for_this_stay_holds_for_a_guest_who_left(house: Flask, desk: FlaskClient) -> None:
    _, stay_id, guest, _ = stay_of(house.config["ENGINE"], "Clara Gross")

    page = press(desk, f"/desk/guests/{guest}/no", answer="declined", stay=stay_id, back="dying")

    assert "Clara Gross" not in page


def test_a_no_taken_back_leaves_the_question_where_it_stood(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    _, stay_id, guest, _ = stay_of(engine, "Clara Gross")
    of_stay = select(Prompt.state).where(Prompt.stay_id == stay_id)

    page = press(desk, f"/desk/guests/{guest}/no", answer="declined")

    with reading(engine) as session:
        assert session.scalar(of_stay) == "declined"
    undo = re.search(r'action="(/desk/refusals/\d+/back)"', page)
    assert undo is not None
    press(desk, undo[1])
    with reading(engine) as session:
        assert session.scalar(of_stay) == "asked"
        acts = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
    assert {"asking.declined", "asking.taken_back"} <= set(acts)


def test_a_no_can_be_for_good(house: Flask, desk: FlaskClient) -> None:
    guest = guest_id(house, "Berta Klein")

    page = press(desk, f"/desk/guests/{guest}/no", answer="dont_ask", holds="good")

    assert refusals(house.config["ENGINE"])[0].until is None
    assert "Does not want to be asked" in page
    assert "for good" in page


def test_a_guests_page_tells_what_was_asked_and_how_sure_an_address_is(
    house: Flask, desk: FlaskClient
) -> None:
    engine, secret = house.config["ENGINE"], house.config["INDEX_KEY"]
    guest = guest_id(house, "Clara Gross")
    with writing(engine) as session:
        record = stay_of(engine, "Clara Gross")[0]
        message = session.scalars(
            select(Message).join(Prompt, Prompt.id == Message.prompt_id).where(Prompt.guest_id == guest)
        ).one()
        message.body = "Grand Hotel: your e-mail?"
        key = contact_key(secret, "email", "pmarti.347203@guest.booking.com")
        session.add(AddressProof(record_id=record, contact_key=key, made_at=clock(), state="by_staff"))

    page = text_of(desk, f"/desk/guests/{guest}")

    assert "Asked, and what came back" in page
    assert "Grand Hotel: your e-mail?" in page
    assert "typed by a colleague, not proven" in page
    assert 'data-hotkey="d"' in page


def test_a_text_older_than_thirty_days_is_not_shown(house: Flask, desk: FlaskClient) -> None:
    guest = guest_id(house, "Clara Gross")
    with writing(house.config["ENGINE"]) as session:
        message = session.scalars(
            select(Message).join(Prompt, Prompt.id == Message.prompt_id).where(Prompt.guest_id == guest)
        ).one()
        message.body, message.made_at = "Grand Hotel: your e-mail?", clock() - timedelta(days=31)

    page = text_of(desk, f"/desk/guests/{guest}")

    assert "Grand Hotel: your e-mail?" not in page
    assert "The text is deleted after 30 days." in page


def test_a_wrong_number_said_by_mistake_is_taken_back(house: Flask, desk: FlaskClient) -> None:
    engine, secret = house.config["ENGINE"], house.config["INDEX_KEY"]
    record, _, guest, _ = stay_of(engine, "Clara Gross")
    with writing(engine) as session:
        disown(session, record, b"k" * 32, how="desk", by="staff:1", secret=secret, now=clock())

    page = text_of(desk, f"/desk/guests/{guest}")
    button = re.search(r'action="(/desk/contacts/\d+/back)"', page)

    assert button is not None
    assert "The contact is the guest" in press(desk, button[1])
    with reading(engine) as session:
        assert session.scalars(select(DeadContact.ended_at)).one() is not None


@pytest.mark.parametrize("role", ["privacy", "auditor"])
def test_whoever_may_only_look_says_no_for_nobody(house: Flask, role: str) -> None:
    looking = seated_client(house, role)
    guest = guest_id(house, "Berta Klein")
    data = {"csrf_token": token_of(looking, "/desk/keys"), "answer": "declined"}

    assert looking.post(f"/desk/guests/{guest}/no", data=data).status_code == 403

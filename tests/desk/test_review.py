"""The page of questions: seen, answered, undone; and what a guest's page lets one take out."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import Engine, select

from server.db import reading
from server.guests.accepting import carry_on
from server.guests.models import Deed, GuestEvent
from server.journal.models import JournalEntry
from server.records.models import SourceRecord
from tests.accessible import assert_accessible
from tests.builders import guests_by_key
from tests.guests.deciding_house import apart, ask, fill, ids, say_of, state, together
from tests.house import seated_client, token_of


@pytest.fixture
def engine(house: Flask) -> Engine:
    made: Engine = house.config["ENGINE"]
    fill(made)
    ask(made, "p1", "n3", settles=2.0)
    ask(made, "s1", "A1", settles=1.0)
    return made


def field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


def answer(desk: FlaskClient, page: str, **given: str) -> str:
    """Send an answer from a page, and follow to where it leads."""
    carried = {name: field(page, name) for name in ("csrf_token", "one", "other", "seen")}
    return desk.post("/desk/review/answer", data=carried | given, follow_redirects=True).text


def undo_in(desk: FlaskClient, page: str) -> str:
    address = re.search(r'action="(/desk/review/deeds/\d+/undo)"', page)
    assert address is not None
    return desk.post(address[1], data={"csrf_token": field(page, "csrf_token")}, follow_redirects=True).text


def test_a_question_shows_two_records_and_what_speaks_for_and_against(
    desk: FlaskClient, engine: Engine
) -> None:
    page = desk.get("/desk/review").text

    assert "Is this one guest?" in page
    assert page.count("Lefèvre") >= 2
    assert "plefevre@posteo.example" in page
    assert re.search(r'<li class="for"><bdi>same name', page)


def test_the_next_question_comes_at_once_and_the_last_answer_can_be_undone(
    desk: FlaskClient, engine: Engine
) -> None:
    before = state(engine)
    first = desk.get("/desk/review").text

    second = answer(desk, first, verdict="same")

    assert "They are one guest now." in second
    assert together(engine, "p1", "n3")
    assert "Olga" in second  # the next question
    undone = undo_in(desk, second)
    assert "Undone" in undone
    assert "plefevre@posteo.example" in undone  # those two again
    assert state(engine) == before


def test_not_the_same_keeps_its_reason_and_the_question_is_gone(desk: FlaskClient, engine: Engine) -> None:
    answer(desk, desk.get("/desk/review").text, verdict="not_same", why="namesakes")

    one, other = ids(engine, "p1", "n3")
    page = desk.get(f"/desk/review/{one}/{other}").text
    assert "They are two guests" in page
    assert "Two people of one name" in page
    assert "Nadia" in page
    assert 'name="verdict"' not in page


def test_a_question_put_off_leaves_room_for_the_next(desk: FlaskClient, engine: Engine) -> None:
    following = answer(desk, desk.get("/desk/review").text, verdict="undecided")

    assert "Olga" in following
    assert "plefevre" not in following
    last = answer(desk, following, verdict="undecided")
    assert "No question waits" in last


def test_the_second_colleague_sees_what_the_first_decided(desk: FlaskClient, engine: Engine) -> None:
    page = desk.get("/desk/review").text
    say_of(engine, "p1", "n3", "not_same", author="staff:1", reason="family")

    answered = answer(desk, page, verdict="same")

    assert "Nadia was first and has decided already." in answered
    assert "They are two guests" in answered
    assert "Two of one family or household" in answered
    assert not together(engine, "p1", "n3")


def test_an_answer_that_is_none_changes_nothing(desk: FlaskClient, engine: Engine) -> None:
    page = desk.get("/desk/review").text
    for given in (
        {"verdict": "perhaps"},
        {"verdict": "same", "one": "x"},
        {"verdict": "same", "other": "9" * 30},
    ):
        assert "Is this one guest?" in answer(desk, page, **given)

    with reading(engine) as session:
        assert session.scalars(select(Deed.id)).all() == []


def test_a_record_is_taken_out_on_the_guests_page_and_brought_back(desk: FlaskClient, engine: Engine) -> None:
    before = state(engine)
    guest = guests_by_key(engine)["A1"]
    page = desk.get(f"/desk/guests/{guest}").text
    [record] = ids(engine, "t1")

    taken = desk.post(
        f"/desk/review/records/{record}/out",
        data={"csrf_token": field(page, "csrf_token"), "seen": field(page, "seen"), "why": "shared"},
        follow_redirects=True,
    ).text

    assert "Taken out. It stays out" in taken
    assert apart(engine, ["t1"], ["A1", "n1"])
    assert "An address or a number that several use" in taken
    with reading(engine) as session:
        acts = session.scalars(
            select(JournalEntry.act).where(JournalEntry.act.startswith("guests.")).order_by(JournalEntry.id)
        ).all()
        causes = set(session.scalars(select(GuestEvent.cause).where(GuestEvent.cause.startswith("deed:"))))
    assert (acts, len(causes)) == (["guests.split"], 1)
    undo_in(desk, taken)
    assert state(engine) == before


def test_what_was_decided_is_listed_with_its_undo(desk: FlaskClient, engine: Engine) -> None:
    say_of(engine, "p1", "n3", "same", author="staff:1", reason="he said so")

    page = desk.get("/desk/review/decided").text

    assert "he said so" in page
    undo_in(desk, page)
    assert "undone by Nadia" in desk.get("/desk/review/decided").text
    assert not together(engine, "p1", "n3")


def test_the_obvious_is_accepted_at_once_after_a_look_and_undone_at_once(
    desk: FlaskClient, engine: Engine
) -> None:
    before = state(engine)
    page = desk.get("/desk/review/many?at_least=0.7&limit=50").text
    assert "1 question would be accepted" in page
    assert "plefevre@posteo.example" in page

    accepted = accept_many(desk)
    carry_on(engine)

    assert together(engine, "p1", "n3")
    assert "Accepted at once" in accepted
    undo_in(desk, accepted)
    assert state(engine) == before


def accept_many(desk: FlaskClient) -> str:
    page = desk.get("/desk/review/many?at_least=0.7&limit=50").text
    given = {"csrf_token": field(page, "csrf_token"), "at_least": "0.7", "limit": "50"}
    return desk.post("/desk/review/many", data=given, follow_redirects=True).text


def test_a_reviewer_of_one_house_undoes_what_is_still_being_accepted(house: Flask, engine: Engine) -> None:
    with reading(engine) as session:
        own = session.scalars(select(SourceRecord.property_id).distinct()).one()
    accepted = accept_many(seated := seated_client(house, "reviewer", property_id=own))
    assert "Accepted at once" in accepted

    assert "Undone" in undo_in(seated, accepted)

    carry_on(engine)
    assert not together(engine, "p1", "n3")


def test_what_a_reviewer_accepted_at_once_is_not_receptions_to_undo(
    house: Flask, desk: FlaskClient, engine: Engine
) -> None:
    accepted = accept_many(desk)
    carry_on(engine)
    reception = seated_client(house, "reception")

    page = reception.get("/desk/review/decided").text
    assert "Accepted at once" in page
    assert "/undo" not in page
    [address] = set(re.findall(r"/desk/review/deeds/\d+/undo", accepted))
    token = token_of(reception, "/desk/review")
    assert reception.post(address, data={"csrf_token": token}).status_code == 403
    assert together(engine, "p1", "n3")


def test_where_nothing_is_obvious_nothing_is_accepted(desk: FlaskClient, engine: Engine) -> None:
    page = desk.get("/desk/review/many?at_least=0.75&limit=50").text
    assert "None is obvious" in page

    given = {"csrf_token": field(page, "csrf_token"), "at_least": "0.75", "limit": "50"}
    assert "Nothing was accepted" in desk.post("/desk/review/many", data=given, follow_redirects=True).text


@pytest.mark.parametrize("asked", ["by their numbers", "as the next question"])
def test_looking_at_two_guests_stands_in_the_journal(
    house: Flask, desk: FlaskClient, engine: Engine, asked: str
) -> None:
    pair = ("p1", "s1") if asked == "by their numbers" else ("p1", "n3")
    one, other = ids(engine, *pair)
    with desk.get(f"/desk/review/{one}/{other}" if asked == "by their numbers" else "/desk/review"):
        pass

    with reading(engine) as session:
        subjects = session.scalars(
            select(JournalEntry.subject).where(JournalEntry.act == "guest.opened")
        ).all()
    guests = guests_by_key(engine)
    assert set(subjects) == {f"guest:{guests[key]}" for key in pair}


def test_who_sees_guests_but_decides_nothing_finds_no_button(house: Flask, engine: Engine) -> None:
    privacy = seated_client(house, "privacy")

    page = privacy.get(f"/desk/guests/{guests_by_key(engine)['A1']}").text

    assert "Take it out" not in page
    assert privacy.get("/desk/review").status_code == 403


def test_a_receptionist_answers_by_keyboard_alone(app: Flask, served: str, page: Page) -> None:
    engine = app.config["ENGINE"]
    fill(engine)
    ask(engine, "p1", "n3", settles=2.0)
    ask(engine, "s1", "A1", settles=1.0)
    page.goto(f"{served}/desk/review")
    page.get_by_role("heading", name="Is this one guest?").wait_for()

    page.keyboard.press("n")
    page.get_by_text("Why not?").wait_for()
    assert_accessible(page, "why not")
    page.keyboard.press("2")
    page.get_by_text("They stay two guests").wait_for()
    assert apart(engine, ["p1"], ["n3"])

    page.keyboard.press("u")
    page.get_by_text("Undone").wait_for()
    page.keyboard.press("s")
    page.get_by_text("They are one guest now.").wait_for()
    assert together(engine, "p1", "n3")

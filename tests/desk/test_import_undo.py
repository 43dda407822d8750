"""An import is taken back at the desk: what that takes is told first, and who may not is not offered it."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select

from server.db import reading
from server.journal.models import JournalEntry
from server.privacy.check import check
from server.records.models import Import, SourceRecord
from tests.accessible import assert_accessible
from tests.desk.test_imports import do_what_is_due, drop, look_at, page_of, run, say_to
from tests.guests.deciding_house import say_of, state
from tests.house import seated_client
from tests.importing.test_undoing import HEADER, row

ANNA, BRUNO, CECILE = "a", "b", "c"


def export(*people: str) -> bytes:
    return "\n".join((HEADER, *(row(who) for who in people))).encode()


def take_in_file(house: Flask, desk: FlaskClient, name: str, *people: str) -> int:
    number = drop(desk, name, export(*people))
    look_at(house, number)
    assert say_to(desk, f"/desk/imports/{number}/confirm") == 303
    run(house, number)
    return number


def state_of(house: Flask, number: int) -> str:
    with reading(house.config["ENGINE"]) as session:
        return session.get_one(Import, number).state


def test_an_import_is_undone_and_everything_is_as_before(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    take_in_file(house, desk, "first.csv", ANNA, BRUNO)
    before = state(engine)
    number = take_in_file(house, desk, "second.csv", ANNA, CECILE)
    assert state(engine) != before

    asked = page_of(desk, f"/desk/imports/{number}/undo")
    assert "Undo this import?" in asked
    assert "Undo it for 1 record" in asked
    assert say_to(desk, f"/desk/imports/{number}/undo") == 303
    assert "Its rows are being taken back" in page_of(desk, f"/desk/imports/{number}")
    do_what_is_due(house)

    assert state_of(house, number) == "undone"
    assert state(engine) == before
    with reading(engine) as session:
        acts = session.scalars(
            select(JournalEntry.act)
            .where(JournalEntry.act.startswith("import.und"))
            .order_by(JournalEntry.id)
        ).all()
        assert acts == ["import.undo_begun", "import.undone"]
        assert check(session) == []


def test_what_it_takes_is_told_before(client: FlaskClient, app: Flask) -> None:
    number = take_in_file(app, client, "second.csv", ANNA, CECILE)
    with reading(app.config["ENGINE"]) as session:
        one, other = session.scalars(select(SourceRecord.key).order_by(SourceRecord.id)).all()[-2:]
    say_of(app.config["ENGINE"], one, other, "not_same")

    page = page_of(client, f"/desk/imports/{number}/undo")

    for words, figure in (
        ("Records it told of", "2"),
        ("of them erased, as nobody else told of them", "2"),
        ("of them gone, without any record left", "2"),
    ):
        assert f"<dt>{words}</dt><dd>{figure}</dd>" in page
    assert "1 decision of a colleague is about records that are erased" in page
    assert "is asked again" not in page  # nobody is left to be asked


@pytest.mark.parametrize("again", [False, True])
def test_what_cannot_be_undone_says_why(client: FlaskClient, app: Flask, again: bool) -> None:
    number = take_in_file(app, client, "second.csv", ANNA)
    says = "is not imported to its end"
    if again:
        say_to(client, f"/desk/imports/{number}/undo")
        do_what_is_due(app)
        says = "was undone before"
    else:
        number = drop(client, "third.csv", export(CECILE))

    answer = client.get(f"/desk/imports/{number}/undo")

    assert answer.status_code == 422
    assert says in answer.text


def test_reception_is_not_offered_it(client: FlaskClient, app: Flask) -> None:
    number = take_in_file(app, client, "second.csv", ANNA)
    reception = seated_client(app, "reception")

    assert f"/desk/imports/{number}/undo" not in page_of(reception, f"/desk/imports/{number}")
    assert reception.get(f"/desk/imports/{number}/undo").status_code == 403
    assert f"/desk/imports/{number}/undo" in page_of(client, f"/desk/imports/{number}")


def test_it_is_undone_in_a_browser(page: Page, app: Flask, served: str) -> None:
    number = take_in_file(app, seated_client(app), "second.csv", ANNA, CECILE)
    page.goto(f"{served}/desk/imports/{number}")
    page.get_by_role("link", name="Undo this import").click()
    assert_accessible(page, "an import, about to be undone")
    page.get_by_role("button", name="Undo it for 2 records").click()
    page.get_by_text("Its rows are being taken back").wait_for()
    do_what_is_due(app)

    page.get_by_text("Nothing of this file is left").wait_for()  # by itself
    assert state_of(app, number) == "undone"

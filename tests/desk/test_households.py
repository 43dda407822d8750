"""Households at the desk: who lives with whom, a word that parts or joins, one letter each."""

from __future__ import annotations

import csv
import io
import re
import sqlite3
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.db import reading
from server.desk import households, review
from server.guests.linking import link_waiting
from server.journal.models import JournalEntry
from tests.builders import guests_by_key, take_in
from tests.desk.two_houses import House, fill_two
from tests.house import seated_client, token_of

HOME = {"street": "=HYPERLINK(1) 12 rue des Lilas", "postal_code": "69003", "city": "Lyon"}
ANNE = {"key": "anne", "first_name": "Anne", "last_name": "Roux", "birth_date": "1980-03-04", **HOME}
LUC = {"key": "luc", "first_name": "Luc", "last_name": "Roux", "birth_date": "1979-08-21", **HOME}
TOM = {"key": "tom", "first_name": "Tom", "last_name": "Brandt", "birth_date": "1990-05-06"}


@pytest.fixture
def guests(house: Flask) -> dict[str, str]:
    engine = house.config["ENGINE"]
    yes, no = {"email_consent": "yes", "email": "anne@posteo.de"}, {"email_consent": "no"}
    take_in(engine, ANNE | yes, LUC | no, TOM)
    link_waiting(engine)
    return guests_by_key(engine)


def text_of(desk: FlaskClient, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def send(desk: FlaskClient, guest: str, what: str, **form: str) -> TestResponse:
    token = token_of(desk, f"/desk/guests/{guest}/household")
    return desk.post(f"/desk/guests/{guest}/household/{what}", data={"csrf_token": token, **form})


def household_on(page: str) -> str:
    return page.split('id="household">')[1].split("</section>")[0]


def test_a_guests_page_says_who_lives_with_them_and_why(desk: FlaskClient, guests: dict[str, str]) -> None:
    part = household_on(text_of(desk, f"/desk/guests/{guests['anne']}"))

    assert "Luc Roux" in part
    assert "one home" in part
    assert "Tom" not in part


def test_a_word_parts_two_and_can_be_taken_back(
    house: Flask, desk: FlaskClient, guests: dict[str, str]
) -> None:
    answer = send(desk, guests["anne"], "apart", other=guests["luc"], reason="they divorced")
    assert answer.status_code == 303

    page = text_of(desk, answer.headers["Location"])
    assert "Nobody is known to live with this guest" in page
    assert "they divorced" in page
    undo = re.search(r'action="(/desk/review/deeds/\d+/undo)"', page)
    assert undo is not None
    token = token_of(desk, f"/desk/guests/{guests['anne']}/household")
    assert desk.post(undo[1], data={"csrf_token": token}).status_code == 303
    assert "Luc Roux" in household_on(text_of(desk, f"/desk/guests/{guests['anne']}"))
    with reading(house.config["ENGINE"]) as session:
        acts = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
        assert [act for act in acts if act in ("household.apart", "guests.undo")] == [
            "household.apart",
            "guests.undo",
        ]


def test_somebody_is_found_and_joins_the_whole_household(desk: FlaskClient, guests: dict[str, str]) -> None:
    found = send(desk, guests["anne"], "find", words="brandt").headers["Location"]
    assert "brandt" not in found
    assert guests["tom"] in text_of(desk, found)

    answer = send(desk, guests["anne"], "together", other=guests["tom"], why="their au pair")
    assert answer.status_code == 303
    part = household_on(text_of(desk, f"/desk/guests/{guests['tom']}"))
    assert "Anne Roux" in part
    assert "Luc Roux" in part


@pytest.mark.parametrize("on", ["anne", "luc"])
def test_joining_a_household_is_undone_from_whosever_page_it_was_said(
    desk: FlaskClient, guests: dict[str, str], on: str
) -> None:
    answer = send(desk, guests[on], "together", other=guests["tom"], why="their au pair")
    page = text_of(desk, answer.headers["Location"])
    undo = re.search(r'action="([^"]+)"><input[^>]*><button[^>]* data-undo', page)
    assert undo is not None

    token = token_of(desk, f"/desk/guests/{guests[on]}/household")
    assert desk.post(undo[1], data={"csrf_token": token}).status_code == 303

    assert "Nobody is known" in household_on(text_of(desk, f"/desk/guests/{guests['tom']}"))


@pytest.mark.parametrize(
    "form",
    [
        {"other": "", "reason": "they divorced"},
        {"other": "f" * 32, "reason": "they divorced"},
        {"other": "../x", "reason": "they divorced"},
        {"other": "luc", "reason": ""},
        {"other": "anne", "reason": "they divorced"},
    ],
)
def test_a_word_on_nobody_or_without_a_reason_is_refused(
    desk: FlaskClient, guests: dict[str, str], form: dict[str, str]
) -> None:
    other = guests.get(form["other"], form["other"])

    answer = send(desk, guests["anne"], "apart", **(form | {"other": other}))

    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)


def test_the_list_has_each_household_once_with_its_strictest_answer(
    desk: FlaskClient, guests: dict[str, str]
) -> None:
    page = text_of(desk, "/desk/households")

    assert "1 household" in page
    assert "one said no" in page
    assert "anne@posteo.de" in page


def exported(desk: FlaskClient, per: str) -> list[dict[str, str]]:
    token = token_of(desk, "/desk/households")
    answer = desk.post("/desk/households/export", data={"csrf_token": token, "per": per})
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def test_the_files_have_a_row_a_household_and_a_row_a_person(
    house: Flask, desk: FlaskClient, guests: dict[str, str]
) -> None:
    by_household, persons = exported(desk, "household"), exported(desk, "person")

    assert [row["names"] for row in by_household] == ["Anne Roux, Luc Roux", "Tom Brandt"]
    assert by_household[0]["news_by_email"] == "no"
    assert by_household[0]["street"].startswith("'=")
    assert [(row["first_name"], row["news_by_email"]) for row in persons] == [
        ("Anne", "yes"),
        ("Luc", "no"),
        ("Tom", "unknown"),
    ]
    with reading(house.config["ENGINE"]) as session:
        entries = session.scalars(
            select(JournalEntry).where(JournalEntry.act == "households.exported").order_by(JournalEntry.id)
        )
        assert [(entry.subject, entry.detail["rows"]) for entry in entries] == [
            ("households:household", 2),
            ("households:person", 2),
        ]


@pytest.mark.parametrize(
    ("address", "reader"), [("/desk/households/export", "everybody"), ("/desk/review/many", "find_obvious")]
)
def test_nobody_waits_to_write_while_a_colleague_has_everybody_read(
    app: Flask, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, address: str, reader: str
) -> None:
    desk = seated_client(app)
    token = token_of(desk, "/desk/households")
    could_write = []
    room = households if reader == "everybody" else review
    read = getattr(room, reader)

    def slowly(*args: object, **how: object) -> object:
        other = sqlite3.connect(sqlite_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        other.close()
        could_write.append(True)
        return read(*args, **how)

    monkeypatch.setattr(room, reader, slowly)
    desk.post(address, data={"csrf_token": token})

    assert could_write == [True]


def test_only_who_may_export_guests_gets_the_files(house: Flask, guests: dict[str, str]) -> None:
    desk = seated_client(house, "reception")

    assert "Export:" not in text_of(desk, "/desk/households")
    token = token_of(desk, f"/desk/guests/{guests['anne']}/household")
    assert desk.post("/desk/households/export", data={"csrf_token": token}).status_code == 403


def test_a_colleague_of_one_house_sees_the_households_that_house_knows(house: Flask, tmp_path: Path) -> None:
    arc, lac = fill_two(house.config["ENGINE"], tmp_path)

    for own, other in ((arc, lac), (lac, arc)):
        desk = seated_client(house, "manager", property_id=own.property_id)
        for address in places_of(own):
            page = text_of(desk, address).lower()
            assert f"qx{other.code}" not in page, address
        assert f"qx{own.code}" in text_of(desk, "/desk/households").lower()
        rows = str([exported(desk, per) for per in ("household", "person")]).lower()
        assert f"qx{other.code}" not in rows


def places_of(house: House) -> list[str]:
    guests = [*house.guests, house.shared_guest]
    return ["/desk/households", *(f"/desk/guests/{g}{end}" for g in guests for end in ("", "/household"))]

"""One value of a guest at the desk: all that was told of it, and a choice that can be taken back."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, expect
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.db import reading
from server.guests.models import GuestValue
from server.journal.models import JournalEntry
from tests.desk.filled import ALIAS, fill, guest_of
from tests.desk.two_houses import House, fill_two
from tests.house import seated_client, token_of

ADDRESS = "patrick.martin@orange.fr"


@pytest.fixture
def guest(house: Flask) -> str:
    """Patrick, of whom three systems tell."""
    fill(house.config["ENGINE"])
    return guest_of(house.config["ENGINE"], "A1")


def told_numbers(desk: FlaskClient, guest: str, field: str = "email") -> dict[str, str]:
    """The values that can be chosen, and what their choice sends."""
    page = desk.get(f"/desk/guests/{guest}/values/{field}").get_data(as_text=True)
    found = re.findall(r'name="told" value="([\d.]+)".*?<bdi translate="no">\s*(?:<bdi[^>]*>)?([^<]+)<', page)
    return {value.strip(): number for number, value in found}


def choose(desk: FlaskClient, guest: str, told: str, reason: str = "said so at the desk") -> TestResponse:
    address = f"/desk/guests/{guest}/values/email"
    form = {"csrf_token": token_of(desk, address), "told": told, "reason": reason}
    return desk.post(address, data=form)


def email_of(house: Flask, guest: str) -> tuple[str, str]:
    with reading(house.config["ENGINE"]) as session:
        value = session.get_one(GuestValue, (guest, "email"))
        return value.value, value.rule


def test_a_colleague_keeps_a_value_and_takes_it_back(house: Flask, desk: FlaskClient, guest: str) -> None:
    assert email_of(house, guest)[0] == ADDRESS

    answer = choose(desk, guest, told_numbers(desk, guest)[ALIAS])
    assert answer.status_code == 303
    assert email_of(house, guest) == (ALIAS, "pinned")

    page = desk.get(answer.headers["Location"]).get_data(as_text=True)
    assert "chosen by a colleague" in page
    undo = re.search(r'action="(/desk/review/deeds/\d+/undo)"', page)
    assert undo is not None
    token = token_of(desk, f"/desk/guests/{guest}/values/email")
    assert desk.post(undo[1], data={"csrf_token": token}).status_code == 303
    assert email_of(house, guest)[0] == ADDRESS

    with reading(house.config["ENGINE"]) as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.act.startswith("value."))).all()
        assert [(entry.act, entry.subject, entry.reason) for entry in entries] == [
            ("value.pinned", f"guest:{guest}", "said so at the desk"),
        ]
        undone = session.scalars(select(JournalEntry.subject).where(JournalEntry.act == "guests.undo")).all()
        assert undone == ["deed:1"]


def test_without_a_reason_nothing_is_kept_and_the_page_says_what_is_missing(
    house: Flask, desk: FlaskClient, guest: str
) -> None:
    answer = choose(desk, guest, told_numbers(desk, guest)[ALIAS], reason=" ")

    assert answer.status_code == 422
    assert "Please say why" in answer.get_data(as_text=True)
    assert email_of(house, guest)[0] == ADDRESS


@pytest.mark.parametrize("told", ["", "1", "1.999", "99999999999999.1", "a.b", "-1.1", "1.1\0"])
def test_a_choice_of_nothing_that_was_told_is_refused(desk: FlaskClient, guest: str, told: str) -> None:
    assert choose(desk, guest, told).status_code == 422


def test_a_choice_needs_the_pages_own_token(desk: FlaskClient, guest: str) -> None:
    assert desk.post(f"/desk/guests/{guest}/values/email", data={"reason": "so"}).status_code == 400


@pytest.mark.parametrize("field", ["street", "notes", "document_number", "x" * 300, "%00"])
def test_what_is_no_field_of_its_own_has_no_history(desk: FlaskClient, guest: str, field: str) -> None:
    assert desk.get(f"/desk/guests/{guest}/values/{field}").status_code == 404


def test_whoever_may_not_choose_sees_the_history_without_the_choice(house: Flask, guest: str) -> None:
    page = seated_client(house, "privacy").get(f"/desk/guests/{guest}/values/email").get_data(as_text=True)

    assert ALIAS in page
    assert "Keep this one" not in page


def test_under_a_value_stands_only_what_was_told(desk: FlaskClient, guest: str) -> None:
    part = desk.get(f"/desk/guests/{guest}/values/email", headers={"HX-Request": "true"})

    text = part.get_data(as_text=True)
    assert ALIAS in text
    assert "<html" not in text


def test_a_colleague_of_one_house_sees_and_keeps_what_that_house_was_told(
    house: Flask, tmp_path: Path
) -> None:
    arc, lac = fill_two(house.config["ENGINE"], tmp_path)
    desk = seated_client(house, "reception", property_id=arc.property_id)

    mine = desk.get(f"/desk/guests/{arc.shared_guest}/values/email").get_data(as_text=True).lower()
    assert "qxarc" in mine
    assert "qxlac" not in mine
    theirs = number_at(house, lac)
    assert choose(desk, arc.shared_guest, theirs).status_code == 422


def number_at(app: Flask, house: House) -> str:
    desk = seated_client(app, "reception", property_id=house.property_id)
    numbers = told_numbers(desk, house.shared_guest)
    return next(number for value, number in numbers.items() if house.code in value)


def test_the_history_opens_under_the_value(app: Flask, served: str, page: Page) -> None:
    fill(app.config["ENGINE"])
    page.goto(f"{served}/desk/guests/{guest_of(app.config['ENGINE'], 'A1')}")

    page.locator(".value-history summary", has_text="E-mail").click()

    expect(page.locator(".value-history[open] .told")).to_contain_text(ALIAS)
    page.get_by_role("link", name=re.compile("choose by hand.*E-mail")).click()
    page.get_by_label(ALIAS).check()
    page.get_by_label("Why?").fill("asked us to write there")
    page.get_by_role("button", name="Keep this one").click()
    expect(page.locator(".known")).to_contain_text("chosen by a colleague")
    page.get_by_role("button", name="Undo", exact=True).click()
    expect(page.locator(".known")).not_to_contain_text("chosen by a colleague")

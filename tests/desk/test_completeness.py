"""The completeness page: every number on it opens exactly those whom it counts."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.properties.models import Property
from server.reporting.models import DailyCount
from tests.builders import take_in
from tests.desk.filled import TODAY, count, fill
from tests.house import seated_client

LINK = re.compile(r'<a class="figure-link" href="([^"]+)">([\d,.\s]+)')
MONTH = re.compile(r'<li><a href="([^"]+)">.*?<span class="from">(\d+) / \d+</span>', re.DOTALL)
TOTAL = re.compile(r"<dd data-total>([\d,]+)</dd>")


def text_of(desk: FlaskClient, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def numbers_of(page: str) -> list[tuple[str, int]]:
    """Every linked number of a page: where it leads, and what it says."""
    found = LINK.findall(page) + MONTH.findall(page)
    return [(html.unescape(address), int(re.sub(r"\D", "", shown))) for address, shown in found]


@pytest.mark.parametrize("place", ["", "?property=2"])
def test_every_number_opens_a_list_of_the_same_number(house: Flask, desk: FlaskClient, place: str) -> None:
    fill(house.config["ENGINE"])
    count(house.config["ENGINE"])

    numbers = numbers_of(text_of(desk, f"/desk/completeness{place}"))

    assert len(numbers) > 40
    for address, shown in numbers:
        page = text_of(desk, address)
        total = TOTAL.search(page)
        assert total is not None, address
        assert int(total[1].replace(",", "")) == shown, address
        assert "Counted as" not in page, address


def test_every_number_of_ones_own_house_opens_a_list_of_the_same_number(house: Flask) -> None:
    """Where no other house knows its guests, a house's own records make the same numbers."""
    fill(house.config["ENGINE"])
    count(house.config["ENGINE"])
    desk = seated_client(house, "reception", property_id=2)

    numbers = numbers_of(text_of(desk, "/desk/completeness"))

    assert len(numbers) > 40
    for address, shown in numbers:
        page = text_of(desk, address)
        assert f"<dd data-total>{shown}</dd>" in page, address
        assert "Counted as" not in page, address


def test_the_guests_listed_are_as_many_as_a_number_of_guests_says(house: Flask, desk: FlaskClient) -> None:
    fill(house.config["ENGINE"])
    count(house.config["ENGINE"])

    for address, shown in numbers_of(text_of(desk, "/desk/completeness")):
        if "population=guests" in address:
            assert text_of(desk, address).count('<th scope="row"><a href="/desk/guests/') == shown, address


def test_the_main_figure_tells_what_unification_added(house: Flask, desk: FlaskClient) -> None:
    fill(house.config["ENGINE"])
    count(house.config["ENGINE"])

    page = text_of(desk, "/desk/completeness")

    assert (
        '<p class="main-share">50 %</p>' in page
    )  # two of four stays; before, one: the alias was no address
    assert "Reachable by e-mail 25 %" in page
    assert "As of 1 Jun 2026" in page


def test_the_change_since_last_month_is_told_in_points(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    fill(engine)
    count(engine)
    olga = {"key": "A3", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.iv@mail.ru"}
    take_in(engine, olga | {"stay_from": "2026-04-11", "stay_to": "2026-04-12"}, stay_kind="stay")
    link_waiting(engine)
    count(engine, TODAY.replace(month=7))

    assert "25 points more than a month ago" in text_of(desk, "/desk/completeness")


def test_a_list_says_so_when_records_changed_since_the_count(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    fill(engine)
    count(engine)
    take_in(engine, {"key": "w1", "first_name": "Jo", "email": "jo@gmx.de"}, source="wifi", kind="wifi")
    link_waiting(engine)

    page = text_of(desk, "/desk/guests?population=guests&when=after&number=email.reachable")

    assert "Counted as" in page


def test_before_anything_was_counted_the_page_says_what_to_do(desk: FlaskClient) -> None:
    page = text_of(desk, "/desk/completeness")

    assert "Nothing was counted yet" in page
    assert "Import an export" in page


def test_a_house_without_ended_stays_shows_its_records_and_says_what_is_missing(
    house: Flask, desk: FlaskClient
) -> None:
    engine = house.config["ENGINE"]
    take_in(engine, {"key": "n1", "first_name": "Jo", "email": "jo@gmx.de"}, source="n", kind="newsletter")
    link_waiting(engine)
    count(engine)

    page = text_of(desk, "/desk/completeness")

    assert "No ended stay is known yet" in page
    assert "Records before unification: 1. Guests now: 1." in page


@pytest.mark.parametrize("place", ["999", "-1", "99999999999999999999"])
def test_a_property_there_is_not_is_404(desk: FlaskClient, place: str) -> None:
    assert desk.get(f"/desk/completeness?property={place}").status_code == 404


def test_numbers_are_written_as_the_language_does(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    fill(engine)
    count(engine)
    with writing(engine) as session:
        for row in session.query(DailyCount).where(DailyCount.measure == "records.all"):
            row.value = 12345

    assert "12,345" in text_of(desk, "/desk/completeness?lang=en")
    assert "12\u202f345" in text_of(desk, "/desk/completeness?lang=fr")


def test_the_page_tells_what_the_month_brought_in_the_house_that_is_looked_at(
    house: Flask, desk: FlaskClient
) -> None:
    engine = house.config["ENGINE"]
    last_month = clock().date().replace(day=1) - timedelta(days=5)
    stay = {"key": "R1", "last_name": "Rossi", "stay_from": str(last_month), "amount": "280"}
    take_in(engine, stay, stay_kind="stay", at="lake")
    link_waiting(engine)
    count(engine)
    with reading(engine) as session:
        houses = dict(session.execute(select(Property.code, Property.id)).all())

    brought = re.compile(r"Revenue, each amount once.*?280\.00", re.DOTALL)
    assert brought.search(text_of(desk, "/desk/completeness"))
    assert brought.search(text_of(desk, f"/desk/completeness?property={houses['lake']}"))
    assert not brought.search(text_of(desk, f"/desk/completeness?property={houses['main']}"))

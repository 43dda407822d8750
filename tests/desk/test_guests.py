"""Guests at the desk: found by words that stand in no address, and each with its reasons."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.access import guard_of
from server.db import writing
from server.guests.models import Guest
from tests.builders import NOON
from tests.desk.filled import HOSTILE, TURNED, fill, guest_of
from tests.house import seated_client, token_of


def text_of(desk: FlaskClient, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def search_for(desk: FlaskClient, words: str) -> str:
    """The address that a search leads to."""
    token = token_of(desk, "/desk/imports")
    answer = desk.post("/desk/guests", data={"csrf_token": token, "q": words})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def test_a_guests_page_is_for_those_who_may_see_guests(house: Flask) -> None:
    endpoints = [name for name in house.view_functions if name.startswith("guests.")]

    assert len(endpoints) == 3
    assert {str(guard_of(house, name)) for name in endpoints} == {"staff:guests.see"}


@pytest.mark.parametrize("roles", [("auditor",), ("administrator",), ("auditor", "administrator")])
def test_whoever_may_see_no_guest_sees_none(house: Flask, roles: tuple[str, ...]) -> None:
    fill(house.config["ENGINE"])
    desk = seated_client(house, *roles)

    assert desk.get("/desk/guests").status_code == 403
    assert desk.get(f"/desk/guests/{guest_of(house.config['ENGINE'], 'A1')}").status_code == 403


def test_from_a_browser_nobody_signed_in_at_no_guest_is_shown(house: Flask) -> None:
    answer = house.test_client().get("/desk/guests")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/desk/sign-in?next=/desk/guests"


def test_a_search_needs_the_pages_own_token(desk: FlaskClient) -> None:
    assert desk.post("/desk/guests", data={"q": "Rossi"}).status_code == 400


def test_a_house_without_guests_says_how_they_come(desk: FlaskClient) -> None:
    assert "No guests yet" in text_of(desk, "/desk/guests")


@pytest.mark.parametrize("words", ["patrick", "PATRICK martin", "52 52 72 72", "martin@orange.fr"])
def test_a_guest_is_found_by_name_number_or_address(house: Flask, desk: FlaskClient, words: str) -> None:
    fill(house.config["ENGINE"])

    page = text_of(desk, search_for(desk, words))

    assert guest_of(house.config["ENGINE"], "A2") in page
    assert "Olga" not in page


def test_what_is_searched_for_stands_in_no_address(house: Flask, desk: FlaskClient) -> None:
    fill(house.config["ENGINE"])

    address = unquote(search_for(desk, "patrick"))
    title = text_of(desk, address).split("<title>")[1].split("</title>")[0]

    assert "patrick" not in address.lower()
    assert "patrick" not in title.lower()


def test_words_typed_into_the_address_are_not_searched_for(house: Flask, desk: FlaskClient) -> None:
    fill(house.config["ENGINE"])

    assert "Olga" in text_of(desk, "/desk/guests?search=patrick")


def test_a_search_is_no_longer_open_the_next_day(
    house: Flask, desk: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(house.config["ENGINE"])
    address = search_for(desk, "patrick")
    assert "Olga" not in text_of(desk, address)

    monkeypatch.setenv("ONEGUEST_CLOCK_OFFSET", str(24 * 3600))

    assert desk.get(address).status_code == 303  # the session is over by then, too
    assert "Olga" in text_of(seated_client(house), address)


@pytest.mark.parametrize("words", ["", "   ", "\0", "nobody-like-this", "%", "_" * 500, "'; DROP", "é" * 300])
def test_no_search_breaks_the_page(house: Flask, desk: FlaskClient, words: str) -> None:
    fill(house.config["ENGINE"])

    assert "<h1>" in text_of(desk, search_for(desk, words))


def test_a_guests_page_shows_values_records_reasons_and_stays(house: Flask, desk: FlaskClient) -> None:
    fill(house.config["ENGINE"])

    page = text_of(desk, f"/desk/guests/{guest_of(house.config['ENGINE'], 'A1')}")

    assert "Patrick" in page
    assert "+33 6 52 52 72 72" in page
    assert "same telephone number" in page
    assert "booking alias" in page
    assert "€571.50" in page  # two stays and a dinner
    assert "2 nights" in page
    assert "BK-1" in page
    assert "As it came" in page


def test_a_guest_who_went_into_another_leads_there(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    fill(engine)
    into = guest_of(engine, "A1")
    with writing(engine) as session:
        session.add(Guest(id="0" * 32, merged_into=into, created_at=NOON))

    answer = desk.get("/desk/guests/" + "0" * 32)

    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/desk/guests/{into}"


def test_a_guest_whose_records_are_gone_is_told_from_one_who_never_was(
    house: Flask, desk: FlaskClient
) -> None:
    with writing(house.config["ENGINE"]) as session:
        session.add(Guest(id="1" * 32, created_at=NOON))

    assert "Nothing is known of this guest any more" in text_of(desk, "/desk/guests/" + "1" * 32)


@pytest.mark.parametrize("guest_id", ["2" * 32, "x", "%00", "..%2f", "a" * 3000])
def test_a_guest_there_never_was_is_404(desk: FlaskClient, guest_id: str) -> None:
    assert desk.get(f"/desk/guests/{guest_id}").status_code == 404


def test_a_hostile_name_is_only_text(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    fill(engine)

    for address in ("/desk/guests", f"/desk/guests/{guest_of(engine, 'A4')}"):
        page = text_of(desk, address)
        assert "<script>alert" not in page
        assert "O&#39;Neil &amp; Söhne" in page
    assert "&lt;script&gt;alert" in text_of(desk, search_for(desk, HOSTILE))


def test_a_name_cannot_turn_the_line_around(house: Flask, desk: FlaskClient) -> None:
    engine = house.config["ENGINE"]
    fill(engine)

    page = text_of(desk, f"/desk/guests/{guest_of(engine, 'A5')}")

    shown = page.split("<h1")[1].split("</h1>")[0]
    assert "<bdi>" in shown
    assert "\u202e" not in shown
    assert TURNED in page  # as it came, isolated by its own direction


@pytest.mark.parametrize(
    "query",
    [
        "population=staff",
        "population=guests&number=email.secret",
        "population=guests&number=class:gold",
        "population=guests&when=never",
        "population=stays&number=all&month=May",
        "population=stays&number=all&month=99999999999-1",
        "population=guests&property=-1",
        "population=guests&property=99999999999999999999",
        "population=guests&source=%00",
        "population=stays&number=all&month=2026-99",
    ],
)
def test_a_number_there_is_not_is_404(desk: FlaskClient, query: str) -> None:
    assert desk.get(f"/desk/guests?{query}").status_code == 404

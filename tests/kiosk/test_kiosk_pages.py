"""The tablet's pages without JavaScript, and what they answer the tablet's module."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.identifiers import new_capture_id
from server.captures.models import Capture
from server.captures.receiving import answers_digest
from server.clock import clock
from server.db import reading
from tests.house import token_of

FORM = "/kiosk/pre_check_in/en"
JSON = {"Accept": "application/json"}


def captures(app: Flask) -> list[Capture]:
    with reading(app.config["ENGINE"]) as session:
        return list(session.scalars(select(Capture)))


def filled(client: FlaskClient, version: str = "2", **answers: str) -> dict[str, str]:
    given = {"csrf_token": token_of(client, FORM), "version": version, "capture": new_capture_id(clock())}
    given["staying"] = "self"
    return given | {"given_name": "Anna", "family_name": "Rossi"} | answers


def test_the_resting_screen_offers_each_language_in_its_own_name(client: FlaskClient) -> None:
    page = client.get("/kiosk/").get_data(as_text=True)

    assert "Hôtel des Arcades" in page
    assert ">English</a>" in page
    assert ">Français</a>" in page


def test_the_form_holds_no_guest_and_helps_no_browser_to_remember_one(client: FlaskClient) -> None:
    page = client.get(FORM).get_data(as_text=True)

    assert 'autocomplete="off"' in page
    for token in ("given-name", "family-name", "tel-national", "bday"):
        assert token not in page


def test_a_form_without_javascript_is_one_long_page(app: Flask, client: FlaskClient) -> None:
    answer = client.post(FORM, data=filled(client, email="anna@example.com", mobile_country="FR"))

    assert answer.status_code == 303
    capture = captures(app)[0]
    assert (capture.surface, capture.proof, capture.language) == ("kiosk", "typed", "en")
    assert capture.answers["email"] == "anna@example.com"
    assert capture.answers["mobile_way_out"] == "skipped"
    assert b"Thank you" in client.get(answer.headers["Location"]).data


def test_a_plain_form_as_a_browser_sends_it_may_leave_questions_out(app: Flask, client: FlaskClient) -> None:
    as_sent = dict.fromkeys(("email", "email_way_out", "mobile", "mobile_way_out", "birth_way_out"), "")

    assert client.post(FORM, data=filled(client, mobile_country="FR", **as_sent)).status_code == 303
    assert captures(app)[0].answers["email_way_out"] == "skipped"


def test_only_the_questions_with_a_mistake_are_to_be_looked_at_again(client: FlaskClient) -> None:
    answer = client.post(FORM, data=filled(client, email="nope"), follow_redirects=True)
    page = answer.get_data(as_text=True)

    steps = re.findall(r'data-step="(\w+)"', page)
    summaries = re.findall(r'<div class="summary"[^>]*>', page)
    wrong = [step for step, summary in zip(steps, summaries, strict=True) if " hidden" not in summary]
    assert wrong == ["email"]


def test_a_faulty_plain_form_comes_back_with_its_answers(app: Flask, client: FlaskClient) -> None:
    answer = client.post(FORM, data=filled(client, email="anna@"), follow_redirects=True)

    assert answer.status_code == 422
    assert 'value="anna@"' in answer.get_data(as_text=True)
    assert captures(app) == []


def test_the_module_gets_a_receipt_that_repeats_id_and_digest(app: Flask, client: FlaskClient) -> None:
    data = filled(client, email="anna@example.com")

    receipts: list[dict[str, Any]] = [client.post(FORM, data=data, headers=JSON).get_json() for _ in range(2)]

    stored = {"staying": "self", "given_name": "Anna", "family_name": "Rossi", "email": "anna@example.com"}
    for receipt, status in zip(receipts, ("stored", "duplicate"), strict=True):
        assert receipt == {
            "protocol": "oneguest-1",
            "id": data["capture"],
            "digest": answers_digest("pre_check_in", 2, stored).hex(),
            "status": status,
        }
    assert len(captures(app)) == 1


def test_a_form_that_the_module_sends_is_never_refused_for_what_it_holds(
    app: Flask, client: FlaskClient
) -> None:
    answer = client.post(
        FORM, data=filled(client, email="not an address", birth_date_year="99"), headers=JSON
    )

    assert answer.get_json()["status"] == "stored"
    assert captures(app)[0].answers["email"] == "not an address"


def test_a_form_of_an_older_version_is_taken_in_for_ever(app: Flask, client: FlaskClient) -> None:
    data = filled(client, version="1", email="anna@example.com", birth_date_year="1985")

    assert client.post(FORM, data=data, headers=JSON).get_json()["status"] == "stored"
    capture = captures(app)[0]
    assert (capture.form_version, capture.answers["birth_date_year"]) == (1, "1985")
    assert "staying" not in capture.answers


@pytest.mark.parametrize("wrong", [{"capture": "x"}, {"version": "99"}, {"version": "x"}, {"capture": ""}])
def test_a_form_without_a_proper_id_or_version_is_not_understood(
    app: Flask, client: FlaskClient, wrong: dict[str, str]
) -> None:
    assert client.post(FORM, data=filled(client) | wrong, headers=JSON).status_code == 422
    assert captures(app) == []


@pytest.mark.parametrize("address", ["/kiosk/nothing/en", "/kiosk/pre_check_in/xx", "/kiosk/pre_check_in"])
def test_a_form_or_language_that_we_do_not_have_is_not_found(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404


def test_every_page_of_a_demo_says_so(sqlite_url: str, tmp_path: Any) -> None:
    from tests.house import make_app

    client = make_app(tmp_path, sqlite_url, demo=True).test_client()

    for address in ("/", "/kiosk/", FORM, "/g/unknown", "/nowhere"):
        assert "every guest here is invented" in client.get(address, follow_redirects=True).get_data(
            as_text=True
        ), address

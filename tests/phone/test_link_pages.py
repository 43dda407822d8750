"""The guest's link on the phone: closed to everybody else, and it shows nothing that is stored."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.captures.models import Capture, GuestLink
from server.clock import clock
from server.db import reading, writing
from tests.house import Expected, expect_guest, token_of


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


def enter(client: FlaskClient, expected: Expected) -> str:
    """Open the link; return the CSRF token of the form."""
    address = f"/g/{expected.token}"
    data = expected.right_answers | {"csrf_token": token_of(client, address)}
    answer = client.post(address, data=data)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/g/form"
    return token_of(client, "/g/form")


def shown_after(client: FlaskClient, data: dict[str, str]) -> str:
    """The page that a plain form leads to."""
    return client.post("/g/form", data=data, follow_redirects=True).get_data(as_text=True)


def the_link(app: Flask, expected: Expected) -> GuestLink:
    with reading(app.config["ENGINE"]) as session:
        return session.get_one(GuestLink, expected.link_id)


def test_the_link_shows_the_hotels_name_and_nothing_of_the_stay(
    client: FlaskClient, expected: Expected
) -> None:
    page = client.get(f"/g/{expected.token}").get_data(as_text=True)

    assert "Hôtel des Arcades" in page
    for secret in ("María", "Cruz", "BK-2040", expected.token, str(expected.arrives)):
        assert secret not in page


def test_the_door_speaks_the_guests_language_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    address = f"/g/{expected.token}"
    door = client.get(address).get_data(as_text=True)
    assert re.findall(r'value="language:(\w+)".*?>(.*?)</button>', door) == [
        ("en", "English"),
        ("fr", "Français"),
    ]
    typed = {"csrf_token": token_of(client, address), "last_name": "Zoë", "day": "7", "go": "language:fr"}

    answer = client.post(address, data=typed, follow_redirects=True)

    door = answer.get_data(as_text=True)
    assert '<html lang="fr"' in door
    assert "Jour d’arrivée" in door
    assert 'value="Zoë"' in door
    assert 'name="day" type="text" inputmode="numeric" maxlength="2" value="7"' in door
    assert the_link(app, expected).wrong_answers == 0  # no answer was tried
    enter(client, expected)
    assert "Séjournez-vous chez nous" in client.get("/g/form").get_data(as_text=True)


@pytest.mark.parametrize("wish", ["language:xx", "language:", "language:../en"])
def test_a_language_we_do_not_have_is_refused(client: FlaskClient, expected: Expected, wish: str) -> None:
    address = f"/g/{expected.token}"
    data = expected.right_answers | {"csrf_token": token_of(client, address), "go": wish}

    assert client.post(address, data=data).status_code == 422


def test_a_preview_robot_changes_nothing(app: Flask, client: FlaskClient, expected: Expected) -> None:
    before = the_link(app, expected).__dict__ | {"_sa_instance_state": None}
    for method in ("GET", "HEAD", "GET"):
        assert client.open(f"/g/{expected.token}", method=method).status_code == 200

    assert the_link(app, expected).__dict__ | {"_sa_instance_state": None} == before


def without_tokens(page: str) -> str:
    return re.sub(r'csrf_token" value="[^"]+"', "", page)


def test_unknown_expired_and_revoked_links_look_the_same(app: Flask, expected: Expected) -> None:
    other = expect_guest(app.config["ENGINE"], now=clock(), last_name="Rossi")
    with writing(app.config["ENGINE"]) as session:
        session.get_one(GuestLink, expected.link_id).expires_at = clock()
        session.get_one(GuestLink, other.link_id).revoked_at = clock()

    answers = [app.test_client().get(f"/g/{token}") for token in ("x" * 32, expected.token, other.token)]

    assert {answer.status_code for answer in answers} == {404}
    assert len({without_tokens(answer.get_data(as_text=True)) for answer in answers}) == 1


def test_ten_wrong_tokens_in_a_minute_are_enough(app: Flask, expected: Expected) -> None:
    guess = [app.test_client().get(f"/g/guess-{i}").status_code for i in range(11)]

    assert guess == [404] * 10 + [429]
    assert app.test_client().get(f"/g/{expected.token}").status_code == 429
    elsewhere = app.test_client().get(
        f"/g/{expected.token}", environ_overrides={"REMOTE_ADDR": "198.51.100.7"}
    )
    assert elsewhere.status_code == 200


def test_wrong_answers_are_counted_and_lock_the_link_for_a_while(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    address = f"/g/{expected.token}"
    data = expected.right_answers | {"last_name": "Smith", "csrf_token": token_of(client, address)}

    statuses = [client.post(address, data=data, follow_redirects=True).status_code for _ in range(5)]

    assert statuses == [422] * 4 + [429]
    assert the_link(app, expected).wrong_answers == 5
    data["last_name"] = expected.last_name
    assert client.post(address, data=data, follow_redirects=True).status_code == 429


@pytest.mark.parametrize("day", ["", "0", "31", "abc", "9" * 500])
def test_any_day_that_is_not_the_arrival_is_simply_wrong(
    client: FlaskClient, expected: Expected, day: str
) -> None:
    address = f"/g/{expected.token}"
    data = expected.right_answers | {"year": "1999", "day": day, "csrf_token": token_of(client, address)}

    assert client.post(address, data=data, follow_redirects=True).status_code == 422


def test_the_form_is_closed_to_who_did_not_open_the_link(client: FlaskClient) -> None:
    for address in ("/g/form", "/g/received"):
        answer = client.get(address)
        assert answer.status_code == 303
        assert answer.headers["Location"] == "/g/closed"


def test_a_link_revoked_meanwhile_ends_the_form(app: Flask, client: FlaskClient, expected: Expected) -> None:
    token = enter(client, expected)
    with writing(app.config["ENGINE"]) as session:
        session.get_one(GuestLink, expected.link_id).revoked_at = clock()

    answer = client.post(
        "/g/form", data={"csrf_token": token, "step": "name"}, headers={"HX-Request": "true"}
    )

    assert answer.status_code == 204
    assert answer.headers["HX-Redirect"] == "/g/closed"


ANSWERS = {
    "language": "en",
    "staying": "self",
    "given_name": "María",
    "family_name": "Gómez",
    "email": "maria@example.com",
    "mobile_way_out": "declined",
    "wishes_way_out": "skipped",
    "stay_way_out": "skipped",
}


def finish(client: FlaskClient, token: str, **changed: str) -> int:
    data = ANSWERS | {"csrf_token": token, "step": "check", "go": "next"} | changed
    return client.post("/g/form", data=data).status_code


def test_a_finished_form_is_stored_as_bound_to_the_booking(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    assert finish(client, enter(client, expected), news="yes") == 303

    with reading(app.config["ENGINE"]) as session:
        capture = session.scalars(select(Capture)).one()
    assert (capture.surface, capture.proof) == ("phone", "booking-bound")
    assert capture.guest_link_id == expected.link_id
    assert capture.answers == {name: text for name, text in ANSWERS.items() if name != "language"} | {
        "news": "yes"
    }
    assert the_link(app, expected).used_at is not None


def test_one_link_takes_one_form_and_shows_it_to_nobody(
    app: Flask, client: FlaskClient, expected: Expected
) -> None:
    token = enter(client, expected)
    finish(client, token)
    finish(client, token, given_name="Somebody else")

    later = app.test_client()
    address = f"/g/{expected.token}"
    opened = later.post(address, data=expected.right_answers | {"csrf_token": token_of(later, address)})
    page = later.get(opened.headers["Location"]).get_data(as_text=True)

    assert opened.headers["Location"] == "/g/received"
    assert "maria@example.com" not in page
    assert "María" not in page
    with reading(app.config["ENGINE"]) as session:
        assert len(session.scalars(select(Capture)).all()) == 1


def test_the_cookie_holds_neither_token_nor_answer(client: FlaskClient, expected: Expected) -> None:
    from itsdangerous import base64_decode

    enter(client, expected)
    cookie = client.get_cookie("oneguest")
    assert cookie is not None

    content = base64_decode(cookie.value.lstrip(".").split(".")[0])
    assert expected.token.encode() not in content
    assert b"Cruz" not in content


def test_what_is_wrong_is_said_and_what_was_typed_is_kept(client: FlaskClient, expected: Expected) -> None:
    token = enter(client, expected)

    answer = client.post(
        "/g/form",
        data={"csrf_token": token, "language": "fr", "step": "email", "given_name": "Zoë", "email": "zoë@"},
        headers={"HX-Request": "true"},
    )
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert "Une adresse e-mail ressemble à" in page
    assert 'value="zoë@"' in page
    assert 'name="given_name" value="Zoë"' in page
    assert "<html" not in page


def test_a_slip_in_the_address_is_asked_about_once(client: FlaskClient, expected: Expected) -> None:
    data = {
        "csrf_token": enter(client, expected),
        "language": "en",
        "step": "email",
        "email": "maria@gmial.com",
    }

    asked = shown_after(client, data)
    kept = shown_after(client, data | {"asked_about": "maria@gmial.com"})
    taken = shown_after(client, data | {"go": "use"})

    assert "Did you mean maria@gmail.com?" in asked
    assert "What is your mobile number?" in kept
    assert 'value="maria@gmail.com"' in taken


def test_the_language_can_be_changed_at_any_step_without_losing_an_answer(
    client: FlaskClient, expected: Expected
) -> None:
    data = {"csrf_token": enter(client, expected), "language": "en", "step": "mobile", "given_name": "Zoë"}

    page = shown_after(client, data | {"go": "language:fr"})

    assert "Quel est votre numéro de mobile" in page
    assert 'name="given_name" value="Zoë"' in page


@pytest.mark.parametrize(
    "data",
    [
        {"step": "nowhere"},
        {"step": "stay", "go": "out:declined"},
        {"step": "email", "go": "change:nowhere"},
        {},
    ],
)
def test_a_request_that_no_page_of_ours_makes_is_refused(
    client: FlaskClient, expected: Expected, data: dict[str, str]
) -> None:
    assert client.post("/g/form", data=data | {"csrf_token": enter(client, expected)}).status_code == 422


def test_what_a_guest_types_is_shown_as_text(client: FlaskClient, expected: Expected) -> None:
    nasty = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    data = ANSWERS | {"csrf_token": enter(client, expected), "step": "stay", "go": "out:skipped"}

    page = shown_after(client, data | {"given_name": nasty})

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page

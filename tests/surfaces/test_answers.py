"""What every answer carries and every request must pass."""

from __future__ import annotations

import gzip
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, abort, g
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server.access import anyone, list_routes, machine
from server.db import reading
from server.properties.models import LegalEntity
from server.protection import host_is_ours, takes_uploads
from tests.house import make_app, make_settings, sit, token_of

PAGES = ("/", "/kiosk/", "/kiosk/pre_check_in/en", "/g/unknown", "/healthz", "/nowhere", "/static/base.css")


@pytest.mark.parametrize("address", PAGES)
def test_every_answer_carries_the_security_headers(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers

    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Permissions-Policy" in headers


def test_a_failing_page_carries_them_too_and_shows_no_trace(own_app: Flask) -> None:
    @own_app.get("/breaks")
    @anyone
    def breaks() -> str:
        raise ValueError("secret words about Anna Rossi")

    answer = own_app.test_client().get("/breaks")

    assert answer.status_code == 500
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert b"Rossi" not in answer.data
    assert b"Traceback" not in answer.data


def test_a_fault_is_logged_without_the_words_it_quotes(
    own_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    @own_app.get("/breaks")
    @anyone
    def breaks() -> str:
        raise ValueError("anna.rossi@example.com is wrong")

    own_app.test_client().get("/breaks")

    assert "page failed endpoint=breaks error=ValueError at" in caplog.text
    assert "rossi" not in caplog.text


@pytest.mark.parametrize(
    ("address", "kept"),
    [("/", "no-store"), ("/kiosk/pre_check_in/en", "no-store"), ("/g/unknown", "no-store")],
)
def test_personal_pages_are_never_kept(client: FlaskClient, address: str, kept: str) -> None:
    assert client.get(address).headers["Cache-Control"] == kept


def test_a_file_with_its_content_in_its_address_is_kept_for_ever(client: FlaskClient) -> None:
    assert "immutable" in client.get("/static/base.css?v=1").headers["Cache-Control"]
    assert "no-cache" in client.get("/static/base.css").headers["Cache-Control"]


def test_a_file_goes_out_compressed_and_a_page_does_not(client: FlaskClient) -> None:
    wants = {"Accept-Encoding": "gzip"}
    plain, squeezed = client.get("/static/guest.css"), client.get("/static/guest.css", headers=wants)

    assert gzip.decompress(squeezed.data) == plain.data
    assert squeezed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert all("Accept-Encoding" in answer.headers["Vary"] for answer in (plain, squeezed))
    known = wants | {"If-None-Match": squeezed.headers["ETag"]}
    assert client.get("/static/guest.css", headers=known).status_code == 304
    page = client.get("/g/unknown", headers=wants)  # what is secret in it cannot be told by its length
    assert "Content-Encoding" not in page.headers


def test_behind_https_the_cookie_is_bound_to_the_host_and_https_is_strict(
    sqlite_url: str, tmp_path: Path
) -> None:
    app = make_app(tmp_path, sqlite_url, public_url="https://guests.hotel.example")

    answer = app.test_client().get("/kiosk/pre_check_in/en", base_url="https://guests.hotel.example")

    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-oneguest=")
    assert all(word in cookie for word in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
    assert "Domain" not in cookie


# --- who may come in


def test_every_route_says_who_may_open_it(app: Flask) -> None:
    closed = [route["rule"] for route in list_routes(app) if route["guard"] == "closed"]

    assert closed == []


def test_a_route_that_does_not_say_is_closed(own_app: Flask) -> None:
    own_app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    answer = own_app.test_client().get("/forgotten")

    assert answer.status_code == 403
    assert b"secret" not in answer.data


SPOOFS: tuple[dict[str, str], ...] = (
    {},
    {"X-Forwarded-For": "127.0.0.1"},
    {"Forwarded": "for=127.0.0.1;host=localhost"},
    {"X-Real-IP": "127.0.0.1"},
    {"X-Forwarded-Host": "localhost", "X-Forwarded-Proto": "https"},
)


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "192.168.1.20"])
@pytest.mark.parametrize("headers", SPOOFS, ids=["plain", "for", "forwarded", "real", "host"])
def test_the_desk_asks_who_you_are_wherever_you_say_you_come_from(
    client: FlaskClient, peer: str, headers: dict[str, str]
) -> None:
    answer = client.get("/", environ_overrides={"REMOTE_ADDR": peer}, headers=headers)

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/desk/sign-in?next=/"


@pytest.mark.parametrize("peer", ["127.0.0.1", "192.168.1.20"])
def test_a_colleague_who_signed_in_is_at_the_desk_from_any_machine(desk: FlaskClient, peer: str) -> None:
    assert desk.get("/", environ_overrides={"REMOTE_ADDR": peer}).status_code == 200


def test_under_the_public_name_the_desk_asks_too(sqlite_url: str, tmp_path: Path) -> None:
    app = make_app(tmp_path, sqlite_url, public_url="https://guests.hotel.example")

    answer = app.test_client().get("/", base_url="https://guests.hotel.example")

    assert answer.status_code == 303
    assert answer.headers["Location"] == "/desk/sign-in?next=/"


@pytest.mark.parametrize("cookie", ["", "x", "A" * 43, "%00", "é"])
def test_a_cookie_that_nobody_was_given_opens_nothing(client: FlaskClient, cookie: str) -> None:
    assert sit(client, cookie).get("/").status_code == 303


@pytest.mark.parametrize(
    ("host", "changed", "ours"),
    [
        ("localhost:8000", {}, True),
        ("127.0.0.1", {}, True),
        ("[::1]:8000", {}, True),
        ("evil.example", {}, False),
        ("localhost.evil.example", {}, False),
        ("192.168.1.5", {}, False),
        ("", {}, False),
        ("guests.hotel.example", {"public_url": "https://guests.hotel.example"}, True),
        ("evil.example", {"public_url": "https://guests.hotel.example"}, False),
        ("192.168.1.5:8000", {"host": "0.0.0.0"}, True),
        ("desk.lan", {"host": "desk.lan"}, True),
        ("evil.example", {"host": "0.0.0.0"}, False),
    ],
)
def test_a_request_for_another_house_is_not_ours(
    tmp_path: Path, host: str, changed: dict[str, Any], ours: bool
) -> None:
    assert host_is_ours(host, make_settings(tmp_path, "sqlite://", **changed)) is ours


@pytest.mark.parametrize("host", ["evil.example", "[broken", "a b"])
def test_a_foreign_host_name_gets_nothing(client: FlaskClient, host: str) -> None:
    answer = client.get("/", headers={"Host": host})

    assert answer.status_code == 400
    assert b"Arrivals" not in answer.data


# --- unsafe requests


def test_every_unsafe_route_refuses_a_request_without_a_token(app: Flask) -> None:
    for route in list_routes(app):
        for method in set(route["methods"]) - {"GET"}:
            address = re.sub(r"<int:\w+>", "1", route["rule"]).replace("<language>", "en")
            address = re.sub(r"<\w+>", "x", address)
            answer = app.test_client().open(address, method=method)
            assert answer.status_code in (303, 400, 401, 403), (route["rule"], method, answer.status_code)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 303),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 303),
        ({"Origin": "http://localhost"}, 303),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
    ],
)
def test_a_form_of_another_site_is_refused_even_with_a_token(
    desk: FlaskClient, headers: dict[str, str], status: int
) -> None:
    data = {"csrf_token": token_of(desk, "/"), "language": "fr"}

    assert desk.post("/desk/language", data=data, headers=headers).status_code == status


def test_a_machine_proves_itself_and_needs_no_token(own_app: Flask) -> None:
    @own_app.post("/hook")
    @machine(lambda: True)
    def hook() -> str:
        return "heard"

    @own_app.post("/closed-hook")
    @machine(lambda: False)
    def closed_hook() -> str:
        return "heard"

    assert own_app.test_client().post("/hook").data == b"heard"
    assert own_app.test_client().post("/closed-hook").status_code == 403


@pytest.mark.parametrize(("address", "status"), [("/small", 413), ("/large", 200)])
def test_only_an_upload_may_be_larger_than_a_megabyte(own_app: Flask, address: str, status: int) -> None:
    @own_app.post("/small")
    @machine(lambda: True)
    def small() -> str:
        return "taken"

    @own_app.post("/large")
    @machine(lambda: True)
    @takes_uploads
    def large() -> str:
        return "taken"

    assert own_app.test_client().post(address, data=b"x" * 1_000_001).status_code == status


def test_a_form_of_thousands_of_parts_is_refused(desk: FlaskClient) -> None:
    parts = {f"n{i}": (BytesIO(b"x"), "x") for i in range(300)}

    answer = desk.post("/desk/language", data=parts, content_type="multipart/form-data")

    assert answer.status_code == 413


# --- one commit for each request, before the answer leaves


def _add_entity(name: str) -> None:
    g.session.add(LegalEntity(name=name))


def _entities(app: Flask) -> int:
    with reading(app.config["ENGINE"]) as session:
        return session.scalar(select(func.count()).where(LegalEntity.name.like("New%"))) or 0


def test_what_a_page_wrote_is_committed_when_its_answer_arrives(own_app: Flask) -> None:
    @own_app.post("/writes")
    @machine(lambda: True)
    def writes() -> str:
        _add_entity("New house")
        return "done"

    assert own_app.test_client().post("/writes").status_code == 200
    assert _entities(own_app) == 1


def test_what_a_refused_request_wrote_is_undone(own_app: Flask) -> None:
    @own_app.post("/refuses")
    @machine(lambda: True)
    def refuses() -> str:
        _add_entity("New house")
        g.session.flush()
        abort(422)

    assert own_app.test_client().post("/refuses").status_code == 422
    assert _entities(own_app) == 0


def test_a_commit_that_fails_is_never_a_success(own_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    @own_app.post("/writes")
    @machine(lambda: True)
    def writes() -> str:
        _add_entity("New house")
        return "done"

    def disk_full(self: Session) -> None:
        raise OperationalError("INSERT", {}, Exception("disk is full"))

    monkeypatch.setattr(Session, "commit", disk_full)
    answer = own_app.test_client().post("/writes")
    monkeypatch.undo()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert _entities(own_app) == 0


def test_a_reading_request_cannot_write(own_app: Flask) -> None:
    @own_app.get("/writes-on-get")
    @anyone
    def writes_on_get() -> str:
        _add_entity("New house")
        g.session.flush()
        return "done"

    assert own_app.test_client().get("/writes-on-get").status_code == 500
    assert _entities(own_app) == 0


# --- errors in our own words


@pytest.mark.parametrize("code", [400, 403, 404, 413, 422, 429, 500, 503])
def test_every_error_says_what_to_do_in_the_visitors_language(own_app: Flask, code: int) -> None:
    @own_app.get("/fails")
    @anyone
    def fails() -> str:
        abort(code)

    page = own_app.test_client().get("/fails", headers={"Accept-Language": "fr"})
    fragment = own_app.test_client().get("/fails", headers={"HX-Request": "true"})

    assert page.status_code == fragment.status_code == code
    assert '<html lang="fr"' in page.get_data(as_text=True)
    assert "<html" not in fragment.get_data(as_text=True)
    assert 'role="alert"' in fragment.get_data(as_text=True)

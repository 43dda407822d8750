"""A guest's reply by e-mail reaches the demo's house, and no real one has that door."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.app import create_app
from server.db import reading
from server.demo.carrying.signing import HEADER, sign
from server.prompts.models import Reply
from server.settings import read_settings
from tests.stores import open_store

TOKEN = "a token of the demo"
ADDRESS = "http://localhost:8000/hooks/demo/mail"
REPLY = {
    "MessageId": "<1@guests.invalid>",
    "InReplyTo": "<2@hotel.example>",
    "From": "anna@guests.example",
    "To": "reception@hotel.example",
    "Text": "My own: anna@home.example",
}


@pytest.fixture
def demo(sqlite_url: str, tmp_path: Path) -> Flask:
    settings = read_settings({"ONEGUEST_DATA_DIR": str(tmp_path), "ONEGUEST_DEMO": "1"})
    settings = replace(settings, database_url=sqlite_url, twilio_account="AC" + "0" * 32, twilio_token=TOKEN)
    return create_app(settings, engine=open_store(sqlite_url))


@pytest.fixture
def client(demo: Flask) -> FlaskClient:
    return demo.test_client()


def replies(app: Flask) -> list[Reply]:
    with reading(app.config["ENGINE"]) as session:
        return list(session.scalars(select(Reply)))


def test_a_signed_reply_is_stored_once(demo: Flask, client: FlaskClient) -> None:
    signed = {HEADER: sign(TOKEN, ADDRESS, REPLY)}

    answers = [client.post("/hooks/demo/mail", data=REPLY, headers=signed).status_code for _ in range(2)]

    assert answers == [204, 204]
    (reply,) = replies(demo)
    assert (reply.channel, reply.sent_from, reply.text) == ("email", REPLY["From"], REPLY["Text"])


@pytest.mark.parametrize(
    ("changed", "signed"),
    [({}, ""), ({"Text": "Another"}, None), ({"More": "x"}, None)],
)
def test_what_is_not_signed_is_not_heard(
    demo: Flask, client: FlaskClient, changed: dict[str, str], signed: str | None
) -> None:
    signature = sign(TOKEN, ADDRESS, REPLY) if signed is None else signed

    answer = client.post("/hooks/demo/mail", data=REPLY | changed, headers={HEADER: signature})

    assert answer.status_code in (401, 403, 404)
    assert replies(demo) == []


def test_a_real_house_has_no_such_door(demo: Flask, sqlite_url: str) -> None:
    real = create_app(replace(demo.config["ONEGUEST"], demo=False), engine=open_store(sqlite_url))

    answer = real.test_client().post(
        "/hooks/demo/mail", data=REPLY, headers={HEADER: sign(TOKEN, ADDRESS, REPLY)}
    )

    assert answer.status_code == 404

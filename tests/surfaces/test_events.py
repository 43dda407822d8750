"""Another system reads what changed: with a token, by cursor, ids only; and the reader of the docs works."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select
from werkzeug.test import TestResponse

from server import cli
from server.clock import clock
from server.db import make_engine, reading, writing
from server.guests.linking import link_waiting
from server.guests.models import GuestEvent
from server.journal.models import JournalEntry
from server.properties.models import Property
from server.staff.models import ApiToken
from server.staff.tokens import IssuedToken, find_token, issue_token, revoke_token
from tests.builders import PATRICK, take_in

DOCS = Path(__file__).parents[2] / "docs" / "events.md"
OLGA = {"key": "S-1", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}


def token_for(app: Flask, *codes: str) -> IssuedToken:
    with writing(app.config["ENGINE"]) as session:
        houses = session.scalars(select(Property.id).where(Property.code.in_(codes))).all() or None
        secret = app.config["INDEX_KEY"]
        return issue_token(session, "newsletter", houses, secret=secret, actor="command", now=clock())


def ask(client: FlaskClient, token: str | None, query: str = "", **headers: str) -> TestResponse:
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    return client.get(f"/api/v1/events{query}", headers=headers)


@pytest.fixture
def filled(app: Flask) -> Flask:
    engine = app.config["ENGINE"]
    take_in(engine, PATRICK | {"key": "A-1"}, at="house")
    take_in(engine, OLGA, source="pms_b", at="lyon")
    link_waiting(engine)
    return app


def test_a_token_reads_what_changed_and_nothing_of_whom(filled: Flask, client: FlaskClient) -> None:
    answer = ask(client, token_for(filled).text)

    assert answer.status_code == 200
    page = answer.get_json()
    assert set(page) == {"events", "next"}
    assert {frozenset(event) for event in page["events"]} == {
        frozenset(("id", "at", "kind", "guest", "from", "stay", "record", "cause"))
    }
    told = [(event["kind"], event["record"]) for event in page["events"]]
    assert [record for kind, record in told if kind == "linked"] == [
        {"source": "pms_a", "key": "A-1"},
        {"source": "pms_b", "key": "S-1"},
    ]
    assert page["next"] == page["events"][-1]["id"]
    text = answer.get_data(as_text=True).lower()
    assert not [word for word in ("martin", "patrick", "olga", "ivanova", "@", "6525") if word in text]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Set-Cookie" not in answer.headers


def test_a_token_of_one_house_reads_of_that_house(filled: Flask, client: FlaskClient) -> None:
    events = ask(client, token_for(filled, "lyon").text).get_json()["events"]

    assert {event["record"]["source"] for event in events if event["record"]} == {"pms_b"}
    assert len({event["guest"] for event in events}) == 1


def test_pages_follow_each_other_and_the_last_says_stay_here(filled: Flask, client: FlaskClient) -> None:
    token = token_for(filled).text
    first = ask(client, token, "?limit=1").get_json()
    second = ask(client, token, f"?limit=1&after={first['next']}").get_json()
    last = ask(client, token, f"?after={second['next']}").get_json()["next"]

    assert first["events"][0]["id"] < second["events"][0]["id"] == second["next"]
    assert ask(client, token, f"?after={last}").get_json() == {"events": [], "next": last}


def test_an_unchanged_answer_is_not_sent_again(filled: Flask, client: FlaskClient) -> None:
    token = token_for(filled).text
    tag = ask(client, token).headers["ETag"]

    assert ask(client, token, **{"If-None-Match": tag}).status_code == 304


@pytest.mark.parametrize(
    "query",
    [
        "?after=", "?after=-1", "?after=x", "?after=1.5", "?after=٣", "?after=1&after=2", "?limit=0",
        "?limit=501", "?since=3", "?after=99999999999999999999", "?after=4294967296", "?after=%00",
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused(filled: Flask, client: FlaskClient, query: str) -> None:
    answer = ask(client, token_for(filled).text, query)

    assert (answer.status_code, answer.get_json()) == (400, {"error": "events.not_understood"})


def test_a_reader_that_slept_too_long_is_told_where_to_begin(filled: Flask, client: FlaskClient) -> None:
    engine = filled.config["ENGINE"]
    take_in(engine, *(PATRICK | {"key": f"B-{n}", "first_name": f"P{n}"} for n in range(5)))
    link_waiting(engine)
    token = token_for(filled).text
    newest = ask(client, token).get_json()["next"]
    with writing(engine) as session:
        session.execute(delete(GuestEvent).where(GuestEvent.id < newest))

    answer = ask(client, token, "?after=1")

    assert answer.status_code == 410
    assert answer.get_json() == {"error": "events.gone", "oldest": newest}
    assert ask(client, token, f"?after={newest - 1}").status_code == 200
    assert ask(client, token, f"?after={newest + 1}").status_code == 410


def test_without_a_live_token_nothing_is_told_and_nobody_learns_why(
    filled: Flask, client: FlaskClient
) -> None:
    ended = token_for(filled)
    with writing(filled.config["ENGINE"]) as session:
        revoke_token(session, ended.token.id, actor="command", now=clock())

    answers = [ask(client, token) for token in (None, "", "ogt_nothing", ended.text)]
    answers.append(client.get("/api/v1/events", headers={"Authorization": "Basic b25lOnR3bw=="}))

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert {answer.headers["WWW-Authenticate"] for answer in answers} == {"Bearer"}


def test_who_tries_tokens_has_to_wait(
    filled: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = token_for(filled).text
    for number in range(10):
        assert ask(client, f"ogt_{number}").status_code == 401

    answer = ask(client, right)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "60")

    later = clock() + timedelta(minutes=2)
    monkeypatch.setattr("server.access.clock", lambda: later)
    assert ask(client, right).status_code == 200


def test_a_token_opens_nothing_else(filled: Flask, client: FlaskClient) -> None:
    headers = {"Authorization": f"Bearer {token_for(filled).text}"}

    assert client.get("/desk/guests", headers=headers).status_code == 303
    assert client.post("/api/v1/events", headers=headers).status_code == 405


def test_the_list_says_when_a_token_was_last_used(filled: Flask, client: FlaskClient) -> None:
    issued = token_for(filled)
    with ask(client, issued.text):
        pass

    with reading(filled.config["ENGINE"]) as session:
        token = session.get_one(ApiToken, issued.token.id)
        assert token.last_used_at is not None
        assert issued.text.encode() not in token.token_hash


def test_tokens_are_issued_listed_and_ended_from_the_terminal(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONEGUEST_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ONEGUEST_DATA_DIR", str(tmp_path / "data"))

    assert cli.main(["token", "issue", "newsletter", "--property", "house"]) == 0
    text, how = capsys.readouterr().out.splitlines()
    assert text.startswith("ogt_")
    assert "token revoke 1" in how

    assert cli.main(["token", "list"]) == 0
    listed = capsys.readouterr().out
    assert text not in listed
    for word in ("newsletter", "house", "open", "never used"):
        assert word in listed

    assert cli.main(["token", "revoke", "1"]) == 0
    assert cli.main(["token", "revoke", "1"]) == 1
    assert cli.main(["token", "revoke", "99999999999"]) == 1
    assert cli.main(["token", "issue", " "]) == 1
    assert cli.main(["token", "issue", "x", "--property", "nowhere"]) == 1
    assert "There is no open token 1" in capsys.readouterr().err

    with reading(make_engine(sqlite_url)) as session:
        acts = session.scalars(select(JournalEntry).order_by(JournalEntry.id)).all()
        assert [(entry.act, entry.subject) for entry in acts if entry.subject.startswith("token")] == [
            ("token.issued", "token:1"),
            ("token.revoked", "token:1"),
        ]
        assert find_token(session, text, secret=b"another key of another house....") is None


@pytest.fixture
def read_on() -> Callable[..., Iterator[int]]:
    """The reader's loop, as docs/events.md has it."""
    block = re.search(r"(?ms)^```python\n(.*?)^```", DOCS.read_text(encoding="utf-8"))
    assert block is not None
    assert len(block[1].split("\n\n\n")[1].splitlines()) <= 15
    names: dict[str, Any] = {}
    exec(block[1], names)  # noqa: S102 (it is the documentation that is under test)
    loop: Callable[..., Iterator[int]] = names["read_on"]
    return loop


def test_the_reader_of_the_docs_gets_every_event_once(
    filled: Flask, served: str, read_on: Callable[..., Iterator[int]]
) -> None:
    token, taken = token_for(filled).text, list[dict[str, Any]]()
    reader = read_on(served, token, 0, taken.append, pause=0)
    kept = next(reader)

    take_in(filled.config["ENGINE"], OLGA | {"key": "S-2"}, source="pms_b", at="lyon")
    link_waiting(filled.config["ENGINE"])
    while (now := next(reader)) != kept:
        kept = now

    assert [event["record"]["key"] for event in taken if event["kind"] == "linked"] == ["A-1", "S-1", "S-2"]
    assert [event["id"] for event in taken] == sorted({event["id"] for event in taken})


def test_the_answer_of_the_docs_has_the_fields_of_the_real_one(filled: Flask, client: FlaskClient) -> None:
    block = re.search(r"(?ms)^```json\n(.*?)^```", DOCS.read_text(encoding="utf-8"))
    assert block is not None
    shown, real = json.loads(block[1]), ask(client, token_for(filled).text).get_json()

    assert shown.keys() == real.keys()
    assert shown["events"][0].keys() == real["events"][0].keys()

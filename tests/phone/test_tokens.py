"""Wrong tokens of guests' messages: the same answer, the same work, and ten a minute over all their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from server.captures.models import GuestLink
from server.clock import clock
from server.db import writing
from tests.house import Expected, expect_guest, token_of

PAGES = ("/g/{}", "/g/{}/not-me", "/g/{}/traveller", "/g/mine/{}")


@pytest.fixture
def expected(app: Flask) -> Expected:
    return expect_guest(app.config["ENGINE"], now=clock())


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """What is asked of the store: an answer takes as long as that, and the rest is the same page."""
    asked: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(app.config["ENGINE"], "before_cursor_execute", hear)
    yield asked
    event.remove(app.config["ENGINE"], "before_cursor_execute", hear)


@pytest.mark.parametrize("page", PAGES)
def test_unknown_expired_and_revoked_are_one_answer_for_the_same_work(
    app: Flask, expected: Expected, page: str
) -> None:
    other = expect_guest(app.config["ENGINE"], now=clock(), last_name="Rossi")
    with writing(app.config["ENGINE"]) as session:
        session.get_one(GuestLink, expected.link_id).expires_at = clock()
        session.get_one(GuestLink, other.link_id).revoked_at = clock()
    answers, work = set(), set()

    for token in ("x" * 32, "short", "ü" * 300, expected.token, other.token):
        with statements(app) as asked:
            answer = app.test_client().get(page.format(token))
        answers.add((answer.status_code, re.sub(r'csrf_token" value="[^"]+"', "", answer.text)))
        if token != expected.token and token != other.token:
            work.add(tuple(asked))
        else:  # a link that was: no second table is asked, where rehearsals stand
            assert 0 <= max(map(len, work)) - len(asked) <= 1

    assert len(answers) == len(work) == 1


def test_all_pages_count_together(app: Flask, client: FlaskClient, expected: Expected) -> None:
    data = {"csrf_token": token_of(client, f"/g/{expected.token}")}

    statuses = [client.get(page.format("x" * 32)).status_code for page in PAGES]
    statuses += [client.post(page.format("x" * 32), data=data).status_code for page in PAGES]
    statuses += [client.get("/g/guess").status_code for _ in range(3)]

    assert statuses == [404] * 10 + [429]
    for page in PAGES:
        assert client.get(page.format(expected.token)).status_code == 429

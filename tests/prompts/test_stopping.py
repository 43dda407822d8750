"""One click ends our messages; nobody learns from it whether a link was right."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.prompts.models import OptOut
from server.prompts.opting import message_of_token, stop_token
from tests.house import app, client
from tests.prompts.asked_house import NUMBER, SECRET, messages, name_house, plan, put

__all__ = ["app", "client"]

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def stopped(app: Flask) -> list[str]:
    with reading(app.config["ENGINE"]) as session:
        return [row.how for row in session.scalars(select(OptOut))]


def link_of_message(app: Flask) -> str:
    engine = app.config["ENGINE"]
    plan(engine, now=clock())
    put(engine, now=clock())
    return f"/g/stop/{stop_token(app.config['INDEX_KEY'], messages(engine)[0].id)}"


def test_a_mailbox_ends_our_messages_by_itself_without_a_token_of_a_form(
    app: Flask, client: FlaskClient
) -> None:
    link = link_of_message(app)

    answers = [
        client.post(link, data=ONE_CLICK, headers={"Origin": "https://mail.example"}) for _ in range(2)
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert stopped(app) == ["unsubscribe"]


def test_a_scanner_that_opens_the_link_changes_nothing(app: Flask, client: FlaskClient) -> None:
    link = link_of_message(app)

    page = client.get(link)

    assert page.status_code == 200
    assert b"One-Click" in page.data
    assert stopped(app) == []


def test_a_wrong_link_is_answered_like_a_right_one(app: Flask, client: FlaskClient) -> None:
    link = link_of_message(app)
    wrong = link[:-1] + ("a" if link[-1] != "a" else "b")

    assert client.get(wrong).data == client.get(link).data
    assert client.post(wrong, data=ONE_CLICK).data == client.post(link, data=ONE_CLICK).data
    assert stopped(app) == ["unsubscribe"]


@pytest.mark.parametrize(
    "token", ["", ".", "1", "1.", "x.y", "1." + "a" * 16, "ffffffffffff.a", "１.ａ", "-1.a"]
)
def test_a_token_we_never_made_names_no_message(token: str) -> None:
    assert message_of_token(SECRET, token) is None


def test_a_post_that_does_not_say_it_ends_messages_is_refused(app: Flask, client: FlaskClient) -> None:
    assert client.post(link_of_message(app), data={}).status_code == 403
    assert stopped(app) == []


def test_anybody_can_read_which_messages_the_house_sends(app: Flask, client: FlaskClient) -> None:
    with writing(app.config["ENGINE"]) as session:
        code = name_house(session).code

    for address in ("/g/messages", f"/g/messages/{code}"):
        page = client.get(address).get_data(as_text=True)
        assert NUMBER in page
        assert "never ask for a card" in page
    assert client.get("/g/messages/nowhere").status_code == 404

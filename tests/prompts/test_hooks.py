"""What Twilio tells us is believed when it is signed and whole, acts once, and moves nothing backwards."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # it ships no types
from werkzeug.test import TestResponse

from server.clock import clock
from server.db import reading
from server.jobs.models import Job
from server.prompts.models import OptOut, Reply
from tests.house import app, client
from tests.prompts.asked_house import NUMBER, messages, phone_of, plan, prompts, put, take
from tests.prompts.small_twilio import ACCOUNT, TOKEN

__all__ = ["app", "client"]

PUBLIC = "https://guests.hotel.example"
SID = "SM" + "b" * 32


@pytest.fixture(autouse=True)
def _signed_for(app: Flask) -> None:
    settings = app.config["ONEGUEST"]
    app.config["ONEGUEST"] = replace(settings, twilio_account=ACCOUNT, twilio_token=TOKEN, public_url=PUBLIC)


def heard(body: str = "jean@posteo.example", sid: str = SID, **changed: str) -> dict[str, str]:
    """The fields of a guest's text, as Twilio posts them."""
    given = {
        "MessageSid": sid,
        "SmsMessageSid": sid,
        "AccountSid": ACCOUNT,
        "From": phone_of(1),
        "To": NUMBER,
        "Body": body,
        "FromCity": "PARIS",
        "NumMedia": "0",
    }
    return given | changed


def post(
    client: FlaskClient, fields: dict[str, str], path: str = "/hooks/twilio/message", **how: Any
) -> TestResponse:
    """A request as Twilio signs it: over our public address, whatever this server thinks its own is."""
    signature = RequestValidator(TOKEN).compute_signature(how.pop("signed", PUBLIC + path), fields)
    headers = {"X-Twilio-Signature": signature} | how.pop("headers", {})
    return client.post(path, data=how.pop("data", fields), headers=headers, **how)


def replies(app: Flask) -> int:
    with reading(app.config["ENGINE"]) as session:
        return session.scalar(select(func.count()).select_from(Reply)) or 0


def ask_guest(app: Flask, *numbers: int) -> None:
    plan(app.config["ENGINE"], numbers or (1,), now=clock(), secret=app.config["INDEX_KEY"])


def test_a_guests_text_is_stored_and_read_once(app: Flask, client: FlaskClient) -> None:
    ask_guest(app)

    answers = [post(client, heard()) for _ in range(3)]

    assert {(answer.status_code, answer.mimetype) for answer in answers} == {(200, "text/xml")}
    assert b"<Response/>" in answers[0].data
    with reading(app.config["ENGINE"]) as session:
        (reply,) = session.scalars(select(Reply))
        assert (reply.state, reply.text, reply.sent_from) == ("stored", "jean@posteo.example", phone_of(1))
        jobs = session.scalars(select(Job.payload).where(Job.kind == "read_reply")).all()
        assert jobs == [{"reply": reply.id}]


def test_a_hundred_replays_at_once_are_one_reply(app: Flask) -> None:
    ask_guest(app)

    with ThreadPoolExecutor(8) as many:
        codes = list(many.map(lambda _: post(app.test_client(), heard()).status_code, range(100)))

    assert set(codes) == {200}
    assert replies(app) == 1


FORGED: list[tuple[str, dict[str, Any], int]] = [
    ("no signature", {"headers": {"X-Twilio-Signature": ""}}, 403),
    ("a wrong one", {"headers": {"X-Twilio-Signature": "AAAA"}}, 403),
    ("signed for http", {"signed": "http://guests.hotel.example/hooks/twilio/message"}, 403),
    ("signed for another path", {"signed": f"{PUBLIC}/hooks/twilio/status"}, 403),
    ("json", {"data": b'{"Body": "x"}', "content_type": "application/json"}, 400),
    ("a body of a megabyte", {"data": b"a" * 1_100_000}, 413),
    ("no text at all", {"data": b"\xff\xfe\x00"}, 400),
]


@pytest.mark.parametrize(("what", "how", "status"), FORGED, ids=[one[0] for one in FORGED])
def test_what_is_not_surely_twilios_is_refused_and_nothing_is_stored(
    app: Flask, client: FlaskClient, what: str, how: dict[str, Any], status: int
) -> None:
    ask_guest(app)

    assert post(client, heard(), **how).status_code == status
    assert replies(app) == 0


ILL_CUT = [
    heard(MessageSid="SM1"),
    heard() | {"From": "anybody"},
    {name: value for name, value in heard().items() if name != "Body"},
    {name: value for name, value in heard().items() if name != "MessageSid"},
    heard(FromCity="xFrom+33699999999FromCountryFR"),
    heard(NumMedia="0SmsMessageSid" + SID),
    heard() | {"bodyToo": "x"},
]


@pytest.mark.parametrize("fields", ILL_CUT)
def test_a_signed_request_that_is_cut_otherwise_is_refused(
    app: Flask, client: FlaskClient, fields: dict[str, str]
) -> None:
    ask_guest(app)

    assert post(client, fields).status_code == 400
    assert replies(app) == 0


@pytest.mark.parametrize("fields", [heard(AccountSid="AC" + "9" * 32), heard(To="+15005559999")])
def test_what_is_for_another_account_or_number_is_not_ours(
    app: Flask, client: FlaskClient, fields: dict[str, str]
) -> None:
    ask_guest(app)

    assert post(client, fields).status_code == 403
    assert replies(app) == 0


@pytest.mark.parametrize("said", ["STOP", "stop!", " Arrêt. ", "ARRETER", "Abmelden", "baja", "Стоп", "退订"])
def test_stop_holds_before_the_next_message_goes(app: Flask, client: FlaskClient, said: str) -> None:
    ask_guest(app)
    put(app.config["ENGINE"], now=clock(), secret=app.config["INDEX_KEY"])

    post(client, heard(said))

    assert take(app.config["ENGINE"], now=clock(), secret=app.config["INDEX_KEY"]) == []
    assert [message.code for message in messages(app.config["ENGINE"])] == ["opted_out"]


def test_start_takes_stop_back(app: Flask, client: FlaskClient) -> None:
    ask_guest(app)

    post(client, heard("STOP"))
    post(client, heard("START", sid="SM" + "c" * 32))

    with reading(app.config["ENGINE"]) as session:
        (row,) = session.scalars(select(OptOut))
        assert row.ended_at is not None


def say(client: FlaskClient, status: str, message_id: int, **more: str) -> int:
    fields = {"MessageSid": SID, "AccountSid": ACCOUNT, "MessageStatus": status} | more
    return post(client, fields, f"/hooks/twilio/status?message={message_id}").status_code


def test_words_of_twilio_in_any_order_and_twice_move_a_message_only_forward(
    app: Flask, client: FlaskClient
) -> None:
    engine = app.config["ENGINE"]
    orders = list(itertools.permutations(("queued", "sent", "delivered", "sent")))
    ask_guest(app, *range(1, len(orders) + 1))
    put(engine, now=clock(), secret=app.config["INDEX_KEY"])
    taken = take(engine, now=clock(), secret=app.config["INDEX_KEY"])

    for number, (message, order) in enumerate(zip(taken, orders, strict=True)):
        for status in order:
            assert say(client, status, message.id, MessageSid=f"SM{number:032x}") == 204

    assert {message.state for message in messages(engine)} == {"delivered"}
    assert len({message.provider_id for message in messages(engine)}) == len(orders)


def test_a_text_that_did_not_arrive_closes_its_question_with_the_code(
    app: Flask, client: FlaskClient
) -> None:
    engine = app.config["ENGINE"]
    ask_guest(app)
    put(engine, now=clock(), secret=app.config["INDEX_KEY"])
    (message,) = take(engine, now=clock(), secret=app.config["INDEX_KEY"])

    say(client, "undelivered", message.id, ErrorCode="30006")
    say(client, "sent", message.id)

    assert [(m.state, m.code) for m in messages(engine)] == [("failed", "30006")]
    assert [(p.state, p.why) for p in prompts(engine)] == [("closed", "not_delivered")]


@pytest.mark.parametrize(
    ("status", "more", "answer"),
    [("vanished", {}, 400), ("failed", {"ErrorCode": "x1"}, 400), ("sent", {"MessageSid": SID}, 204)],
)
def test_words_that_fit_nothing_change_nothing(
    app: Flask, client: FlaskClient, status: str, more: dict[str, str], answer: int
) -> None:
    assert say(client, status, 4711, **more) == answer

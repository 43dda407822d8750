"""The plan of questions at the desk: seen before anything is sent, approved after a test, stopped at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.prompts.models import Asking, Message, Sender
from server.properties.setup import default_property
from tests.house import seated_client
from tests.prompts.hotel import ANNA, book, nobody_held_back, plan_all, prompts


def page(desk: FlaskClient) -> str:
    return desk.get("/desk/asking", follow_redirects=True).get_data(as_text=True)


def send(desk: FlaskClient, what: str, **given: str) -> tuple[int, str]:
    shown = page(desk)
    token = shown.split('name="csrf_token" value="')[1].split('"')[0]
    number = shown.split('action="/desk/asking/')[1].split("/")[0]
    answer = desk.post(f"/desk/asking/{number}/{what}", data={"csrf_token": token, **given})
    return answer.status_code, answer.get_data(as_text=True)


def asking(app: Flask) -> Asking | None:
    with reading(app.config["ENGINE"]) as session:
        return session.scalar(select(Asking))


def test_nothing_is_approved_before_a_test_arrived(app: Flask) -> None:
    desk = seated_client(app)

    status, said = send(desk, "approve")

    assert status == 422
    assert "Send a test to yourself first" in said
    assert asking(app) is None


def test_a_colleague_says_that_the_test_arrived_approves_and_stops(app: Flask) -> None:
    desk = seated_client(app)
    with writing(app.config["ENGINE"]) as session:
        now, place = clock(), default_property(session)
        who = {"sender": "Arcades", "to_key": b"k" * 32, "language": "en", "channel": "sms"}
        times = {"made_at": now, "due_at": now, "until_at": now, "sending_at": now}
        session.add(
            Message(property_id=place.id, kind="test", once_key="t1", state="delivered", **who, **times)
        )

    arrived, _ = send(desk, "arrived")
    approved, _ = send(desk, "approve")
    on = asking(app)
    stopped, _ = send(desk, "stop")
    off = asking(app)

    assert (arrived, approved, stopped) == (303, 303, 303)
    assert on is not None
    assert on.approved_at is not None
    assert off is not None
    assert off.approved_at is None


def test_a_name_that_cannot_be_answered_is_refused_with_the_reason(app: Flask) -> None:
    desk = seated_client(app)

    status, said = send(desk, "countries", country="FR", mode="reply", sender="Arcades", row="1")
    taken, _ = send(desk, "countries", country="fr", mode="link", sender="Arcades", row="1")

    assert status == 422
    assert "A name cannot be answered" in said
    assert taken == 303
    with reading(app.config["ENGINE"]) as session:
        assert [(one.country, one.kind) for one in session.scalars(select(Sender))] == [("FR", "name")]


def test_rules_limits_and_the_share_are_kept(app: Flask) -> None:
    desk = seated_client(app)

    send(desk, "rules", rule="survey", days="2")
    send(desk, "limits", number="2", prefix="5", day="50", money="12,50", held_back="20")
    send(desk, "alias", on="yes")
    wrong, _ = send(desk, "rules", rule="survey", days="99")

    kept = asking(app)
    assert kept is not None
    assert kept.rules == {"survey": {"on": False, "days": 2}}
    assert kept.caps == {"number": "2", "prefix": "5", "day": "50", "money": "12.50"}
    assert (kept.held_back, kept.asks_through_alias, wrong) == (20, True, 422)


def test_who_sees_no_guest_sees_the_plan_without_names(app: Flask) -> None:
    desk = seated_client(app, "auditor")

    shown = page(desk)

    assert "The next two weeks" in shown
    assert "Approve the plan" not in shown


def test_the_plan_shows_whom_by_day_and_why_not_yet(app: Flask) -> None:
    engine, today = app.config["ENGINE"], clock()
    arrives = (today + timedelta(days=5)).date()
    days = {"stay_from": str(arrives), "stay_to": str(arrives + timedelta(days=2))}
    nobody_held_back(engine)
    book(engine, ANNA | days, now=today)
    plan_all(engine, now=today)
    desk = seated_client(app)

    address = f"/desk/asking/{prompts(engine)[0].property_id}"
    shown = desk.get(address).get_data(as_text=True)

    assert "Anna Bauer" in shown
    assert "Ask for the e-mail by text" in shown
    assert "Nobody has approved the plan yet." in shown
    assert "Anna Bauer" not in seated_client(app, "auditor").get(address).get_data(as_text=True)


def test_a_house_sends_itself_five_tests_a_day_and_no_more(app: Flask) -> None:
    desk = seated_client(app)
    with writing(app.config["ENGINE"]) as session:
        default_property(session).reply_to = "reception@hotel.example"

    answers = [send(desk, "test", to=f"nadia{number}@hotel.example") for number in range(6)]

    assert [status for status, _ in answers] == [303] * 5 + [422]
    assert "5 tests were sent within a day" in answers[5][1]


@pytest.mark.parametrize(
    "to", ["", "nadia", "12", "a@b", "a b@hotel.example", "a@hotel.example, b@x.example"]
)
def test_a_test_goes_to_a_number_or_an_address_only(app: Flask, to: str) -> None:
    status, said = send(seated_client(app), "test", to=to)

    assert status == 422
    assert "neither a mobile number" in said


def test_only_who_may_send_to_many_names_a_number(app: Flask) -> None:
    desk = seated_client(app, "reception")

    assert "Send the test" not in page(desk)


@pytest.mark.parametrize(
    ("state", "code", "said"),
    [
        ("failed", "30006", "This is a landline"),
        ("failed", "21999", "refused it (code 21999)"),
        ("failed", "smtp_421", "refused it (code 421)"),
        ("failed", "unknown", "Nobody knows whether it arrived"),
        ("dropped", "opted_out", "asked us to stop"),
        ("dropped", "cancelled", "no longer needed"),
    ],
)
def test_the_desk_says_why_a_message_failed(app: Flask, state: str, code: str, said: str) -> None:
    with writing(app.config["ENGINE"]) as session:
        now, place = clock(), default_property(session)
        who = {"sender": "Arcades", "to_key": b"k" * 32, "language": "en", "channel": "sms"}
        times = {"made_at": now, "due_at": now, "until_at": now}
        one = {"kind": "question", "once_key": "q1", "state": state, "code": code}
        session.add(Message(property_id=place.id, **one, **who, **times))

    assert said in page(seated_client(app))


def test_a_message_that_failed_says_why_and_what_to_do(app: Flask) -> None:
    desk = seated_client(app)
    codes = ("21614", "21408", "30007", "99999", "opted_out")
    with writing(app.config["ENGINE"]) as session:
        now, place = clock(), default_property(session)
        who = {"sender": "Arcades", "to_key": b"k" * 32, "language": "en", "channel": "sms"}
        times = {"made_at": now, "due_at": now, "until_at": now, "sending_at": now}
        for code in codes:
            state = "dropped" if code == "opted_out" else "failed"
            own = {"kind": "question", "once_key": code, "state": state, "code": code}
            session.add(Message(property_id=place.id, **own, **who, **times))

    said = page(desk)

    for sentence in (
        "This is no mobile number.",
        "Ask the guest for another number when they arrive.",
        "Switch that country on at Twilio",
        "Have your sender registered at Twilio",
        "The provider refused it (code 99999).",
        "https://www.twilio.com/docs/api/errors/99999",
        "They asked us to stop.",
    ):
        assert sentence in said

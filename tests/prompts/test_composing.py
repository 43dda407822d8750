"""Every message names the hotel and the day, in twelve languages, and never a person or a room."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from server.db import writing
from server.prompts.composing import Facts, NothingToSay, compose, short_day
from server.prompts.forgetting import forget_texts
from server.prompts.models import Message
from server.wording import CATALOGUES, GUESTS, SOURCE_LANGUAGE
from tests.prompts.asked_house import NOON, messages, plan, put

LANGUAGES = sorted(
    {SOURCE_LANGUAGE}
    | {path.stem for folder in (CATALOGUES, CATALOGUES / GUESTS) for path in folder.glob("*.po")}
)
QUESTIONS = [("email", "link"), ("email", "reply"), ("stay_info", "link"), ("survey", "link")]
QUESTIONS += [("invoice", "link"), ("invoice", "reply")]
ANSWERS = ("ask_back", "confirmation", "apology", "stopped", "started", "help", "proof", "test")
KNOWN = Facts(
    house="Hôtel des Bains",
    phone="+33142685300",
    day=date(2026, 8, 14),
    link="https://guests.hotel.example/g/abcdefghijklmnopqrstuvwxyz012345",
    stop="https://guests.hotel.example/g/stop/1.abcdefghijklmnop",
    address="jean@posteo.example",
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("channel", ["sms", "email"])
@pytest.mark.parametrize(("purpose", "mode"), QUESTIONS)
def test_a_question_names_the_hotel_and_the_day_and_whom_to_call(
    language: str, channel: str, purpose: str, mode: str
) -> None:
    words = compose("question", channel, language, KNOWN, purpose=purpose, mode=mode)

    told = words.subject + words.body
    assert "Hôtel des Bains" in told
    assert short_day(KNOWN.day or NOON.date(), language) in words.body
    assert "+33 1 42 68 53 00" in words.body
    assert ("/g/abc" in words.body) is (mode == "link")
    assert ("/g/stop/" in words.body) is (channel == "email")
    assert "{" not in told


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ANSWERS)
def test_an_answer_names_the_hotel(language: str, kind: str) -> None:
    words = compose(kind, "sms", language, KNOWN, purpose="email", mode="link")

    assert "Hôtel des Bains" in words.body
    assert "{" not in words.body
    if kind in ("ask_back", "confirmation"):
        assert "jean@posteo.example" in words.body


def test_to_a_name_nobody_is_told_to_answer() -> None:
    one_way = replace(KNOWN, can_be_answered=False)

    body = compose("question", "sms", "en", one_way, purpose="email", mode="link").body

    assert "STOP" not in body
    assert body.endswith("No more messages: https://guests.hotel.example/g/stop/1.abcdefghijklmnop")


def test_a_question_about_an_unknown_day_is_not_asked() -> None:
    with pytest.raises(NothingToSay):
        compose("question", "sms", "en", replace(KNOWN, day=None), purpose="email", mode="link")


def test_texts_and_numbers_go_after_thirty_days_and_what_was_sent_still_counts(engine: Engine) -> None:
    plan(engine, (1, 2))
    put(engine)
    with writing(engine) as session:
        session.get_one(Message, messages(engine)[0].id).state = "delivered"

    forgotten = []
    for days in (29, 31, 31):
        with writing(engine) as session:
            forgotten.append(forget_texts(session, now=NOON + timedelta(days=days)))

    old, waiting = messages(engine)
    assert forgotten == [0, 1, 0]
    assert (old.sent_to, old.body, len(old.to_key)) == ("", "", 32)
    assert waiting.body

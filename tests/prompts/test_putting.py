"""A question that is due becomes one message, with the hotel and the day in it and nothing of the guest."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from server.db import writing
from server.prompts.contacts import contact_key
from server.prompts.opting import opt_out
from server.prompts.putting import put_answer
from server.properties.setup import default_property
from tests.prompts.asked_house import NOON, SECRET, messages, phone_of, plan, prompts, put, saying


def test_a_due_question_becomes_one_message_however_often_it_is_put(engine: Engine) -> None:
    plan(engine)

    assert [put(engine), put(engine)] == [1, 0]

    (message,) = messages(engine)
    assert (message.state, message.sent_to, message.prefix) == ("ready", phone_of(1), "+3363998")
    assert message.body.startswith("Hôtel des Bains: For your stay from 7 May")
    assert "https://guests.hotel.example/g/" in message.body
    assert "We never ask for a card." in message.body
    assert "+33 1 42 68 53 00" in message.body
    assert message.parts > 1
    for secret in ("Cruz", "María", "214"):
        assert secret not in message.body
    assert prompts(engine)[0].state == "asked"


def test_where_nobody_can_answer_the_way_out_is_a_link(engine: Engine) -> None:
    plan(engine, sms="HotelBains")
    put(engine)

    (message,) = messages(engine)

    assert "STOP" not in message.body
    assert "No more messages: https://guests.hotel.example/g/stop/1." in message.body


def test_what_may_go_later_waits_and_what_never_may_is_closed_with_the_reason(engine: Engine) -> None:
    plan(engine, (1, 2))
    first, second = prompts(engine)
    noes = {first.id: "quiet", second.id: "declined"}

    put(engine, allowing=saying(lambda prompt: noes[prompt.id]))

    first, second = prompts(engine)
    assert (first.state, first.why, first.due_at) == ("planned", "quiet", NOON + timedelta(minutes=15))
    assert (second.state, second.why, second.settled_at) == ("closed", "declined", NOON)
    assert messages(engine) == []


def test_a_question_whose_time_is_over_is_not_asked(engine: Engine) -> None:
    plan(engine)

    put(engine, now=NOON + timedelta(days=4))

    assert [(prompt.state, prompt.why) for prompt in prompts(engine)] == [("closed", "too_late")]


def test_a_number_that_the_guest_has_no_more_is_not_written_to(engine: Engine) -> None:
    plan(engine)
    with writing(engine) as session:
        session.merge(prompts(engine)[0]).contact_key = contact_key(SECRET, "sms", "+33600000000")

    put(engine)

    assert [(prompt.state, prompt.why) for prompt in prompts(engine)] == [("closed", "no_contact")]


@pytest.mark.parametrize(("kind", "goes"), [("confirmation", False), ("ask_back", False), ("stopped", True)])
def test_whoever_stopped_our_texts_gets_nothing_but_that_it_was_heard(
    engine: Engine, kind: str, goes: bool
) -> None:
    (prompt_id,) = plan(engine)
    with writing(engine) as session:
        place = default_property(session)
        key = contact_key(SECRET, "sms", phone_of(1))
        opt_out(session, key, "sms", place.legal_entity_id, how="stop", now=NOON)

        made = [
            put_answer(
                session,
                kind,
                to=phone_of(1),
                channel="sms",
                property_id=place.id,
                language="en",
                prompt_id=prompt_id,
                once_key=f"{kind}:1",
                secret=SECRET,
                now=NOON,
                address="a@b.example",
            )
            for _ in range(2)
        ]

    assert [message is not None for message in made] == [goes, False]

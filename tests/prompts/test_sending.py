"""A message is handed over once; what a provider says decides what becomes of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.prompts.carrying import Outcome
from server.prompts.contacts import contact_key
from server.prompts.failed import failed_messages
from server.prompts.models import DeadContact, Message, OptOut
from server.prompts.opting import opt_out
from server.prompts.providers.twilio import Twilio
from server.prompts.sending import hand_over, take_outcomes
from server.prompts.settling import find_all, mark_lost, settle, unknowns
from server.prompts.status import MEANS, RANK, climb
from server.properties.setup import default_property
from tests.prompts.asked_house import NOON, SECRET, messages, phone_of, plan, prompts, put, saying, take
from tests.prompts.small_twilio import ACCOUNT, TOKEN, SmallTwilio, small_twilio


@pytest.fixture
def twilio() -> Iterator[tuple[SmallTwilio, Twilio]]:
    with small_twilio() as (fake, base):
        yield fake, Twilio(ACCOUNT, TOKEN, base=base, called_back_at="https://guests.hotel.example")


def send(engine: Engine, carrier: Twilio) -> None:
    now = clock()
    plan(engine, now=now)
    put(engine, now=now)
    _send_ready(engine, carrier)


def _send_ready(engine: Engine, carrier: Twilio) -> None:
    outcomes = hand_over(take(engine, now=clock()), {"sms": carrier})
    with writing(engine) as session:
        take_outcomes(session, outcomes, secret=SECRET, now=clock())


def settle_all(engine: Engine, carrier: Twilio, *, after: timedelta) -> None:
    now = clock() + after
    with writing(engine) as session:
        mark_lost(session, now=now)
    with reading(engine) as session:
        found = find_all(unknowns(session, channel="sms"), carrier)
    with writing(engine) as session:
        for message_id, listed in found.items():
            settle(session, message_id, listed, now=now)


def test_a_text_that_twilio_took_is_sent_with_its_number_there(
    engine: Engine, twilio: tuple[SmallTwilio, Twilio]
) -> None:
    send(engine, twilio[1])

    (message,) = messages(engine)
    assert (message.state, message.provider_id, message.tries) == ("sent", twilio[0].taken[0]["sid"], 1)
    (asked,) = twilio[0].asked
    assert asked["StatusCallback"] == f"https://guests.hotel.example/hooks/twilio/status?message={message.id}"
    assert 0 < int(asked["ValidityPeriod"]) <= 14_400


def test_two_workers_never_take_the_same_message(engine: Engine) -> None:
    plan(engine, range(20))
    put(engine)

    first, second = take(engine, limit=15), take(engine, limit=15)

    assert len(first) == 15
    assert len(second) == 5
    assert {m.id for m in first}.isdisjoint(m.id for m in second)


@pytest.mark.parametrize(
    ("fault", "state", "code"),
    [
        ("429", "ready", "429"),
        ("21211", "failed", "21211"),
        ("21610", "failed", "21610"),
        ("500", "unknown", "500"),
        ("500 taken", "unknown", "500"),
        ("lost", "unknown", "ConnectionError"),
    ],
)
def test_what_twilio_says_decides(
    engine: Engine, twilio: tuple[SmallTwilio, Twilio], fault: str, state: str, code: str
) -> None:
    twilio[0].fault = lambda _: fault

    send(engine, twilio[1])

    (message,) = messages(engine)
    assert (message.state, message.code) == (state, code)
    if state == "failed":
        assert (prompts(engine)[0].state, prompts(engine)[0].why) == ("closed", "not_delivered")
    with reading(engine) as session:
        assert [row.how for row in session.scalars(select(OptOut))] == ["provider"] * (fault == "21610")
        assert [row.how for row in session.scalars(select(DeadContact))] == ["landline"] * (fault == "21211")


def test_without_a_connection_nothing_was_accepted(engine: Engine) -> None:
    send(engine, Twilio(ACCOUNT, TOKEN, base="http://127.0.0.1:9"))

    assert [(m.state, m.code) for m in messages(engine)] == [("ready", "no_connection")]


def test_a_lost_answer_is_found_in_twilios_list_and_never_sent_again(
    engine: Engine, twilio: tuple[SmallTwilio, Twilio]
) -> None:
    twilio[0].fault = lambda _: "lost"
    send(engine, twilio[1])

    settle_all(engine, twilio[1], after=timedelta(minutes=1))

    (message,) = messages(engine)
    assert (message.state, message.provider_id) == ("sent", twilio[0].taken[0]["sid"])
    assert len(twilio[0].taken) == 1


def test_what_surely_was_not_accepted_goes_once_more_and_only_once(
    engine: Engine, twilio: tuple[SmallTwilio, Twilio]
) -> None:
    twilio[0].fault = lambda _: "500"
    send(engine, twilio[1])

    settle_all(engine, twilio[1], after=timedelta(minutes=7))
    assert [m.state for m in messages(engine)] == ["unknown"]
    settle_all(engine, twilio[1], after=timedelta(minutes=9))
    assert [m.state for m in messages(engine)] == ["ready"]
    with writing(engine) as session:
        session.merge(messages(engine)[0]).due_at = clock()
    _send_ready(engine, twilio[1])
    settle_all(engine, twilio[1], after=timedelta(minutes=9))

    assert [(m.state, m.code, m.tries) for m in messages(engine)] == [("failed", "unknown", 2)]
    assert twilio[0].taken == []


def test_while_twilios_list_cannot_be_read_an_unknown_message_is_not_sent_again(
    engine: Engine, twilio: tuple[SmallTwilio, Twilio]
) -> None:
    twilio[0].fault, twilio[0].lists = lambda _: "lost", False
    send(engine, twilio[1])

    settle_all(engine, twilio[1], after=timedelta(minutes=10))
    assert [m.state for m in messages(engine)] == ["unknown"]
    settle_all(engine, twilio[1], after=timedelta(minutes=14))

    assert [(m.state, m.code) for m in messages(engine)] == [("failed", "unknown")]
    assert len(twilio[0].taken) == 1


def test_what_a_killed_worker_was_sending_is_unknown_after_two_minutes(engine: Engine) -> None:
    plan(engine)
    put(engine)
    take(engine)

    with writing(engine) as session:
        assert mark_lost(session, now=NOON + timedelta(minutes=1)) == 0
        assert mark_lost(session, now=NOON + timedelta(minutes=3)) == 1

    assert [m.state for m in messages(engine)] == ["unknown"]
    assert take(engine, now=NOON + timedelta(hours=1)) == []


def test_a_machine_that_slept_hands_over_nothing_of_before(
    engine: Engine, twilio: tuple[SmallTwilio, Twilio]
) -> None:
    plan(engine)
    put(engine)

    outcomes = hand_over(take(engine), {"sms": twilio[1]})  # leased at NOON, long ago by the clock

    assert [outcome for _, outcome in outcomes] == [Outcome("unknown", code="stale")]
    assert twilio[0].asked == []


def test_a_guest_who_stopped_our_texts_is_never_asked(engine: Engine) -> None:
    plan(engine)
    put(engine)
    with writing(engine) as session:
        company = default_property(session).legal_entity_id
        key = contact_key(SECRET, "sms", phone_of(1))
        opt_out(session, key, "sms", company, how="stop", now=NOON)

    assert take(engine) == []

    assert [(m.state, m.code) for m in messages(engine)] == [("dropped", "opted_out")]
    assert [(p.state, p.why) for p in prompts(engine)] == [("closed", "opted_out")]


def test_it_is_asked_again_at_the_moment_of_sending_whether_it_may_go(engine: Engine) -> None:
    plan(engine)
    put(engine)

    assert take(engine, allowing=saying(lambda _: "quiet")) == []
    assert [(m.state, m.code) for m in messages(engine)] == [("ready", "quiet")]

    later = NOON + timedelta(minutes=20)
    assert take(engine, now=later, allowing=saying(lambda _: "cancelled")) == []
    assert [(m.state, m.code) for m in messages(engine)] == [("dropped", "cancelled")]
    assert [(p.state, p.why) for p in prompts(engine)] == [("closed", "cancelled")]


STEPS = ("queued", "sending", "sent", "delivered", "undelivered", "failed")


def test_words_of_a_provider_in_ten_thousand_orders_never_move_a_message_back() -> None:
    """Requirement S-13: late, doubled and out of order, what counts is the strongest word."""
    chance = random.Random(13)
    with Session() as unbound:
        for _ in range(10_000):
            words = chance.choices(STEPS, k=chance.randint(1, 8))
            message = Message(id=1, kind="confirmation", state="sending", code="", to_key=b"k" * 32)
            ranks = [RANK["sending"]]

            for word in words:
                climb(unbound, message, MEANS[word], now=NOON)
                ranks.append(RANK[message.state])

            assert ranks == sorted(ranks)
            assert ranks[-1] == max(RANK[MEANS[word]] for word in words)


def test_our_word_after_a_stop_that_twilio_answered_is_no_failure_at_the_desk(
    engine: Engine, twilio: tuple[SmallTwilio, Twilio]
) -> None:
    twilio[0].fault = lambda _: "21610"
    send(engine, twilio[1])
    (question,) = messages(engine)
    with reading(engine) as session:
        assert len(failed_messages(session, question.property_id, most=5)) == 1

    with writing(engine) as session:
        session.get_one(Message, question.id).kind = "stopped"

    with reading(engine) as session:
        assert failed_messages(session, question.property_id, most=5) == []

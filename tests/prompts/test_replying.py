"""What comes back to a question: taken when it is certain, asked back once, else looked at by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from server.captures.models import Capture
from server.db import reading, writing
from server.prompts.disowning import records_that_forgot, withhold
from server.prompts.models import AddressProof, DeadContact, Declined, OptOut, Prompt, Reply
from server.prompts.opting import is_opted_out
from server.properties.setup import default_property
from tests.builders import NOON
from tests.prompts.answered import (
    BOOKED,
    MOBILE,
    SECRET,
    Said,
    ask,
    book,
    hear,
    read_and_follow,
    take,
    value_of,
)


def the_reply(engine: Engine, reply_id: int) -> Reply:
    with reading(engine) as session:
        return session.get_one(Reply, reply_id)


def the_prompt(engine: Engine, prompt_id: int) -> Prompt:
    with reading(engine) as session:
        return session.get_one(Prompt, prompt_id)


def test_an_address_that_comes_back_is_the_guests_from_then_on(engine: Engine) -> None:
    record, said = book(engine), Said()
    prompt = ask(engine, record)
    reply = hear(engine, "patrick@orange.fr")

    assert take(engine, reply, said) == "taken"
    read_and_follow(engine, the_reply(engine, reply).capture_id or "", said)

    assert value_of(engine, record) == "patrick@orange.fr"
    assert said.kinds == ["confirmation", "proof"]
    assert said.to == [MOBILE, "patrick@orange.fr"]
    assert the_prompt(engine, prompt).state == "given"
    assert said.links[0].startswith("https://hotel.example/g/mine/")


def test_a_booking_without_a_number_of_its_own_gets_its_guests_address_too(engine: Engine) -> None:
    record, said = book(engine, reference="", first_name="P."), Said()
    ask(engine, record)
    reply = hear(engine, "patrick@orange.fr")
    take(engine, reply, said)

    read_and_follow(engine, the_reply(engine, reply).capture_id or "", said)

    assert value_of(engine, record) == "patrick@orange.fr"


def test_a_reply_that_is_taken_twice_counts_once(engine: Engine) -> None:
    said = Said()
    ask(engine, book(engine))
    reply = hear(engine, "patrick@orange.fr")

    assert [take(engine, reply, said), take(engine, reply, said)] == ["taken", "taken"]

    with reading(engine) as session:
        assert len(session.scalars(select(Capture)).all()) == 1
    assert said.kinds == ["confirmation"]


def test_what_is_not_sure_is_asked_back_once_and_taken_with_a_yes(engine: Engine) -> None:
    record, said = book(engine), Said()
    ask(engine, record)

    assert take(engine, hear(engine, "patrik@orange.fr?"), said) == "asked_back"
    yes = hear(engine, "yes", number="SM2")
    assert take(engine, yes, said) == "taken"

    read_and_follow(engine, the_reply(engine, yes).capture_id or "", said)
    assert value_of(engine, record) == "patrik@orange.fr"
    assert said.kinds[:2] == ["ask_back", "confirmation"]


def test_what_is_not_sure_twice_waits_for_a_person(engine: Engine) -> None:
    said = Said()
    ask(engine, book(engine))

    take(engine, hear(engine, "patrik@orange.fr?"), said)
    second = hear(engine, "patrick@orang.fr?", number="SM2")

    assert take(engine, second, said) == "at_desk"
    assert the_reply(engine, second).outcome == "ask_back/again"
    assert said.kinds == ["ask_back"]


@pytest.mark.parametrize(("text", "answer"), [("no", "declined"), ("none", "has_none")])
def test_a_no_is_remembered_for_this_stay(engine: Engine, text: str, answer: str) -> None:
    said = Said()
    prompt = ask(engine, book(engine))

    assert take(engine, hear(engine, text), said) == "taken"

    with reading(engine) as session:
        (row,) = session.scalars(select(Declined)).all()
        assert (row.answer, row.by, str(row.until)) == (answer, "guest", "2026-05-09")
    assert the_prompt(engine, prompt).state == "declined"
    assert said.kinds == []


def test_a_wrong_number_is_dead_for_this_guest_and_no_evidence(engine: Engine) -> None:
    record, said = book(engine), Said()
    prompt = ask(engine, record)
    assert value_of(engine, record, "mobile") == MOBILE

    assert take(engine, hear(engine, "wrong number"), said) == "taken"

    assert value_of(engine, record, "mobile") is None
    with reading(engine) as session:
        assert session.scalars(select(DeadContact.how)).all() == ["not_me"]
    assert (the_prompt(engine, prompt).state, the_prompt(engine, prompt).why) == ("closed", "not_me")
    assert said.kinds == ["apology"]


def test_stop_holds_at_once_also_from_a_number_nobody_asked(engine: Engine) -> None:
    said = Said()
    book(engine)

    assert take(engine, hear(engine, "STOP"), said) == "settled"

    with reading(engine) as session:
        (row,) = session.scalars(select(OptOut)).all()
        assert is_opted_out(session, row.contact_key, "sms", row.legal_entity_id)
    assert take(engine, hear(engine, "START", number="SM2"), said) == "settled"
    with reading(engine) as session:
        assert not is_opted_out(session, row.contact_key, "sms", row.legal_entity_id)


def test_an_address_with_a_stop_behind_it_is_both(engine: Engine) -> None:
    record, said = book(engine), Said()
    ask(engine, record)
    reply = hear(engine, "patrick@orange.fr STOP")

    assert take(engine, reply, said) == "taken"

    assert the_reply(engine, reply).capture_id is not None
    with reading(engine) as session:
        assert len(session.scalars(select(OptOut)).all()) == 1
    assert "stopped" in said.kinds


def test_thanks_need_nobody(engine: Engine) -> None:
    said = Said()
    ask(engine, book(engine))

    assert take(engine, hear(engine, "thanks"), said) == "settled"
    assert said.kinds == []


@pytest.mark.parametrize("why", ["no_prompt", "closed", "late", "shared", "verified", "own"])
def test_what_is_not_plainly_this_guests_waits_for_a_person(engine: Engine, why: str) -> None:
    record, said, expected, now = book(engine), Said(), why, NOON
    if why == "closed":
        ask(engine, record, state="closed")
        expected = "no_prompt"
    elif why == "late":
        ask(engine, record, at=NOON - timedelta(days=15))
        expected = "no_prompt"
    elif why == "shared":
        other = book(engine, key="B2", first_name="Suzanne", last_name="Petit", reference="BK-9", email="")
        ask(engine, other)
        ask(engine, record)
    elif why == "verified":
        ask(engine, record)
        with writing(engine) as session:
            session.add(AddressProof(record_id=record, contact_key=b"a" * 32, state="verified", made_at=NOON))
    elif why == "own":
        ask(engine, record)
        with writing(engine) as session:
            default_property(session).own_domains = ["orange.fr"]
    reply = hear(engine, "patrick@orange.fr")

    assert take(engine, reply, said, now=now) == "at_desk"

    assert the_reply(engine, reply).outcome == f"address/{expected}"
    with reading(engine) as session:
        assert session.scalars(select(Capture)).all() == []
    assert said.kinds == []


def test_a_guest_who_may_not_be_written_to_is_not_asked_back(engine: Engine) -> None:
    ask(engine, book(engine))

    assert take(engine, hear(engine, "patrik@orange.fr?"), Said(may=False)) == "at_desk"


def test_other_open_questions_close_once_an_address_is_known(engine: Engine) -> None:
    record, said = book(engine), Said()
    ask(engine, record)
    other = ask(engine, record, stay_id="another", state="planned", asked_at=None)
    survey = ask(engine, record, stay_id="third", purpose="survey", state="planned", asked_at=None)
    reply = hear(engine, "patrick@orange.fr")

    take(engine, reply, said)
    read_and_follow(engine, the_reply(engine, reply).capture_id or "", said)

    assert (the_prompt(engine, other).state, the_prompt(engine, other).why) == ("closed", "known")
    assert the_prompt(engine, survey).state == "planned"


def test_the_number_that_was_disowned_stays_out_when_its_source_sends_it_again(engine: Engine) -> None:
    record = book(engine)
    ask(engine, record)
    take(engine, hear(engine, "wrong number"), Said())
    book(engine, **(BOOKED | {"city": "Lyon"}))
    assert value_of(engine, record, "mobile") == MOBILE

    with writing(engine) as session:
        forgot = records_that_forgot(session, secret=SECRET)
        withhold(session, forgot, secret=SECRET, now=NOON)

    assert forgot == [record]
    assert value_of(engine, record, "mobile") is None

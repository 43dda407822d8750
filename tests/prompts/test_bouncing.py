"""An address that bounces for good: the guest is known by it as before, and reached by it no more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.prompts.bouncing import spread_bounces
from server.prompts.contacts import contact_key
from server.prompts.disowning import disown, own_again, records_that_forgot, withhold
from server.prompts.failing import take_failure
from server.prompts.hearing import hear_mail
from server.prompts.models import AddressProof, DeadContact, Message
from server.prompts.proving import begin, confirm
from server.prompts.status import climb
from server.properties.reach import EVERYWHERE
from server.records.models import CleanRow, SourceRecord
from tests.builders import NOON, PATRICK, guests_by_key, take_in
from tests.prompts.answered import SECRET
from tests.reporting.test_completeness import LEFT, count

ADDRESS = PATRICK["email"]
KEY = contact_key(SECRET, "email", ADDRESS)
STAYED = PATRICK | LEFT | {"key": "A1"}
RELAY = "abc7def@privaterelay.appleid.com"


@pytest.fixture
def house(engine: Engine) -> Engine:
    """Two guests who left and whose address is known; a newsletter knows the first by it alone."""
    olga = {"key": "A2", "first_name": "Olga", "last_name": "Ivanova", "email": "olga@posteo.de"}
    take_in(engine, STAYED, LEFT | olga, stay_kind="stay")
    take_in(engine, {"key": "n1", "email": ADDRESS}, source="newsletter", kind="newsletter")
    link_waiting(engine)
    return engine


def bounce(engine: Engine, address: str = ADDRESS) -> int:
    """A message to the address came back for good, and the work was done that follows; its id."""
    with writing(engine) as session:
        message = written_to(session.scalars(select(SourceRecord.property_id).limit(1)).one(), address)
        session.add(message)
        session.flush()
        take_failure(session, message, now=NOON)
    tidy(engine)
    return message.id


def written_to(property_id: int, address: str) -> Message:
    return Message(
        property_id=property_id,
        kind="question",
        once_key="q1",
        channel="email",
        sender="reception@hotel.example",
        sent_to=address,
        to_key=contact_key(SECRET, "email", address),
        language="en",
        state="failed",
        code="bounce_5.1.1",
        made_at=NOON,
        due_at=NOON,
        until_at=NOON + timedelta(days=3),
        sending_at=NOON,
        sent_at=NOON,
    )


def tidy(engine: Engine) -> list[int]:
    """What the work does every ten minutes; which records read otherwise since."""
    with writing(engine) as session:
        spread_bounces(session, secret=SECRET, now=NOON)
        forgot = records_that_forgot(session, secret=SECRET)
        return withhold(session, forgot, secret=SECRET, now=NOON)


def reached(engine: Engine) -> int:
    """Of the stays that ended, those whose guest an e-mail reaches."""
    return count(engine).main_after.reachable.part


def classes(engine: Engine) -> Mapping[str, str]:
    with reading(engine) as session:
        query = select(SourceRecord.key, CleanRow.email_class).join(
            CleanRow, CleanRow.record_id == SourceRecord.id
        )
        return dict(session.execute(query).all())


def record_of(engine: Engine, key: str) -> int:
    with reading(engine) as session:
        return session.scalars(select(SourceRecord.id).where(SourceRecord.key == key)).one()


def test_whose_address_bounces_counts_as_reachable_no_more_and_stays_the_same_guest(house: Engine) -> None:
    before, guests = reached(house), guests_by_key(house)

    bounce(house)

    assert (before, reached(house)) == (2, 1)
    assert classes(house) == {"A1": "bounced", "A2": "real", "n1": "bounced"}
    assert guests_by_key(house) == guests
    assert guests["A1"] == guests["n1"]
    assert tidy(house) == []


def test_linked_anew_from_nothing_the_same_guests_come_out(house: Engine) -> None:
    guests = guests_by_key(house)
    bounce(house)

    with writing(house) as session:
        changed = session.scalars(select(SourceRecord))
        for record in changed:
            record.needs_linking = True
    link_waiting(house)

    assert guests_by_key(house) == guests


def answers(engine: Engine, message_id: int) -> None:
    with writing(engine) as session:
        hear_mail(
            session,
            message_id="<1@x>",
            sent_from=ADDRESS,
            sent_to="reception@hotel.example",
            text="Hello",
            secret=SECRET,
            now=NOON,
        )


def arrives_after_all(engine: Engine, message_id: int) -> None:
    with writing(engine) as session:
        climb(session, session.get_one(Message, message_id), "delivered", now=NOON)


def is_proven(engine: Engine, message_id: int) -> None:
    take_in(engine, PATRICK | {"key": "f1"}, source="form", kind="form")
    record = record_of(engine, "f1")
    with writing(engine) as session:
        begun = begin(session, record, ADDRESS, how="claimed", secret=SECRET, now=NOON)
        assert begun is not None
        assert confirm(session, begun.proof, how="click", secret=SECRET, now=NOON)


def is_owned_again(engine: Engine, message_id: int) -> None:
    with writing(engine) as session:
        dead = session.scalars(select(DeadContact.id).order_by(DeadContact.record_id)).first() or 0
        assert own_again(session, dead, EVERYWHERE, actor="desk", secret=SECRET, now=NOON)


@pytest.mark.parametrize("works", [answers, arrives_after_all, is_proven, is_owned_again])
def test_it_is_taken_back_when_the_address_works(house: Engine, works: object) -> None:
    message = bounce(house)
    with writing(house) as session:
        proof = AddressProof(record_id=record_of(house, "A1"), contact_key=KEY, state="bounced", made_at=NOON)
        session.add(proof)
    assert reached(house) == 1

    works(house, message)  # type: ignore[operator]  # one of the four above
    tidy(house)

    assert reached(house) == 2
    with reading(house) as session:
        state = select(AddressProof.state).where(AddressProof.record_id == record_of(house, "A1"))
        assert session.scalars(state).all() == ["claimed"]


def test_an_older_message_that_is_said_to_have_arrived_takes_no_later_bounce_back(house: Engine) -> None:
    bounce(house)
    with writing(house) as session:
        place = session.scalars(select(SourceRecord.property_id).limit(1)).one()
        older = written_to(place, ADDRESS)
        older.once_key, older.state, older.sending_at = "q0", "sent", NOON - timedelta(days=2)
        session.add(older)
        session.flush()
        climb(session, older, "delivered", now=NOON)
    tidy(house)

    assert reached(house) == 1


def test_it_bounces_in_whatever_record_it_comes_next(house: Engine) -> None:
    bounce(house)

    take_in(house, STAYED | {"city": "Lyon"}, PATRICK | {"key": "A3"}, stay_kind="stay")
    link_waiting(house)
    assert reached(house) == 2
    tidy(house)

    assert reached(house) == 1
    assert {key for key, told in classes(house).items() if told == "bounced"} == {"A1", "A3", "n1"}


def test_a_relay_that_ended_reaches_nobody_and_stays_evidence_as_a_relay(house: Engine) -> None:
    twice = PATRICK | LEFT | {"email": RELAY}
    take_in(house, twice | {"key": "B1"}, PATRICK | {"key": "B2", "email": RELAY}, stay_kind="stay")
    link_waiting(house)
    guests = guests_by_key(house)

    bounce(house, RELAY)

    assert (classes(house)["B1"], classes(house)["B2"]) == ("lapsed", "lapsed")
    assert guests_by_key(house) == guests


def test_who_bounced_and_is_not_the_guest_is_left_out_altogether(house: Engine) -> None:
    bounce(house)

    with writing(house) as session:
        disown(session, record_of(house, "A1"), KEY, by="desk", secret=SECRET, now=NOON)

    assert classes(house)["A1"] == "missing"
    assert reached(house) == 1

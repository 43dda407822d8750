"""Who is asked what, when and how; and that the plan follows what changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.prompts.contacts import contact_key
from server.prompts.models import DeadContact, Declined, OptOut, Prompt
from server.properties.setup import default_property
from server.records.models import SourceRecord
from tests.prompts.hotel import ALIAS, ANNA, FRIDAY, SECRET, book, follow, nobody_held_back, plan_all, prompts


def test_an_alias_and_a_mobile_are_asked_by_text_three_days_before(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)

    plan_all(engine)

    (asked,) = prompts(engine)
    assert (asked.rule, asked.channel, asked.mode, asked.state) == ("email_by_text", "sms", "link", "planned")
    assert asked.due_at == datetime(2026, 5, 7, 8, tzinfo=UTC)  # ten in Paris
    assert asked.until_at == datetime(2026, 5, 13, 9, tzinfo=UTC)
    assert asked.language == "de"
    (info,) = prompts(engine, "stay_info")
    assert (info.channel, info.due_at.date()) == ("email", date(2026, 5, 7))


def test_who_comes_tomorrow_is_asked_at_once_and_never_at_night(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA | {"stay_from": "2026-05-02"})

    plan_all(engine, now=datetime(2026, 5, 1, 21, 30, tzinfo=UTC))

    assert prompts(engine)[0].due_at == datetime(2026, 5, 2, 6, tzinfo=UTC)  # eight in Paris


def test_planning_again_changes_nothing(engine: Engine) -> None:
    sooner = {"key": "R2", "reference": "R2", "stay_from": "2026-05-02", "stay_to": "2026-05-04"}
    book(engine, ANNA, ANNA | sooner)
    first = plan_all(engine)

    again = plan_all(engine, now=FRIDAY + timedelta(hours=3))

    assert first.made > 0
    assert (again.made, again.moved, again.closed) == (0, 0, 0)


@pytest.mark.parametrize(
    "change",
    [
        {"email": "anna.bauer@gmx.de"},
        {"mobile": ""},
        {"mobile": "+33 1 42 68 53 00"},  # a landline
        {"mobile": "+49 151 23456789"},  # a country nobody of the house opened
        {"status": "cancelled"},
        {"status": "no show"},
        {"stay_to": "2026-05-10"},  # used by day
        {"group_reference": "GRP1"},
        {"first_name": "", "last_name": "Kuoni Reisen GmbH", "email": ""},
    ],
)
def test_who_is_not_asked(engine: Engine, change: dict[str, str]) -> None:
    nobody_held_back(engine)
    book(engine, ANNA | change)

    plan_all(engine)

    assert prompts(engine) == []


def test_a_moved_arrival_moves_the_question_and_a_cancelled_one_closes_it(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)

    book(engine, ANNA | {"stay_from": "2026-05-11"})
    follow(engine)
    (moved,) = prompts(engine)
    book(engine, ANNA | {"stay_from": "2026-05-11", "status": "cancelled"})
    follow(engine)
    (closed,) = prompts(engine)
    book(engine, ANNA | {"stay_from": "2026-05-11", "status": "confirmed"})
    follow(engine)
    (open_again,) = prompts(engine)

    assert moved.due_at == datetime(2026, 5, 8, 8, tzinfo=UTC)
    assert (closed.state, closed.why) == ("closed", "cancelled")
    assert open_again.state == "planned"


def test_an_address_that_came_by_another_way_closes_the_question(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)

    book(engine, ANNA | {"email": "anna.bauer@gmx.de"})
    follow(engine)

    (closed,) = prompts(engine)
    assert (closed.state, closed.why) == ("closed", "known")


def test_one_message_to_a_household(engine: Engine) -> None:
    nobody_held_back(engine)
    home = {"street": "Hauptstr. 5", "postal_code": "80331", "city": "München", "country": "DE"}
    otto = {"key": "R2", "reference": "R2", "first_name": "Otto", "email": "", "mobile": "+33612349999"}
    book(engine, ANNA | home, ANNA | home | otto)

    plan_all(engine)

    with reading(engine) as session:
        asked = session.scalars(select(Prompt).where(Prompt.purpose == "email")).all()
    assert len(asked) == 1


def test_one_open_question_for_a_guest_who_comes_twice(engine: Engine) -> None:
    nobody_held_back(engine)
    again = {"key": "R2", "reference": "R2", "stay_from": "2026-05-14", "stay_to": "2026-05-15"}
    book(engine, ANNA | {"birth_date": "1980-02-03"}, ANNA | again | {"birth_date": "1980-02-03"})

    plan_all(engine)

    assert len(prompts(engine)) == 1


def test_who_stopped_our_texts_or_declined_is_never_asked(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    with writing(engine) as session:
        entity = default_property(session).legal_entity_id
        key = contact_key(SECRET, "sms", "+33612345678")
        session.add(OptOut(contact_key=key, channel="sms", legal_entity_id=entity, at=FRIDAY, how="stop"))

    plan_all(engine)

    assert prompts(engine) == []


@pytest.mark.parametrize("what", ["declined", "dead"])
def test_a_no_and_a_wrong_number_close_what_was_planned(engine: Engine, what: str) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)
    with writing(engine) as session:
        record, place = session.scalars(select(SourceRecord.id)).one(), default_property(session)
        if what == "dead":
            key = contact_key(SECRET, "sms", "+33612345678")
            session.add(DeadContact(record_id=record, contact_key=key, at=FRIDAY, how="not_me"))
        else:
            no = {"record_id": record, "property_id": place.id, "purpose": "email", "answer": "declined"}
            session.add(Declined(**no, by="guest", at=FRIDAY, until=date(2026, 5, 13)))

    plan_all(engine)

    assert prompts(engine)[0].state == "closed"


def test_a_guest_of_the_share_is_never_asked(engine: Engine) -> None:
    nobody_held_back(engine, held_back=100)
    book(engine, ANNA)

    plan_all(engine)

    assert prompts(engine)[0].state == "held_back"


@pytest.mark.parametrize(
    ("after", "status", "state"),
    [
        (18, "left", "held_back"),
        (8, "cancelled", "held_back"),
        (1, "cancelled", "closed"),
    ],
)
def test_whoever_was_held_back_stays_so_once_their_question_was_due(
    engine: Engine, after: int, status: str, state: str
) -> None:
    nobody_held_back(engine, held_back=100)
    book(engine, ANNA)
    plan_all(engine)

    now = FRIDAY + timedelta(days=after)
    book(engine, ANNA | {"status": status}, now=now)
    plan_all(engine, now)

    assert prompts(engine)[0].state == state


def test_through_the_booking_sites_address_only_where_the_house_said_so(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA | {"mobile": ""})
    plan_all(engine)
    before = prompts(engine)

    nobody_held_back(engine, asks_through_alias=True)
    plan_all(engine)

    assert before == []
    assert [(one.rule, one.channel) for one in prompts(engine)] == [("email_through_alias", "email")]
    assert prompts(engine)[0].contact_key == contact_key(SECRET, "email", ALIAS)


def test_the_survey_comes_after_the_stay_and_keeps_sundays(engine: Engine) -> None:
    book(engine, ANNA | {"stay_from": "2026-05-01", "stay_to": "2026-05-02"})  # a Saturday

    plan_all(engine)

    (survey,) = prompts(engine, "survey")
    assert survey.due_at == datetime(2026, 5, 4, 6, tzinfo=UTC)  # Monday, eight in Paris


def test_the_invoice_is_a_reason_only_where_the_house_sends_it_by_mail(engine: Engine) -> None:
    nobody_held_back(engine)
    left = ANNA | {"stay_from": "2026-04-28", "stay_to": "2026-05-01"}
    book(engine, left)
    plan_all(engine)
    before = prompts(engine, "invoice")
    with writing(engine) as session:
        default_property(session).email_reasons = ["invoice"]

    plan_all(engine)

    assert before == []
    assert len(prompts(engine, "invoice")) == 1


def test_an_event_plans_only_its_guest(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)
    other = {"key": "R9", "reference": "R9", "last_name": "Olsen", "mobile": "+33698765432", "email": ""}
    book(engine, ANNA | other)

    done = follow(engine)

    assert done.made >= 1
    assert len(prompts(engine)) == 2

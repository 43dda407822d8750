"""Whom a question would only annoy: who checked in already, said no to our mail, or shares a number."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.captures.models import FIRST_FORM, Capture
from server.consents.models import Consent
from server.db import writing
from server.prompts.models import Prompt
from server.properties.setup import default_property
from server.records.models import SourceRecord
from tests.prompts.hotel import ANNA, FRIDAY, book, nobody_held_back, plan_all, prompts

LEFT = ANNA | {"stay_from": "2026-04-28", "stay_to": "2026-05-01"}
NAMES = ("Pieter de Groot", "Olga Ivanova", "Luc Fontaine", "Ahmed Yilmaz", "Kenji Sato")
AGENCY = [
    {
        **ANNA,
        "key": f"A{n}",
        "reference": f"A{n}",
        "email": "",
        "stay_from": "2026-06-12",
        "first_name": name.split()[0],
        "last_name": name.split()[-1],
        "stay_to": f"2026-06-{14 + n}",
    }
    for n, name in enumerate(NAMES)
]
"""Strangers whom an agency booked with the number of a guest of its own."""


def check_in(session: Session) -> None:
    session.add(
        Capture(
            id="form-1",
            form=FIRST_FORM,
            form_version=2,
            language="de",
            surface="phone",
            proof="booking-bound",
            property_id=default_property(session).id,
            answers={},
            digest=b"1" * 32,
            state="read",
            record_id=session.scalars(select(SourceRecord.id)).one(),
            received_at=FRIDAY,
        )
    )


def refuse_mail(session: Session) -> None:
    place = default_property(session)
    session.add(
        Consent(
            record_id=session.scalars(select(SourceRecord.id)).one(),
            channel="email",
            given=False,
            at=FRIDAY,
            legal_entity_id=place.legal_entity_id,
        )
    )


CASES: dict[str, tuple[dict[str, str], str, Callable[[Session], None]]] = {
    "checked_in": (ANNA, "stay_info", check_in),
    "said_no": (LEFT, "survey", refuse_mail),
}


@pytest.mark.parametrize("why", sorted(CASES))
@pytest.mark.parametrize("was_asked", [False, True])
def test_who_checked_in_or_refused_our_mail(engine: Engine, why: str, was_asked: bool) -> None:
    row, purpose, happens = CASES[why]
    nobody_held_back(engine)
    book(engine, row)
    plan_all(engine)
    with writing(engine) as session:
        if was_asked:
            session.execute(update(Prompt).values(state="asked", asked_at=FRIDAY))
        happens(session)

    plan_all(engine)

    (left,) = prompts(engine, purpose)
    stays_open = was_asked and why == "said_no"  # a survey that is out may be answered
    assert (left.state, left.why) == (("asked", "") if stays_open else ("closed", why))


def test_a_number_that_many_strangers_share_is_not_asked_and_the_question_that_was_planned_is_closed(
    engine: Engine,
) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)

    book(engine, *AGENCY)
    plan_all(engine)

    assert [(one.state, one.why) for one in prompts(engine)] == [("closed", "shared_number")]


def test_a_number_of_two_of_one_family_is_asked_once(engine: Engine) -> None:
    home = {"street": "Hauptstr. 5", "postal_code": "80331", "city": "München", "country": "DE"}
    otto = {"key": "R2", "reference": "R2", "first_name": "Otto", "email": ""}
    nobody_held_back(engine)
    book(engine, ANNA | home, ANNA | home | otto)

    plan_all(engine)

    assert [one.state for one in prompts(engine)] == ["planned"]


def test_a_question_about_a_shared_number_that_was_asked_ends(engine: Engine) -> None:
    nobody_held_back(engine)
    book(engine, ANNA)
    plan_all(engine)
    with writing(engine) as session:
        session.execute(update(Prompt).values(state="asked", asked_at=datetime(2026, 5, 7, tzinfo=UTC)))

    book(engine, *AGENCY)
    plan_all(engine, now=datetime(2026, 5, 7, 12, tzinfo=UTC))

    assert [(one.state, one.why) for one in prompts(engine)] == [("closed", "shared_number")]

"""A finished form is stored once, whatever the network does."""

from __future__ import annotations

import threading
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.captures.identifiers import is_capture_id, new_capture_id
from server.captures.models import Capture
from server.captures.receiving import Receipt, answers_digest, receive
from server.db import reading, writing
from server.jobs.models import Job
from server.properties.setup import default_property
from server.records.models import Problem
from tests.house import NOON

ANNA = {"given_name": "Anna", "email": "anna@example.com"}


def send(session: Session, answers: dict[str, str] = ANNA, *, id: str) -> Receipt:
    house = default_property(session)
    return receive(
        session,
        id=id,
        form="pre_check_in",
        version=1,
        language="fr",
        surface="kiosk",
        proof="typed",
        property_id=house.id,
        answers=answers,
        now=NOON,
    )


def count(session: Session, model: Any) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_form_is_stored_as_it_came_and_left_to_the_worker(session: Session) -> None:
    receipt = send(session, id=new_capture_id(NOON))

    assert receipt.status == "stored"
    assert receipt.digest == answers_digest("pre_check_in", 1, ANNA).hex()
    capture = session.get_one(Capture, receipt.id)
    assert capture.answers == ANNA
    assert [(job.kind, job.payload) for job in session.scalars(select(Job))] == [
        ("read_capture", {"capture": receipt.id})
    ]


def test_a_card_number_typed_into_a_form_is_not_kept(session: Session) -> None:
    typed = ANNA | {"reference": "my card is 4111 1111 1111 1111"}

    receipt = send(session, typed, id=new_capture_id(NOON))

    assert receipt.digest == answers_digest("pre_check_in", 1, typed).hex()
    assert "4111" not in str(session.get_one(Capture, receipt.id).answers)


def test_a_form_sent_twice_is_stored_once(session: Session) -> None:
    id = new_capture_id(NOON)

    assert [send(session, id=id).status for _ in range(3)] == ["stored", "duplicate", "duplicate"]
    assert count(session, Capture) == count(session, Job) == 1


def test_the_same_number_with_other_answers_loses_neither(session: Session) -> None:
    id = new_capture_id(NOON)
    send(session, id=id)

    other = ANNA | {"email": "other@example.com"}
    assert [send(session, other, id=id).status for _ in range(2)] == ["conflict", "conflict"]

    assert session.get_one(Capture, id).answers == ANNA
    problems = session.scalars(select(Problem)).all()
    assert [(p.code, p.capture_id) for p in problems] == [("capture.conflict", id)]
    assert "other@example.com" in problems[0].content


def test_copies_that_arrive_together_are_stored_once(engine: Engine) -> None:
    id = new_capture_id(NOON)
    with writing(engine) as session:
        default_property(session)
    found: list[str] = []
    together = threading.Barrier(6)

    def deliver() -> None:
        together.wait()
        with writing(engine) as session:
            status = send(session, id=id).status
        found.append(status)

    threads = [threading.Thread(target=deliver) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == ["duplicate"] * 5 + ["stored"]
    with reading(engine) as session:
        assert count(session, Capture) == count(session, Job) == 1


@given(st.datetimes(min_value=NOON.replace(tzinfo=None)))
def test_our_own_ids_are_such_as_we_accept(moment: Any) -> None:
    assert is_capture_id(new_capture_id(moment.replace(tzinfo=NOON.tzinfo)))


def test_other_ids_are_not_accepted() -> None:
    assert not is_capture_id("")
    assert not is_capture_id("1b4e28ba-2fa1-41d2-883f-0016d3cca427")  # version 4
    assert not is_capture_id(new_capture_id(NOON).upper())
    assert not is_capture_id("' OR 1=1 --")

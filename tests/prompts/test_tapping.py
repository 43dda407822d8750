"""What a colleague typed for a guest is claimed by staff until the guest says that it is right."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from server.captures.binding import attach_handed
from server.captures.identifiers import new_capture_id
from server.captures.models import Capture, Handover
from server.captures.prefilling import FORM, answers_for
from server.captures.receiving import receive
from server.db import reading, writing
from server.forms.definition import find_form
from server.intake import read_capture
from server.prompts.models import AddressProof, Prompt, Reply
from server.prompts.proving import confirm, find_proof
from server.prompts.replying import become_capture
from server.prompts.tapping import confirm_tapped
from server.records.models import SourceRecord
from tests.builders import NOON
from tests.prompts.answered import SECRET, Said, ask, book, hear, read_and_follow, value_of

LATER = NOON + timedelta(hours=1)


@pytest.fixture
def typed(engine: Engine) -> tuple[int, str]:
    """A colleague read an address in a reply and typed it: the booking's record, and the token sent there."""
    record, said = book(engine), Said()
    ask(engine, record)
    heard = hear(engine, "it is patrick, at orange, in France")
    with writing(engine) as session:
        reply, prompt = session.get_one(Reply, heard), session.scalars(select(Prompt)).one()
        capture = become_capture(session, reply, prompt, "patrick@orange.fr", surface="desk", now=NOON)
    read_and_follow(engine, capture, said)
    assert the_state(engine) == ("by_staff", "")
    return record, said.links[0].rpartition("/")[2]


def the_state(engine: Engine) -> tuple[str, str]:
    with reading(engine) as session:
        proof = session.scalars(select(AddressProof)).one()
        return proof.state, proof.how


def tap(engine: Engine, record: int, **answers: str) -> None:
    """The guest was handed their stay on a tablet and sent the form."""
    id_ = new_capture_id(LATER)
    said = {"staying": "self", "given_name": "Patrick", "family_name": "Martin"} | answers
    with writing(engine) as session:
        of = session.get_one(SourceRecord, record)
        session.add(
            Handover(
                property_id=of.property_id,
                record_id=record,
                language="en",
                made_by="staff:7",
                made_at=LATER,
                expires_at=LATER + timedelta(minutes=10),
                taken_at=LATER,
                capture_id=id_,
            )
        )
        receive(
            session,
            id=id_,
            form=FORM,
            version=2,
            language="en",
            surface="kiosk",
            proof="booking-bound",
            property_id=of.property_id,
            answers=said,
            now=LATER,
        )
    read_capture(engine, id_)
    with writing(engine) as session:
        attach_handed(session, now=LATER)
        confirm_tapped(session, secret=SECRET, now=LATER)


def test_a_click_in_the_message_proves_what_a_colleague_typed(engine: Engine, typed: tuple[int, str]) -> None:
    with writing(engine) as session:
        proof = find_proof(session, typed[1], now=NOON)
        assert proof is not None
        assert confirm(session, proof, how="click", secret=SECRET, now=NOON)

    assert the_state(engine) == ("verified", "click")


def test_a_tap_on_the_tablet_proves_what_a_colleague_typed(engine: Engine, typed: tuple[int, str]) -> None:
    form = find_form(FORM)
    assert form is not None
    with reading(engine) as session:
        record = session.get_one(SourceRecord, typed[0])
        told = answers_for(session, record, form, today=NOON.date())
    assert told["email"] == "patrick@orange.fr"  # it is shown at the last look

    tap(engine, typed[0], email=told["email"])

    assert the_state(engine) == ("verified", "tablet")
    with reading(engine) as session:
        proven = session.scalars(select(Capture.id).where(Capture.proof == "verified")).one()
    read_and_follow(engine, proven, Said())
    assert value_of(engine, typed[0]) == "patrick@orange.fr"


@pytest.mark.parametrize(
    "answers",
    [
        {"email": "p.martin@gmail.com"},
        {},
        {"email": "patrick@orange.fr", "given_name": "Zoe", "family_name": "Zell"},
    ],
)
def test_another_address_none_or_another_person_at_the_tablet_proves_nothing(
    engine: Engine, typed: tuple[int, str], answers: dict[str, str]
) -> None:
    tap(engine, typed[0], **answers)

    assert the_state(engine) == ("by_staff", "")

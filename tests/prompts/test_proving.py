"""An address is claimed until its owner says that it is theirs; then nothing unproven replaces it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from server.captures.models import Capture
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.prompts.models import AddressProof, DeadContact
from server.prompts.proving import code_of, confirm, confirm_by_code, find_proof, undo
from server.records.models import SourceRecord
from tests.builders import NOON, take_in
from tests.prompts.answered import SECRET, Said, ask, book, hear, read_and_follow, take, value_of


@pytest.fixture
def given(engine: Engine) -> tuple[int, str]:
    """A guest who gave an address by a reply: the booking's record, and the token sent to the address."""
    record, said = book(engine), Said()
    ask(engine, record)
    take(engine, hear(engine, "patrick@orange.fr"), said)
    with reading(engine) as session:
        capture = session.scalars(select(Capture.id)).one()
    read_and_follow(engine, capture, said)
    return record, said.links[0].rpartition("/")[2]


def the_state(engine: Engine) -> str:
    with reading(engine) as session:
        return session.scalars(select(AddressProof.state)).one()


def confirm_now(engine: Engine, token: str) -> None:
    with writing(engine) as session:
        proof = find_proof(session, token, now=NOON)
        assert proof is not None
        assert confirm(session, proof, how="click", secret=SECRET, now=NOON)
    with reading(engine) as session:
        proven = session.scalars(select(Capture.id).where(Capture.proof == "verified")).one()
    read_and_follow(engine, proven, Said())


def test_a_token_is_long_random_and_kept_as_its_hash(engine: Engine, given: tuple[int, str]) -> None:
    token = given[1]

    assert len(token) >= 32
    with reading(engine) as session:
        (proof,) = session.scalars(select(AddressProof)).all()
        assert token.encode() not in (proof.token_hash or b"")
        assert proof.state == "claimed"
        assert proof.expires_at == NOON + timedelta(days=7)


def test_a_proven_address_wins_over_what_is_newer(engine: Engine, given: tuple[int, str]) -> None:
    record, token = given
    confirm_now(engine, token)

    take_in(
        engine,
        {"key": "N", "first_name": "Patrick", "last_name": "Martin", "mobile": "06 52 52 72 72"}
        | {"reference": "BK-4711", "email": "p.other@gmail.com", "updated_at": "2026-05-06T10:00:00"},
        source="shop",
        kind="shop",
        proof="booking-bound",
        now=NOON + timedelta(days=2),
    )
    link_waiting(engine)

    assert the_state(engine) == "verified"
    assert value_of(engine, record) == "patrick@orange.fr"
    with reading(engine) as session:
        assert "verified" in session.scalars(select(SourceRecord.proof)).all()


def test_a_click_twice_is_one(engine: Engine, given: tuple[int, str]) -> None:
    confirm_now(engine, given[1])

    with writing(engine) as session:
        proof = find_proof(session, given[1], now=NOON)
        assert proof is not None
        assert confirm(session, proof, how="click", secret=SECRET, now=NOON)

    with reading(engine) as session:
        assert len(session.scalars(select(Capture)).all()) == 2


@pytest.mark.parametrize("first_confirmed", [False, True])
def test_its_owner_takes_an_address_back(
    engine: Engine, given: tuple[int, str], *, first_confirmed: bool
) -> None:
    record, token = given
    if first_confirmed:
        confirm_now(engine, token)

    with writing(engine) as session:
        proof = find_proof(session, token, now=NOON)
        assert proof is not None
        assert undo(session, proof, secret=SECRET, now=NOON)

    assert the_state(engine) == "undone"
    assert value_of(engine, record) != "patrick@orange.fr"
    with reading(engine) as session:
        assert session.scalars(select(DeadContact)).all()
        assert find_proof(session, token, now=NOON) is None


def test_a_link_opens_for_seven_days(engine: Engine, given: tuple[int, str]) -> None:
    with reading(engine) as session:
        assert find_proof(session, given[1], now=NOON + timedelta(days=6, hours=23)) is not None
        assert find_proof(session, given[1], now=NOON + timedelta(days=7)) is None


def test_the_code_proves_it_too_and_five_wrong_ones_end_it(engine: Engine, given: tuple[int, str]) -> None:
    right = code_of(SECRET, given[1])
    wrong = "000000" if right != "000000" else "111111"

    with writing(engine) as session:
        proof = find_proof(session, given[1], now=NOON)
        assert proof is not None
        for _ in range(5):
            assert not confirm_by_code(session, proof, wrong, secret=SECRET, now=NOON)
        assert not confirm_by_code(session, proof, right, secret=SECRET, now=NOON)
        proof.wrong_codes = 0
        assert confirm_by_code(session, proof, right, secret=SECRET, now=NOON)

    assert the_state(engine) == "verified"

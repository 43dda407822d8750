"""`check` finds what cannot be about a question, its messages, its answer and a proof."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.privacy.check import check
from server.prompts.models import AddressProof, Message, Prompt, Reply
from server.records.models import SourceRecord
from tests.builders import NOON
from tests.prompts.asked import ask, book, came, guest

ANNA = guest("Anna Bauer")


def house(engine: Engine) -> None:
    """One guest who was asked and answered, and proved her address."""
    book(engine, ANNA | {"key": "A1", "stay_from": "2026-05-07", "stay_to": "2026-05-09"})
    came(engine, ANNA | {"email": "anna@posteo.de"}, prompt_id=ask(engine, "A1"))
    with writing(engine) as session:
        record_id = session.scalars(select(SourceRecord.id).order_by(SourceRecord.id)).first()
        proof = {"contact_key": b"k" * 32, "made_at": NOON, "settled_at": NOON, "how": "click"}
        session.add(AddressProof(record_id=record_id, state="verified", **proof))


def forget_when(session: Session) -> None:
    session.execute(update(Prompt).values(asked_at=None))


def close_for_nothing(session: Session) -> None:
    session.execute(update(Prompt).values(state="closed", settled_at=NOON, why=""))


def lose_the_sending(session: Session) -> None:
    session.execute(update(Message).values(state="sending", sending_at=None))


def drop_for_nothing(session: Session) -> None:
    session.execute(update(Message).values(state="dropped", code=""))


def keep_a_number(session: Session) -> None:
    session.execute(update(Prompt).values(state="closed", why="erased", settled_at=NOON, record_id=None))
    session.execute(update(Message).values(sent_to="+33612345678"))


def settle_at_no_time(session: Session) -> None:
    session.execute(update(Reply).values(state="settled", settled_at=None))


def prove_by_nothing(session: Session) -> None:
    session.execute(update(AddressProof).values(how=""))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (forget_when, "Every question that is out"),
        (close_for_nothing, "Every question that was closed"),
        (lose_the_sending, "Every message that left"),
        (drop_for_nothing, "Every message that left"),
        (keep_a_number, "Of a guest who was erased"),
        (settle_at_no_time, "Every answer that is settled"),
        (prove_by_nothing, "Every verified address"),
    ],
)
def test_damage_to_what_was_asked_is_found_and_named(
    engine: Engine, damage: Callable[[Session], None], says: str
) -> None:
    house(engine)
    with reading(engine) as session:
        before = check(session)

    with writing(engine) as session:
        damage(session)

    with reading(engine) as session:
        assert [broken.says.startswith(says) for broken in check(session)] == [True]
    assert before == []

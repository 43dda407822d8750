"""A guest who was asked, answered and proved their address, and then asks to be forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Engine, LargeBinary, select

from server.db import Base, reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.intake import read_capture
from server.privacy.check import check
from server.privacy.erasing import erase, records_of_guest
from server.prompts.captured import follow_capture
from server.prompts.contacts import contact_key
from server.prompts.models import AddressProof, Message, Reply
from server.prompts.proving import confirm
from server.prompts.putting import put_answer
from server.prompts.replying import take_reply
from server.prompts.understanding import understand
from tests.builders import NOON
from tests.prompts.answered import HOUSE, MOBILE, SECRET, ask, book, hear
from tests.prompts.asked_house import name_house

CANARY = "canary.kestrel@posteo.de"
TRACES = ("kestrel", "Quagliarini", "652527272", "445566")


def traces(engine: Engine) -> list[str]:
    """Where anything of the guest stands: in words, or as the hash of a contact."""
    keys = {contact_key(SECRET, "sms", MOBILE), contact_key(SECRET, "email", CANARY)}
    return sorted({name for name, cell in _cells(engine) if any(cell == key for key in keys) or _tells(cell)})


def _tells(cell: object) -> bool:
    return any(trace.lower() in str(cell).lower() for trace in TRACES)


def _cells(engine: Engine) -> Iterator[tuple[str, object]]:
    with reading(engine) as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                for column, cell in zip(table.columns, row, strict=True):
                    is_bytes = isinstance(column.type, LargeBinary) and cell is not None
                    yield f"{table.name}.{column.name}", bytes(cell) if is_bytes else cell


def answer(engine: Engine, reply_id: int) -> None:
    """What the worker does with a reply, and with the form that it became."""
    words = {"secret": SECRET, "house_address": HOUSE, "now": NOON}
    with writing(engine) as session:
        take_reply(session, reply_id, **words, understand=understand, say=put_answer)  # type: ignore[arg-type]
    with reading(engine) as session:
        capture_id = session.get_one(Reply, reply_id).capture_id
    if capture_id is not None:
        read_capture(engine, capture_id)
        with writing(engine) as session:
            follow_capture(session, capture_id, **words, say=put_answer)  # type: ignore[arg-type]


def test_of_who_was_asked_answered_and_proved_nothing_is_left(engine: Engine) -> None:
    record = book(engine, last_name="Quagliarini")
    with writing(engine) as session:
        name_house(session)
    ask(engine, record)
    answer(engine, hear(engine, f"sure: {CANARY}"))
    answer(engine, hear(engine, "and is breakfast included?", number="SM2"))
    with writing(engine) as session:
        proof = session.scalars(select(AddressProof)).one()
        assert confirm(session, proof, how="click", secret=SECRET, now=NOON)
    link_waiting(engine)
    with reading(engine) as session:
        guest = session.scalars(select(Link.guest_id).where(Link.record_id == record)).one()
        assert {one.kind for one in session.scalars(select(Message))} >= {"confirmation", "proof"}
    assert len(traces(engine)) > 10

    with writing(engine) as session:
        erase(session, records_of_guest(session, guest), actor="staff:1", now=NOON)

    assert traces(engine) == []
    with reading(engine) as session:
        assert check(session) == []

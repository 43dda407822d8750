"""The journal is only added to: the database and our own code refuse anything else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db import writing
from server.journal.models import JournalEntry, JournalSeal, OnlyAddedTo
from tests.journal.sealed import found, seal_all, write


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal_entry SET actor = 'staff:9' WHERE id = 1",
        "UPDATE journal_entry SET subject = 'guest:9' WHERE id = 1",
        "DELETE FROM journal_entry WHERE id = 1",
        "UPDATE journal_seal SET sealed_at = '2020-01-01' WHERE sequence = 1",
        "UPDATE journal_seal SET salt = NULL WHERE sequence = 1",
        "DELETE FROM journal_seal WHERE sequence = 1",
    ],
)
def test_the_database_itself_refuses_to_change_the_journal(engine: Engine, statement: str) -> None:
    write(engine, 2)
    seal_all(engine)

    with pytest.raises(DBAPIError), writing(engine) as session:
        session.execute(text(statement))
    assert found(engine) is None


CHANGES: list[Callable[[Session, JournalEntry], object]] = [
    lambda session, entry: setattr(entry, "actor", "staff:9"),
    lambda session, entry: session.delete(entry),
    lambda session, _: session.execute(update(JournalEntry).values(actor="staff:9")),
    lambda session, _: session.execute(delete(JournalSeal)),
]


@pytest.mark.parametrize("change", CHANGES)
def test_our_own_code_cannot_change_an_entry(
    engine: Engine, change: Callable[[Session, JournalEntry], object]
) -> None:
    write(engine, 1)

    def try_it() -> None:
        with writing(engine) as session:
            change(session, session.get_one(JournalEntry, 1))

    with pytest.raises(OnlyAddedTo):
        try_it()

"""Erasing what a journal's entry told: its content goes, the chain still verifies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from server.db import reading, writing
from server.journal.erasing import erase_content
from server.journal.models import JournalEntry, JournalSeal
from tests.journal.sealed import MORNING, found, seal_all, tamper, verdict_of, write


def test_erased_content_is_gone_and_the_chain_still_verifies(engine: Engine) -> None:
    write(engine, 9)
    head = seal_all(engine)

    with writing(engine) as session:
        erase_content(session, [2, 5], actor="staff:4", now=MORNING + timedelta(days=2))
    before = verdict_of(engine, head)
    seal_all(engine)
    after = verdict_of(engine, head)

    assert (before.erased, before.waiting, before.wrong) == (2, 1, None)
    assert (after.erased, after.waiting, after.wrong) == (2, 0, None)
    with reading(engine) as session:
        entry, kept = session.get_one(JournalEntry, 5), session.get_one(JournalSeal, 5)
        assert (entry.subject, entry.reason, entry.detail) == ("", None, {})
        assert (entry.actor, entry.act) == ("staff:2", "import.started")
        assert kept.salt is None


def test_what_was_erased_is_still_guarded_by_its_commitment(engine: Engine) -> None:
    write(engine, 9)
    seal_all(engine)
    with writing(engine) as session:
        erase_content(session, [2], actor="staff:4", now=MORNING + timedelta(days=2))
    seal_all(engine)

    tamper(engine, "UPDATE journal_entry SET subject = 'guest:8' WHERE id = 2")
    made_up = found(engine)
    tamper(engine, "UPDATE journal_entry SET subject = '', act = 'guest.closed' WHERE id = 2")

    assert made_up == ("journal.taken", "2")
    assert found(engine) == ("journal.broken", "2")


def test_the_erasing_of_an_entry_cannot_itself_be_erased(engine: Engine) -> None:
    write(engine, 3)
    seal_all(engine)
    with writing(engine) as session:
        erase_content(session, [2], actor="staff:4", now=MORNING + timedelta(days=2))
    seal_all(engine)

    with pytest.raises(ValueError, match="never erased"), writing(engine) as session:
        erase_content(session, [4], actor="staff:4", now=MORNING + timedelta(days=3))

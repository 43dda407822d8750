"""Tampering with the journal past our code: the first entry touched is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from server.journal.sealing import ChainKey
from tests.journal.sealed import KEY, MORNING, found, seal_all, tamper, write

TAMPERINGS = [
    ("UPDATE journal_entry SET actor = 'staff:9' WHERE id = 4", "journal.broken", "4"),
    ("UPDATE journal_entry SET act = 'guest.closed' WHERE id = 4", "journal.broken", "4"),
    ("UPDATE journal_entry SET property_id = NULL WHERE id = 4", "journal.broken", "4"),
    ("UPDATE journal_entry SET at = '2026-05-04 07:00:01' WHERE id = 4", "journal.broken", "4"),
    ("UPDATE journal_entry SET subject = 'guest:8' WHERE id = 4", "journal.changed", "4"),
    ("UPDATE journal_entry SET reason = NULL WHERE id = 5", "journal.changed", "5"),
    ("UPDATE journal_entry SET detail = '{\"rows\": 4}' WHERE id = 4", "journal.changed", "4"),
    (
        "UPDATE journal_entry SET subject = '', reason = NULL, detail = '{}' WHERE id = 4",
        "journal.changed",
        "4",
    ),
    ("DELETE FROM journal_entry WHERE id = 4", "journal.deleted", "4"),
    ("DELETE FROM journal_entry", "journal.deleted", "1"),
    ("DELETE FROM journal_seal WHERE sequence = 4", "journal.seal_gone", "5"),
    ("UPDATE journal_seal SET salt = NULL WHERE sequence = 4", "journal.taken", "4"),
    ("UPDATE journal_seal SET salt = NULL, erased_by = 7 WHERE sequence = 4", "journal.taken", "4"),
    ("UPDATE journal_seal SET erased_by = 7 WHERE sequence = 4", "journal.taken", "4"),
    ("UPDATE journal_seal SET sealed_at = '2026-05-04 07:00:01' WHERE sequence = 4", "journal.broken", "4"),
    ("UPDATE journal_seal SET key_id = 'sealing-2' WHERE sequence = 4", "journal.key_missing", "4"),
    ("UPDATE journal_seal SET entry_id = 400 WHERE sequence = 4", "journal.deleted", "400"),
    ("DELETE FROM journal_seal WHERE sequence > 6", "journal.cut_off", ""),
    ("DELETE FROM journal_seal", "journal.cut_off", ""),
]


@pytest.mark.parametrize(("statement", "code", "entry"), TAMPERINGS)
def test_the_first_entry_that_was_tampered_with_is_named(
    engine: Engine, statement: str, code: str, entry: str
) -> None:
    write(engine, 9)
    head = seal_all(engine)

    tamper(engine, statement)

    assert found(engine, head) == (code, entry)


def test_what_was_put_between_older_entries_is_named(engine: Engine) -> None:
    write(engine, 5)
    head = seal_all(engine)

    put_in = (
        "INSERT INTO journal_entry (id, at, actor, act, subject, detail) "
        "VALUES (77, '2026-05-04 10:00:00', 'staff:1', 'guest.opened', 'guest:1', '{}')"
    )
    tamper(engine, put_in)
    waiting = found(engine, head)
    seal_all(engine)

    assert waiting == found(engine, head) == ("journal.late", "77")


def test_a_new_head_settles_that_a_clock_was_set_back(engine: Engine) -> None:
    write(engine, 5)
    seal_all(engine)
    write(engine, 1, start=MORNING - timedelta(days=365))
    head = seal_all(engine)

    assert found(engine) == ("journal.late", "6")
    assert found(engine, head) is None


def test_a_chain_written_anew_with_the_secret_is_told_by_a_head_kept_elsewhere(engine: Engine) -> None:
    write(engine, 5)
    head = seal_all(engine)

    tamper(engine, "DELETE FROM journal_seal", "UPDATE journal_entry SET actor = 'staff:9' WHERE id = 2")
    seal_all(engine)

    assert found(engine) is None
    assert found(engine, head) == ("journal.written_anew", "5")


def test_whoever_lacks_the_secret_cannot_write_the_chain_anew(engine: Engine) -> None:
    write(engine, 5)
    seal_all(engine)

    tamper(engine, "DELETE FROM journal_seal", "UPDATE journal_entry SET actor = 'staff:9' WHERE id = 2")
    seal_all(engine, key=ChainKey(KEY.id, b"guessed" * 4))

    assert found(engine) == ("journal.broken", "1")

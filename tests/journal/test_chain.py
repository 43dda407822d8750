"""The journal's chain: what colleagues did can be added to and verified, and not changed unseen."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, delete, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.journal import note
from server.journal.erasing import erase_content
from server.journal.heads import Head
from server.journal.models import JournalEntry, JournalSeal, OnlyAddedTo
from server.journal.sealing import ChainKey, chain_key, seal, waiting_for_seal
from server.journal.verifying import Verdict, verify
from server.refusal import Refused

MORNING = datetime(2026, 5, 4, 7, tzinfo=UTC)
KEY = chain_key("sealing-1", b"k" * 32)


def write(
    engine: Engine, count: int, *, start: datetime = MORNING, apart: timedelta = timedelta(hours=3)
) -> None:
    """What a small house's colleagues did, one act every few hours."""
    with writing(engine) as session:
        for n in range(count):
            note(
                session,
                f"staff:{n % 3 + 1}",
                ("guest.opened", "import.started", "problem.settled")[n % 3],
                f"guest:{n % 7}",
                now=start + n * apart,
                property_id=n % 2 + 1,
                reason="asked at the desk" if n % 4 == 0 else None,
                rows=n,
            )


def seal_all(engine: Engine, *, now: datetime | None = None, key: ChainKey = KEY) -> Head | None:
    head = None
    with writing(engine) as session:
        ids = waiting_for_seal(session, limit=100_000)
        if ids:
            head = seal(session, ids, key, now=now or MORNING)
    return head


def verdict_of(engine: Engine, head: Head | None = None, key: ChainKey = KEY) -> Verdict:
    with reading(engine) as session:
        return verify(session, {key.id: key}, head=head)


def found(engine: Engine, head: Head | None = None) -> tuple[str, str] | None:
    """What verifying says first: its code, and the entry."""
    wrong = verdict_of(engine, head).wrong
    return None if wrong is None else (wrong.code, wrong.params.get("entry", ""))


def open_the_tables(connection: Connection) -> None:
    """What somebody with the database's own password would do first."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET session_replication_role = replica"))
        return
    connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    triggers = connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        if name.startswith("journal_"):
            connection.exec_driver_sql(f"DROP TRIGGER {name}")


def tamper(engine: Engine, *statements: str) -> None:
    connection = engine.connect()
    if engine.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
    try:
        open_the_tables(connection)
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()
    finally:
        connection.rollback()
        connection.invalidate()
        connection.close()


def test_a_sealed_journal_is_as_it_was_written(engine: Engine) -> None:
    write(engine, 10)
    head = seal_all(engine)
    write(engine, 2, start=MORNING + timedelta(days=2))

    verdict = verdict_of(engine, head)

    assert (verdict.sealed, verdict.erased, verdict.waiting, verdict.wrong) == (10, 0, 2, None)
    assert verdict.head == head


def test_an_empty_journal_is_well(engine: Engine) -> None:
    assert verdict_of(engine) == Verdict(0, 0, 0, None, None)


def test_sealing_goes_on_where_it_ended(engine: Engine) -> None:
    for day in range(4):
        write(engine, 5, start=MORNING + timedelta(days=day))
        seal_all(engine, now=MORNING + timedelta(days=day, hours=15))

    assert verdict_of(engine).sealed == 20
    assert found(engine) is None


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


def test_an_entry_that_is_committed_late_is_sealed_under_the_next_number(postgres_url: str) -> None:
    from server.db import make_engine

    engine = make_engine(postgres_url)
    with Session(engine) as slow, Session(engine) as quick:
        note(slow, "staff:1", "import.started", "import:1", now=MORNING)
        slow.flush()
        note(quick, "staff:2", "guest.opened", "guest:1", now=MORNING)
        quick.commit()
        seal_all(engine)
        slow.commit()
    seal_all(engine)

    with reading(engine) as session:
        order = session.execute(select(JournalSeal.sequence, JournalSeal.entry_id)).all()
    assert sorted(tuple(row) for row in order) == [(1, 2), (2, 1)]
    assert (verdict_of(engine).sealed, found(engine)) == (2, None)
    engine.dispose()


def test_two_workers_that_seal_at_once_make_one_chain(postgres_url: str) -> None:
    import threading

    from server.db import make_engine

    engine = make_engine(postgres_url)
    write(engine, 60)
    with reading(engine) as session:
        ids = waiting_for_seal(session)
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def work(part: int) -> None:
        try:
            start.wait()
            for at in range(0, 60, 10):
                with writing(engine) as session:
                    seal(session, ids[at : at + 20 + part], KEY, now=MORNING)
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(part,)) for part in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert failures == []
    assert (verdict_of(engine).sealed, verdict_of(engine).waiting, found(engine)) == (60, 0, None)
    engine.dispose()


def test_ids_that_a_rollback_used_up_leave_no_gap_in_the_chain(postgres_url: str) -> None:
    from server.db import make_engine

    engine = make_engine(postgres_url)
    with Session(engine) as session:
        note(session, "staff:1", "import.started", "import:1", now=MORNING)
        session.flush()
        session.rollback()
    write(engine, 2)
    seal_all(engine)

    assert (verdict_of(engine).sealed, found(engine)) == (2, None)
    engine.dispose()


@pytest.mark.parametrize("file", ["", "[]", "{}", '{"sequence": 1}', '{"sequence":1,"entry":1,"chain":"zz"}'])
def test_a_file_that_is_no_head_is_refused(file: str) -> None:
    with pytest.raises(Refused, match=r"journal\.no_head"):
        Head.from_text(file)


def test_a_head_survives_its_file() -> None:
    head = Head(3, 5, bytes(range(32)), MORNING)

    assert Head.from_text(head.to_text()) == head


# The time is none of those written: the same moment spelled another way would be no change.
TEXTS = ("''", "'x'", "'{'", "'[]'", "'staff:1'", "'2026-05-04 06:00:00'", "5", "NULL", "'1'", "x'ff00'")
COLUMNS = {
    "journal_entry": ("id", "at", "actor", "act", "subject", "detail", "property_id", "reason"),
    "journal_seal": (
        "sequence",
        "entry_id",
        "salt",
        "commitment",
        "chain",
        "key_id",
        "sealed_at",
        "erased_by",
    ),
}


def rows_of(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with engine.connect() as connection:
        return {
            table: [
                tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)
                for row in connection.execute(text(f"SELECT {', '.join(columns)} FROM {table} ORDER BY 1"))
            ]
            for table, columns in COLUMNS.items()
        }


def mutate(chance: random.Random, count: int) -> list[str]:
    """What somebody might do to a journal of `count` sealed entries, as statements."""
    one, other = chance.sample(range(1, count + 1), 2)
    match chance.randrange(9):
        case 0 | 1:
            column = chance.choice(COLUMNS["journal_entry"])
            return [f"UPDATE journal_entry SET {column} = {chance.choice(TEXTS)} WHERE id = {one}"]
        case 2 | 3:
            column = chance.choice(COLUMNS["journal_seal"])
            return [f"UPDATE journal_seal SET {column} = {chance.choice(TEXTS)} WHERE sequence = {one}"]
        case 4:  # one column taken over from another row
            table = chance.choice(list(COLUMNS))
            key, *columns = COLUMNS[table]
            column = chance.choice(columns)
            donor = f"(SELECT {column} FROM {table} WHERE {key} = {other})"
            return [f"UPDATE {table} SET {column} = {donor} WHERE {key} = {one}"]
        case 5:  # an entry is gone, perhaps with its seal, perhaps with the numbers closed up
            gone = [
                f"DELETE FROM journal_entry WHERE id = {one}",
                f"DELETE FROM journal_seal WHERE entry_id = {one}",
                *(
                    f"UPDATE journal_seal SET sequence = {at - 1} WHERE sequence = {at}"
                    for at in range(one + 1, count + 1)
                ),
            ]
            return gone[: chance.choice((1, 2, len(gone)))]
        case 6:  # two change places
            table = chance.choice(list(COLUMNS))
            key = COLUMNS[table][0]
            return [
                f"UPDATE {table} SET {key} = -1 WHERE {key} = {one}",
                f"UPDATE {table} SET {key} = {one} WHERE {key} = {other}",
                f"UPDATE {table} SET {key} = {other} WHERE {key} = -1",
            ]
        case 7:  # the end is cut off
            cut = [
                f"DELETE FROM journal_seal WHERE entry_id >= {one}",
                f"DELETE FROM journal_entry WHERE id >= {one}",
            ]
            return cut if chance.random() < 0.5 else cut[1:]
        case _:  # an entry is put in, with or without a seal made up for it
            told = "at, actor, act, subject, detail, property_id, reason"
            put_in = (
                f"INSERT INTO journal_entry (id, {told}) SELECT {count + 50}, {told} "
                f"FROM journal_entry WHERE id = {min(one, other)}"
            )
            made_up = (
                "INSERT INTO journal_seal (sequence, entry_id, salt, commitment, chain, key_id, sealed_at) "
                f"SELECT {chance.choice((count + 1, 0, -3))}, {count + 50}, salt, commitment, chain, key_id, "
                f"sealed_at FROM journal_seal WHERE sequence = {one}"
            )
            return [put_in, made_up] if chance.random() < 0.5 else [put_in]


def find_all(engine: Engine, url: str, times: int, seed: int) -> list[list[str]]:
    """Try random mutations, each on the same sealed journal; return those that changed it and went unseen."""
    chance = random.Random(seed)
    count = 12
    write(engine, count)
    head = seal_all(engine)
    clean = rows_of(engine)
    unseen, done = [], 0
    while done < times:
        statements = mutate(chance, count)
        try:
            tamper(engine, *statements)
        except DBAPIError:
            continue  # the store's own types refuse it
        if rows_of(engine) == clean:
            continue
        done += 1
        if verdict_of(engine, head).wrong is None:
            unseen.append(statements)
        put_back(engine, clean)
    assert found(engine, head) is None, url
    return unseen


def put_back(engine: Engine, clean: dict[str, list[tuple[Any, ...]]]) -> None:
    connection = engine.connect()
    if engine.dialect.name == "sqlite":
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
    open_the_tables(connection)
    for table, columns in COLUMNS.items():
        connection.execute(text(f"DELETE FROM {table}"))
        names = ", ".join(f":{name}" for name in columns)
        for row in clean[table]:
            given = dict(zip(columns, row, strict=True))
            if isinstance(given.get("detail"), dict):
                given["detail"] = f'{{"rows":{given["detail"]["rows"]}}}'
            connection.execute(text(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({names})"), given)
    connection.commit()
    connection.invalidate()
    connection.close()


def test_random_tampering_never_goes_unseen(engine: Engine, database_url: str) -> None:
    assert find_all(engine, database_url, times=40, seed=7) == []


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_none_of_a_thousand_tamperings_goes_unseen(engine: Engine, database_url: str) -> None:
    assert find_all(engine, database_url, times=1000, seed=11) == []

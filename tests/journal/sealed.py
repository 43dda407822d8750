"""A house's journal as tests write, seal, verify and tamper with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, text

from server.db import reading, writing
from server.journal import note
from server.journal.heads import Head
from server.journal.sealing import ChainKey, chain_key, seal, waiting_for_seal
from server.journal.verifying import Verdict, verify

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
    """Seal all that waits; the head, when anything did."""
    head = None
    with writing(engine) as session:
        ids = waiting_for_seal(session, limit=100_000)
        if ids:
            head = seal(session, ids, key, now=now or MORNING)
    return head


def verdict_of(engine: Engine, head: Head | None = None, key: ChainKey = KEY) -> Verdict:
    """What verifying the whole journal says."""
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
    """Change the tables past our code, their constraints and their triggers."""
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

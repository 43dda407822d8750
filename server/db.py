"""The database: one declarative base, UTC times, and an engine that behaves the same on both stores.

SQLite runs in WAL mode with synchronous=FULL, because an acknowledged form must survive a power cut
(NORMAL may lose the last commits), and every unit of work that writes starts with BEGIN IMMEDIATE: a
transaction that reads first and writes later fails at once with "database is locked" under two writers,
whatever the busy timeout (measured: 297,716 such errors in a minute against none).
"""

from __future__ import annotations

import fcntl
import json
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from struct import Struct
from typing import Any, TypeVar, cast

import psycopg
from sqlalchemy import (
    REAL,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    event,
    text,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


PATIENCE = 15
"""Seconds that a writer on SQLite waits for its place, once it is the next, before it gives up."""

LOOK = 0.002
"""Seconds between two looks whether it is free."""

KEPT_OPEN = 16
"""Connections that stay open once they were needed: one for each request at a time. What is opened beyond is
closed after each use, and to open one costs more than most pages ask of it."""

LARGEST_ID = 2**31 - 1
"""The largest number that a row can have; both stores raise an error when asked for a much larger one."""


class Base(DeclarativeBase):
    """All tables. Constraint names are fixed so that migrations can name what they alter."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: aware in Python, without a zone in the table; refuses naive values."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored; read it from server.clock")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class SingleFloat(TypeDecorator[float]):
    """A number of four bytes that comes back as it was given.

    PostgreSQL tells the shortest text that means it, and that text is another number of eight bytes: of two
    equal pairs, one just made and one read, the read one counted as weaker or stronger.
    """

    impl = REAL
    cache_ok = True

    def process_result_value(self, value: float | None, dialect: Dialect) -> float | None:
        return None if value is None else float(_SINGLE.unpack(_SINGLE.pack(value))[0])


_SINGLE = Struct("f")

Found = TypeVar("Found", bound=Base)


def row_of(session: Session, model: type[Found], number: int) -> Found | None:
    """The row of a number that somebody sent; None when there is none, or no row can have it."""
    return session.get(model, number) if 0 < number <= LARGEST_ID else None


class Encoded(str):
    """A value of a JSON column that is JSON text already, by the rules of json_text."""


def _json(value: Any) -> str:
    return value if isinstance(value, Encoded) else json_text(value)


_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"))
"""Made once: json.dumps makes one for every value whose form is not its own."""


def json_text(value: Any) -> str:
    """JSON as the tables hold it: keys sorted, letters as they are; half a character (a lone surrogate, as a
    broken sender's JSON may hold) is escaped, because no store takes it as text."""
    text = _ENCODER.encode(value)
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, sort_keys=True, separators=(",", ":"))
    return text


def make_engine(url: str) -> Engine:
    """An engine for either store. Database errors print no parameters: they would be guest data."""
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=_json,
        pool_pre_ping=not url.startswith("sqlite"),
        pool_size=KEPT_OPEN,
    )
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    else:
        _keep_values_out_of_errors(engine)
    return engine


def _keep_values_out_of_errors(engine: Engine) -> None:
    """PostgreSQL's own messages quote the row (`Key (email)=(anna@...) already exists`), and hidden
    parameters do not hide those: an error about data says its kind and its constraint only."""

    @event.listens_for(engine, "handle_error")
    def _shorten(context: ExceptionContext) -> None:
        found = context.original_exception
        if not isinstance(found, psycopg.Error) or isinstance(found, psycopg.OperationalError):
            return
        leave_values_out(found, context.sqlalchemy_exception)


def leave_values_out(found: psycopg.Error, raised: Exception | None) -> None:
    """Let an error of PostgreSQL, and what SQLAlchemy raised for it, say its kind and constraint only."""
    found.args = (told_without_values(found),)
    if raised is not None:
        raised.args = found.args


def told_without_values(error: psycopg.Error) -> str:
    """The kind of an error of PostgreSQL, its code and its constraint: nothing of a row."""
    return " ".join(filter(None, (type(error).__name__, error.sqlstate, error.diag.constraint_name)))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we begin transactions ourselves, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.execute("PRAGMA cache_size=-32000")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        if not connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql("BEGIN")
        elif (name := engine.url.database) in (None, "", ":memory:"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            _take_writers_place(connection, f"{name}-writers")


def _take_writers_place(connection: Connection, queue: str) -> None:
    """Begin a transaction that writes, in the order of asking.

    Left alone, SQLite looks ever more seldom whether its writer's place is free, at last each tenth of a
    second; who writes without a pause keeps all others out (eight processes: an error after 15 seconds). So
    who waits stands in a queue, at a file whose lock the kernel hands on in order, and the first of it looks
    every two milliseconds.
    """
    driver = cast(sqlite3.Connection, connection.connection.driver_connection)
    waiting = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(waiting, fcntl.LOCK_EX)
        driver.execute("PRAGMA busy_timeout=0")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                driver.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                time.sleep(LOOK)
            else:
                return
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # once more, for an error in the words of all others
    finally:
        os.close(waiting)
        driver.execute(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def take_turn(session: Session, what: str) -> None:
    """Until this transaction ends, nobody else has the turn `what`: "look whether it is there, else make it"
    then makes it once. SQLite has one writer at a time anyway."""
    if not _is_taken(session, what):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))"), {"what": what})
        _note_taken(session, what)


def shares_turn(session: Session, what: str) -> bool:
    """Whether nobody has the turn `what` alone; nobody gets it before this transaction ends, then.

    Asked without waiting. On SQLite always, because there whoever writes is alone.
    """
    if _is_taken(session, what):
        return True
    asked = text("SELECT pg_try_advisory_xact_lock_shared(hashtextextended(:what, 0))")
    return bool(session.scalar(asked, {"what": what}))


def has_turn(session: Session, what: str) -> bool:
    """Take the turn `what` if that is possible without waiting, or is had already."""
    if not _is_taken(session, what):
        asked = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:what, 0))")
        if not session.scalar(asked, {"what": what}):
            return False
        _note_taken(session, what)
    return True


def _is_taken(session: Session, what: str) -> bool:
    """Whether this transaction has the turn: it asks for one once."""
    if session.connection().dialect.name != "postgresql":
        return True
    return session.info.get("turns", {}).get(what) is session.get_transaction()


def _note_taken(session: Session, what: str) -> None:
    session.info.setdefault("turns", {})[what] = session.get_transaction()


def add_unless_there(session: Session, row: Base) -> bool:
    """Add a row; False, and nothing happens, when another process has just added the same one."""
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return False
    return True


_TROUBLES = (
    ("database.full", ("disk is full", "no space left", "disk i/o error", "could not extend file")),
    ("database.locked", ("locked",)),
    ("database.read_only", ("readonly", "read-only", "unable to open")),
)


def trouble(error: BaseException) -> str | None:
    """The code of what ails the database; None when it is not the database that is to blame."""
    if not isinstance(error, OperationalError):
        return None
    said = str(error.orig).lower()
    return next((code for code, signs in _TROUBLES if any(s in said for s in signs)), "database.away")


def empty_log(engine: Engine, tables: Sequence[str] = (), *, rewritten: Sequence[str] = ()) -> None:
    """Leave nothing of rows that were deleted: on SQLite the write-ahead log is emptied into pages that were
    overwritten (secure_delete); on PostgreSQL the dead rows of these tables are vacuumed away. A vacuumed
    page holds their bytes until others take the place: tables that are `rewritten` get files without them."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            for table in tables:
                full = "(FULL) " if table in rewritten else ""
                connection.exec_driver_sql(f"VACUUM {full}{table}")


@contextmanager
def writing(engine: Engine) -> Iterator[Session]:
    """A session that may write: takes the writer's place at once, commits at the end or not at all."""
    with Session(engine.execution_options(writes=True), expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """A session that only reads; on SQLite it never waits for a writer."""
    with Session(engine) as session:
        yield session

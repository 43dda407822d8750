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
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from itertools import zip_longest
from typing import Any, TypeVar, cast

import psycopg
from psycopg import sql as sql_names
from sqlalchemy import (
    CompoundSelect,
    Connection,
    DateTime,
    Delete,
    Dialect,
    Engine,
    MetaData,
    Select,
    Table,
    Update,
    create_engine,
    event,
    insert,
    text,
)
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


_Processors = tuple[Callable[[Any], Any] | None, ...]
"""Of each column what makes the driver's values of ours, or ours of the driver's; None where they are one."""


PATIENCE = 15
"""Seconds that a writer on SQLite waits for its place, once it is the next, before it gives up."""

LOOK = 0.002
"""Seconds between two looks whether it is free."""

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
        url, hide_parameters=True, json_serializer=_json, pool_pre_ping=not url.startswith("sqlite")
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
        _leave_values_out(found, context.sqlalchemy_exception)


def _leave_values_out(found: psycopg.Error, raised: Exception | None) -> None:
    found.args = (_told_without_values(found),)
    if raised is not None:
        raised.args = found.args


def _told_without_values(error: psycopg.Error) -> str:
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


def insert_rows(session: Session, model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert many rows that all have the same columns, in the session's transaction.

    Straight to the driver, through the types' own processors: the ORM's bulk insert sorts rows by which of
    their values are None and sends each kind apart, and the Core builds a parameter set a row (measured for
    20,000 records: 24 s, 10 s, 2 s). Columns a row does not name stay out; Python-side defaults do not run.
    """
    if rows:
        names = _in_tables_order(model, tuple(rows[0]))
        insert_tuples(session, model, names, [tuple(row[name] for name in names) for row in rows])


@lru_cache(maxsize=512)
def _in_tables_order(model: type[Base], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns if column.name in names)


def insert_tuples(
    session: Session, model: type[Base], names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """The same for rows given as tuples; `names` are their columns, in the table's own order."""
    if not rows:
        return
    connection = session.connection()
    sql, by_name, processors = _insertion(connection.dialect, model, names)
    rows = _processed(rows, processors)
    given = [dict(zip(names, row, strict=True)) for row in rows] if by_name else list(rows)
    _sent(connection, sql, given, many=True).close()


def copy_tuples(
    session: Session, model: type[Base], names: tuple[str, ...], rows: Sequence[tuple[Any, ...]]
) -> None:
    """The same for very many rows: by COPY where the store has it (a fifth of the work of both sides)."""
    connection = session.connection()
    driver = connection.connection.driver_connection
    if not rows or not isinstance(driver, psycopg.Connection):
        insert_tuples(session, model, names, rows)
        return
    session.flush()
    table = sql_names.Identifier(model.__tablename__)
    columns = sql_names.SQL(", ").join(map(sql_names.Identifier, names))
    statement = sql_names.SQL("COPY {} ({}) FROM STDIN").format(table, columns)
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in _processed(rows, _insertion(connection.dialect, model, names)[2]):
                copy.write_row(row)
    except psycopg.OperationalError:
        raise
    except psycopg.Error as error:  # went past SQLAlchemy, and with it past what shortens errors
        error.args = (_told_without_values(error),)
        raise


def _processed(rows: Sequence[tuple[Any, ...]], processors: _Processors) -> Sequence[tuple[Any, ...]]:
    """Rows as the driver takes them."""
    if not any(processors):  # column by column: most columns need none
        return rows
    columns = [
        values if p is None else map(p, values)
        for p, values in zip(processors, zip(*rows, strict=True), strict=True)
    ]
    return list(zip(*columns, strict=True))


_insertions: dict[tuple[str, str, tuple[str, ...]], tuple[str, bool, _Processors]] = {}


def _insertion(dialect: Dialect, model: type[Base], names: tuple[str, ...]) -> tuple[str, bool, _Processors]:
    """The statement, whether its parameters go by name, and the processor of each column, in that order."""
    key = (dialect.name, model.__tablename__, names)
    if key not in _insertions:
        table = cast(Table, model.__table__)
        compiled = insert(table).inline().compile(dialect=dialect, column_keys=list(names))  # asks no id back
        by_name = getattr(compiled, "positiontup", None) is None
        _insertions[key] = (
            str(compiled),
            by_name,
            tuple(table.columns[n].type.dialect_impl(dialect).bind_processor(dialect) for n in names),
        )
    return _insertions[key]


def rows_in_portions(
    session: Session,
    statement: Select[Any],
    *,
    among: tuple[str, Sequence[int]] | None = None,
    kept: bool = False,
    portion: int = 5000,
) -> Iterator[tuple[Any, ...]]:
    """All rows of a statement without a condition, as tuples, read in portions; with `among` (a column by its
    table, and numbers) those where it is one of these. `kept`: nobody deletes these rows before the
    transaction ends; on SQLite nobody else writes meanwhile anyway.

    Past SQLAlchemy's rows, since a whole house has a million (measured for 100,000 records: 3.0 s of CPU, so
    0.9 s and what the columns need), and with the numbers as one parameter, since there may be thousands.
    """
    connection = session.connection()
    dialect = connection.dialect
    readers: _Processors = tuple(
        column.type.dialect_impl(dialect).result_processor(dialect, None)
        for column in statement.selected_columns
    )
    sql = str(statement.compile(dialect=dialect))
    parameters: tuple[Any, ...] = ()
    if among is not None:
        column, numbers = among
        is_sqlite = dialect.name == "sqlite"
        sql += f" WHERE {column} " + ("IN (SELECT value FROM json_each(?))" if is_sqlite else "= ANY(%s)")
        parameters = (json.dumps(list(numbers)) if is_sqlite else list(numbers),)
        sql += " FOR KEY SHARE" if kept and not is_sqlite else ""
    options = {} if among else {"yield_per": portion}
    with connection.exec_driver_sql(sql, parameters, execution_options=options) as result:
        for rows in result.partitions(portion):
            yield from _processed(rows, readers)


def rows_with(
    session: Session, statement: Asked, values: Iterable[Any], size: int = 5000, **others: Any
) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement that asks for some `values` (an expanding parameter of that name), in portions.

    For statements that a module makes once: of a few values it goes straight to the driver, as text that was
    made at the first call. A single record is linked by some twenty of them, and putting each together at
    each call cost ten times what asking it does (measured: 251 against 23 microseconds). `others` are the
    other parameters; a list is a few values of an expanding one. What the session holds is flushed first.
    """
    chosen = sorted(values)
    if not chosen:
        return
    session.flush()
    connection = session.connection()
    for start in range(0, len(chosen), size):
        yield from _said(connection, statement, others | {"values": chosen[start : start + size]})


def rows_of(session: Session, statement: Asked, **given: Any) -> Iterable[tuple[Any, ...]]:
    """The same for a statement with other parameters, each a value or a list of some."""
    session.flush()
    return _said(session.connection(), statement, given)


def row_with(session: Session, statement: Asked, **given: Any) -> tuple[Any, ...]:
    """The same for a statement that always finds one row."""
    (row,) = rows_of(session, statement, **given)
    return row


def change_with(
    session: Session, statement: Changing, values: Iterable[Any], size: int = 5000, **others: Any
) -> None:
    """Update or delete by a statement that a module makes once, where a column has one of some `values`."""
    chosen = sorted(values)
    if not chosen:
        return
    session.flush()
    connection = session.connection()
    for start in range(0, len(chosen), size):
        given = others | {"values": chosen[start : start + size]}
        if (spoken := _spoken_for(connection, statement, given)) is None:
            connection.execute(statement, given)
        else:
            spoken.change(connection, given)


Asked = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]
Changing = Update | Delete

_FEW = 64
"""Values up to which a statement's text is kept for the next call."""


def _said(connection: Connection, statement: Asked, given: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
    spoken = _spoken_for(connection, statement, given)
    if spoken is None:
        return map(tuple, connection.execute(statement, given))
    return spoken.rows(connection, given)


def _spoken_for(
    connection: Connection, statement: Asked | Changing, given: Mapping[str, Any]
) -> _Spoken | None:
    """The statement as text; None where it asks for so many values that making it is no part of the cost."""
    rooms = []
    for name, value in given.items():
        if isinstance(value, list):
            if not 0 < len(value) <= _FEW:
                return None
            rooms.append((name, _room_for(len(value))))
    return _spoken(connection.dialect, statement, tuple(rooms))


def _room_for(count: int) -> int:
    """Places for so many values: few different texts, so that both stores know them again."""
    return count if count <= 2 else 1 << (count - 1).bit_length()


class _Spoken:
    """A statement as text for one store, with places for so many values."""

    def __init__(
        self, dialect: Dialect, statement: Asked | Changing, rooms: Sequence[tuple[str, int]]
    ) -> None:
        compiled = statement.compile(dialect=dialect)
        wanted = {name: [None] * room for name, room in rooms}
        state = compiled.construct_expanded_state({**compiled.params, **wanted})
        self._sql = state.statement
        self._places = {name: list(state.parameter_expansion[name]) for name in wanted}
        self._order = state.positiontup
        self._writers = {
            name: write
            for name, bind in compiled.binds.items()
            if (write := bind.type.dialect_impl(dialect).bind_processor(dialect)) is not None
        }
        self._given = {
            name: self._writers[name](value) if name in self._writers else value
            for name, value in state.parameters.items()
        }
        columns = () if isinstance(statement, Changing) else statement.selected_columns
        self._types = [column.type.dialect_impl(dialect) for column in columns]
        self._readers: list[tuple[int, Callable[[Any], Any]]] | None = None

    def _parameters(self, given: Mapping[str, Any]) -> Any:
        told = dict(self._given)
        for name, value in given.items():
            places, write = self._places.get(name), self._writers.get(name)
            if places is None:
                told[name] = value if write is None else write(value)
                continue
            values = value if write is None else list(map(write, value))
            last = values[-1]
            told.update(zip_longest(places, values, fillvalue=last))
        return told if self._order is None else tuple(map(told.__getitem__, self._order))

    def change(self, connection: Connection, given: Mapping[str, Any]) -> None:
        """Send it."""
        _sent(connection, self._sql, self._parameters(given)).close()

    def rows(self, connection: Connection, given: Mapping[str, Any]) -> Iterable[tuple[Any, ...]]:
        """Send it; what comes back, read as the columns' types say."""
        cursor = _sent(connection, self._sql, self._parameters(given))
        if self._readers is None:
            kinds = zip(self._types, cursor.description, strict=True)
            readers = [kind.result_processor(connection.dialect, told[1]) for kind, told in kinds]
            self._readers = [(at, read) for at, read in enumerate(readers) if read is not None]
        found: Iterable[tuple[Any, ...]] = cursor.fetchall()
        cursor.close()
        return map(self._read, found) if self._readers else found

    def _read(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for at, read in cast("list[tuple[int, Callable[[Any], Any]]]", self._readers):
            values[at] = read(values[at])
        return tuple(values)


def _sent(connection: Connection, sql: str, given: Any, *, many: bool = False) -> Any:
    """The driver's cursor once it was given a statement as text, `many` times over if so said.

    Past SQLAlchemy, which names the columns of each answer anew: linking one record spent three times as long
    in it as in SQLite. Errors are those that it would raise; who listens for statements hears of this one.
    """
    heard = connection.dispatch
    cursor = cast(Any, connection.connection.cursor())
    for listen in heard.before_cursor_execute:
        listen(connection, cursor, sql, given, None, many)
    try:
        (cursor.executemany if many else cursor.execute)(sql, given)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _in_sqlalchemys_words(connection, sql, error) from error
    for listen in heard.after_cursor_execute:
        listen(connection, cursor, sql, given, None, many)
    return cursor


def _in_sqlalchemys_words(connection: Connection, sql: str, error: Exception) -> BaseException:
    dialect, driver = connection.dialect, cast(Any, connection.connection.dbapi_connection)
    is_gone = dialect.is_disconnect(cast(Any, error), driver, None)
    raised = DBAPIError.instance(
        sql,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    )
    if isinstance(error, psycopg.Error) and not isinstance(error, psycopg.OperationalError):
        _leave_values_out(error, cast(Exception, raised))
    if is_gone:
        connection.invalidate(error)
    return cast(BaseException, raised)


@lru_cache(maxsize=2048)
def _spoken(dialect: Dialect, statement: Asked | Changing, rooms: tuple[tuple[str, int], ...]) -> _Spoken:
    return _Spoken(dialect, statement, rooms)


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

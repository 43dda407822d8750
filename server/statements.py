"""Statements straight to the driver: many rows at once, and what a single record asks twenty times.

SQLAlchemy makes the text and knows the types; where it costs several times what the store does, it is not
asked at each call. Errors are those that it would raise.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import Any, cast

import psycopg
from psycopg import sql as sql_names
from sqlalchemy import CompoundSelect, Connection, Delete, Dialect, Select, Table, Update, insert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.db import Base, leave_values_out, told_without_values

_Processors = tuple[Callable[[Any], Any] | None, ...]
"""Of each column what makes the driver's values of ours, or ours of the driver's; None where they are one."""


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
        error.args = (told_without_values(error),)
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
        leave_values_out(error, cast(Exception, raised))
    if is_gone:
        connection.invalidate(error)
    return cast(BaseException, raised)


@lru_cache(maxsize=2048)
def _spoken(dialect: Dialect, statement: Asked | Changing, rooms: tuple[tuple[str, int], ...]) -> _Spoken:
    return _Spoken(dialect, statement, rooms)

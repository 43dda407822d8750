"""PostgreSQL databases, one for each test: emptied and lent again, because making one takes far longer."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from server.migrating import migrate

TEMPLATE = "template_oneguest"
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
SCHEMA = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT concat_ws(' ', 'table', oid, relname) AS line
    FROM pg_class WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'column', attname, atttypid, attnotnull, atthasdef, relname)
    FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'constraint', oid, conname)
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'trigger', oid, tgname, tgenabled) FROM pg_trigger
  UNION ALL SELECT concat_ws(' ', 'function', oid, prosrc)
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'revision', version_num) FROM alembic_version
) AS lines
"""
"""One value for all that a test could change in a database beside its rows."""


class Databases:
    """The migrated, empty databases of one server; `address` has a place for `{database}`."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: list[tuple[str, str]] = []  # its name, and its schema as it was made
        self._numbers = itertools.count(1)
        self._run(f"CREATE DATABASE {TEMPLATE}")
        migrate(address.format(database=TEMPLATE))
        with self._connect(TEMPLATE) as connection:
            self._tables = [name for (name,) in connection.execute(TABLES)]
            filled = self._filled(connection)
        if filled:
            raise AssertionError(f"migrations fill {filled}: emptying a database would lose that")

    @contextmanager
    def lent(self) -> Iterator[str]:
        """The address of a migrated, empty database. What a test altered beside its rows is thrown away."""
        name, schema = self._idle.pop() if self._idle else self._make()
        yield self._address.format(database=name)
        if self._empty(name) == schema:
            self._idle.append((name, schema))
        else:
            self._run(f"DROP DATABASE {name} WITH (FORCE)")

    def _make(self) -> tuple[str, str]:
        name = f"test_{next(self._numbers)}"
        self._run(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        with self._connect(name) as connection:
            return name, self._schema(connection)

    def _empty(self, name: str) -> str:
        """Take out all rows, whoever still holds some, and begin all numbers again; returns its schema."""
        with self._connect(name) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("SET session_replication_role = replica")  # no triggers, no order among tables
            for table in self._filled(connection):
                connection.execute(f"DELETE FROM {table}".encode())
            connection.execute(
                "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) "
                "FROM pg_sequences WHERE last_value IS NOT NULL"
            )
            return self._schema(connection)

    def _filled(self, connection: psycopg.Connection) -> list[str]:
        there = {name for (name,) in connection.execute(TABLES)}  # a test may have taken some away
        each = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in self._tables if name in there
        )
        if not each:
            return []
        return [name for (name,) in connection.execute(each.encode())]

    def _schema(self, connection: psycopg.Connection) -> str:
        row = connection.execute(SCHEMA).fetchone()
        assert row is not None
        return str(row[0])

    def _run(self, statement: str) -> None:
        with self._connect("postgres") as connection:
            connection.execute(statement.encode())

    def _connect(self, database: str) -> psycopg.Connection:
        url = self._address.format(database=database).replace("+psycopg", "")
        return psycopg.connect(url, autocommit=True)

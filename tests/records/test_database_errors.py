"""What an error of the database says: where and what, and never a value of a guest."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import StatementError

GUEST = "anna.rossi@posteo.example"
INSERT = "INSERT INTO legal_entity (name) VALUES (:name)"


def twice(connection: Connection) -> None:
    for _ in range(2):
        connection.execute(text(INSERT), {"name": GUEST})


def too_long(connection: Connection) -> None:
    connection.execute(text(INSERT), {"name": GUEST * 20})
    connection.execute(text(INSERT), {"name": None})


def no_number(connection: Connection) -> None:
    connection.execute(
        text("INSERT INTO legal_entity (id, name) VALUES (CAST(CAST(:t AS TEXT) AS INTEGER), NULL)"),
        {"t": GUEST},
    )


@pytest.mark.parametrize("fault", [twice, too_long, no_number])
def test_an_error_of_the_database_quotes_no_guest(
    engine: Engine, fault: Callable[[Connection], None]
) -> None:
    with pytest.raises(StatementError) as error, engine.execution_options(writes=True).begin() as connection:
        fault(connection)

    told = "".join(traceback.format_exception(error.value))
    assert "anna.rossi" not in told

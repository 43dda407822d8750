"""One record at a time: how much is asked of the tables for it, whatever the size of the house."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, event

from server.db import writing
from server.guests.linker import take_linker, touch
from server.guests.linking import link_waiting
from tests.builders import NOON, PATRICK, guests_by_key, take_in

MOST_STATEMENTS = 20
HOUSE = [
    {"key": f"h{n}", "first_name": f"Anna{n}", "last_name": "Rossi", "email": f"anna{n}@mail.example"}
    | {"street": f"Via Roma {n // 2}", "postal_code": "00100", "city": "Roma", "stay_from": "2026-05-02"}
    for n in range(60)
]


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """Whatever is asked of the tables meanwhile; begin and lock apart."""
    asked: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith("BEGIN") and "pg_advisory" not in statement:
            asked.append(" ".join(statement.split()))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def house(engine: Engine) -> Engine:
    take_in(engine, PATRICK | {"key": "A1"}, *HOUSE, stay_kind="stay")
    link_waiting(engine, bulk=True)
    return engine


@pytest.mark.parametrize(
    "row",
    [
        {"key": "new", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"},
        {"key": "new", "first_name": "Marco", "last_name": "Bianchi", "street": "Via Roma 7"}
        | {"postal_code": "00100", "city": "Roma"},
        PATRICK | {"key": "new", "city": "Lyon"},
        PATRICK | {"key": "A1", "city": "Lyon"},
    ],
    ids=["a stranger", "somebody of a known home", "a known guest", "a record that changed"],
)
def test_a_record_is_linked_by_a_handful_of_statements(house: Engine, row: dict[str, str]) -> None:
    stored = take_in(house, row)

    with statements_of(house) as asked, writing(house) as session:
        take_linker(session)
        touch(session, stored.record_ids, cause="arrival", now=NOON)

    assert row["key"] in guests_by_key(house)
    assert len(asked) <= MOST_STATEMENTS, "\n".join(asked)


def test_a_hundred_records_at_once_ask_hardly_more_than_one(house: Engine) -> None:
    rows = [{"key": f"n{n}", "first_name": f"Piet{n}", "last_name": "de Vries"} for n in range(100)]
    stored = take_in(house, *rows)

    with statements_of(house) as asked, writing(house) as session:
        take_linker(session)
        touch(session, stored.record_ids, cause="arrival", now=NOON)

    assert len(asked) <= 2 * MOST_STATEMENTS, "\n".join(asked)

"""On PostgreSQL who brings records waits for nobody who links: they come between any two of its questions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from sqlalchemy import Engine, event, select

from server.db import make_engine, reading, writing
from server.guests import applying
from server.guests.applying import settle
from server.guests.linker import newest_model, take_linker, touch
from server.guests.linking import link_waiting
from server.records.models import SourceRecord
from tests.builders import NOON, PATRICK, take_in
from tests.guests.any_order import empty, seen
from tests.guests.deciding_house import STRANGER
from tests.stores import open_store

OF_PATRICK = (PATRICK | {"key": "A1"}, PATRICK | {"key": "A2"}, PATRICK | {"key": "A3", "email": ""})
LATE = PATRICK | {"key": "n1", "city": "Lyon", "birth_date": ""}

BETWEEN_KEYS_AND_READINGS = (3, 4, 5)
"""Questions before which whom the record meets is known, and not yet what they say."""


@pytest.fixture
def house(postgres_url: str) -> Iterator[Engine]:
    engine = open_store(postgres_url)
    yield engine
    engine.dispose()


@contextmanager
def before_question(engine: Engine, number: int, row: dict[str, str]) -> Iterator[list[bool]]:
    """Let a row come in, by another process, just before so many questions were asked."""
    other = make_engine(engine.url.render_as_string(hide_password=False))
    asked, came = count(), list[bool]()

    def come(*_: object) -> None:
        if next(asked) == number:
            came.append(True)
            take_in(other, row)

    event.listen(engine, "before_cursor_execute", come)
    try:
        yield came
    finally:
        event.remove(engine, "before_cursor_execute", come)
        other.dispose()


@pytest.mark.timeout(600)  # only with --soak; it takes seconds otherwise
@pytest.mark.parametrize(
    "changed",
    [
        pytest.param("A1", id="one of two that say the same"),
        pytest.param("A3", id="another", marks=pytest.mark.soak),
    ],
)
def test_a_record_that_changes_at_any_moment_leaves_what_a_bulk_run_would(
    house: Engine, soak: bool, changed: str
) -> None:
    for number in count() if soak else BETWEEN_KEYS_AND_READINGS:
        empty(house)
        take_in(house, *OF_PATRICK, STRANGER | {"key": "s1"})
        link_waiting(house, bulk=True)
        stored = take_in(house, LATE, source="newsletter", kind="newsletter")
        with before_question(house, number, STRANGER | {"key": changed}) as came, writing(house) as session:
            take_linker(session)
            touch(session, stored.record_ids, cause="arrival", now=NOON)
        if not came:
            assert soak
            break
        link_waiting(house)
        as_it_came = seen(house)
        with reading(house) as session:
            model = newest_model(session)

        link_waiting(house, bulk=True, model=model)

        in_bulk = seen(house)
        for what in in_bulk:
            assert as_it_came[what] == in_bulk[what], f"{what}, before question {number}"


@pytest.mark.parametrize("many", [1, applying.MANY])
def test_records_wait_no_longer_unless_something_newer_came(
    engine: Engine, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(applying, "MANY", many)
    take_in(engine, PATRICK | {"key": "A1"}, PATRICK | {"key": "A2"}, PATRICK | {"key": "A3"})
    take_in(engine, PATRICK | {"key": "A2", "city": "Lyon"})
    take_in(engine, PATRICK | {"key": "A3", "city": "Lyon"})

    with writing(engine) as session:
        ids = {row.key: row.id for row in session.execute(select(SourceRecord.key, SourceRecord.id))}
        settle(session, [(ids["A1"], 1), (ids["A2"], 1), (ids["A3"], 2)])

    with reading(engine) as session:
        waiting = select(SourceRecord.key).where(SourceRecord.needs_linking.is_(True))
        assert session.scalars(waiting).all() == ["A2"]

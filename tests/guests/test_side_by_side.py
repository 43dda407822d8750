"""On PostgreSQL one brings records while another links them: they never wait for each other both at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, event

from server.db import make_engine, writing
from server.guests.linker import take_linker, touch
from server.guests.linking import link_waiting
from tests.builders import NOON, PATRICK, take_in
from tests.guests.deciding_house import STRANGER, ids, state
from tests.stores import open_store


@pytest.fixture
def house(postgres_url: str) -> Iterator[Engine]:
    engine = open_store(postgres_url)
    yield engine
    engine.dispose()


def test_rows_that_come_again_while_they_are_linked_bring_nobody_to_a_stop(house: Engine) -> None:
    take_in(house, PATRICK | {"key": "A1"}, STRANGER | {"key": "s1"})
    link_waiting(house)
    take_in(house, PATRICK | {"key": "A1", "city": "Lyon"})  # a second version; the stranger has one
    first, second = ids(house, "A1", "s1")
    assert first < second
    has_first, waits = threading.Event(), threading.Event()
    sender = make_engine(house.url.render_as_string(hide_password=False))

    def pause(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE source_record"):
            if has_first.is_set():
                waits.wait(10)
            has_first.set()

    def tell(_c: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        is_asked = str(first) in str(parameters) and ("UPDATE source" in statement or "FOR NO" in statement)
        if is_asked and threading.current_thread() is not threading.main_thread():
            waits.set()

    event.listen(sender, "before_cursor_execute", pause)
    event.listen(house, "before_cursor_execute", tell)

    def link() -> None:
        has_first.wait(10)
        with writing(house) as session:
            take_linker(session)
            touch(session, [first, second], cause="arrival", now=NOON)

    with ThreadPoolExecutor(1) as other:
        linking = other.submit(link)
        take_in(sender, PATRICK | {"key": "A1", "city": "Lund"}, STRANGER | {"key": "s1", "city": "Lund"})
        linking.result()
    sender.dispose()

    link_waiting(house)
    state(house)

"""Several processes change one house at once: nothing contradicts, nothing is lost, nobody waits long."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import Engine, select

from server.db import reading, take_turn, writing
from server.guests.linker import newest_model
from server.guests.linking import link_waiting
from server.records.models import CleanRow, SourceRecord
from tests.builders import take_in
from tests.faults.changing import SOURCE, row_of
from tests.guests.any_order import seen

ROOT = Path(__file__).parents[2]
BUSY = 7

LONGEST_WAIT = 5.0
"""Seconds after which a colleague, or a tablet, believes that something is broken."""


def changed_by(engine: Engine, workers: int, guests: int, changes: int) -> list[dict[str, Any]]:
    """Let so many processes change the house so often each; what each tells."""
    url = engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.faults.changing", url]
    env = os.environ | {"PYTHONPATH": str(ROOT)}
    running = [
        subprocess.Popen(
            [*command, *map(str, (number, guests, changes, 1))], cwd=ROOT, env=env, stdout=subprocess.PIPE
        )
        for number in range(workers)
    ]
    told = []
    for process in running:
        with process:
            told.append(json.loads(process.communicate()[0]))
    return told


def test_who_writes_without_a_pause_keeps_nobody_out(engine: Engine) -> None:
    stop, written = threading.Event(), [0] * BUSY

    def write_without_a_pause(number: int) -> None:
        while not stop.is_set() and written[number] < 100:
            with writing(engine) as session:
                take_turn(session, "anything")
                time.sleep(0.01)
            written[number] += 1

    with ThreadPoolExecutor(BUSY) as others:
        for number in range(BUSY):
            others.submit(write_without_a_pause, number)
        for _ in range(10):
            with writing(engine) as session:
                take_turn(session, "anything")
        stop.set()

    assert sum(written) <= 12 * BUSY, "each time, one write of each of the others at most"


@pytest.mark.timeout(7200)  # only with --soak; it takes seconds otherwise
def test_eight_at_once_lose_nothing_and_wait_for_nobody_long(engine: Engine, soak: bool) -> None:
    workers, guests, changes = (8, 500, 1250) if soak else (3, 40, 8)
    chance = Random(0)
    rows = [row_of(f"k{n}", n, f"Town {n}", chance) for n in range(guests)]
    take_in(engine, *rows, source=SOURCE)
    link_waiting(engine, bulk=True)

    told = changed_by(engine, workers, guests, changes)

    link_waiting(engine)
    written = {key: city for one in told for key, city in one["written"].items()}
    with reading(engine) as session:
        query = select(SourceRecord.key, CleanRow.city).join(CleanRow, CleanRow.record_id == SourceRecord.id)
        there = dict(session.execute(query.where(SourceRecord.key.like("w%"))).all())
        model = newest_model(session)
    assert there == {key: city for key, city in written.items() if city is not None}, "an update was lost"
    as_it_came = seen(engine)  # checks the invariants too
    link_waiting(engine, bulk=True, model=model)
    in_bulk = seen(engine)
    for what in in_bulk:
        assert as_it_came[what] == in_bulk[what], what
    happened: Counter[str] = Counter()
    for one in told:
        happened.update(one["happened"])
    longest = max(one["longest"] for one in told)
    print(f"{engine.dialect.name}: {workers} processes, {dict(happened)}, longest {longest} s")
    assert longest < LONGEST_WAIT

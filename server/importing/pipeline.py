"""Read and clean a file's rows in a process of its own, while this one writes to the database.

Reading, cleaning and look-up keys take as long as the writing; side by side they take half the time. The
other process opens no database and ends with this one, however this one ends.
"""

from __future__ import annotations

import itertools
import multiprocessing
import os
import queue
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

from server.cleaning import clean
from server.record import Context, RawRecord
from server.records.arriving import Arrival, Origin, Prepared, prepare
from server.sources.reading import Reading
from server.sources.rows import BadRow, read_rows
from server.tether import end_with

BATCH = 1000
"""Rows a transaction: at most these are read again after a kill; a desk's write waits for one such."""

WORTH_A_PROCESS = 3000
"""Fewer rows are read here: a process takes about a second to start."""

AHEAD = 4
"""Batches that wait for the writer, and so the memory they take."""

Row = Prepared | BadRow


@dataclass(frozen=True, slots=True)
class House:
    """The properties, as rows of an import need them: contexts, legal entities, currencies by id."""

    contexts: Mapping[int, Context]
    entities: Mapping[int, int]
    currencies: Mapping[int, str]
    by_name: Mapping[str, int]  # folded codes and names
    default: int  # of rows that name no property


@dataclass(frozen=True, slots=True)
class Work:
    """All that reading a file takes; goes to the other process as it is."""

    path: str
    reading: dict[str, Any]
    origin: Origin
    house: House
    start: int


def prepared_batches(work: Work, rows: int) -> Iterator[list[Row]]:
    """The file's rows from `start` on, in batches, each row once: ready to store, or with its reason.

    `rows` are those still to come; for many of them the reading goes to another process.
    """
    if rows < WORTH_A_PROCESS:
        yield from _batches(work)
    else:
        yield from _from_elsewhere(work)


def _batches(work: Work) -> Iterator[list[Row]]:
    reading = Reading.from_json(work.reading)
    rows = read_rows(Path(work.path), reading, start=work.start)
    while batch := list(itertools.islice(rows, BATCH)):
        ready = iter(
            prepare(work.origin, [_arrival(row, work.house) for row in batch if not isinstance(row, BadRow)])
        )
        yield [row if isinstance(row, BadRow) else next(ready) for row in batch]


def _arrival(row: RawRecord, house: House) -> Arrival:
    """Clean a row in the light of its property: the one its own column names, else the import's."""
    named = row.values.get("property", "").strip().casefold()
    place = house.by_name.get(named, house.default)
    reading = clean(row.values, house.contexts[place])
    return Arrival(row, reading, place, house.entities[place], house.currencies[place])


def _from_elsewhere(work: Work) -> Iterator[list[Row]]:
    context = multiprocessing.get_context("spawn")  # a fork would share the database's connections
    results: Queue[list[Row] | BaseException | None] = context.Queue(AHEAD)
    reader = context.Process(target=_read, args=(work, results, os.getpid()), daemon=True)
    reader.start()
    try:
        while (batch := _next(results, reader)) is not None:
            yield batch
    finally:
        reader.terminate()
        reader.join()


def _next(results: Queue[Any], reader: Any) -> list[Row] | None:
    while True:
        try:
            found = results.get(timeout=1)
        except queue.Empty:
            if not reader.is_alive():
                raise RuntimeError(f"the reading process ended with {reader.exitcode}") from None
            continue
        if isinstance(found, BaseException):
            raise found
        return found  # type: ignore[no-any-return]  # what _read puts


def _read(work: Work, results: Queue[Any], parent: int) -> None:
    end_with(parent)
    try:
        for batch in _batches(work):
            results.put(batch)
        results.put(None)
    except BaseException as error:
        results.put(error)
        raise

"""Read and clean a file's rows in a process of its own, while this one writes to the database.

Reading, cleaning and look-up keys take as long as the writing; side by side they take half the time. The
other process opens no database and ends with this one, however this one ends.
"""

from __future__ import annotations

import dataclasses
import itertools
import multiprocessing
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from server.cleaning import clean
from server.record import Context, Finding, RawRecord
from server.records.arriving import Arrival, Origin, Prepared, prepare
from server.refusal import Refused
from server.sources.layout import fold
from server.sources.reading import Reading
from server.sources.rows import BadRow, read_rows
from server.tether import end_with

BATCH = 1000
"""Rows a transaction: at most these are read again after a kill; a desk's write waits for one such."""

WORTH_A_PROCESS = 3000
"""Fewer rows are read here: a process takes about a second to start."""

NAMED_LIMIT = 80
"""Characters of an unknown property's name that its finding repeats."""

Row = Prepared | BadRow


@dataclass(frozen=True, slots=True)
class House:
    """The properties, as rows of an import need them: contexts, legal entities, currencies by id."""

    contexts: Mapping[int, Context]
    entities: Mapping[int, int]
    currencies: Mapping[int, str]
    by_name: Mapping[str, int]  # folded codes and names
    default: int  # of rows that name no property, or one we do not know


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
    named = row.values.get("property", "")
    folded = fold(named)
    place = house.by_name.get(folded, house.default)
    reading = clean(row.values, house.contexts[place])
    if folded and folded not in house.by_name:
        unknown = Finding("import.property_unknown", "property", {"value": named.strip()[:NAMED_LIMIT]})
        reading = dataclasses.replace(reading, findings=(*reading.findings, unknown))
    return Arrival(row, reading, place, house.entities[place], house.currencies[place])


def _from_elsewhere(work: Work) -> Iterator[list[Row]]:
    context = multiprocessing.get_context("spawn")  # a fork would share the database's connections
    here, there = context.Pipe(duplex=False)
    reader = context.Process(target=_read, args=(work, there, os.getpid()), daemon=True)
    reader.start()
    there.close()  # only the reader holds it from here on, so that its end is the pipe's end
    try:
        while (batch := _next(here, reader, work)) is not None:
            yield batch
    finally:
        here.close()
        reader.terminate()
        reader.join()


def _next(results: Connection, reader: BaseProcess, work: Work) -> list[Row] | None:
    """The next batch, None after the last one. A reader killed within a batch is noticed at once."""
    try:
        found: list[Row] | BaseException | None = results.recv()
    except (EOFError, OSError):
        reader.join()
        params = {"file": work.reading["name"], "how": f"exit {reader.exitcode}"}
        raise Refused("import.reader_ended", params) from None
    if isinstance(found, BaseException):
        raise found
    return found


def _read(work: Work, results: Connection, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is told to all of a terminal: the parent ends us
    end_with(parent)
    try:
        for batch in _batches(work):
            results.send(batch)
        results.send(None)
    except Exception as error:
        results.send(error)

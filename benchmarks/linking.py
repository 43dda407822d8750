"""Time one record into a large house: python -m benchmarks.linking N --records FILE.csv [--store postgresql]

Stores and links the first N records of a CSV (in the columns of `resolve`, such as a set that
`benchmarks.all` brought), then lets the next ones arrive: one by one, each stored, found, judged, regrouped
and committed in a transaction of its own; then in batches. Prints how long each took, by the clock and of
this process's own work, at 50, 90 and 99 of a hundred, the share of linking in it, how many statements it
sent, and what a bare commit takes on this disk. `--keep FOLDER` keeps the house for the next run, which then
goes on after the rows that came: `--skip`. `--database URL` is a house that stays, in a server of yours.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.records.arriving import Origin, Prepared

BATCH = 150
WARMING = 30
"""Records that come before the clock is looked at."""

Row = dict[str, str]


class Arrived(NamedTuple):
    """Seconds of a transaction, of this process's work in it, of linking; records solved again."""

    all_of_it: float
    cpu: float
    linking: float
    solved: int


def rows_of(path: Path, start: int, count: int) -> list[Row]:
    """Some rows of the file, with their place."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(islice(csv.DictReader(file), start, start + count))


def prepared(origin: Origin, rows: Sequence[Row]) -> list[Prepared]:
    """Clean rows and make what the tables hold of them."""
    from server.cleaning import clean
    from server.record import FIELDS, Context, RawRecord
    from server.records.arriving import Arrival, prepare

    context = Context(country="FR", date_orders={"birth_date": "ymd"})
    arrivals = []
    for line, row in enumerate(rows, start=2):
        values = {name: row[name] for name in FIELDS if row.get(name)}
        raw = RawRecord(row["record_id"], values, values, line)
        arrivals.append(Arrival(raw, clean(values, context), 1, 1, "EUR"))
    return prepare(origin, arrivals)


def settle(engine: Engine, path: Path, count: int) -> Origin:
    """A house of so many records, linked in bulk; the origin of those that come next."""
    from sqlalchemy import func, select

    from server.clock import clock
    from server.db import writing
    from server.guests.linking import link_waiting
    from server.properties.setup import UNNAMED, ensure_properties
    from server.records.arriving import Origin
    from server.records.models import Source, SourceRecord
    from server.records.storing import store

    with writing(engine) as session:
        there = session.scalar(select(func.count()).select_from(SourceRecord)) or 0
        place = ensure_properties(session, [{"code": "main", "name": "Bench", "legal_entity": UNNAMED}])[0]
        source = session.scalar(select(Source))
        if source is None:
            source = Source(name="all", layout="all", kind="pms", property_id=place.id)
            session.add(source)
            session.flush()
        origin = Origin(source.id, source.name, None, "source")
    begun = time.perf_counter()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        starts = range(there, count, 1000)
        chunks = (rows_of(path, start, min(1000, count - start)) for start in starts)
        for batch in pool.map(prepared, [origin] * len(starts), list(chunks)):
            with writing(engine) as session:
                store(session, origin, batch, now=clock())
    stored = time.perf_counter()
    if there < count:
        report = link_waiting(engine, bulk=True)
        print(f"stored in {stored - begun:.0f} s, linked in {time.perf_counter() - stored:.0f} s: {report}")
    return origin


def arrive(engine: Engine, origin: Origin, batch: Sequence[Prepared]) -> Arrived:
    """Let records arrive in one transaction."""
    from server.clock import clock
    from server.db import writing
    from server.guests.linker import take_linker_soon, touch
    from server.records.storing import store

    begun, worked = time.perf_counter(), time.process_time()
    with writing(engine) as session:
        take_linker_soon(session)
        done = store(session, origin, batch, now=clock())
        before = time.perf_counter()
        changes = touch(session, done.record_ids, cause="arrival", now=clock())
        linked = time.perf_counter() - before
    spent, cpu = time.perf_counter() - begun, time.process_time() - worked
    return Arrived(spent, cpu, linked, changes.records)


def bare_commits(engine: Engine, times: int = 200) -> list[float]:
    """Seconds of transactions that write one small row."""
    from server.db import writing
    from server.jobs.models import Lease

    found = []
    for nth in range(times):
        begun = time.perf_counter()
        with writing(engine) as session:
            session.merge(Lease(name="benchmark", holder=str(nth), until=_now()))
        found.append(time.perf_counter() - begun)
    with writing(engine) as session:
        session.delete(session.get_one(Lease, "benchmark"))
    return found


def _now() -> object:
    from server.clock import clock

    return clock()


def told(seconds: Sequence[float]) -> str:
    """The figures of one kind, in milliseconds."""
    p50, p90, p99 = np.percentile(np.array(seconds) * 1000, [50, 90, 99])
    return f"p50 {p50:.1f} ms, p90 {p90:.1f} ms, p99 {p99:.1f} ms, longest {max(seconds) * 1000:.0f} ms"


@contextmanager
def counted(engine: Engine) -> Iterator[list[int]]:
    """How many statements are sent meanwhile, in the list's one place."""
    from sqlalchemy import event

    sent = [0]

    def note(*_: object) -> None:
        sent[0] += 1

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


@contextmanager
def house(store: str, folder: Path, database: str | None = None) -> Iterator[Engine]:
    """A migrated database of the store, or the one at an address."""
    from server.opening import open_database
    from server.settings import read_settings
    from tests import postgres_server

    if store == "sqlite":
        yield open_database(read_settings({"ONEGUEST_DATA_DIR": str(folder)}))
        return
    if database is not None:
        yield open_database(
            read_settings({"ONEGUEST_DATA_DIR": str(folder), "ONEGUEST_DATABASE_URL": database})
        )
        return
    with postgres_server.running() as address:
        url = address.format(database="postgres")
        yield open_database(read_settings({"ONEGUEST_DATA_DIR": str(folder), "ONEGUEST_DATABASE_URL": url}))


def main(arguments: argparse.Namespace, folder: Path) -> None:
    """Run once; print the figures."""
    with house(arguments.store, folder, arguments.database) as engine:
        origin = settle(engine, arguments.records, arguments.count)
        next_row = arguments.count + arguments.skip
        rows = rows_of(arguments.records, next_row, WARMING + arguments.singles)
        one_by_one = [_timed(origin, row) for row in rows]
        for _, record in one_by_one[:WARMING]:
            arrive(engine, origin, record)  # the model, the statements' texts, the store's own cache
        with counted(engine) as sent:
            singles = [arrive(engine, origin, record) for _, record in one_by_one[WARMING:]]
        begun = time.perf_counter()
        many = rows_of(arguments.records, next_row + len(rows), arguments.batched)
        batches = [many[at : at + BATCH] for at in range(0, len(many), BATCH)]
        linked = [arrive(engine, origin, prepared(origin, batch)) for batch in batches]
        spent = time.perf_counter() - begun
        figures = {
            "store": arguments.store,
            "records": arguments.count,
            "load": os.getloadavg()[0],
            "cleaned, keyed": told([seconds for seconds, _ in one_by_one]),
            "one record, committed": told([one.all_of_it for one in singles]),
            "of that linking": told([one.linking for one in singles]),
            "of that CPU of this process": told([one.cpu for one in singles]),
            "statements": round(sent[0] / len(singles), 1),
            "bare commit": told(bare_commits(engine)),
            "records solved again": f"p50 {int(np.median([one.solved for one in singles]))}, "
            f"most {max(one.solved for one in singles)}",
            "in batches": f"{len(many) / spent:.0f} records/s with cleaning, "
            f"{len(many) / sum(one.all_of_it for one in linked):.0f} without, "
            f"{len(many) / sum(one.cpu for one in linked):.0f} a second of CPU",
        }
        print(json.dumps(figures, indent=1))


def _timed(origin: Origin, row: Row) -> tuple[float, list[Prepared]]:
    begun = time.perf_counter()
    made = prepared(origin, [row])
    return time.perf_counter() - begun, made


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, metavar="N")
    parser.add_argument("--records", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--singles", type=int, default=300)
    parser.add_argument("--batched", type=int, default=1500)
    parser.add_argument("--skip", type=int, default=0, help="rows that came in earlier runs")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--database", metavar="URL")
    given = parser.parse_args()
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
        main(given, given.keep)
    else:
        with TemporaryDirectory() as made:
            main(given, Path(made))

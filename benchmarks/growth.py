"""From the database to visible links: python -m benchmarks.growth N --records FILE.csv [--store postgresql]

Stores the first N records of a CSV (in the columns of `resolve`) in a house of their own, then links it in a
process of its own, once as new and once again. Meanwhile one reader asks for guests, one writer brings
records that are new and one brings another version of known ones. Prints the clock, the CPU of all processes
(the server's too), their peak memory, and the longest that each of the three waited.

`--stored FOLDER` keeps the stored house, on SQLite, for other runs and stores; `--with-days` gives each
record a stay of some nights, so that stays are counted too.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import pairwise
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.linking import Row, arrive, house, prepared, rows_of

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from server.records.arriving import Origin

TICKS = os.sysconf("SC_CLK_TCK")
STORED = (
    *("legal_entity", "property", "source", "source_record", "record_version", "clean_record"),
    *("record_key", "consent", "told_stay", "told_reference"),
)
"""Tables that hold something before anybody is linked."""


def origin_of(engine: Engine) -> Origin:
    """The one source of the house, made if it is not there."""
    from sqlalchemy import select

    from server.db import writing
    from server.properties.setup import UNNAMED, ensure_properties
    from server.records.arriving import Origin
    from server.records.models import Source

    with writing(engine) as session:
        place = ensure_properties(session, [{"code": "main", "name": "Bench", "legal_entity": UNNAMED}])[0]
        source = session.scalar(select(Source))
        if source is None:
            source = Source(name="all", layout="all", kind="pms", property_id=place.id)
            session.add(source)
            session.flush()
        return Origin(source.id, source.name, "stay", "source")


def with_days(rows: list[Row], start: int) -> list[Row]:
    """The rows, each with a stay that its place in the file says."""
    found = []
    for at, row in enumerate(rows, start):
        arrives = date(2024, 1, 1) + timedelta(days=at * 7 % 700)
        stay = {"stay_from": f"{arrives}", "stay_to": f"{arrives + timedelta(days=1 + at % 4)}"}
        more = {
            "reference": f"B{at:08}",
            "room": str(at % 400),
            "amount": str(80 + at % 300),
            "currency": "EUR",
        }
        found.append(row | stay | more)
    return found


def store_house(engine: Engine, path: Path, count: int, *, days: bool) -> None:
    """Store the first records of the file; nobody is linked."""
    from server.clock import clock
    from server.db import writing
    from server.records.storing import store

    origin = origin_of(engine)
    with ProcessPoolExecutor(os.cpu_count(), get_context("spawn")) as pool:
        for start in range(0, count, 20_000):
            rows = rows_of(path, start, min(20_000, count - start))
            rows = with_days(rows, start) if days else rows
            chunks = [rows[at : at + 1000] for at in range(0, len(rows), 1000)]
            for batch in pool.map(prepared, [origin] * len(chunks), chunks):
                with writing(engine) as session:
                    store(session, origin, batch, now=clock())


def copy_house(folder: Path, engine: Engine) -> None:
    """Put what is stored in a SQLite house into a PostgreSQL one, which is empty."""
    from sqlalchemy import Boolean, text

    from server.db import Base

    with sqlite3.connect(folder / "oneguest.db") as there, engine.begin() as here:
        driver: Any = here.connection.driver_connection
        for name in reversed(STORED):
            here.execute(text(f'DELETE FROM "{name}"'))
        for name in STORED:
            columns = Base.metadata.tables[name].columns
            listed = ", ".join(f'"{column.name}"' for column in columns)
            flags = [at for at, column in enumerate(columns) if isinstance(column.type, Boolean)]
            with driver.cursor().copy(f'COPY "{name}" ({listed}) FROM STDIN') as copy:
                for row in there.execute(f'SELECT {listed} FROM "{name}"'):
                    values = list(row)
                    for at in flags:
                        values[at] = None if row[at] is None else bool(row[at])
                    copy.write_row(values)
            if "id" in columns and name != "consent":
                largest = text(
                    f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), MAX(id)) FROM \"{name}\""
                )
                here.execute(largest)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


class Watched:
    """CPU seconds and megabytes of a process and of the children of another, as long as they are watched."""

    def __init__(self, pid: int, parent: int) -> None:
        self._pid, self._parent = pid, parent
        self.cpu: dict[str, float] = {}
        self.largest = 0.0

    def look(self) -> None:
        """Add what is to be seen now. Of the server's processes only what is their own counts as memory."""
        together = 0.0
        for name in filter(str.isdigit, (path.name for path in Path("/proc").iterdir())):
            try:
                numbers = Path(f"/proc/{name}/stat").read_text("utf-8").rpartition(")")[2].split()
                if int(name) != self._pid and int(numbers[1]) != self._parent:
                    continue
                status = Path(f"/proc/{name}/status").read_text("utf-8")
            except OSError:
                continue
            of_what = "VmRSS" if int(name) == self._pid else "RssAnon"
            sizes = [line.split()[1] for line in status.splitlines() if line.startswith(of_what)]
            together += sum(map(int, sizes)) / 1024
            self.cpu[name] = (int(numbers[11]) + int(numbers[12])) / TICKS
        self.largest = max(self.largest, together)


def server_of(engine: Engine) -> int:
    """The process whose children serve this database; -1 for a database without a server."""
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        if engine.dialect.name == "sqlite":
            return -1
        stat = Path(f"/proc/{driver.info.backend_pid}/stat").read_text("utf-8")
        return int(stat.rpartition(")")[2].split()[1])


class Waits:
    """How long somebody waited who comes again and again."""

    def __init__(self, what: Callable[[int], None], every: float) -> None:
        self.seconds: list[float] = []
        self.errors: list[str] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._come, args=(what, every), daemon=True)
        self._thread.start()

    def _come(self, what: Callable[[int], None], every: float) -> None:
        nth = 0
        while not self._ended.wait(every):
            begun = time.perf_counter()
            try:
                what(nth)
            except Exception as error:  # who waits too long is told so; it is what is measured
                self.errors.append(type(error).__name__)
            self.seconds.append(time.perf_counter() - begun)
            nth += 1

    def end(self) -> str:
        """The longest wait, of how many."""
        self._ended.set()
        self._thread.join()
        if not self.seconds:
            return "nobody came"
        errors = f", errors: {sorted(set(self.errors))}" if self.errors else ""
        return f"{max(self.seconds):.2f} s of {len(self.seconds)}{errors}"


@contextmanager
def others(engine: Engine, path: Path, count: int, skip: int) -> Iterator[dict[str, str]]:
    """People who read and write meanwhile; at the end the dict says how long they waited."""
    from server.db import reading
    from server.guests.finding import search_guests
    from server.properties.reach import EVERYWHERE

    origin = origin_of(engine)
    known = rows_of(path, 0, 3000)
    newer = [row | {"record_id": f"{row['record_id']}-{skip}"} for row in known]  # where the file ends
    fresh = rows_of(path, count + skip, 3000) or newer

    def read(nth: int) -> None:
        with reading(engine) as session:
            search_guests(session, known[nth % len(known)]["last_name"] or "a", reach=EVERYWHERE)

    def bring(nth: int) -> None:
        arrive(engine, origin, prepared(origin, [fresh[nth % len(fresh)]]))

    def change(nth: int) -> None:
        row = known[nth % len(known)] | {"company": f"Company {nth} {skip}"}
        arrive(engine, origin, prepared(origin, [row]))

    all_of_them = {
        "a reader": Waits(read, 2.0),
        "who brings": Waits(bring, 0.5),
        "who changes": Waits(change, 0.7),
    }
    found: dict[str, str] = {}
    yield found
    found |= {name: waits.end() for name, waits in all_of_them.items()}


def link(settings: dict[str, str]) -> None:
    """Link the house of these settings; runs in a process of its own."""
    from server.guests.linking import link_waiting
    from server.opening import open_database
    from server.settings import read_settings

    stages = [("", time.perf_counter())]

    def told(stage: str, done: int, total: int) -> None:
        if stage != stages[-1][0]:
            stages.append((stage, time.perf_counter()))

    report = link_waiting(open_database(read_settings(settings)), bulk=True, cause="rematch", progress=told)
    stages.append(("end", time.perf_counter()))
    spent = {name: round(b - a, 1) for (name, a), (_, b) in pairwise(stages[1:])}
    print(json.dumps({"seconds": spent, "report": str(report)}))


def measured(settings: dict[str, str], engine: Engine, arguments: argparse.Namespace, skip: int) -> None:
    """Link the house in a process of its own and print what it took."""
    process = get_context("spawn").Process(target=link, args=(settings,))
    begun = time.perf_counter()
    server = server_of(engine)
    before = Watched(0, server)
    before.look()
    process.start()
    watched = Watched(process.pid or 0, server)
    with (
        others(engine, arguments.records, arguments.count, skip)
        if not arguments.alone
        else _nobody() as waits
    ):
        while process.is_alive():
            watched.look()
            process.join(0.2)
    spent = time.perf_counter() - begun
    cpu = {pid: seconds - before.cpu.get(pid, 0) for pid, seconds in watched.cpu.items()}
    mine = cpu.pop(str(process.pid), 0.0)
    figures = {
        "store": arguments.store,
        "records": arguments.count,
        "load": round(os.getloadavg()[0], 1),
        "seconds": round(spent, 1),
        "CPU": round(mine, 1),
        "CPU of the server": round(sum(cpu.values()), 1),
        "peak MB of all": round(watched.largest),
        "exit": process.exitcode,
        "longest waits": waits,
    }
    print(json.dumps(figures, indent=1), flush=True)


@contextmanager
def _nobody() -> Iterator[dict[str, str]]:
    yield {}


def main(arguments: argparse.Namespace, folder: Path) -> None:
    """Run once; print the figures."""
    from server.opening import open_database
    from server.settings import read_settings

    kept = arguments.stored or folder / "stored"
    if not (kept / "oneguest.db").exists():
        kept.mkdir(parents=True, exist_ok=True)
        engine = open_database(read_settings({"ONEGUEST_DATA_DIR": str(kept)}))
        store_house(engine, arguments.records, arguments.count, days=arguments.with_days)
        engine.dispose()
    run = folder / "run"
    if arguments.store == "sqlite":
        shutil.copytree(kept, run)
    else:
        run.mkdir()
    with house(arguments.store, run) as engine:
        settings = {"ONEGUEST_DATA_DIR": str(run)}
        if arguments.store == "postgresql":
            copy_house(kept, engine)
            settings["ONEGUEST_DATABASE_URL"] = engine.url.render_as_string(hide_password=False)
        measured(settings, engine, arguments, 0)
        measured(settings, engine, arguments, 5000)
        engine.dispose()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, metavar="N")
    parser.add_argument("--records", type=Path, required=True, metavar="FILE.csv")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--stored", type=Path, metavar="FOLDER")
    parser.add_argument("--with-days", action="store_true")
    parser.add_argument("--alone", action="store_true", help="nobody reads or writes meanwhile")
    with TemporaryDirectory() as made:
        main(parser.parse_args(), Path(made))

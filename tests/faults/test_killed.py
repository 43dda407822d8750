"""A house whose commands are killed at random moments ends where one ends that nobody disturbed."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.guests.deciding import decide
from server.guests.deeds import Verdict, seen_of
from server.guests.models import Model, Question
from server.jobs.queue import enqueue
from server.opening import open_database
from server.privacy.check import check, lines
from server.privacy.dump import dump
from server.refusal import Refused
from server.settings import read_settings
from tests.builders import NOON, take_in, write_export
from tests.faults.changing import row_of

ROOT = Path(__file__).parents[2]

KILLS = {"linking": 20, "import": 20, "first": 10, "rematch": 20, "learn": 15, "accept": 15}
"""What is killed how often with --soak, on each store."""

QUICK = (("sqlite", "rematch"), ("postgresql", "linking"))
"""What is killed once otherwise."""

RECORDS, FEW = 1200, 500
"""In the house with --soak, and otherwise."""

AFTER_THE_LEASE = 3600
"""Seconds after which what a killed worker had taken up is anybody's."""


@dataclass(frozen=True)
class House:
    """A data folder, and the commands that are run there.

    `server`: the address of PostgreSQL's databases, with a place for `{database}`; None: SQLite, in it.
    """

    folder: Path
    server: str | None

    @classmethod
    def made(cls, folder: Path, server: str | None) -> House:
        """An empty house."""
        house = cls(folder, server)
        house._run_sql("CREATE DATABASE {}")
        with house.open():
            return house

    @property
    def settings(self) -> dict[str, str]:
        folder = {"ONEGUEST_DATA_DIR": str(self.folder)}
        if self.server is None:
            return folder
        return folder | {"ONEGUEST_DATABASE_URL": self.server.format(database=self.folder.name)}

    @contextmanager
    def open(self) -> Iterator[Engine]:
        engine = open_database(read_settings(self.settings))
        yield engine
        engine.dispose()

    def start(self, *words: str, later: int = 0) -> subprocess.Popen[bytes]:
        env = os.environ | self.settings | {"PYTHONPATH": str(ROOT), "ONEGUEST_CLOCK_OFFSET": str(later)}
        command = [sys.executable, "-m", "server.cli", *words]
        return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words: str, later: int = 0) -> bytes:
        """Run a command, so many seconds later by the clock."""
        with self.start(*words, later=later) as process:
            out, err = process.communicate()
        assert process.returncode in (0, 1), err.decode()
        return out

    def killed(self, after: float, *words: str) -> bool:
        """Run a command, and kill it so many seconds after its start; whether it was at work still."""
        with self.start(*words) as process:
            time.sleep(after)
            was_at_work = process.poll() is None
            process.kill()
            process.communicate()
        return was_at_work

    def copy_to(self, name: str) -> House:
        """The same house once more; nothing may be running in this one."""
        made = House(self.folder.with_name(name), self.server)
        shutil.copytree(self.folder, made.folder)
        made._run_sql(f"CREATE DATABASE {{}} TEMPLATE {self.folder.name}")
        return made

    def leave(self) -> None:
        shutil.rmtree(self.folder)
        self._run_sql("DROP DATABASE {} WITH (FORCE)")

    def dump(self) -> list[str]:
        """The business state of a house in order."""
        with self.open() as engine, reading(engine) as session:
            broken = check(session)
            assert not broken, "\n".join(lines(broken))
            return dump(session)

    def _run_sql(self, statement: str) -> None:
        if self.server is not None:
            url = self.server.format(database="postgres").replace("+psycopg", "")
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(statement.format(self.folder.name).encode())


@pytest.fixture(scope="module")
def nobody(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house without a record, on the store that the test names."""
    server = request.getfixturevalue("postgres_server_address") if request.param == "postgresql" else None
    made = House.made(tmp_path_factory.mktemp("killed") / "nobody", server)
    yield made
    made.leave()


@pytest.fixture(scope="module")
def house(nobody: House, soak: bool) -> Iterator[House]:
    """A house of some hundred records whose questions a colleague answered in part."""
    made = nobody.copy_to("house")
    made.run("import", str(export_of(made, RECORDS if soak else FEW)))
    with made.open() as engine:
        with reading(engine) as session:
            asked = session.execute(select(Question.record_a, Question.record_b).limit(40)).all()
        for number, (one, other) in enumerate(asked):
            with writing(engine) as session:
                verdict: Verdict = "same" if number % 3 else "not_same"
                seen = seen_of(session, [one, other])
                with suppress(Refused):  # where an earlier answer settled it
                    decide(session, one, other, verdict, seen=seen, author="staff:1", now=NOON)
    yield made
    made.leave()


def export_of(house: House, rows: int) -> Path:
    """A file of so many rows; each size tells partly of the same people, and always of the same numbers."""
    return write_export(house.folder.with_name(f"profiles-{rows}.txt"), rows, seed=rows)


def words_of(house: House, what: str) -> tuple[str, ...]:
    """The command that is killed, with what it needs of this house."""
    if what == "rematch":
        return ("rematch",)
    if what == "accept":
        return ("accept", "--at-least", "0.5", "--limit", "100")
    if what == "first":
        return ("import", str(export_of(house, RECORDS)))
    if what == "import":
        return ("import", str(export_of(house, 400)))
    if what == "linking":
        with house.open() as engine:
            chance = random.Random(1)
            rows = [row_of(f"t{n}", n % 150, "Lyon", chance) for n in range(450)]
            take_in(engine, *rows, source="till", kind="till", now=clock())
            with writing(engine) as session:
                enqueue(session, "link_records", {}, now=clock(), dedup_key="link_records")
        return ("worker", "--once")
    house.run("learn")
    with house.open() as engine, reading(engine) as session:
        version = session.scalars(select(Model.version).where(Model.number == 0)).first()
    assert version is not None, "nothing was learnt"
    return ("learn", "--use", version)


def differing(end: list[str], calm: list[str]) -> dict[str, int]:
    """In how many lines of which kinds two states differ; no guest's data."""
    return dict(Counter(json.loads(line)["type"] for line in set(end) ^ set(calm)))


@pytest.mark.timeout(7200)  # only with --soak; it takes seconds otherwise
@pytest.mark.parametrize(
    ("nobody", "what"),
    [
        pytest.param(store, what, marks=() if (store, what) in QUICK else pytest.mark.soak)
        for store in ("sqlite", "postgresql")
        for what in KILLS
    ],
    indirect=["nobody"],
)
def test_killed_at_random_moments_it_ends_where_an_undisturbed_one_does(
    nobody: House, house: House, soak: bool, what: str
) -> None:
    base = (nobody if what == "first" else house).copy_to(f"{what}_base")
    words = words_of(base, what)
    ends = [base.dump()] if what == "accept" else []  # it may have been killed before it was begun
    goes_on = ("worker", "--once") if what == "accept" else words
    calm = base.copy_to(f"{what}_calm")
    began = time.monotonic()
    calm.run(*words)
    takes = time.monotonic() - began
    ends.append(calm.dump())
    calm.leave()
    chance = random.Random(what)
    at_work = 0

    for number in range(KILLS[what] if soak else 1):
        disturbed = base.copy_to(f"{what}_{number}")
        at_work += disturbed.killed(chance.uniform(0.3 * takes, takes), *words)
        disturbed.dump()  # what stands is whole, killed or not
        disturbed.run(*goes_on, later=AFTER_THE_LEASE)
        end = disturbed.dump()
        assert end in ends, f"after kill {number}: {differing(end, ends[-1])}"
        disturbed.leave()
    print(f"{what}: {at_work} of {number + 1} killed at work, of {takes:.1f} s")
    base.leave()

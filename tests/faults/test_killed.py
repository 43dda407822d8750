"""A house whose commands are killed at random moments ends where one ends that nobody disturbed."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select

from server.db import reading, writing
from server.guests.deciding import decide
from server.guests.deeds import Verdict, seen_of
from server.guests.models import Model, Question
from server.opening import open_database
from server.refusal import Refused
from server.settings import read_settings
from tests.builders import NOON, write_export

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class House:
    """A data folder, and the commands that are run there."""

    folder: Path

    def start(self, *words: str) -> subprocess.Popen[bytes]:
        env = os.environ | {"ONEGUEST_DATA_DIR": str(self.folder), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "server.cli", *words]
        return subprocess.Popen(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, *words: str) -> bytes:
        with self.start(*words) as process:
            out, err = process.communicate()
        assert process.returncode in (0, 1), err.decode()
        return out

    def killed(self, after: float, *words: str) -> None:
        """Run a command, and kill it so many seconds after its start."""
        with self.start(*words) as process:
            time.sleep(after)
            process.kill()
            process.communicate()

    def copy_to(self, folder: Path) -> House:
        shutil.copytree(self.folder, folder)
        return House(folder)

    def dump(self) -> bytes:
        assert b"invariants hold" in self.run("check")
        return self.run("dump")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A house of some hundred records whose questions a colleague answered in part."""
    made = House(tmp_path_factory.mktemp("house") / "data")
    export = write_export(made.folder.parent / "profiles.txt", 1200)
    made.run("import", str(export))
    engine = open_database(read_settings({"ONEGUEST_DATA_DIR": str(made.folder)}))
    with reading(engine) as session:
        asked = session.execute(select(Question.record_a, Question.record_b).limit(40)).all()
    for number, (one, other) in enumerate(asked):
        with writing(engine) as session:
            verdict: Verdict = "same" if number % 3 else "not_same"
            seen = seen_of(session, [one, other])
            with suppress(Refused):  # where an earlier answer settled it
                decide(session, one, other, verdict, seen=seen, author="staff:1", now=NOON)
    engine.dispose()
    return made


def words_of(house: House, what: str) -> tuple[str, ...]:
    """The command that is killed, with what it needs of this house."""
    if what == "rematch":
        return ("rematch",)
    if what == "accept":
        return ("accept", "--at-least", "0.5", "--limit", "100")
    house.run("learn")
    engine = open_database(read_settings({"ONEGUEST_DATA_DIR": str(house.folder)}))
    with reading(engine) as session:
        version = session.scalars(select(Model.version).where(Model.number == 0)).first()
    engine.dispose()
    assert version is not None, "nothing was learnt"
    return ("learn", "--use", version)


@pytest.mark.timeout(7200)  # only with --soak; it takes seconds otherwise
@pytest.mark.parametrize(
    ("what", "kills"),
    [
        ("rematch", 80),
        pytest.param("learn", 50, marks=pytest.mark.soak),
        pytest.param("accept", 30, marks=pytest.mark.soak),
    ],
)
def test_killed_at_random_moments_it_ends_where_an_undisturbed_one_does(
    house: House, tmp_path: Path, soak: bool, what: str, kills: int
) -> None:
    base = house.copy_to(tmp_path / "base")
    words = words_of(base, what)
    ends = {base.dump()} if what == "accept" else set()  # it may have been killed before it was begun
    goes_on = ("worker", "--once") if what == "accept" else words
    calm = base.copy_to(tmp_path / "calm")
    began = time.monotonic()
    calm.run(*words)
    takes = time.monotonic() - began
    ends.add(calm.dump())
    chance = random.Random(kills)

    for number in range(kills if soak else 1):
        disturbed = base.copy_to(tmp_path / f"disturbed-{number}")
        disturbed.killed(chance.uniform(0.3 * takes, takes), *words)
        assert b"invariants hold" in disturbed.run("check"), "what stands is whole, killed or not"
        disturbed.run(*goes_on)
        assert disturbed.dump() in ends
        shutil.rmtree(disturbed.folder)

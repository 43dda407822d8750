"""Imports by command: killed and started again, one file twice, demo and real never mixed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from server.sources.layout import layouts
from tests.builders import write_export

ROOT = Path(__file__).parents[2]


def oneguest(data: Path, *words: str, url: str | None = None) -> subprocess.Popen[bytes]:
    env = os.environ | {"ONEGUEST_DATA_DIR": str(data), "PYTHONPATH": str(ROOT)}
    if url:
        env["ONEGUEST_DATABASE_URL"] = url
    return subprocess.Popen(
        [sys.executable, "-m", "server.cli", *words],
        env=env,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def printed(data: Path, *words: str, url: str | None = None) -> bytes:
    with oneguest(data, *words, url=url) as process:
        out, err = process.communicate()
    assert process.returncode == 0, err.decode()
    return out


def kill_and_resume(
    data: Path, export: Path, kills: int, seed: int, url: str | None, *, longest: float = 6
) -> bytes:
    """Import with so many kills at random moments, then to the end; return the dump."""
    chance = random.Random(seed)
    for _ in range(kills):
        with oneguest(data, "import", str(export), url=url) as process:
            time.sleep(chance.uniform(min(0.5, longest), longest))
            process.kill()
            process.communicate()
    printed(data, "import", str(export), url=url)
    assert b"invariants hold" in printed(data, "check", url=url)
    return printed(data, "dump", url=url)


@pytest.mark.parametrize(("rows", "kills"), [(1100, 1), pytest.param(2500, 3, marks=pytest.mark.soak)])
def test_an_import_killed_at_random_moments_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, rows: int, kills: int
) -> None:
    export = write_export(tmp_path / "profiles.txt", rows)
    began = time.monotonic()
    printed(tmp_path / "calm", "import", str(export))
    takes = time.monotonic() - began
    calm = printed(tmp_path / "calm", "dump")

    assert calm.count(b"\n") > rows
    assert kill_and_resume(tmp_path / "killed", export, kills, 1, None, longest=takes) == calm


@pytest.mark.soak
def test_an_import_killed_twenty_times_ends_where_an_uninterrupted_one_does(
    tmp_path: Path, postgres_url: str
) -> None:
    export = write_export(tmp_path / "profiles.txt", 20_000)
    printed(tmp_path / "calm", "import", str(export))
    calm = printed(tmp_path / "calm", "dump")

    assert kill_and_resume(tmp_path / "killed", export, 20, 2, None) == calm
    assert kill_and_resume(tmp_path / "other", export, 20, 3, postgres_url) == calm


def test_real_exports_do_not_go_into_the_demo(tmp_path: Path) -> None:
    export = write_export(tmp_path / "profiles.txt", 10)
    env = os.environ | {"ONEGUEST_DATA_DIR": str(tmp_path / "demo"), "PYTHONPATH": str(ROOT)}
    demo = [sys.executable, "-m", "server.cli", "import", str(export)]
    subprocess.run(demo, env=env | {"ONEGUEST_DEMO": "1"}, cwd=ROOT, check=True)

    with oneguest(tmp_path / "demo", "import", str(export)) as process:
        _, error = process.communicate()

    assert process.returncode == 1
    assert b"never mix" in error


def write_both(path: Path) -> Path:
    """An export whose header has all columns of two systems."""
    columns = list(dict.fromkeys([*layouts()["pms_a"].columns, *layouts()["gift"].columns]))
    path.write_text(";".join(columns) + "\n" + ";".join("x" * len(columns)) + "\n", encoding="utf-8")
    return path


def test_a_file_of_two_possible_systems_is_read_as_said_and_then_as_the_last_time(tmp_path: Path) -> None:
    export = write_both(tmp_path / "both.csv")
    data = tmp_path / "house"

    with oneguest(data, "import", str(export)) as process:
        _, error = process.communicate()
    said = printed(data, "import", str(export), "--source", "gift").decode()
    again = printed(data, "import", str(export)).decode()

    assert process.returncode == 1
    assert "--source pms_a" in error.decode()
    assert "--source gift" in error.decode()
    assert "Gift card sales (as it was said)" in said
    assert "read as the last time" in again
    assert "1 rows read = 0 stored + 1 unchanged" in again

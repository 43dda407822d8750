"""A worker that is asked to end in the middle of an import: it goes within seconds, the next one goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server.clock import clock
from server.db import reading, writing
from server.importing.preparing import look_at, prepare
from server.importing.uploads import keep_upload
from server.jobs.models import Job
from server.jobs.queue import enqueue
from server.keys import ensure_keys, read_key
from server.opening import open_database
from server.privacy.check import check
from server.privacy.dump import dump
from server.records.models import Import
from server.settings import read_settings
from tests.builders import write_export

ROOT = Path(__file__).parents[2]
SECONDS_TO_END = 30
"""`up` ends a worker that takes ten; a machine that does other work besides is given more."""


def confirmed_import(folder: Path, export: Path, lay: Callable[[Path], str]) -> Engine:
    """A house with one file that staff dropped at the desk and confirmed."""
    lay(folder)
    settings = read_settings({"ONEGUEST_DATA_DIR": str(folder)})
    engine = open_database(settings)
    ensure_keys(settings.keys_dir)
    secret = read_key(settings.keys_dir, "sealing").secret
    with export.open("rb") as stream:
        upload = keep_upload(settings.uploads_dir, secret, stream, limit=1 << 30)
    looked = look_at(export, name=export.name, kept={})
    with writing(engine) as session:
        made = prepare(session, looked)
        made.upload, made.state = upload, "queued"
        enqueue(session, "run_import", {"import_id": made.id}, now=clock())
    return engine


def start_worker(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    env = os.environ | {"ONEGUEST_DATA_DIR": str(folder), "PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, "-m", "server.cli", "worker", *words], env=env, cwd=ROOT)


def rows_read(engine: Engine) -> int:
    with reading(engine) as session:
        return session.scalars(select(Import.rows_read)).one()


def import_state(engine: Engine) -> str:
    with reading(engine) as session:
        return session.scalars(select(Import.state)).one()


def wait_until(engine: Engine, moment: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if rows_read(engine) if moment == "reading" else import_state(engine) == "linking":
            return
        time.sleep(0.05)
    pytest.fail(f"the import never came to {moment}")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that takes a worker some seconds."""
    return write_export(tmp_path_factory.mktemp("export") / "profiles.txt", 1200)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory, export: Path, lay_sqlite: Callable[[Path], str]) -> Engine:
    """A house where nobody stopped the import of that file."""
    folder = tmp_path_factory.mktemp("calm")
    engine = confirmed_import(folder, export, lay_sqlite)
    with start_worker(folder, "--once") as worker:
        assert worker.wait(180) == 0
    return engine


@pytest.mark.parametrize("moment", ["reading", "linking"])
def test_a_worker_asked_to_end_goes_within_seconds_and_the_next_one_ends_the_import(
    tmp_path: Path, lay_sqlite: Callable[[Path], str], export: Path, calm: Engine, moment: str
) -> None:
    engine = confirmed_import(tmp_path / "stopped", export, lay_sqlite)

    with start_worker(tmp_path / "stopped") as worker:
        wait_until(engine, moment)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(SECONDS_TO_END) == 0
    with start_worker(tmp_path / "stopped", "--once") as worker:
        assert worker.wait(180) == 0

    assert import_state(engine) == "done"
    with reading(engine) as session, reading(calm) as other:
        assert check(session) == []
        assert dump(session) == dump(other)
        assert not session.scalars(select(Job.id).where(Job.state == "failed")).all()

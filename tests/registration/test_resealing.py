"""The vault's key is changed under a working house: nothing is lost, and the former key may go."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import time
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from benchmarks.vault import ROOT, fill, wrong_rows
from server.db import reading, writing
from server.keys import Key, ensure_keys, read_key, rotate_key
from server.registration.models import SheetVersion
from server.registration.resealing import left_to_reseal, reseal, rows_by_key
from server.vault import Vault, open_vault
from tests.registration.sheets import KEY, NOON, VAULT

INDEX = b"i" * 32
FRESH = Key("vault", "vault-two", b"w" * 32, NOON)
BOTH, ALONE = Vault([FRESH, KEY], INDEX), Vault([FRESH], INDEX)


def test_whoever_seals_anew_is_killed_and_the_next_one_ends_it(
    engine: Engine, database_url: str, tmp_path: Path
) -> None:
    keys = tmp_path / "keys"
    ensure_keys(keys)
    fill(engine, open_vault(keys), 4000)
    former, present = rotate_key(keys, "vault")

    assert 0 < _until(engine, former.id, 2500, tmp_path, database_url) <= 2500, "it was killed at work"
    assert set(rows_by_key(engine)) == {former.id, present.id}
    assert _until(engine, former.id, 0, tmp_path, database_url) == 0

    assert wrong_rows(engine, Vault([present], read_key(keys, "index").secret), 4000) == []


def _until(engine: Engine, former: str, goal: int, folder: Path, url: str) -> int:
    """Let a worker seal until so many rows are left of the former key, kill it; how many are left."""
    env = os.environ | {
        "ONEGUEST_DATA_DIR": str(folder),
        "ONEGUEST_DATABASE_URL": url,
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.registration.resealing_worker"]
    with subprocess.Popen(command, env=env, cwd=ROOT) as worker:
        until = time.monotonic() + 30
        while rows_by_key(engine)[former] > goal and time.monotonic() < until:
            time.sleep(0.01)
        worker.kill()
    return rows_by_key(engine)[former]


def test_one_that_was_asked_to_stop_ends_between_two_batches(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.registration.resealing.BATCH", 4)
    fill(engine, VAULT, 20)
    asked = count()

    assert reseal(engine, BOTH, stopping=lambda: next(asked) >= 2) == 8
    assert left_to_reseal(engine, BOTH) == 12
    assert reseal(engine, BOTH) == 12

    assert wrong_rows(engine, ALONE, 20) == []
    assert reseal(engine, BOTH) == 0


def test_a_row_that_does_not_open_keeps_no_other_waiting_and_stays_as_it_is(
    engine: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.registration.resealing.BATCH", 4)
    fill(engine, VAULT, 20)
    with writing(engine) as session:
        one = session.scalars(select(SheetVersion).where(SheetVersion.sheet_id == "sheet-1")).one()
        other = session.scalars(select(SheetVersion).where(SheetVersion.sheet_id == "sheet-2")).one()
        one.signature = damaged = other.signature  # of another row

    with caplog.at_level(logging.ERROR):
        assert reseal(engine, BOTH) == 19

    assert rows_by_key(engine) == {FRESH.id: 19, KEY.id: 1}
    assert "row=sheet-1/1" in caplog.text
    with reading(engine) as session:
        kept = session.scalars(select(SheetVersion).where(SheetVersion.sheet_id == "sheet-1")).one()
        assert kept.signature == damaged
        assert KEY.id.encode() in kept.content[:20]  # not half of it under each key


def test_what_a_missing_key_sealed_waits_for_it(engine: Engine) -> None:
    fill(engine, VAULT, 10)

    assert reseal(engine, ALONE) == 0
    assert left_to_reseal(engine, ALONE) == 10
    assert reseal(engine, BOTH) == 10

"""50,000 records of a hotel, by the command, as a data team would run it."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
GENERATOR = CHECKOUT.parent / "shared" / "bench" / "er" / "synth_hotel.py"
COLUMNS = {"national_id": "document_number", "gender": "title"}
TITLES = {"M": "Mr", "F": "Mrs"}


def resolve(records: Path, out: Path, *more: str) -> bytes:
    """What `resolve` writes, run as a program."""
    command = [sys.executable, "-m", "server.cli", "resolve", str(records), "--out", str(out), *more]
    env = os.environ | {"PYTHONPATH": str(CHECKOUT), "ONEGUEST_DATA_DIR": str(out.parent)}
    subprocess.run(command, check=True, env=env, cwd=out.parent)
    return out.read_bytes()


@pytest.mark.timeout(1800)
def test_50_000_records_get_the_same_clusters_from_both_runners(java: None, tmp_path: Path) -> None:
    if not GENERATOR.exists() or find_spec("faker") is None:
        pytest.skip("hotel_50k is drawn by ../shared/bench/er/synth_hotel.py and faker, which are not here")
    drawn = runpy.run_path(str(GENERATOR))["make"](50_000)
    records = drawn.drop(columns="true_id").rename(columns=COLUMNS)
    records["title"] = records["title"].map(TITLES)
    records.to_csv(tmp_path / "records.csv", index=False)

    local = resolve(tmp_path / "records.csv", tmp_path / "local.csv")
    spark = resolve(
        tmp_path / "records.csv", tmp_path / "spark.csv", "--runner", "spark", "--spark-master", "local[2]"
    )

    assert local.count(b"\n") == 50_001
    assert spark == local

"""One run of the spark runner beside the local one, on records that try every rule of the pairs."""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.util import find_spec
from pathlib import Path

import pytest

from server.demo.generate import generate
from server.matching import Decisions
from server.record import RawRecord
from server.resolving import Resolved, resolve
from server.sources.inspection import inspect
from server.sources.rows import read_rows
from server.spark.running import Distributed, resolved

DEMO_RECORDS = 4_000
CORES = "local[2]"

Row = dict[str, str]


@dataclass(frozen=True)
class Both:
    """The same file, resolved in one process and by Spark."""

    local: Resolved
    spark: Distributed


def demo_rows(folder: Path) -> list[Row]:
    """The records of the demo's exports, as `resolve` takes them."""
    made = generate(DEMO_RECORDS, 5, folder, today=date(2026, 6, 1))
    rows = []
    for file in sorted(made.rows):
        path = folder / file
        for record in read_rows(path, inspect(path, name=file)):
            if isinstance(record, RawRecord):
                rows.append({"record_id": f"{file} {record.key}", "source": file, **record.values})
    return rows


def crowds() -> list[Row]:
    """An agency's address on many guests, one name on more records than are compared at once, and copies."""
    agency = [
        {
            "full_name": f"Guest{chr(97 + n % 26)}{chr(97 + n // 26)} Traveller{n % 3}",
            "email": "info@tour.example",
        }
        for n in range(150)
    ]
    namesakes = [
        {"first_name": "Anna", "last_name": "Berg", "city": "Köln", "reference": f"AB{n}"} for n in range(90)
    ]
    known = {"first_name": "Orsolya", "last_name": "Vadkerti", "email": "o@vadkerti.example"}
    orsolyas = [
        {"first_name": "Orsolya", "last_name": "Berg", "birth_date": f"19{n}-05-06"} for n in range(50, 90)
    ]
    copies = [known] * 70 + [{"first_name": "Orsolya", "email": "o@vadkerti.example"}] * 3
    nobodies = [{"first_name": "Orsolya"}] * 5
    return [
        {"record_id": f"crowd {n:04d}", "source": "crowd", **row}
        for n, row in enumerate([*agency, *namesakes, *orsolyas, *copies, *nobodies])
    ]


def write_rows(path: Path, rows: list[Row]) -> Path:
    """The rows as a CSV with every column that any of them has."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted({column for row in rows for column in row}), restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture(scope="session")
def java() -> Iterator[None]:
    """Java and PySpark; a Java that compiles little, as every query here runs once."""
    if find_spec("pyspark") is None or shutil.which("java") is None:
        pytest.skip("PySpark or Java is not here: pip install -r requirements/spark.txt, and Java 17")
    os.environ["JDK_JAVA_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    yield
    del os.environ["JDK_JAVA_OPTIONS"]


@pytest.fixture(scope="session")
def both(java: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """The demo's records and the crowds by both runners, with two decisions of people."""
    folder = tmp_path_factory.mktemp("spark")
    rows = [*demo_rows(folder / "demo"), *crowds()]
    path = write_rows(folder / "records.csv", rows)
    first = resolve(path)
    together = next(
        (own, cluster) for own, cluster in first.clusters() if own != cluster and "crowd" not in cluster
    )
    decisions = Decisions(same=[("crowd 0001", "crowd 0200")], apart=[together])
    with resolved(path, decisions, master=CORES, work=folder) as spark:
        yield Both(resolve(path, decisions), spark)

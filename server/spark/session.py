"""Spark's session, and the folder where the stages lie."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import TYPE_CHECKING, Any

from server.refusal import Refused
from server.system import apt_line

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession
    from pyspark.sql.types import StructType

CODE = Path(__file__).resolve().parents[2]
HERE = "local[*]"
"""Every core of this machine: what runs where no other master is named."""

RECORDS_A_PART = 20_000
"""Records for each part of a shuffle: their keys, pairs and copies are some 100 MB."""

PORTION = 20_000
"""Rows of one file of a table that this process writes."""


class Stages:
    """The tables of one run, each written once. `told`: rows, bytes and seconds of each."""

    def __init__(self, spark: SparkSession, folder: Path) -> None:
        self.spark = spark
        self.folder = folder
        self.told: dict[str, dict[str, float]] = {}

    def keep(self, name: str, frame: DataFrame) -> DataFrame:
        """Compute a table, write it, and return it as it now lies there."""
        start = perf_counter()
        place = self.folder / name
        self.spark.sparkContext.setJobDescription(name)
        frame.write.parquet(place.as_uri())
        return self._lies(name, place, frame.schema, perf_counter() - start)

    def put(self, name: str, rows: Iterable[tuple[Any, ...]], schema: str) -> DataFrame:
        """A table made of this process's own rows, written in portions."""
        import pyarrow as pa
        from pyarrow import parquet
        from pyspark.sql.pandas.types import to_arrow_schema

        start = perf_counter()
        place = self.folder / name
        place.mkdir()
        types = self.spark.createDataFrame([], schema).schema
        arrow = to_arrow_schema(types)
        left = iter(rows)
        for number in count():
            portion = list(islice(left, PORTION))
            if not portion and number:
                break
            columns = list(zip(*portion, strict=True)) or [()] * len(arrow)
            table = pa.table(dict(zip(arrow.names, columns, strict=True)), schema=arrow)
            parquet.write_table(table, place / f"{number:08d}.parquet")
        return self._lies(name, place, types, perf_counter() - start)

    def spread(self, records: int) -> None:
        """Let tables be shuffled in as many parts as so many records need."""
        parts = max(self.spark.sparkContext.defaultParallelism, records // RECORDS_A_PART)
        self.spark.conf.set("spark.sql.shuffle.partitions", str(parts))

    def drop(self, name: str) -> None:
        """Delete a table that nothing reads any more."""
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _lies(self, name: str, place: Path, schema: StructType, seconds: float) -> DataFrame:
        from pyarrow import parquet

        frame = self.spark.read.schema(schema).parquet(place.as_uri())
        files = list(place.glob("*.parquet"))
        self.told[name] = {
            "rows": sum(parquet.read_metadata(file).num_rows for file in files),
            "bytes": sum(file.stat().st_size for file in files),
            "seconds": round(seconds, 3),
        }
        return frame


@contextmanager
def stages(master: str = HERE, work: Path | None = None) -> Iterator[Stages]:
    """A session and a folder of its own, both gone afterwards.

    `work`: where the folder is made; with a master elsewhere, a place that all its machines see. Raises
    Refused, with what to install, when PySpark or Java is not here.
    """
    check_equipment()
    with TemporaryDirectory(prefix="oneguest-spark-", dir=work) as folder:
        spark = _session(master, Path(folder, "spark"))
        try:
            yield Stages(spark, Path(folder))
        finally:
            spark.stop()


def check_equipment() -> None:
    """Raise Refused when PySpark, what it brings Arrow by, or Java is missing."""
    missing = [name for name in ("pyspark", "pandas", "pyarrow") if find_spec(name) is None]
    if missing:
        raise Refused("resolve_no_spark", {"missing": ", ".join(missing), "python": sys.executable})
    home = os.environ.get("JAVA_HOME", "")
    if not Path(home, "bin", "java").is_file() and shutil.which("java") is None:
        raise Refused("resolve_no_java", {"line": apt_line(["openjdk-17-jre-headless"])})


def _session(master: str, scratch: Path) -> SparkSession:
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.maxRecordsPerBatch": "20000",
        "spark.ui.showConsoleProgress": "false",
        # the workers find the code where this process has it, whatever folder they start in
        "spark.executorEnv.PYTHONPATH": os.pathsep.join([str(CODE), os.environ.get("PYTHONPATH", "")]),
    }
    if master.startswith("local"):
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.driver.memory": os.environ.get("SPARK_DRIVER_MEMORY", "2g"),
            "spark.local.dir": str(scratch),  # what is shuffled is guests' data: gone with the folder
        }
    builder = SparkSession.builder.master(master).appName("oneguest resolve")
    for name, value in settings.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark

"""What is resolved, as a table of (line, id, cells): a CSV through this process, Parquet through Spark."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from server.record import FIELDS
from server.refusal import Refused
from server.resolving import read_rows
from server.spark.session import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

RAW = "line long, id string, cells string"
OWN = ("record_id", "source", "source_key")


def raw_table(stages: Stages, path: Path, name: str = "raw") -> DataFrame:
    """The table `name`: each record's cells as JSON. Raises Refused when the file cannot be understood.

    A CSV must fit into this process, as without Spark. A Parquet file or folder, of the same columns, need
    not; its records have no order but that of their ids.
    """
    if path.is_dir() or path.suffix == ".parquet":
        return _parquet(stages, path, name)
    rows = ((line, row["record_id"], json.dumps(row)) for line, row in enumerate(read_rows(path)))
    return stages.put(name, rows, RAW)


def _parquet(stages: Stages, path: Path, table: str) -> DataFrame:
    from pyspark.errors import AnalysisException

    spark, name = stages.spark, path.name
    try:
        given = spark.read.parquet(path.resolve().as_uri())
    except AnalysisException:
        raise Refused("resolve_no_file", {"file": str(path)}) from None
    columns = {column.strip().lower(): column for column in given.columns}
    if "record_id" not in columns:
        shown = ", ".join(column[:40] for column in given.columns[:30])
        raise Refused("resolve_no_record_id", {"file": name, "columns": shown})
    kept = [column for column in columns if column in FIELDS or column in OWN]
    texts = given.selectExpr(
        *(f"nullif(cast(`{columns[column]}` as string), '') as {column}" for column in kept)
    )
    texts = texts.selectExpr("trim(record_id) as record_id", *(c for c in kept if c != "record_id"))
    raw = texts.selectExpr("0L as line", "record_id as id", f"to_json(struct({', '.join(kept)})) as cells")
    kept_raw = stages.keep(table, raw)
    absent = kept_raw.where("id is null or id = ''").count()
    if absent:
        raise Refused("resolve_table_empty_id", {"file": name, "count": str(absent)})
    twice = kept_raw.groupBy("id").count().where("count > 1").first()
    if twice:
        raise Refused("resolve_table_twice", {"file": name, "id": twice["id"]})
    return kept_raw

"""Groups, component by component: what no strong pair connects is never one person."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from server.matching import Decisions, Model
from server.matching.partition import group
from server.matching.rivals import heed_rivals
from server.spark.columns import Batch
from server.spark.components import components
from server.spark.session import Stages

if TYPE_CHECKING:
    import pandas as pd
    from pyspark import Broadcast
    from pyspark.sql import DataFrame

RECORDS_AT_ONCE = 50_000
"""Records whose components one task solves together."""


def solve(
    stages: Stages, records: DataFrame, weighed: DataFrame, model: Broadcast[Model], decisions: Decisions
) -> DataFrame:
    """The table (row, label) of every record in a group of two or more; label is its first member's row."""
    spark = stages.spark
    tables = {"weighed": weighed, "records": records, "decided": _decided(stages, records, decisions)}
    for name, table in tables.items():
        table.createOrReplaceTempView(name)
    edges = spark.sql(
        "select left, right from weighed where strong union all select left, right from decided"
    )
    held = stages.keep("components", components(stages, edges))
    places = int(stages.told["components"]["rows"]) // RECORDS_AT_ONCE + 1
    held.createOrReplaceTempView("components")
    inside = spark.sql(
        f"""
        select pmod(hash(l.root), {places}) as place, w.left, w.right, w.bits
        from weighed w join components l on w.left = l.row join components r on w.right = r.row
        where l.root = r.root
        """
    )
    members = spark.sql(
        f"""
        select pmod(hash(c.root), {places}) as place, r.row, r.id, r.source, r.carried
        from components c join records r on c.row = r.row
        """
    )
    solved = inside.groupBy("place").cogroup(members.groupBy("place"))
    return stages.keep("groups", solved.applyInPandas(_solver(model, decisions), "row long, label long"))


def _decided(stages: Stages, records: DataFrame, decisions: Decisions) -> DataFrame:
    """The pairs that people joined, by rows: they connect components too."""
    same = stages.spark.createDataFrame(list(decisions.same), "a string, b string")
    for name, table in (("same", same), ("records", records)):
        table.createOrReplaceTempView(name)
    return stages.spark.sql(
        """
        select a.row as left, b.row as right
        from same join records a on same.a = a.id join records b on same.b = b.id
        """
    )


def _solver(
    model: Broadcast[Model], decisions: Decisions
) -> Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]:
    def solve_place(pairs: pd.DataFrame, members: pd.DataFrame) -> pd.DataFrame:
        return group_place(model.value, decisions, pairs, members)

    return solve_place


def group_place(
    model: Model, decisions: Decisions, pairs: pd.DataFrame, members: pd.DataFrame
) -> pd.DataFrame:
    """Rows of (row, label) for whole components: their pairs, and all of their members."""
    import pandas as pd

    batch = Batch.of(members)
    pairs = pairs.sort_values(["left", "right"])
    left, right = (batch.positions(pairs[side]) for side in ("left", "right"))
    bits = heed_rivals(batch.records, model, left, right, pairs["bits"].to_numpy(np.float32))
    here = set(batch.records.ids)
    known = Decisions(
        *([(a, b) for a, b in said if a in here and b in here] for said in (decisions.same, decisions.apart))
    )
    state, _, _ = group(batch.records, model, left, right, bits, known)
    return pd.DataFrame({"row": batch.rows, "label": batch.rows[state.label]})

"""Pairs weighed where their records are: those of a block go to one place, and each record once with them."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from server.matching import Model
from server.matching.scoring import log_odds, score
from server.matching.solving import DOUBT
from server.spark.columns import Batch
from server.spark.session import Stages

if TYPE_CHECKING:
    import pandas as pd
    from pyspark import Broadcast
    from pyspark.sql import DataFrame

PAIRS_AT_ONCE = 200_000
"""Pairs that one task weighs, with all of their records in its memory: some hundred MB."""


def weigh_pairs(stages: Stages, records: DataFrame, pairs: DataFrame, model: Broadcast[Model]) -> DataFrame:
    """The table (left, right, bits, strong) of pairs that anyone would be asked about, or that link."""
    count = int(stages.told["pairs"]["rows"])
    places = count // PAIRS_AT_ONCE + 1
    for name, table in (("pairs", pairs), ("records", records)):
        table.createOrReplaceTempView(name)
    placed = stages.spark.sql(f"select pmod(hash(key), {places}) as place, left, right from pairs")
    placed.createOrReplaceTempView("placed")
    needed = stages.spark.sql(
        """
        select n.place, r.row, r.id, r.source, r.carried
        from (select place, left as row from placed union select place, right from placed) n
        join records r on r.row = n.row
        """
    )
    weighed = placed.groupBy("place").cogroup(needed.groupBy("place"))
    return stages.keep(
        "weighed",
        weighed.applyInPandas(_weigh(model), "left long, right long, bits float, strong boolean"),
    )


def _weigh(model: Broadcast[Model]) -> Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]:
    def weigh_place(pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
        return _score(model, pairs, records)

    return weigh_place


def _score(model: Broadcast[Model], pairs: pd.DataFrame, records: pd.DataFrame) -> pd.DataFrame:
    batch = Batch.of(records)
    left, right = (batch.positions(pairs[side]) for side in ("left", "right"))
    bits = score(batch.records, model.value, left, right)
    asked = bits >= min(log_odds(DOUBT), log_odds(model.value.link_cut))
    scored = pairs.loc[asked, ["left", "right"]]
    return scored.assign(bits=bits[asked], strong=(bits >= log_odds(model.value.link_cut))[asked])

"""Records that are equal in all that is compared, by SQL: the rule of `matching.units`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from server.matching import Decisions, Model
from server.matching.scoring import log_odds
from server.matching.units import own_bits
from server.spark.columns import Batch
from server.spark.pairs import CONTENT
from server.spark.session import Stages

if TYPE_CHECKING:
    import pandas as pd
    from pyspark import Broadcast
    from pyspark.sql import DataFrame


def copies_of(
    stages: Stages, records: DataFrame, keys: DataFrame, model: Broadcast[Model], decisions: Decisions
) -> DataFrame:
    """The table (row, speaker, strong) of records that an equal one, the first, is compared for.

    `keys`: of `pairs.key_table`. `strong`: whether the two would link by what they say. Records that people
    decided about speak for themselves.
    """
    spark = stages.spark
    named = spark.createDataFrame([(own,) for own in sorted(decisions.named())], "id string")
    for name, table in (("records", records), ("keys", keys), ("named", named)):
        table.createOrReplaceTempView(name)
    spark.sql(
        f"""
        select key, row from keys
        where kind = '{CONTENT}' and row not in (select r.row from records r join named n on r.id = n.id)
        """
    ).createOrReplaceTempView("contents")
    equal = stages.keep(
        "equal",
        spark.sql(
            """
            select c.row, s.speaker from contents c
            join (select key, min(row) as speaker from contents group by key having count(*) > 1) s
              on c.key = s.key
            where c.row <> s.speaker
            """
        ),
    )
    equal.createOrReplaceTempView("equal")
    speakers = spark.sql("select * from records where row in (select speaker from equal)")
    speakers.mapInPandas(_would_link(model), "speaker long, strong boolean").createOrReplaceTempView("strong")
    return stages.keep(
        "copies", spark.sql("select e.row, e.speaker, s.strong from equal e join strong s using (speaker)")
    )


def with_copies(groups: DataFrame, copies: DataFrame) -> DataFrame:
    """The table (row, label) of `groups`, and the copies of its members and of those who would link alone."""
    for name, table in (("groups", groups), ("copies", copies)):
        table.createOrReplaceTempView(name)
    return groups.sparkSession.sql(
        """
        with several as (select label from groups group by label having count(*) > 1)
        select row, label from groups
        union all
        select c.row, coalesce(g.label, c.speaker) as label
        from copies c left join groups g on c.speaker = g.row left join several s on g.label = s.label
        where c.strong or s.label is not null
        """
    )


def _would_link(
    model: Broadcast[Model],
) -> Callable[[Iterable[pd.DataFrame]], Iterator[pd.DataFrame]]:
    def weigh(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        import numpy as np
        import pandas as pd

        cut = log_odds(model.value.link_cut)
        for frame in batches:
            batch = Batch.of(frame)
            bits = own_bits(batch.records, model.value, np.arange(len(batch.rows), dtype=np.int32))
            yield pd.DataFrame({"speaker": batch.rows, "strong": bits >= cut})

    return weigh

"""Pairs of records that share a key, by SQL joins: the rule of `matching.keys`, one query for each step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from server.matching.keys import CAP, NEIGHBOURS, REFINEMENTS, blocks_of, refine, refiners
from server.matching.saying import contents
from server.spark.columns import Batch
from server.spark.session import Stages

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

KEYS = "kind string, key long, row long"
TOGETHER = 1_000
"""Records of a capped block whose pairs are weighed in one place."""

REFINER = "refiner {}"
"""Stands for a kind in the table of keys: the row's n-th refiner."""

CONTENT = "content"
"""Stands for a kind in the table of keys: a digest of all that the row says."""


@dataclass(frozen=True, slots=True)
class Found:
    """The table of pairs (left, right, key: the least one they share), and what each kind of key gave."""

    pairs: DataFrame
    by_key: Counter[str]
    refined: Counter[str]
    capped: Counter[str]


def key_table(stages: Stages, records: DataFrame) -> DataFrame:
    """The table of KEYS of all records, with what refines them and what says who is equal."""
    return stages.keep("keys", records.mapInPandas(key_in_batches, KEYS))


def candidates(stages: Stages, everything: DataFrame, copies: DataFrame) -> Found:
    """All pairs that share a key, crowded keys refined and, at the last, capped.

    `everything`: of key_table. `copies`: rows that are not compared, since another speaks for them.
    """
    spark = stages.spark
    keys = everything.where(f"kind <> '{CONTENT}' and kind not like 'refiner %'")
    keys = keys.join(copies, "row", "left_anti").select("kind", "key", "row")
    found: list[DataFrame] = []
    by_key: Counter[str] = Counter()
    refined: Counter[str] = Counter()
    capped: Counter[str] = Counter()
    for depth in range(REFINEMENTS + 1):
        sizes = stages.keep(f"blocks-{depth}", _sizes(keys))
        kept = sizes.where(f"size <= {CAP}")
        found.append(_within(keys, kept))
        by_key.update(_sums(kept, "sum(size * (size - 1) div 2)"))
        crowded = sizes.where(f"size > {CAP}")
        many = _sums(crowded, "count(*)")
        if not many:
            break
        rows = keys.join(crowded.select("key"), "key")
        if depth == REFINEMENTS:
            found.append(_neighbours(rows))
            capped.update(many)
            break
        refined.update(many)
        refiner = everything.where(f"kind = '{REFINER.format(depth)}'").selectExpr("row", "key as refiner")
        keys = stages.keep(f"refined-{depth}", rows.join(refiner, "row").mapInPandas(_refine, KEYS))
    together = found[0]
    for more in found[1:]:
        together = together.unionAll(more)
    together.createOrReplaceTempView("together")
    once = spark.sql("select left, right, min(key) as key from together group by left, right")
    return Found(stages.keep("pairs", once), by_key, refined, capped)


def key_in_batches(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Rows of KEYS from rows of the table `records`: the keys of each, its content and its refiners."""
    import pandas as pd

    for frame in batches:
        batch = Batch.of(frame)
        for keyed in blocks_of(batch.records):
            once = np.unique(np.stack([keyed.rows, keyed.keys]), axis=1)
            yield pd.DataFrame({"kind": keyed.kind, "key": once[1], "row": batch.rows[once[0]]})
        yield pd.DataFrame({"kind": CONTENT, "key": contents(batch.records), "row": batch.rows})
        for depth, refiner in enumerate(refiners(batch.records)):
            yield pd.DataFrame({"kind": REFINER.format(depth), "key": refiner, "row": batch.rows})


def _refine(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    for frame in batches:
        deeper = refine(frame["key"].to_numpy(np.int64), frame["refiner"].to_numpy(np.int64))
        yield frame[["kind", "row"]].assign(key=deeper)


def _sizes(keys: DataFrame) -> DataFrame:
    """Every block with two records or more."""
    keys.createOrReplaceTempView("keys")
    return keys.sparkSession.sql(
        "select first(kind) as kind, key, count(*) as size from keys group by key having count(*) > 1"
    )


def _sums(blocks: DataFrame, what: str) -> dict[str, int]:
    """A sum over the blocks of each kind."""
    blocks.createOrReplaceTempView("blocks")
    return dict(
        map(tuple, blocks.sparkSession.sql(f"select kind, {what} from blocks group by kind").collect())
    )


def _within(keys: DataFrame, blocks: DataFrame) -> DataFrame:
    """All pairs inside each block."""
    keys.createOrReplaceTempView("keys")
    blocks.createOrReplaceTempView("blocks")
    return keys.sparkSession.sql(
        """
        with held as (select k.key, k.row from keys k join blocks b on k.key = b.key)
        select a.row as left, b.row as right, a.key from held a join held b on a.key = b.key and a.row < b.row
        """
    )


def _neighbours(keys: DataFrame) -> DataFrame:
    """Each record with the next few of its block, in the order of ids.

    Such a block has no bound: it gets a key for every portion, as pairs of one key are weighed in one place.
    """
    keys.createOrReplaceTempView("keys")
    steps = ", ".join(f"lead(row, {step}) over block" for step in range(1, NEIGHBOURS + 1))
    return keys.sparkSession.sql(
        f"""
        with near as (
          select xxhash64(key, row_number() over block div {TOGETHER}) as key, row as left,
            array({steps}) as next
          from keys window block as (partition by key order by row)
        ), met as (select key, left, explode(next) as right from near)
        select left, right, key from met where right is not null
        """
    )

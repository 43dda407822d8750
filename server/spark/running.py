"""`resolve --runner spark`: from a file to groups."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from server.matching import ENGINE, Decisions, Model, Records, learn, make_model
from server.matching.counting import names_of
from server.spark.cleaning import clean_table
from server.spark.columns import Batch
from server.spark.copies import copies_of, with_copies
from server.spark.counting import counted
from server.spark.grouping import solve
from server.spark.pairs import candidates, key_table
from server.spark.reading import raw_table
from server.spark.scoring import weigh_pairs
from server.spark.session import HERE, Stages, stages

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

WHOLE = 1_000_000
"""Records up to which one process makes the model, as without Spark; of more, SQL counts what it holds."""


LEARNT_FROM = 1_000_000
"""Records, about, from which namesakes and carelessness are learnt where there are more than that."""


@dataclass(frozen=True, slots=True)
class Distributed:
    """The groups, still in Spark's tables: `records`, and `clusters` in the order of the file."""

    tables: Stages
    records: DataFrame
    clusters: DataFrame
    model: Model
    report: Mapping[str, object]

    def lines(self) -> Iterator[tuple[str, str]]:
        """(record_id, cluster_id) of every record, in the order of the file."""
        yield from self.clusters.select("id", "cluster").toLocalIterator(prefetchPartitions=True)

    def groups_of(self, ids: tuple[str, ...]) -> tuple[Records, dict[str, str]]:
        """Columns of the whole groups of those of these records that there are, and the cluster of each."""
        from pyspark.sql.functions import col

        ours = [row["cluster"] for row in self.clusters.where(col("id").isin(*ids)).collect()]
        found = self.clusters.where(col("cluster").isin(ours)).select("id", "cluster").collect()
        members = self.records.where(col("id").isin([row["id"] for row in found]))
        return Batch.of(members.toPandas()).records, dict(map(tuple, found))


@contextmanager
def resolved(
    path: Path,
    decisions: Decisions | None = None,
    *,
    model: Model | None = None,
    master: str = HERE,
    work: Path | None = None,
    whole: int = WHOLE,
) -> Iterator[Distributed]:
    """Group the records of a file into persons; the tables live as long as the context.

    `model`: passed in, else made of the file's records. `master` and `work`: see `stages`. `whole`: records
    up to which the model is made in one process. Raises Refused when the file cannot be understood, or Spark
    not be had; ValueError for the model of a database, whose crowded keys were counted there: here the file's
    are.
    """
    if model is not None and model.crowds is not None:
        raise ValueError("a model that knows its crowded keys is a database's; make one without them")
    start = perf_counter()
    with stages(master, work) as tables:
        raw = raw_table(tables, path)
        tables.spread(int(tables.told["raw"]["rows"]))
        records = clean_table(tables, raw)
        count = int(tables.told["records"]["rows"])
        if model is None and count <= whole:
            model = make_model(Batch.of(records.toPandas()).records)
        elif model is None:
            told = records.mapInPandas(_of_every(-(-count // LEARNT_FROM)), records.schema).toPandas()
            model = learn(Batch.of(told).records, counted(tables, records))
        yield _match(tables, records, model, decisions or Decisions(), start)


def _of_every(nth: int) -> Callable[[Iterable[pd.DataFrame]], Iterator[pd.DataFrame]]:
    """A sample for `learn`: the records of every nth name, each name with all its records."""

    def keep(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
        for frame in batches:
            batch = Batch.of(frame)
            chosen = batch.rows[names_of(batch.records)[2] % nth == 0]
            yield frame[frame["row"].isin(chosen)]

    return keep


def _match(
    tables: Stages, records: DataFrame, model: Model, decisions: Decisions, start: float
) -> Distributed:
    spark = tables.spark
    shared = spark.sparkContext.broadcast(model)
    keys = key_table(tables, records)
    copies = copies_of(tables, records, keys, shared, decisions)
    found = candidates(tables, keys, copies)
    weighed = weigh_pairs(tables, records, found.pairs, shared)
    groups = with_copies(solve(tables, records, weighed, shared, decisions), copies)
    for name, table in (("records", records), ("groups", groups)):
        table.createOrReplaceTempView(name)
    ordered = spark.sql(
        """
        select r.id, coalesce(named.id, r.id) as cluster
        from records r left join groups g on r.row = g.row left join records named on named.row = g.label
        order by r.line, r.row
        """
    )
    clusters = tables.keep("clusters", ordered)
    report = {
        "runner": "spark",
        "engine": ENGINE,
        "model": model.version,
        "records": int(tables.told["records"]["rows"]),
        "groups": clusters.select("cluster").distinct().count(),
        "copies": int(tables.told["copies"]["rows"]),
        "pairs": int(tables.told["pairs"]["rows"]),
        "pairs by key": found.by_key,
        "keys refined": found.refined,
        "keys capped": found.capped,
        "shared values": len(model.shared),
        "cut": model.link_cut,
        "tables": tables.told,
        "stages": {"everything": round(perf_counter() - start, 3)},
    }
    return Distributed(tables, records, clusters, model, report)

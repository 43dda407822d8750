"""From raw rows to clean ones in the stable order of their ids."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING

from server.record import Context
from server.resolving import Hint, clean_row, contexts, hints
from server.spark.carried import pack
from server.spark.session import Stages

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

RECORDS = "row long, line long, id string, source string, carried string"


def clean_table(stages: Stages, raw: DataFrame) -> DataFrame:
    """The table `records` from one of (line, id, cells as JSON).

    `row` numbers the records by id with gaps, so it orders them as the positions of Records do.
    """
    from pyspark.sql.functions import monotonically_increasing_id

    told: Counter[Hint] = Counter()
    sums = raw.mapInPandas(_hints, "source string, field string, said string, times long")
    for source, field, said, times in sums.groupBy("source", "field", "said").sum("times").collect():
        told[source, field, said] += times
    ordered = raw.orderBy("id").withColumn("row", monotonically_increasing_id())
    return stages.keep("records", ordered.mapInPandas(partial(clean_in_batches, contexts(told)), RECORDS))


def _hints(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    import pandas as pd

    for batch in batches:
        found = hints(map(json.loads, batch["cells"]))
        yield pd.DataFrame(
            [(*hint, times) for hint, times in found.items()], columns=["source", "field", "said", "times"]
        )


def clean_in_batches(known: Mapping[str, Context], batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Rows of RECORDS from rows of (row, line, id, cells)."""
    for batch in batches:
        rows = [json.loads(cells) for cells in batch["cells"]]
        sources = [row.get("source", "") for row in rows]
        carried = [pack(clean_row(row, known[source])) for row, source in zip(rows, sources, strict=True)]
        yield batch[["row", "line", "id"]].assign(source=sources, carried=carried)

"""The tables of the model, counted by SQL: what `make_model` counts of all records in one process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from server.matching.columns import Ints, Longs, digests, gather, mix
from server.matching.counting import (
    SLIPPED_DATES,
    bearers,
    born,
    contacts_of,
    is_borne,
    names_of,
    told_of_persons,
)
from server.matching.model import Model, Table, shipped_priors
from server.matching.records import Records
from server.spark.columns import Batch
from server.spark.session import Stages

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame

TOLD = "what string, value long, person long, row long"
NAMES = ("first", "last")
BORN, DAY, ROOM = "born", "day", "room"
BEARERS_AT_ONCE = 50_000
"""Records in whose names one task tells unlike bearers apart."""


def counted(stages: Stages, records: DataFrame) -> Model:
    """The model that make_model counts, without ever holding all records in one place."""
    told = stages.keep("told", records.mapInPandas(tell_in_batches, TOLD))
    told.createOrReplaceTempView("told")
    spark = stages.spark
    # the first record that bears a name tells which half of it is which; its birth dates, of how many persons
    spark.sql(
        f"""
        select n.what, n.value, if(b.dates > {SLIPPED_DATES}, b.dates, 1L) as times from (
          select what, person, min_by(value, row) as value from told
          where what in {NAMES} group by what, person
        ) n left join (
          select person, count(distinct value) as dates from told where what = '{BORN}' group by person
        ) b on n.person = b.person
        union all
        select what, value, 1L from (
          select distinct what, value, person from told
          where what not in {(*NAMES, BORN, DAY, ROOM)} and what not like '% bearers'
        )
        """
    ).createOrReplaceTempView("once")
    borne, shared = _bearers(stages, records)
    counts = spark.sql(
        "select what, value, sum(times) as count from once where value <> 0 group by what, value"
    )
    tables = _empty() | borne | _tables(counts)
    row = spark.sql(
        f"""
        select (select coalesce(sum(times), 0) from once where what = '{NAMES[0]}') as persons,
          count(distinct value) filter (where what = '{ROOM}') as rooms,
          1 + max(value) filter (where what = '{DAY}') - min(value) filter (where what = '{DAY}') as days
        from told
        """
    ).collect()[0]
    return Model(
        records=int(stages.told["records"]["rows"]),
        persons=row["persons"],
        days=row["days"] or 0,
        rooms=row["rooms"],
        tables=tables,
        shared=shared,
        weights=dict(shipped_priors()),
    )


def _empty() -> dict[str, Table]:
    """Every table of the model, for records that say nothing."""
    nobody = Records.of([], [], [], [])
    said = [what for what, *_ in (*told_of_persons(nobody), *contacts_of(nobody))]
    return {what: Table.of(np.zeros(0, dtype=np.int64)) for what in (*NAMES, *said)}


def tell_in_batches(batches: Iterable[pd.DataFrame]) -> Iterator[pd.DataFrame]:
    """Rows of TOLD from rows of the table `records`: who says what."""
    for frame in batches:
        batch = Batch.of(frame)
        for what, at, values, persons in _statements(batch.records):
            yield _rows(what, batch.rows[at], values, persons)


def _statements(records: Records) -> Iterator[tuple[str, Ints, Longs, Longs]]:
    """(what, positions, values, persons) of everything that is counted."""
    nobody = np.zeros(len(records), dtype=np.int64)
    first, last, person = names_of(records)
    named = np.flatnonzero(person != 0).astype(np.int32)
    for what, values in zip(NAMES, (first, last), strict=True):
        yield what, named, values[named], person[named]
    day = born(records)
    dated = np.flatnonzero((person != 0) & (day != 0)).astype(np.int32)
    yield BORN, dated, day[dated], person[dated]
    for what, values, persons in told_of_persons(records):
        said = np.flatnonzero(values != 0).astype(np.int32)
        yield what, said, values[said], persons[said]
    days = np.flatnonzero(records.stay_from >= 0).astype(np.int32)
    yield DAY, days, records.stay_from[days].astype(np.int64), nobody[days]
    rooms = np.flatnonzero(records.room.codes >= 0).astype(np.int32)
    yield ROOM, rooms, records.room.keys()[rooms], nobody[rooms]
    spelled = digests(records.parts.values)
    written = mix(gather(spelled, records.first, 1), gather(spelled, records.last, 1))
    for what, rows, values in contacts_of(records):
        borne = is_borne(records, rows, values)
        yield what, rows[borne], values[borne], written[rows[borne]]


def _rows(what: str, rows: Longs, values: Longs, persons: Longs) -> pd.DataFrame:
    import pandas as pd

    told = pd.DataFrame({"what": what, "value": values, "person": persons, "row": rows})
    return told.sort_values("row").drop_duplicates(["value", "person"] if what not in NAMES else ["person"])


def _tables(counts: DataFrame) -> dict[str, Table]:
    """Tables from the table (what, value, count); values that stand once are only in the total."""
    counts.createOrReplaceTempView("counts")
    spark = counts.sparkSession
    often = spark.sql("select what, value, count from counts where count > 1").toPandas()
    totals = spark.sql("select what, sum(count) from counts group by what").collect()
    return {what: _table(often[often["what"] == what], total) for what, total in totals}


def _table(counts: pd.DataFrame, total: int) -> Table:
    counts = counts.sort_values("value")
    return Table(counts["value"].to_numpy(np.int64), counts["count"].to_numpy(np.int32), total)


def _bearers(stages: Stages, records: DataFrame) -> tuple[dict[str, Table], Longs]:
    """How many unlike persons bear each contact, judged from one record of each spelling of a name."""
    spark = stages.spark
    records.createOrReplaceTempView("records")
    spark.sql(
        """
        select what, value, person, min(row) as row from told where what like '% bearers'
        group by what, value, person
        """
    ).createOrReplaceTempView("borne")
    several = stages.keep(
        "bearers",
        spark.sql(
            """
            select b.what, b.value, r.row, r.id, r.source, r.carried from borne b
            join (select what, value from borne group by what, value having count(*) > 1) s
              on b.what = s.what and b.value = s.value
            join records r on r.row = b.row
            """
        ),
    )
    places = int(stages.told["bearers"]["rows"]) // BEARERS_AT_ONCE + 1
    several.createOrReplaceTempView("several")
    judged = spark.sql(f"select pmod(hash(value), {places}) as place, * from several").groupBy(
        "what", "place"
    )
    found = judged.applyInPandas(_judge, "what string, value long, count int, shared boolean").toPandas()
    totals = spark.sql("select what, count(distinct value) from borne group by what").collect()
    tables = {what: _table(found[found["what"] == what], total) for what, total in totals}
    return tables, np.unique(found.loc[found["shared"], "value"].to_numpy(np.int64))


def _judge(borne: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    batch = Batch.of(borne.drop_duplicates("row"))
    table, nobodys = bearers(batch.records, batch.positions(borne["row"]), borne["value"].to_numpy(np.int64))
    found = {"value": table.keys, "count": table.counts, "shared": np.isin(table.keys, nobodys)}
    return pd.DataFrame({"what": borne["what"].iloc[0], **found})

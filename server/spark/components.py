"""Connected components by stars: as many rounds as the logarithm of the longest chain, not its length.

Kiveris, Lattanzi, Mirrokni, Rastogi, Vassilvitskii: Connected Components in MapReduce and Beyond (SoCC 2014),
the alternating algorithm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from server.spark.session import Stages

if TYPE_CHECKING:
    from pyspark.sql import DataFrame


def components(stages: Stages, edges: DataFrame, name: str = "stars") -> DataFrame:
    """The table (row, root) of all rows on an edge (left, right); root is the least row of the component.

    `name`: of the tables that the rounds are kept in.
    """
    spark = stages.spark
    edges.createOrReplaceTempView("edges")
    stars = stages.keep(
        f"{name}-0",
        spark.sql(
            """
            select distinct greatest(left, right) as a, least(left, right) as b from edges where left <> right
            """
        ),
    )
    number, before = 0, None
    while (now := _print(stars)) != before:
        before, number = now, number + 1
        stars = stages.keep(f"{name}-{number}", _small_star(_large_star(stars)))
        stages.drop(f"{name}-{number - 1}")
    stars.createOrReplaceTempView("stars")
    return spark.sql("select a as row, b as root from stars union select b, b from stars")


def _large_star(stars: DataFrame) -> DataFrame:
    """Every larger neighbour of a row, tied to the least of the row and its neighbours."""
    stars.createOrReplaceTempView("stars")
    return stars.sparkSession.sql(
        """
        with near as (select a as u, b as v from stars union all select b, a from stars),
        least as (select u, least(u, min(v)) as m from near group by u)
        select distinct near.v as a, least.m as b
        from near join least on near.u = least.u where near.v > near.u
        """
    )


def _small_star(stars: DataFrame) -> DataFrame:
    """A row and its smaller neighbours, tied to the least of them."""
    stars.createOrReplaceTempView("stars")
    return stars.sparkSession.sql(
        """
        with least as (select a, min(b) as m from stars group by a)
        select distinct a, b from (
          select stars.b as a, least.m as b from stars join least on stars.a = least.a
          union all select a, m from least
        ) where a <> b
        """
    )


def _print(stars: DataFrame) -> tuple[int, int]:
    """How many ties there are, and a sum of their hashes: equal when nothing changed."""
    stars.createOrReplaceTempView("stars")
    row = stars.sparkSession.sql(
        "select count(*), cast(coalesce(sum(cast(xxhash64(a, b) as decimal(38, 0))), 0) as string) from stars"
    ).first()
    return int(row[0]), int(row[1])

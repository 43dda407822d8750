"""`resolve --runner spark` finds what one process finds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from server.matching import make_model
from server.matching.counting import names_of
from server.refusal import Refused
from server.spark.components import components
from server.spark.counting import counted
from server.spark.reading import raw_table
from tests.spark.conftest import Both

pytestmark = pytest.mark.timeout(1200)  # Java starts and compiles first, on cores that others share


def test_every_record_gets_the_cluster_that_one_process_gives_it(both: Both) -> None:
    assert list(both.spark.lines()) == list(both.local.clusters())
    assert both.spark.report["groups"] == both.local.partition.report["groups"]


def test_the_report_tells_the_same_of_the_pairs(both: Both) -> None:
    one, other = both.spark.report, both.local.partition.report

    for figure in (
        "records",
        "copies",
        "pairs",
        "pairs by key",
        "keys refined",
        "keys capped",
        "cut",
        "model",
    ):
        assert one[figure] == other[figure], figure
    assert one["copies"], "the crowds must try what copies are"
    assert one["keys refined"], "the crowds must try the refining of keys"
    assert one["keys capped"], "the crowds must try the cap"


def test_what_people_decided_holds(both: Both) -> None:
    clusters = dict(both.spark.lines())

    assert clusters["crowd 0001"] == clusters["crowd 0200"]


def test_a_model_counted_by_sql_is_that_of_one_process(both: Both) -> None:
    by_sql, whole = counted(both.spark.tables, both.spark.records), make_model(both.local.partition.records)

    for figure in ("records", "persons", "days", "rooms"):
        assert getattr(by_sql, figure) == getattr(whole, figure), figure
    assert whole.persons > len(np.unique(names_of(both.local.partition.records)[2])) + 30, "by birth dates"
    assert by_sql.shared.tolist() == whole.shared.tolist()
    assert by_sql.tables.keys() == whole.tables.keys()
    for name, table in whole.tables.items():
        assert by_sql.tables[name].total == table.total, name
        np.testing.assert_array_equal(by_sql.tables[name].keys, table.keys, name)
        np.testing.assert_array_equal(by_sql.tables[name].counts, table.counts, name)


def test_two_records_can_be_explained_with_their_groups(both: Both) -> None:
    records, cluster = both.spark.groups_of(("crowd 0150", "crowd 0151"))

    assert {"crowd 0150", "crowd 0151"} <= set(records.ids)
    assert set(records.ids) == set(cluster)
    assert set(cluster.values()) == {cluster["crowd 0150"], cluster["crowd 0151"]}


def test_a_long_chain_is_one_component_after_few_rounds(both: Both) -> None:
    tables = both.spark.tables
    chain = [(n * 7 % 500, (n + 1) * 7 % 500) for n in range(499)]
    edges = tables.spark.createDataFrame([*chain, (900, 901)], "left long, right long")

    found = dict(map(tuple, components(tables, edges, "chain").collect()))

    assert found == dict.fromkeys(range(500), 0) | {900: 900, 901: 900}
    assert sum(name.startswith("chain") for name in tables.told) < 12


def test_parquet_is_read_like_a_csv(both: Both, tmp_path: Path) -> None:
    tables = both.spark.tables
    given = [(" a ", "Eva", None, ""), ("b", None, "x", "1")]
    frame = tables.spark.createDataFrame(
        given, "Record_ID string, first_name string, other string, phone string"
    )
    frame.write.parquet((tmp_path / "records").as_uri())

    raw = raw_table(tables, tmp_path / "records", "raw-parquet").collect()

    assert sorted((row["id"], row["cells"]) for row in raw) == [
        ("a", '{"record_id":"a","first_name":"Eva"}'),
        ("b", '{"record_id":"b","phone":"1"}'),
    ]


def test_an_id_that_stands_twice_in_parquet_is_refused(both: Both, tmp_path: Path) -> None:
    tables = both.spark.tables
    tables.spark.createDataFrame([("a",), ("a",)], "record_id string").write.parquet(
        (tmp_path / "r").as_uri()
    )

    with pytest.raises(Refused) as refused:
        raw_table(tables, tmp_path / "r", "raw-twice")
    assert refused.value.code == "resolve_table_twice"

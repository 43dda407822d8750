"""Resolve a file in one process and by Spark: are the groups the same, and what does each step cost?

    python -m benchmarks.spark RECORDS.csv [--cores 2] [--tables]

Needs the extra `spark` and Java 17. Seconds are of processor time, so that other work on the machine does
not count: Java's as Spark's event log tells it, Python's by calling here, once more, what the workers call.
`--tables` lets SQL count the model, as for more records than one process bears.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

import pandas as pd

from server.matching import Decisions
from server.matching.scoring import score
from server.resolving import contexts, hints, read_rows, resolve
from server.spark.cleaning import clean_in_batches
from server.spark.columns import Batch
from server.spark.counting import tell_in_batches
from server.spark.grouping import group_place
from server.spark.pairs import key_in_batches
from server.spark.running import WHOLE, Distributed, resolved

MB = 1e6


def main() -> int:
    """Print what was found; exit 1 when the groups differ."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("records", type=Path, metavar="RECORDS.csv")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--tables", action="store_true", help="let SQL count the model")
    args = parser.parse_args()
    before = process_time()
    local = resolve(args.records)
    print(
        f"one process: {process_time() - before:.1f} s of CPU here, {local.partition.report['groups']} groups"
    )
    with TemporaryDirectory() as folder:
        log = _keep_events(Path(folder))
        start = perf_counter()
        whole = 0 if args.tables else WHOLE
        with resolved(args.records, master=f"local[{args.cores}]", work=Path(folder), whole=whole) as found:
            wall, before = perf_counter() - start, process_time()
            clusters = list(found.lines())
            taken = (process_time() - before) * 1e6 / max(len(clusters), 1)
            print(f"clusters fetched by this process: {taken:.1f} us of CPU a record")
            rates(args.records, found)
        differing = sum(one != other for one, other in zip(clusters, local.clusters(), strict=True))
        print(f"spark: {wall:.1f} s wall, {found.report['groups']} groups")
        print(f"records in another group: {differing}")
        print(f"same model: {found.report['model'] == local.partition.report['model']}")
        show(found, java_by_table(next(log.iterdir())))
    return 1 if differing else 0


def _keep_events(folder: Path) -> Path:
    """Have Spark write its event log; returns its folder."""
    log, conf = folder / "events", folder / "conf"
    log.mkdir()
    conf.mkdir()
    settings = f"spark.eventLog.enabled true\nspark.eventLog.dir {log.as_uri()}\n"
    (conf / "spark-defaults.conf").write_text(settings, encoding="utf-8")
    os.environ["SPARK_CONF_DIR"] = str(conf)
    return log


def java_by_table(log: Path) -> dict[str, tuple[float, float]]:
    """Java's seconds of CPU, and the bytes it shuffled, by the table that was being made."""
    table_of: dict[int, str] = {}
    found: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    with log.open(encoding="utf-8") as file:
        for event in map(json.loads, file):
            if event["Event"] == "SparkListenerJobStart":
                name = event["Properties"].get("spark.job.description", "other")
                table_of |= dict.fromkeys(event["Stage IDs"], name)
            elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                metrics, sums = event["Task Metrics"], found[table_of.get(event["Stage ID"], "other")]
                sums[0] += metrics["Executor CPU Time"] / 1e9
                sums[1] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
    return {name: (seconds, shuffled) for name, (seconds, shuffled) in found.items()}


def show(found: Distributed, java: dict[str, tuple[float, float]]) -> None:
    """One line for each table."""
    print(f"\n{'table':12} {'rows':>10} {'MB':>8} {'Java CPU s':>11} {'shuffled MB':>12}")
    for name, told in found.tables.told.items():
        seconds, shuffled = java.get(name, (0.0, 0.0))
        line = (
            f"{name:12} {told['rows']:10.0f} {told['bytes'] / MB:8.2f} {seconds:11.2f} {shuffled / MB:12.2f}"
        )
        print(line)
    print(f"{'other':12} {'':10} {'':8} {java.get('other', (0.0, 0.0))[0]:11.2f}")


def rates(path: Path, found: Distributed) -> None:
    """What the workers' functions cost, called on whole tables, in microseconds of CPU."""
    rows = read_rows(path)
    records = found.records.toPandas()
    folder = found.tables.folder.as_uri()
    pairs, weighed, members = (
        found.tables.spark.read.parquet(f"{folder}/{name}").toPandas()
        for name in ("pairs", "weighed", "components")
    )
    inside = weighed[weighed["left"].isin(members["row"]) & weighed["right"].isin(members["row"])]
    chosen = records[records["row"].isin(members["row"])]
    n, batch = len(records), Batch.of(records)
    print(
        f"\n{n} records, {len(pairs) / n:.2f} pairs a record, {len(weighed) / n:.2f} of them kept, "
        f"{len(members) / n:.2f} of the records in components; "
        f"bytes a record: model {len(pickle.dumps(found.model)) / n:.1f}, "
        f"carried {records['carried'].str.len().mean():.0f}"
    )
    ends = pd.concat([pairs[["key", side]].set_axis(["key", "row"], axis=1) for side in ("left", "right")])
    print(f"copies of a record where pairs are weighed: {len(ends.drop_duplicates()) / n:.2f} at the most")
    sizes = members.groupby("root").size()
    print(f"components: {len(sizes)}, the largest {sizes.max()}")
    raw = records[["row", "line", "id"]].assign(cells=[json.dumps(rows[line]) for line in records["line"]])
    known = contexts(hints(rows))
    sides = [batch.positions(pairs[side]) for side in ("left", "right")]
    for what, of, call in (
        ("cleaning, a record", n, lambda: _through(clean_in_batches(known, [raw]))),
        ("columns, a record", n, lambda: Batch.of(records)),
        ("columns and keys, a record", n, lambda: _through(key_in_batches([records]))),
        ("columns and what is counted, a record", n, lambda: _through(tell_in_batches([records]))),
        ("weighing without columns, a pair", len(pairs), lambda: score(batch.records, found.model, *sides)),
        (
            "groups with columns, a record of a component",
            len(chosen),
            lambda: group_place(found.model, Decisions(), inside, chosen),
        ),
    ):
        print(f"  {what}: {_seconds(call) * 1e6 / max(of, 1):.1f} us")


def _through(batches: Iterable[Any]) -> None:
    for _ in batches:
        pass


def _seconds(call: Callable[[], object]) -> float:
    start = process_time()
    call()
    return process_time() - start


if __name__ == "__main__":
    sys.exit(main())

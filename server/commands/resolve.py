"""`resolve`: group the records of a CSV into persons, without a database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from server.settings import Settings

if TYPE_CHECKING:
    from server.matching import Decisions, Model, Records
    from server.matching.columns import Ints
    from server.resolving import Resolved

HELP = "Group the records of a CSV file into persons; every record gets a cluster. No database is touched."
EXAMPLE = "resolve records.csv --out clusters.csv --report report.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """RECORDS.csv and where the answers go."""
    parser.add_argument("records", type=Path, metavar="RECORDS.csv", help="raw records, .csv or .csv.gz")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="CLUSTERS.csv", help="record_id, cluster_id"
    )
    parser.add_argument("--report", type=Path, metavar="FILE", help="what was found, as JSON")
    parser.add_argument(
        "--explain", nargs=2, metavar=("A", "B"), help="say why two records are one person or not"
    )
    parser.add_argument(
        "--language", default="en", metavar="CODE", help="language of the explanation, such as fr"
    )
    parser.add_argument(
        "--model", type=Path, metavar="FILE", help="go by this model; else one is made of the records"
    )
    parser.add_argument(
        "--model-out", type=Path, metavar="FILE", help="keep the model: same model, same records, same groups"
    )
    parser.add_argument(
        "--decisions", type=Path, metavar="FILE", help="CSV of record_a, record_b, decision (same or apart)"
    )
    parser.add_argument(
        "--runner", choices=("local", "spark"), default="local", help="where the work is done"
    )
    parser.add_argument(
        "--spark-master",
        metavar="URL",
        help="with --runner spark: the cluster; else every core of this machine",
    )
    parser.add_argument(
        "--spark-folder",
        type=Path,
        metavar="DIR",
        help="with --runner spark: where its tables lie meanwhile, a folder that all its machines see",
    )


def run(args: argparse.Namespace, settings: Settings) -> int:
    """Resolve the file; print a line of figures, and the explanation when asked for."""
    from server.resolving import cluster_lines, read_decisions, read_model_file, resolve, write_text

    decisions = read_decisions(args.decisions) if args.decisions else None
    model = read_model_file(args.model) if args.model else None
    if args.runner == "spark":
        return _run_on_spark(args, decisions, model)
    resolved = resolve(args.records, decisions, model)
    if args.explain:  # an unknown record is told before anything is written
        i, j = (resolved.row_of(one, args.records.name) for one in args.explain)
    write_text(args.out, cluster_lines(resolved.clusters()))
    if args.model_out:
        write_text(args.model_out, [resolved.model.to_json() + "\n"])
    if args.report:
        write_text(args.report, _report(resolved))
    report = resolved.partition.report
    print(
        f"{report['records']} records, {report['groups']} persons, {report['questions']} questions; "
        f"{sum(resolved.seconds.values()):.1f} s",
        file=sys.stderr,
    )
    if args.explain:
        labels = resolved.partition.labels
        records = resolved.partition.records
        _explain(records, resolved.model, labels, resolved.ids, (i, j), decisions, args.language)
    return 0


def _run_on_spark(args: argparse.Namespace, decisions: Decisions | None, model: Model | None) -> int:
    from server.refusal import Refused
    from server.resolving import cluster_lines, write_text
    from server.spark.running import resolved
    from server.spark.session import HERE

    place = {"master": args.spark_master or HERE, "work": args.spark_folder}
    with resolved(args.records, decisions, model=model, **place) as found:
        write_text(args.out, cluster_lines(found.lines()))
        if args.model_out:
            write_text(args.model_out, [found.model.to_json() + "\n"])
        if args.report:
            write_text(args.report, [_as_text(found.report)])
        report = found.report
        print(f"{report['records']} records, {report['groups']} persons", file=sys.stderr)
        if args.explain:
            records, cluster = found.groups_of(tuple(args.explain))
            for one in args.explain:
                if one not in cluster:
                    raise Refused("resolve_unknown_record", {"file": args.records.name, "id": one})
            ids = [""] * len(records)
            for at, row in enumerate(records.order.tolist()):
                ids[row] = records.ids[at]
            groups = sorted(set(cluster.values()))
            labels = np.array([groups.index(cluster[one]) for one in ids], dtype=np.int32)
            i, j = (ids.index(one) for one in args.explain)
            _explain(records, found.model, labels, ids, (i, j), decisions, args.language)
    return 0


def _report(resolved: Resolved) -> Iterator[str]:
    from server.matching.report import of_model

    partition = resolved.partition
    questions = [
        {"record_a": resolved.ids[i], "record_b": resolved.ids[j], "probability": round(p, 4)}
        for i, j, p in partition.questions
    ]
    learnt = of_model(partition.records, resolved.model)
    found = {**partition.report, **learnt, "stages": dict(resolved.seconds), "open questions": questions}
    yield _as_text(found)


def _as_text(report: Mapping[str, object]) -> str:
    return json.dumps(report, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _explain(
    records: Records,
    model: Model,
    labels: Ints,
    ids: Sequence[str],
    rows: tuple[int, int],
    decisions: Decisions | None,
    language: str,
) -> None:
    """Print why the two rows stand together or apart: what the user asked for, and nowhere else."""
    from server.commands._explaining import told
    from server.matching.standing import standing

    found = standing(records, model, labels, *rows, decisions)
    for line in told(found, ids, *rows, language):
        print(line)

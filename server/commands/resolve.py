"""`resolve`: group the records of a CSV into persons, without a database."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from server.settings import Settings

if TYPE_CHECKING:
    from server.matching import Decisions, Model, Records
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
    from server.resolving import cluster_lines, read_decisions, resolve, write_text

    decisions = read_decisions(args.decisions) if args.decisions else None
    if args.runner == "spark":
        return _run_on_spark(args, decisions)
    resolved = resolve(args.records, decisions)
    write_text(args.out, cluster_lines(resolved.clusters()))
    if args.report:
        write_text(args.report, _report(resolved))
    report = resolved.partition.report
    print(
        f"{report['records']} records, {report['groups']} persons, {report['questions']} questions; "
        f"{sum(resolved.seconds.values()):.1f} s",
        file=sys.stderr,
    )
    if args.explain:
        i, j = (resolved.row_of(one, args.records.name) for one in args.explain)
        labels = resolved.partition.labels
        together = bool(labels[i] == labels[j])
        for line in _explanation(resolved.partition.records, resolved.model, i, j, args.explain, together):
            print(line)
    return 0


def _run_on_spark(args: argparse.Namespace, decisions: Decisions | None) -> int:
    from server.refusal import Refused
    from server.resolving import cluster_lines, write_text
    from server.spark.running import resolved
    from server.spark.session import HERE

    with resolved(args.records, decisions, master=args.spark_master or HERE, work=args.spark_folder) as found:
        write_text(args.out, cluster_lines(found.lines()))
        if args.report:
            write_text(args.report, [_as_text(found.report)])
        report = found.report
        print(f"{report['records']} records, {report['groups']} persons", file=sys.stderr)
        if args.explain:
            records, cluster = found.some(tuple(args.explain))
            for one in args.explain:
                if one not in cluster:
                    raise Refused("resolve_unknown_record", {"file": args.records.name, "id": one})
            one, two = args.explain
            i, j = (int(records.order[records.ids.index(name)]) for name in (one, two))
            together = cluster[one] == cluster[two]
            for line in _explanation(records, found.model, i, j, args.explain, together):
                print(line)
    return 0


def _report(resolved: Resolved) -> Iterator[str]:
    partition = resolved.partition
    questions = [
        {"record_a": resolved.ids[i], "record_b": resolved.ids[j], "probability": round(p, 4)}
        for i, j, p in partition.questions
    ]
    found = {**partition.report, "stages": dict(resolved.seconds), "open questions": questions}
    yield _as_text(found)


def _as_text(report: Mapping[str, object]) -> str:
    return json.dumps(report, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _explanation(
    records: Records, model: Model, i: int, j: int, names: Sequence[str], together: bool
) -> Iterator[str]:
    from server.matching import explain
    from server.sentences import say

    found = explain(records, model, i, j)
    percent = f"{100 * found.probability:.0f}"
    yield " + ".join(names) + ": " + say(f"resolve_{found.verdict}", {"percent": percent})
    yield "Together in one group." if together else "In two groups."
    for code, params in found.sentences:
        stranger, kin = found.weights[_kind_of(code)]
        yield f"  {say(code, params)} [{stranger:+.1f} against strangers, {kin:+.1f} within a household]"
    yield f"  {found.prior:.1f} bits stand against any two records being one person"


def _kind_of(code: str) -> str:
    word = code.partition("_")[0]
    return {"birth": "birth_date", "title": "gender"}.get(word, word)

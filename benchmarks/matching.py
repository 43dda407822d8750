"""Resolve the labelled hotel set as a user would, score it, and say where the seconds went.

    python -m benchmarks.matching DIR

DIR is the benchmark folder that holds score.py and public/ (records.csv.gz, truth.csv.gz).
"""

from __future__ import annotations

import argparse
import json
import runpy
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from server.cli import main as oneguest


def main() -> int:
    """Run, score, print; exit 1 when the set is not there or the run fails."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="holds score.py and public/")
    folder: Path = parser.parse_args().folder.absolute()
    records, truth = folder / "public" / "records.csv.gz", folder / "public" / "truth.csv.gz"
    if not records.is_file() or not truth.is_file():
        print(f"{records} and {truth.name} are needed and not there.", file=sys.stderr)
        return 1
    with TemporaryDirectory() as place:
        clusters, report = Path(place, "clusters.csv"), Path(place, "report.json")
        start = perf_counter()
        failed = oneguest(["resolve", str(records), "--out", str(clusters), "--report", str(report)])
        if failed:
            return failed
        print(f"wall, from reading the file to clusters and report written: {perf_counter() - start:.1f} s")
        told = json.loads(report.read_text(encoding="utf-8"))
        print("seconds:", ", ".join(f"{stage} {took:.2f}" for stage, took in told["stages"].items()))
        print("within match:", ", ".join(f"{stage} {took:.2f}" for stage, took in told["seconds"].items()))
        print(f"pairs {told['pairs']}, shared values {told['shared values']}, questions {told['questions']}")
        sys.argv = ["score.py", str(clusters), str(truth), "--tags"]
        runpy.run_path(str(folder / "score.py"), run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Every figure of matching again, on every public set, beside the peers, written into the READMEs.

    python -m benchmarks.all BENCH_DIR [--peers PYTHON] [--sets public,hotel_50k] [--cache DIR]
    python -m benchmarks.all BENCH_DIR --ablation
    python -m benchmarks.all BENCH_DIR --errors 100

BENCH_DIR holds `hotel/` and `er/`. PYTHON is one that has splink, recordlinkage, dedupe, pandas and faker: it
draws the sets that need a loader, and runs the peers. What was measured is kept in the cache (the latest run
of each set, with its date, commit and load), so some sets can be run alone and the table still tells all. A
peer is run once for each set; `--again` runs it anew. What cannot be run is told with its reason.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks import ablation, errors, peers
from benchmarks.measuring import Figures, measure, where_and_when
from benchmarks.sets import NAMES, PUBLIC, NotRun, bring
from benchmarks.table import ABLATION, report, short, summary, write

HOUSE = Path(__file__).resolve().parents[1]
CACHE = Path.home() / ".cache" / "oneguest-benchmarks"


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for; 1 when a set that was asked for by name could not be run."""
    asked = _parser().parse_args(arguments)
    folder, cache = asked.folder.resolve(), asked.cache.resolve()
    python = Path(asked.peers).absolute() if asked.peers else None
    if asked.errors:
        return _print_errors(folder, cache, python, asked.errors)
    if asked.ablation:
        return _ablate(folder, cache, python, asked.into)
    names = tuple(asked.sets.split(",")) if asked.sets else NAMES
    measured, not_run = kept(cache), {}
    for name in names:
        try:
            found = bring(name, folder, cache, python)
        except NotRun as why:
            not_run[name] = str(why)
            print(f"{name}: not run: {why}", file=sys.stderr)
            continue
        measured[name] = measure(found)
        peers.keep(cache / "figures" / f"{name}.json", measured[name])
        print(summary(measured[name]), file=sys.stderr)
    for name in NAMES:
        if name not in measured and name not in names:
            not_run[name] = "not asked for, and never measured before"
    beside = {
        name: _beside(name, folder, cache, python if name in names else None, asked.again and name in names)
        for name in measured
    }
    ordered = {name: measured[name] for name in sorted(measured, key=_place)}
    write(asked.into / "benchmarks" / "README.md", report(ordered, beside, not_run))
    write(asked.into / "README.md", short(ordered, beside))
    return 1 if asked.sets and not_run.keys() & set(names) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.all",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="BENCH_DIR", help="holds hotel/ and er/")
    parser.add_argument("--peers", metavar="PYTHON", help="a Python with the peers and what the loaders need")
    parser.add_argument("--sets", metavar="NAMES", help=f"with commas between; all: {', '.join(NAMES)}")
    parser.add_argument(
        "--cache", type=Path, default=CACHE, metavar="DIR", help="where sets and figures are kept"
    )
    parser.add_argument(
        "--into", type=Path, default=HOUSE, metavar="DIR", help="whose README.md and benchmarks/README.md"
    )
    parser.add_argument("--again", action="store_true", help="run the peers again, too")
    parser.add_argument("--ablation", action="store_true", help="what each kind of evidence earns")
    parser.add_argument("--errors", type=int, metavar="N", help="print N remaining errors of the public set")
    return parser


def kept(cache: Path) -> dict[str, Figures]:
    """The latest figures of every set that was ever run here."""
    return {
        path.stem: json.loads(path.read_text(encoding="utf-8"))
        for path in sorted((cache / "figures").glob("*.json"))
    }


def _place(name: str) -> tuple[int, str]:
    return (NAMES.index(name) if name in NAMES else len(NAMES), name)


def _beside(name: str, folder: Path, cache: Path, python: Path | None, again: bool) -> list[peers.Outcome]:
    if again:
        for old in (cache / "peers").glob(f"*_{name}.json"):
            old.unlink()
    return [outcome for runner in peers.RUNNERS for outcome in peers.run(runner, name, folder, cache, python)]


def _ablate(folder: Path, cache: Path, python: Path | None, into: Path) -> int:
    stamp = where_and_when()
    found = {}
    for name in ablation.SETS:
        try:
            found[name] = ablation.ablate(bring(name, folder, cache, python))
        except NotRun as why:
            print(f"{name}: not run: {why}", file=sys.stderr)
    text = f"{stamp['date']} UTC, commit {stamp['commit']}.\n\n{ablation.ablation_table(found)}"
    print(text)
    write(into / "benchmarks" / "README.md", text, ABLATION)
    return 0 if len(found) == len(ablation.SETS) else 1


def _print_errors(folder: Path, cache: Path, python: Path | None, count: int) -> int:
    try:
        found = bring(PUBLIC, folder, cache, python)
    except NotRun as why:
        print(f"{PUBLIC}: not run: {why}", file=sys.stderr)
        return 1
    for line in errors.laid_open(found, count):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())

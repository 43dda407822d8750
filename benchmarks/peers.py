"""The peers on the same sets: the benchmark folder's own runners, in a Python that has the peers."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.measuring import where_and_when
from benchmarks.sets import PUBLIC, environment

PATIENCE = 1_800
"""Seconds after which a peer is stopped; what takes longer is no rival on a hotel's machine."""

Outcome = dict[str, Any]
"""What a runner wrote of one peer and one set, with the date and load; or `why` there is nothing."""


@dataclass(frozen=True, slots=True)
class Runner:
    """A peer's script: what stands between its name and the set, and on which sets it ends in minutes."""

    name: str
    script: str
    words: tuple[str, ...] = ()
    only: frozenset[str] | None = None
    why_only: str = ""


RUNNERS = (
    Runner("splink", "run_splink.py"),
    Runner("recordlinkage", "run_recordlinkage.py"),
    Runner(
        "dedupe",
        "run_dedupe.py",
        ("100",),
        frozenset({"fake1000", "restaurants"}),
        "on 5,000 records and more it did not end in minutes",
    ),
)

NOT_RERUN: Mapping[str, tuple[Outcome, ...]] = {
    PUBLIC: (
        {"peer": "exact e-mail or phone", "precision": 0.814, "recall": 0.592, "f1": 0.685, "b3_f1": 0.899,
         "mixed": 615, "glued": 567, "wall_s": 2},
        {"peer": "Splink 5, best cut by the truth", "precision": 0.750, "recall": 0.836, "f1": 0.790,
         "b3_f1": 0.936, "mixed": 614, "glued": 559, "wall_s": 27},
        {"peer": "Splink 5 with expert vetoes, best cut by the truth", "precision": 0.879, "recall": 0.931,
         "f1": 0.904, "b3_f1": 0.976, "mixed": 211, "glued": 128, "wall_s": 26},
    ),
}  # fmt: skip
"""What the benchmark folder's README tells of the public set, for which it holds no runner."""


def run(runner: Runner, name: str, folder: Path, cache: Path, peers: Path | None) -> list[Outcome]:
    """Run a peer on a set, or say why not. What it did before is kept in the cache and told with its date."""
    kept = cache / "peers" / f"{runner.name}_{name}.json"
    if kept.is_file():
        outcomes: list[Outcome] = json.loads(kept.read_text(encoding="utf-8"))
        return outcomes
    if name == PUBLIC:
        told = NOT_RERUN[PUBLIC] if runner is RUNNERS[0] else ()
        return [{**outcome, "data": name} for outcome in told]
    if runner.only is not None and name not in runner.only:
        return [{"peer": runner.name, "data": name, "why": runner.why_only}]
    if peers is None or not peers.is_file():
        why = f"{peers} is not there" if peers else "not run so far: no Python of the peers was named"
        return [{"peer": runner.name, "data": name, "why": why}]
    outcomes = _run(runner, name, folder / "er", cache, peers)
    keep(kept, outcomes)
    return outcomes


def _run(runner: Runner, name: str, er: Path, cache: Path, peers: Path) -> list[Outcome]:
    stamp = where_and_when()
    base, _, seed = name.partition("@")
    with TemporaryDirectory() as out:
        try:
            done = subprocess.run(
                [str(peers), runner.script, *runner.words, base],
                cwd=er,
                env={**environment(cache, seed or None), "ER_OUT": out},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            why = f"stopped after {PATIENCE // 60} minutes"
            return [{"peer": runner.name, "data": name, **stamp, "why": why}]
        results = Path(out, "results.jsonl")
        if results.is_file():
            return [{**outcome, "data": name, **stamp} for outcome in read_results(results)]
    said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    failed = [line for line in said if line.startswith("FAILED")] or said[-1:] or ["it wrote nothing"]
    return [{"peer": runner.name, "data": name, **stamp, "why": failed[-1][:200]}]


def read_results(path: Path) -> list[Outcome]:
    """What the runners wrote, one result a line, with the scores at the peer's own cut beside the rest."""
    found: list[Outcome] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        told = json.loads(line)
        own, best = told.get("at_default") or {}, told.get("at_best") or {}
        found.append(
            {
                "peer": told["peer"],
                "precision": own.get("precision"),
                "recall": own.get("recall"),
                "f1": own.get("f1"),
                "b3_f1": own.get("b3_f1"),
                "largest": own.get("largest_pred"),
                "largest_true": own.get("largest_true"),
                "best_f1": best.get("f1"),
                "best_cut": told.get("best_t"),
                "wall_s": told.get("wall_s"),
                "peak_mb": told.get("peak_mb"),
            }
        )
    return found


def keep(path: Path, kept: object) -> None:
    """Write what was measured where the next table finds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1), encoding="utf-8")

"""One set measured: how right, how fast, how much memory. Each half runs in a process of its own.

What is read and cleaned is handed over as columns in a file, so that the memory of matching is matching's.
"""

from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from benchmarks.cuts import Compared
from benchmarks.scores import Calibration, Scores, answer, calibrate, score
from benchmarks.sets import PUBLIC, LabelledSet, Truth
from server.matching import Decisions, Partition, Records, make_model, match
from server.resolving import clean_rows, read_rows
from server.uncollected import uncollected

ROOT = Path(__file__).resolve().parents[1]

CUTS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98, 0.99, 0.999)
FEW_CUTS = (0.2, 0.4, 0.6, 0.85, 0.95, 0.99)
"""For sets so large that each regrouping takes long."""

LARGE = 400_000
HALVES = ("held out", "dev")

Figures = dict[str, Any]
"""What is kept as JSON of one set, one run."""


class Stages:
    """Wall and processor seconds of each stage, those of ended child processes included."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        """Measure what stands inside."""
        wall, cpu = perf_counter(), _cpu()
        yield
        self.seconds[name] = [round(perf_counter() - wall, 3), round(_cpu() - cpu, 3)]


def measure(found: LabelledSet) -> Figures:
    """Match a set as `resolve` does and score it."""
    with TemporaryDirectory() as place:
        handed_over = Path(place, "records")
        stamp = where_and_when()
        read = _alone(prepare, found, handed_over)
        figures = _alone(judge, found, handed_over)
    figures["stages"] = {**read["stages"], **figures["stages"]}
    figures["peak_mb"] = {"reading and cleaning": read["peak_mb"], "matching": figures["peak_mb"]}
    if found.name == PUBLIC:
        figures["command"] = run_command(found)
    return {"set": found.name, **stamp, **figures}


def _alone(work: Any, *args: Any) -> Figures:
    """Run a function as `resolve` does its work, in a fresh process, whose peak of memory is its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        done: Figures = pool.submit(_uncollected, work, *args).result()
        return done


def _uncollected(work: Any, *args: Any) -> Figures:
    with uncollected():
        done: Figures = work(*args)
    return done


def prepare(found: LabelledSet, handed_over: Path) -> Figures:
    """Read and clean the file and make its columns, as `resolve` does."""
    stages = Stages()
    records, truth = columns(found, stages)
    with handed_over.open("wb") as file:
        pickle.dump((records, truth), file, protocol=pickle.HIGHEST_PROTOCOL)
    return {"stages": stages.seconds, "peak_mb": peak_mb()}


def columns(found: LabelledSet, stages: Stages) -> tuple[Records, Truth]:
    """The columns of a set's clean records, and its truth by row."""
    with stages.of("read"):
        rows = read_rows(found.file)
    with stages.of("clean"):
        cleaned = clean_rows(rows)
    ids = [row["record_id"] for row in rows]
    with stages.of("columns"):
        sources = [row.get("source", "") for row in rows]
        records = Records.of(cleaned, ids, sources, ["source"] * len(rows))
    return records, found.truth(ids)


def judge(found: LabelledSet, handed_over: Path) -> Figures:
    """Match the columns under a model made of them, and hold the result against the truth."""
    with handed_over.open("rb") as file:
        records, truth = pickle.load(file)  # noqa: S301 - written a moment ago by the process before
    stages = Stages()
    with stages.of("model"):
        model = make_model(records)
    with stages.of("match"):
        partition = match(records, model)
    peak = peak_mb()
    compared = Compared.of(records, model)
    return {
        "records": len(records),
        "pairs": len(compared.left),
        "stages": stages.seconds,
        "inside match": dict(_seconds(partition)),
        "peak_mb": peak,
        "cut": model.link_cut,
        "scores": {part: asdict(score(partition.labels, truth, truth.part(part))) for part in parts(found)},
        "sweep": sweep(compared, truth),
        "calibration": calibration(compared, truth, parts(found)),
        "review": review(compared, partition, truth),
    }


def parts(found: LabelledSet) -> tuple[str, ...]:
    """What is scored: the whole, and the two halves of households where the set tells them."""
    return ("whole", *HALVES) if found.has_households else ("whole",)


def sweep(compared: Compared, truth: Truth) -> list[list[float]]:
    """Pair F1, precision and recall at many cuts, the engine's own among them."""
    cuts = FEW_CUTS if len(compared.records) > LARGE else CUTS
    found: list[list[float]] = []
    for cut in sorted({*cuts, compared.model.link_cut}):
        at: Scores = score(compared.labels(cut), truth)
        found.append([cut, at.f1, at.precision, at.recall])
    return found


def calibration(compared: Compared, truth: Truth, of: tuple[str, ...]) -> Figures:
    """What the probabilities are worth, before grouping."""
    left, right, p = compared.probabilities()
    found: Figures = {}
    for part in of:
        told: Calibration = calibrate(left, right, p, truth, truth.part(part))
        found[part] = {**asdict(told), "worst": told.worst}
    return found


def review(compared: Compared, partition: Partition, truth: Truth) -> Figures:
    """How many questions are asked, how many are right, and what answering all of them mends."""
    same, apart = answer(partition.questions, truth)
    ids = [compared.records.ids[at] for at in compared.records.position]
    decided = Decisions([(ids[i], ids[j]) for i, j in same], [(ids[i], ids[j]) for i, j in apart])
    before = score(partition.labels, truth).wrong_pairs
    after = score(compared.labels(decisions=decided), truth).wrong_pairs
    asked = len(same) + len(apart)
    return {
        "questions": asked,
        "per 100": 100 * asked / max(len(compared.records), 1),
        "right": len(same) / asked if asked else None,
        "wrong before": before,
        "wrong after": after,
        "removed": 1 - after / before if before else None,
    }


def run_command(found: LabelledSet) -> Figures:
    """Wall and processor seconds of the command itself, from the start of Python to the clusters written."""
    with TemporaryDirectory() as place:
        wall, cpu = perf_counter(), _cpu()
        subprocess.run(
            [
                sys.executable,
                "-m",
                "server.cli",
                "resolve",
                str(found.file),
                "--out",
                f"{place}/clusters.csv",
            ],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
        return {"wall": round(perf_counter() - wall, 2), "cpu": round(_cpu() - cpu, 2)}


def where_and_when() -> Figures:
    """The date, the commit (with a + where the engine was changed since), the machine and its load."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M"),
        "commit": _git("rev-parse", "--short", "HEAD")
        + ("+" if _git("status", "--porcelain", "--", "server") else ""),
        "cores": os.cpu_count(),
        "memory_gib": round(memory / 2**30),
        "load": round(os.getloadavg()[0], 1),
    }


def peak_mb() -> int:
    """The most memory this process ever held, in MB; its children's apart."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _cpu() -> float:
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def _seconds(partition: Partition) -> Mapping[str, float]:
    seconds = partition.report.get("seconds", {})
    return seconds if isinstance(seconds, Mapping) else {}


def _git(*words: str) -> str:
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()

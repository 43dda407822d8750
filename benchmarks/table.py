"""The figures as the README shows them: Markdown between two markers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.goals import CPU, ENGINE, GOALS, Figures, Measured, engine, lost, percent, share
from benchmarks.peers import Outcome
from benchmarks.scores import BANDS

FIGURES, ABLATION = "figures of matching", "ablation"
"""The parts of a README that are written by the benchmarks."""

PARTS = {"whole": "OneGuest", "held out": "OneGuest, held-out half", "dev": "OneGuest, other half"}


SHORT = ("public", "hotel_50k", "hotel_1m", "febrl3", "febrl4")
"""The sets that the house's own README tells of."""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """The lines of a Markdown table."""
    return [_line(header), _line(["---"] * len(header)), *(_line(row) for row in rows), ""]


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def report(measured: Measured, beside: Mapping[str, Sequence[Outcome]], not_run: Mapping[str, str]) -> str:
    """All tables: goals, quality beside the peers, cuts, calibration, questions, speed, what was not run."""
    lines = [*_stamps(measured), *_goals(measured), *_quality(measured, beside), *_cuts(measured)]
    lines += [*_calibration(measured), *_review(measured), *_speed(measured), *_not_run(not_run, beside)]
    return "\n".join(lines).rstrip() + "\n"


def short(measured: Measured, beside: Mapping[str, Sequence[Outcome]]) -> str:
    """A few lines for the house's README: our figures at our own cut, and the peers' at theirs."""
    rows = []
    for name in SHORT:
        if name not in measured:
            continue
        figures = measured[name]
        for part, scores in figures["scores"].items():
            if part == "dev":
                continue
            took = f"{engine(figures):.1f} s ({engine(figures, CPU):.1f} s of CPU)" if part == "whole" else ""
            rows.append(
                [
                    f"{name}, {figures['records']:,}" if part == "whole" else name,
                    PARTS[part],
                    *_prf(scores),
                    took,
                ]
            )
        for outcome in beside.get(name, ()):
            if outcome.get("f1") is not None:
                wall = outcome.get("wall_s")
                rows.append(
                    [name, str(outcome["peer"]), *_prf(outcome), "" if wall is None else f"{wall:.1f} s"]
                )
    lines = table(["set, records", "who", "P", "R", "F1", "matching"], rows)
    return "\n".join(lines).rstrip() + "\n"


def _prf(scores: Mapping[str, Any]) -> list[str]:
    return [share(scores[field]) for field in ("precision", "recall", "f1")]


def write(path: Path, text: str, section: str = FIGURES) -> None:
    """Put the tables between the markers of a README's section. Raises ValueError when it has none."""
    begin, end = f"<!-- {section}: begin -->", f"<!-- {section}: end -->"
    old = path.read_text(encoding="utf-8")
    before, begun, rest = old.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"{path} has no lines {begin} and {end} to write between")
    path.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def _stamps(measured: Measured) -> list[str]:
    runs = list(measured.values())
    if not runs:
        return ["Nothing was run.", ""]
    cores, memory = runs[0]["cores"], runs[0]["memory_gib"]
    loads = sorted(figures["load"] for figures in runs)
    dates = sorted(figures["date"] for figures in runs)
    commits = ", ".join(sorted({figures["commit"] for figures in runs}))
    return [
        f"{dates[0]} to {dates[-1]} UTC, commit {commits} (+: the engine changed since), {cores} cores, "
        f"{memory} GiB, load {loads[0]} to {loads[-1]} at the start of each run. Wall times are of a shared "
        "machine; the processor time is the figure to compare.",
        "",
    ]


def _goals(measured: Measured) -> list[str]:
    rows = []
    for goal in GOALS:
        found = goal.value(measured)
        beside = goal.beside(measured) if goal.beside else ""
        shown = "" if found is None else goal.form(found) + (f" ({beside})" if beside else "")
        rows.append([goal.measure, goal.wanted(), shown, goal.verdict(found)])
    return ["### Goals", "", *table(["measure", "goal", "now", ""], rows)]


def _quality(measured: Measured, beside: Mapping[str, Sequence[Outcome]]) -> list[str]:
    header = ["set", "who", "P", "R", "F1", "B3 F1", "best F1 (at)", "mixed", "glued", "largest wrong",
              "largest (truth)", "wall s", "MB", "run"]  # fmt: skip
    rows = []
    for name, figures in measured.items():
        best = max(figures["sweep"], key=lambda at: at[1])
        for part, scores in figures["scores"].items():
            whole = part == "whole"
            rows.append(
                [
                    name,
                    PARTS[part],
                    *(share(scores[field]) for field in ("precision", "recall", "f1", "b3_f1")),
                    f"{share(best[1])} ({best[0]})" if whole else "",
                    str(scores["mixed"]),
                    str(scores["glued"]) if len(figures["scores"]) > 1 else "",
                    str(scores["largest_wrong"]),
                    f"{scores['largest']} ({scores['largest_true']})",
                    f"{engine(figures):.1f}" if whole else "",
                    str(figures["peak_mb"]["matching"]) if whole else "",
                    f"{figures['date']}, {figures['commit']}" if whole else "",
                ]
            )
        rows += [_peer(name, outcome) for outcome in beside.get(name, ()) if "why" not in outcome]
    note = (
        "Each at its own cut; `best` is of a sweep chosen with the truth. Wall seconds without "
        "reading and cleaning, peak memory of matching. `largest wrong`: records of the largest cluster with "
        "two persons; `largest`: of any cluster, and of any person in the truth."
    )
    return ["### Quality, beside the peers", "", note, "", *table(header, rows)]


def _peer(name: str, outcome: Outcome) -> list[str]:
    def told(field: str) -> str:
        value: Any = outcome.get(field)
        return "" if value is None else share(value) if isinstance(value, float) else str(value)

    best = f"{told('best_f1')} ({outcome['best_cut']})" if outcome.get("best_f1") is not None else ""
    largest = f"{outcome['largest']} ({outcome['largest_true']})" if outcome.get("largest") else ""
    wall = outcome.get("wall_s")
    return [
        name,
        str(outcome["peer"]),
        *(told(field) for field in ("precision", "recall", "f1", "b3_f1")),
        best,
        told("mixed"),
        told("glued"),
        "",
        largest,
        "" if wall is None else f"{wall:.1f}",
        told("peak_mb"),
        outcome.get("date", "not rerun"),
    ]


def _cuts(measured: Measured) -> list[str]:
    rows = []
    for name, figures in measured.items():
        best = max(figures["sweep"], key=lambda at: at[1])
        own = next(at for at in figures["sweep"] if at[0] == figures["cut"])
        rows.append([name, str(own[0]), share(own[1]), share(best[1]), str(best[0]), share(lost(figures))])
    header = ["set", "own cut", "F1 there", "best F1", "at", "lost"]
    note = "The scored pairs grouped again at cuts from .1 up; best chosen with the truth."
    return ["### Own cut against best cut", "", note, "", *table(header, rows)]


def _calibration(measured: Measured) -> list[str]:
    rows = [
        [
            name if part == "whole" else f"{name}, {part}",
            *(f"{share(right)[:4]} at {share(given)[:4]}" for given, right, _ in told["bins"]),
            *[""] * (10 - len(told["bins"])),
            f"{told['error']:.3f}".removeprefix("0"),
        ]
        for name, figures in measured.items()
        for part, told in figures["calibration"].items()
    ]
    note = (
        "Pairs of decidable records that the engine proposes with p ≥ .9, before grouping, in ten bins of "
        "equally many: the share that is one person, at the mean probability given."
    )
    header = ["set", *(str(k) for k in range(1, 11)), "error"]
    return ["### Calibration", "", note, "", *table(header, rows), *_bands(measured)]


def _bands(measured: Measured) -> list[str]:
    rows = [
        [
            name if part == "whole" else f"{name}, {part}",
            *(_band(right, count) for _, right, count in told["bands"]),
        ]
        for name, figures in measured.items()
        for part, told in figures["calibration"].items()
        if "bands" in told
    ]
    header = ["set", *(f"{low} to {high}" for low, high in pairwise(BANDS))]
    note = "All proposed pairs by their probability: the share that is one person, and how many."
    return [note, "", *table(header, rows)]


def _band(right: float, count: int) -> str:
    return f"{share(right)[:4]} of {count:,}" if count else ""


def _review(measured: Measured) -> list[str]:
    rows = []
    for name, figures in measured.items():
        asked = figures["review"]
        right, removed = asked["right"], asked["removed"]
        rows.append(
            [
                name,
                f"{asked['questions']:,}",
                f"{asked['per 100']:.2f}",
                "" if right is None else percent(right),
                f"{asked['wrong before']:,}",
                f"{asked['wrong after']:,}",
                "" if removed is None else percent(removed),
            ]
        )
    header = ["set", "questions", "per 100 records", "right", "wrong pairs", "after all answers", "removed"]
    return ["### Questions", "", *table(header, rows)]


def _speed(measured: Measured) -> list[str]:
    rows = []
    for name, figures in measured.items():
        stages = figures["stages"]
        rows.append(
            [
                name,
                f"{figures['records']:,}",
                f"{figures['pairs']:,}",
                *(f"{wall:.1f} / {cpu:.1f}" for wall, cpu in (stages[s] for s in ("read", "clean", *ENGINE))),
                ", ".join(f"{step} {took:.1f}" for step, took in figures["inside match"].items()),
                f"{1e6 * engine(figures, CPU) / figures['records']:.0f}",
                str(figures["peak_mb"]["matching"]),
                str(figures["load"]),
            ]
        )
    header = ["set", "records", "pairs", "read", "clean", *ENGINE, "inside match, wall", "CPU µs a record",
              "peak MB", "load"]  # fmt: skip
    note = (
        "Seconds of wall / CPU. `CPU µs a record` is of columns, model and match together: what grows with "
        "the number of records. Peak memory is of the process that matches; cleaning runs in others."
    )
    return ["### Speed and growth", "", note, "", *table(header, rows)]


def _not_run(not_run: Mapping[str, str], beside: Mapping[str, Sequence[Outcome]]) -> list[str]:
    rows = [[name, "OneGuest", why] for name, why in not_run.items()]
    rows += [
        [name, str(outcome["peer"]), str(outcome["why"])]
        for name, outcomes in beside.items()
        for outcome in outcomes
        if "why" in outcome
    ]
    return ["### Not run", "", *table(["set", "who", "why"], rows)] if rows else []


def summary(figures: Figures) -> str:
    """One line of a set's figures, for the one who waits."""
    scores = figures["scores"]["whole"]
    return (
        f"{figures['set']}: P {share(scores['precision'])} R {share(scores['recall'])} "
        f"F1 {share(scores['f1'])} B3 {share(scores['b3_f1'])}, "
        f"largest wrong group {scores['largest_wrong']}, "
        f"{engine(figures):.1f} s of wall, {engine(figures, CPU):.1f} s of CPU"
    )

"""What each kind of evidence earns: it is silenced, its keys are left out, and pair F1 is taken again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from unittest.mock import patch

import numpy as np

from benchmarks.goals import share
from benchmarks.measuring import Stages, columns
from benchmarks.scores import score
from benchmarks.sets import PUBLIC, LabelledSet
from benchmarks.table import table
from server.discovery import discover
from server.matching import Model, Records, make_model, match
from server.matching.columns import Ints
from server.matching.levels import REQUIRED, Compared, Keyed, compared

SETS = (PUBLIC, "hotel_50k", "febrl3")
"""Of the public set the half that may be looked at."""

PACKAGE = "server.matching.evidence"


def kinds() -> Sequence[str]:
    """The kinds of evidence, by their file."""
    return tuple(discover(PACKAGE, REQUIRED))


@contextmanager
def without(kind: str) -> Iterator[None]:
    """The engine while one kind of evidence says nothing about any pair and looks up none."""
    module = discover(PACKAGE, REQUIRED)[kind]
    with patch.object(module, "keys", _no_keys), patch.object(module, "compare", _silent):
        yield


def _no_keys(records: Records) -> Iterator[Keyed]:
    yield from ()


def _silent(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Level 0 of every kind: nothing to compare, no bits."""
    return compared(np.zeros(len(left), dtype=np.int8))


def ablate(found: LabelledSet) -> Mapping[str, tuple[float, float, float]]:
    """Pair F1, precision and recall with all evidence (under the name "all") and without each kind."""
    records, truth = columns(found, Stages())
    among = truth.part("dev" if found.has_households else "whole")

    def measured() -> tuple[float, float, float]:
        got = score(match(records, make_model(records)).labels, truth, among)
        return got.f1, got.precision, got.recall

    figures = {"all": measured()}
    for kind in kinds():
        with without(kind):
            figures[kind] = measured()
    return figures


def ablation_table(found: Mapping[str, Mapping[str, tuple[float, float, float]]]) -> str:
    """F1 with all, and what leaving each kind out does to it (in F1, with precision and recall after)."""
    names = list(found)
    header = ["left out", *(f"{name}, dev half" if name == PUBLIC else name for name in names)]
    rows = [["nothing", *(_told(found[name]["all"]) for name in names)]]
    for kind in kinds():
        rows.append([kind, *(_change(found[name][kind], found[name]["all"]) for name in names)])
    return "\n".join(table(header, rows))


def _told(figures: tuple[float, float, float]) -> str:
    f1, precision, recall = figures
    return f"F1 {share(f1)} (P {share(precision)}, R {share(recall)})"


def _change(figures: tuple[float, float, float], full: tuple[float, float, float]) -> str:
    if figures == full:
        return "no change"
    return f"{figures[0] - full[0]:+.4f} (P {share(figures[1])}, R {share(figures[2])})"

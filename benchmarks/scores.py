"""How right a partition of labelled records is: pairs, persons, families, probabilities, questions.

Numpy alone. The public hotel set's rules of truth are those of its own `score.py`, and a test holds the two
side by side: records that are not decidable are not scored, two records of one group must be linked, two of
different persons must not, and other pairs of one person count neither way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from benchmarks.sets import Flags, Longs, Truth

SURE = 0.9
"""Calibration is asked of the pairs that the engine is this sure of, or surer."""

BINS = 10

BANDS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.85, 0.9, 1.0)
"""Bounds of the bands of probability over their whole range, where it is seen what a doubt is worth."""


@dataclass(frozen=True, slots=True)
class Scores:
    """What a partition got right and wrong. Shares are of pairs unless they say otherwise."""

    records: int
    precision: float
    recall: float
    f1: float
    b3_precision: float
    b3_recall: float
    b3_f1: float
    false_pairs: int
    missed_pairs: int
    mixed: int
    most_mixed: int
    glued: int
    largest: int
    largest_true: int
    largest_wrong: int

    @property
    def wrong_pairs(self) -> int:
        """Pairs linked that must not be, and pairs that must be and are not."""
        return self.false_pairs + self.missed_pairs


def score(labels: npt.NDArray[np.integer], truth: Truth, among: Flags | None = None) -> Scores:
    """Score the clusters (`labels`, one number a record) over the decidable records `among` these, or all.

    `mixed`: clusters with more than one person, and `most_mixed` the most persons in one. `glued`: households
    with two persons in one cluster. `largest_wrong`: records of the largest cluster with several persons.
    Pairs with one record inside `among` and one outside are not counted.
    """
    scored = truth.decidable if among is None else truth.decidable & among
    cluster = _dense(labels[scored].astype(np.int64))
    person, group = _dense(truth.person[scored]), _dense(truth.group[scored])
    household = truth.household[scored]
    sizes, groups = np.bincount(cluster), np.bincount(group)
    per_person, persons = _together(cluster, person)
    per_group, _ = _together(cluster, group)
    true_found, must = _pairs(per_group), _pairs(groups)
    false = _pairs(sizes) - _pairs(per_person)
    precision = true_found / (true_found + false) if true_found + false else 1.0
    recall = true_found / must if must else 1.0
    n = max(len(cluster), 1)
    held = persons[:, 0]
    b3_precision = float((per_person**2 / sizes[held]).sum() / n)
    in_group = _together(cluster, group)[1][:, 1]
    b3_recall = float((per_group**2 / groups[in_group]).sum() / n)
    different = np.bincount(held, minlength=len(sizes))
    wrong = different > 1
    return Scores(
        records=len(cluster),
        precision=precision,
        recall=recall,
        f1=_harmonic(precision, recall),
        b3_precision=b3_precision,
        b3_recall=b3_recall,
        b3_f1=_harmonic(b3_precision, b3_recall),
        false_pairs=false,
        missed_pairs=must - true_found,
        mixed=int(wrong.sum()),
        most_mixed=int(different[wrong].max(initial=0)),
        glued=_glued(cluster, person, household),
        largest=int(sizes.max(initial=0)),
        largest_true=int(np.bincount(person).max(initial=0)),
        largest_wrong=int(sizes[wrong].max(initial=0)),
    )


def _glued(cluster: Longs, person: Longs, household: Longs) -> int:
    """Households with two persons in one cluster."""
    known = household >= 0
    seen = np.unique(np.stack([household, cluster, person], axis=1)[known], axis=0)
    homes, several = np.unique(seen[:, :2], axis=0, return_counts=True)
    return len(np.unique(homes[several > 1, 0]))


@dataclass(frozen=True, slots=True)
class Calibration:
    """Whether a probability means what it says: `bins` of equally many pairs, the least sure ones first.

    A bin is (mean probability given, share that is one person, pairs). `error`: the mean distance of the two.
    `bands`: the same of all pairs, sure or not, between two of BANDS each.
    """

    bins: tuple[tuple[float, float, int], ...]
    error: float
    bands: tuple[tuple[float, float, int], ...]

    @property
    def worst(self) -> float:
        """The least share of right pairs of any bin; 1.0 where there are none."""
        return min((right for _, right, _ in self.bins), default=1.0)


def calibrate(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer], p: npt.NDArray[np.floating],
              truth: Truth, among: Flags | None = None) -> Calibration:  # fmt: skip
    """Ten equal-count bins of the pairs (rows `left`, `right`) with p >= .9 whose records are both scored.

    Pairs of equal probability go by their rows, so that the bins do not depend on the order of the pairs.
    """
    scored = truth.decidable if among is None else truth.decidable & among
    known = scored[left] & scored[right]
    one_person = truth.person[left] == truth.person[right]
    taken = np.flatnonzero(known & (p >= SURE))
    low = np.minimum(left[taken], right[taken])
    high = np.maximum(left[taken], right[taken])
    taken = taken[np.lexsort((high, low, p[taken]))]
    same = one_person[taken]
    bins: list[tuple[float, float, int]] = []
    for part in np.array_split(np.arange(len(taken)), BINS):
        if len(part):
            bins.append((float(p[taken[part]].mean()), float(same[part].mean()), len(part)))
    apart = sum(count * abs(given - found) for given, found, count in bins)
    band = np.searchsorted(BANDS[1:-1], p, side="right")
    bands: list[tuple[float, float, int]] = []
    for number in range(len(BANDS) - 1):
        of = known & (band == number)
        if of.any():
            bands.append((float(p[of].mean()), float(one_person[of].mean()), int(of.sum())))
        else:
            bands.append((0.0, 0.0, 0))
    return Calibration(tuple(bins), apart / max(len(taken), 1), tuple(bands))


Answered = tuple[list[tuple[int, int]], list[tuple[int, int]]]
"""Pairs of rows that are one person, and pairs that are not."""


def answer(questions: Sequence[tuple[int, int, float]], truth: Truth) -> Answered:
    """The questions (row, row, probability) answered by one who knows every person."""
    same: list[tuple[int, int]] = []
    apart: list[tuple[int, int]] = []
    for i, j, _ in questions:
        (same if truth.person[i] == truth.person[j] else apart).append((i, j))
    return same, apart


def _dense(values: Longs) -> Longs:
    """The values numbered from 0 without gaps."""
    return np.unique(values, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _together(cluster: Longs, other: Longs) -> tuple[Longs, npt.NDArray[np.int64]]:
    """How many records each (cluster, other) holds, and the two numbers of each."""
    cells, counts = np.unique(np.stack([cluster, other], axis=1), axis=0, return_counts=True)
    return counts.astype(np.int64), cells


def _pairs(counts: npt.NDArray[np.integer]) -> int:
    wide = counts.astype(np.int64)
    return int((wide * (wide - 1) // 2).sum())


def _harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other) if one + other else 0.0

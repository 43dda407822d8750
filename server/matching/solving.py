"""From weighed pairs to groups, reasons and doubts: the same for a whole house and for one component of it.

A component is every record that a chain of strong pairs, equal contents or people's decisions leads to. No
group feels what is outside its component, so one solved alone comes out as in the whole house.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from server.matching.columns import Bits, Flags, Ints, Longs, places_of
from server.matching.model import Model
from server.matching.partition import Decisions, Grouping, group
from server.matching.records import Records
from server.matching.rivals import heed_rivals
from server.matching.scoring import log_odds, probabilities
from server.matching.units import Units

QUESTIONS_PER_GROUP = 3
"""A group is asked about in its likeliest pairs only; the answers bring the next ones up."""

QUESTIONS_PER_100 = 3
"""Questions a desk can be asked, for each hundred records; those that would settle most pairs come first."""

DOUBT = 0.5
"""From here up to the cut a person is asked; below, two records simply stay apart."""


@dataclass(frozen=True, slots=True)
class Doubts:
    """Pairs of groups that may be one, each once by its strongest pair, by position.

    `settles`: the wrong pairs of records that an answer is expected to settle. `refused`: the pair is over
    the cut, but the rest of the two groups speaks against it.
    """

    left: Ints
    right: Ints
    bits: Bits
    settles: np.ndarray[tuple[int, ...], np.dtype[np.float64]]
    refused: Flags

    def within_budget(self, label: Longs) -> list[tuple[int, int, float]]:
        """(i, j, probability) of those that a desk is asked, likeliest first."""
        asked: list[int] = []
        times: Counter[int] = Counter()
        most = len(label) * QUESTIONS_PER_100 / 100
        for at in np.lexsort((self.right, self.left, -self.settles)).tolist():
            sides = int(label[self.left[at]]), int(label[self.right[at]])
            if len(asked) >= most:
                break
            if max(times[side] for side in sides) < QUESTIONS_PER_GROUP:
                times.update(sides)
                asked.append(at)
        asked.sort(key=lambda at: (-self.bits[at], self.left[at], self.right[at]))
        chances = probabilities(self.bits[asked]).tolist()
        return [(int(self.left[at]), int(self.right[at]), p) for at, p in zip(asked, chances, strict=True)]


@dataclass(frozen=True, slots=True)
class Solved:
    """Groups by position: see `Partition`. `pairs`: those that were heard, rivals heeded, copies included."""

    label: Longs
    nearest: Ints
    probability: Bits
    doubts: Doubts
    pairs: tuple[Ints, Ints, Bits]
    counts: Mapping[str, int]


def solve(
    records: Records, model: Model, left: Ints, right: Ints, bits: Bits, decided: Decisions, units: Units
) -> Solved:
    """Group records by their pairs (positions of speakers) and what is said for each before rivals."""
    bits = heed_rivals(records, model, left, right, bits)
    state, refused, counts = group(records, model, left, right, bits, decided)
    label = units.told(state.label, log_odds(model.link_cut))
    pairs = units.pairs(left, right, bits)
    nearest, probability = _justify(records, model, label, pairs, units, decided)
    doubts = _doubts(model, state, label, pairs, refused)
    return Solved(label, nearest, probability, doubts, pairs, counts)


def _justify(
    records: Records,
    model: Model,
    label: Longs,
    pairs: tuple[Ints, Ints, Bits],
    units: Units,
    decisions: Decisions,
) -> tuple[Ints, Bits]:
    """For each record the strongest pair inside its group; where a decision put it, the group's first."""
    n = len(records)
    nearest = np.full(n, -1, dtype=np.int32)
    probability = np.ones(n, dtype=np.float32)
    left, right, bits = pairs
    inside = label[left] == label[right]
    i, j, w = left[inside], right[inside], probabilities(bits[inside])
    mine, other, weight = np.concatenate([i, j]), np.concatenate([j, i]), np.concatenate([w, w])
    order = np.lexsort((other, -weight, mine))
    mine, other, weight = mine[order], other[order], weight[order]
    first = np.ones(len(mine), dtype=np.bool_)
    first[1:] = mine[1:] != mine[:-1]
    nearest[mine[first]] = other[first]
    probability[mine[first]] = weight[first]
    # a copy that would not join its speaker by itself is here by what brought the speaker here
    brought = units.copies[(units.bits < log_odds(model.link_cut)) & (nearest[units.copies] >= 0)]
    nearest[brought], probability[brought] = (told[units.speaker[brought]] for told in (nearest, probability))
    where = {name: at for at, name in enumerate(records.ids)} if decisions.same else {}
    for x, y in sorted(decisions.same):
        if x in where and y in where and label[where[x]] == label[where[y]]:
            a, b = where[x], where[y]
            nearest[a], nearest[b] = b, a
            probability[[a, b]] = 1.0
    return nearest, probability


def _doubts(
    model: Model,
    state: Grouping,
    label: Longs,
    pairs: tuple[Ints, Ints, Bits],
    refused: list[tuple[int, int, float]],
) -> Doubts:
    """Pairs of groups in doubt, each once by its strongest pair."""
    cut = log_odds(model.link_cut)
    left, right, bits = pairs
    doubtful = (bits >= log_odds(DOUBT)) & (bits < cut) & (label[left] != label[right])
    again = [(i, j, min(b, cut - 0.01)) for i, j, b in refused if b >= log_odds(DOUBT)]
    i = np.concatenate([left[doubtful], np.array([k for k, _, _ in again], dtype=np.int32)])
    j = np.concatenate([right[doubtful], np.array([k for _, k, _ in again], dtype=np.int32)])
    open_bits = np.concatenate([bits[doubtful], np.array([b for _, _, b in again], dtype=np.float32)])
    is_refused = np.arange(len(i)) >= len(i) - len(again)
    first, second = np.minimum(label[i], label[j]), np.maximum(label[i], label[j])
    apart = places_of((first != second) & ~state.forbids(first, second))
    order = apart[np.lexsort((j[apart], i[apart], -open_bits[apart], second[apart], first[apart]))]
    first, second = first[order], second[order]
    strongest = np.ones(len(order), dtype=np.bool_)
    strongest[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    order, first, second = order[strongest], first[strongest], second[strongest]
    sizes = np.bincount(label, minlength=len(label))
    settles = probabilities(open_bits[order]).astype(np.float64) * sizes[first] * sizes[second]
    return Doubts(i[order], j[order], open_bits[order], settles, is_refused[order])

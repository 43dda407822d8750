"""The whole match: keys, pairs, evidence, groups, questions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter

import numpy as np

from server.matching.columns import Bits, Ints, Longs
from server.matching.explaining import Evidence, evidence_of
from server.matching.households import Households, households_of
from server.matching.keys import candidates
from server.matching.model import ENGINE, Model
from server.matching.partition import Decisions, Grouping, group
from server.matching.records import Records
from server.matching.report import of_match
from server.matching.rivals import heed_rivals
from server.matching.scoring import log_odds, probabilities, score
from server.matching.units import Units, units_of

QUESTIONS_PER_GROUP = 3
"""A group is asked about in its likeliest pairs only; the answers bring the next ones up."""

QUESTIONS_PER_100 = 3
"""Questions a desk can be asked, for each hundred records; those that would settle most pairs come first."""

DOUBT = 0.5
"""From here up to the cut a person is asked; below, two records simply stay apart."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Which records are one person. All numbers are rows as the caller gave them.

    `labels`: for each record, the first record of its group in stable order. `nearest`: the record whose
    evidence justifies its place, -1 for one that stands alone. `probability`: of that evidence, 1.0 where a
    person decided or the record is alone. `questions`: (i, j, probability) of two groups that may be one.
    `households`: links between persons who share a home, a contact or a booking, by label.
    """

    labels: Ints
    nearest: Ints
    probability: Bits
    questions: list[tuple[int, int, float]]
    households: Households
    report: Mapping[str, object]
    records: Records
    model: Model

    def evidence(self, row: int) -> list[Evidence]:
        """Why a record stands where it stands: (code, parameters, bits), heaviest first."""
        return self.reasons([row])[0]

    def reasons(self, rows: Sequence[int]) -> list[list[Evidence]]:
        """The evidence of many records at once; empty for one that stands alone."""
        pairs = [(row, int(self.nearest[row])) for row in rows if self.nearest[row] >= 0]
        found = iter(evidence_of(self.records, self.model, pairs) if pairs else [])
        return [next(found) if self.nearest[row] >= 0 else [] for row in rows]


def match(
    records: Records, model: Model, decisions: Decisions | None = None, circles: Ints | None = None
) -> Partition:
    """Group records into persons. The same input, model and decisions give the same groups in any order.

    `circles`, by the caller's rows: records of two circles are never compared, asked about nor joined, not by
    a decision either.
    """
    clock = [perf_counter()]
    if circles is not None:
        circles = circles[records.order]
    decided = _inside(records, decisions or Decisions(), circles)
    units = units_of(records, model, decided.named(), circles)
    found = candidates(records, units.speaks if len(units.copies) else None)
    if circles is not None:
        near = circles[found.left] == circles[found.right]
        found = replace(found, left=found.left[near], right=found.right[near])
    clock.append(perf_counter())
    bits = score(records, model, found.left, found.right)
    bits = heed_rivals(records, model, found.left, found.right, bits)
    clock.append(perf_counter())
    state, refused, counts = group(records, model, found.left, found.right, bits, decided)
    label = units.told(state.label, log_odds(model.link_cut))
    clock.append(perf_counter())
    pairs = units.pairs(found.left, found.right, bits)
    nearest, probability = _justify(records, model, label, pairs, units, decided)
    questions = _questions(model, state, label, pairs, refused)
    clock.append(perf_counter())
    households = households_of(records, model, label, decided.apart, questions, circles)
    clock.append(perf_counter())
    order = records.order
    labels = np.empty(len(records), dtype=np.int32)
    labels[order] = order[label]
    by_row = np.full(len(records), -1, dtype=np.int32)
    by_row[order] = np.where(nearest >= 0, order[nearest], -1)
    p_by_row = np.ones(len(records), dtype=np.float32)
    p_by_row[order] = probability
    stages = ("pairs", "compare", "group", "justify", "households")
    report = {
        "engine": ENGINE,
        "model": model.version,
        "records": len(records),
        "groups": len(np.unique(label)),
        "copies": len(units.copies),
        "pairs": len(found.left),
        "pairs by key": found.pairs,
        "keys refined": found.refined,
        "keys capped": found.capped,
        "shared values": len(model.shared),
        "cut": model.link_cut,
        "questions": len(questions),
        **of_match(label, *pairs),
        "households": households.counts(),
        "seconds": {s: round(b - a, 3) for s, a, b in zip(stages, clock, clock[1:], strict=False)},
        **counts,
    }
    asked = [(int(order[i]), int(order[j]), p) for i, j, p in questions]
    return Partition(labels, by_row, p_by_row, asked, households, report, records, model)


def _inside(records: Records, decisions: Decisions, circles: Ints | None) -> Decisions:
    """The decisions without those that would join records of two circles; `circles` by position."""
    if circles is None:
        return decisions
    circle = dict(zip(records.ids, circles.tolist(), strict=True))
    return replace(decisions, same=[(x, y) for x, y in decisions.same if circle.get(x) == circle.get(y)])


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


def _questions(
    model: Model,
    state: Grouping,
    label: Longs,
    pairs: tuple[Ints, Ints, Bits],
    refused: list[tuple[int, int, float]],
) -> list[tuple[int, int, float]]:
    """Pairs of groups in doubt, each once by its strongest pair, likeliest first."""
    cut = log_odds(model.link_cut)
    left, right, bits = pairs
    doubtful = (bits >= log_odds(DOUBT)) & (bits < cut) & (label[left] != label[right])
    again = [(i, j, min(b, cut - 0.01)) for i, j, b in refused if b >= log_odds(DOUBT)]
    i = np.concatenate([left[doubtful], np.array([k for k, _, _ in again], dtype=np.int32)])
    j = np.concatenate([right[doubtful], np.array([k for _, k, _ in again], dtype=np.int32)])
    open_bits = np.concatenate([bits[doubtful], np.array([b for _, _, b in again], dtype=np.float32)])
    first, second = np.minimum(label[i], label[j]), np.maximum(label[i], label[j])
    apart = np.flatnonzero((first != second) & ~state.forbids(first, second))
    i, j, open_bits, first, second = i[apart], j[apart], open_bits[apart], first[apart], second[apart]
    order = np.lexsort((j, i, -open_bits, second, first))
    i, j, open_bits, first, second = i[order], j[order], open_bits[order], first[order], second[order]
    strongest = np.ones(len(i), dtype=np.bool_)
    strongest[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1])
    i, j, open_bits, first, second = (side[strongest] for side in (i, j, open_bits, first, second))
    sizes = np.bincount(label, minlength=len(label))
    settles = probabilities(open_bits).astype(np.float64) * sizes[first] * sizes[second]
    asked: list[int] = []
    times: Counter[int] = Counter()
    most = len(label) * QUESTIONS_PER_100 / 100
    for at in np.lexsort((j, i, -settles)).tolist():
        sides = int(first[at]), int(second[at])
        if len(asked) >= most:
            break
        if max(times[side] for side in sides) < QUESTIONS_PER_GROUP:
            times.update(sides)
            asked.append(at)
    asked.sort(key=lambda at: (-open_bits[at], i[at], j[at]))
    chances = probabilities(open_bits[asked]).tolist()
    return [(int(i[at]), int(j[at]), p) for at, p in zip(asked, chances, strict=True)]

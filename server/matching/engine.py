"""The whole match: keys, pairs, evidence, groups, questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from time import perf_counter
from typing import NamedTuple

import numpy as np

from server.matching.columns import Bits, Ints, Longs, places_of
from server.matching.explaining import Evidence, evidence_of
from server.matching.households import Households, households_of
from server.matching.keys import candidates, keys_of
from server.matching.model import ENGINE, Model
from server.matching.partition import Decisions
from server.matching.records import Records
from server.matching.report import of_match
from server.matching.saying import contents
from server.matching.scoring import log_odds, probabilities, score
from server.matching.solving import DOUBT, Solved, solve
from server.matching.units import Units, own_bits, units_of


class Doubt(NamedTuple):
    """Two groups that may be one, by their strongest pair: the caller's rows.

    `settles`: the wrong pairs of records that an answer is expected to settle. `refused`: the pair alone is
    over the cut, the rest of the two groups speaks against it.
    """

    i: int
    j: int
    probability: float
    settles: float
    refused: bool


@dataclass(frozen=True, slots=True)
class Partition:
    """Which records are one person. All numbers are rows as the caller gave them.

    `labels`: for each record, the first record of its group in stable order. `nearest`: the record whose
    evidence justifies its place, -1 for one that stands alone. `probability`: of that evidence, 1.0 where a
    person decided or the record is alone. `questions`: (i, j, probability) of two groups that may be one.
    `households`: links between persons who share a home, a contact or a booking, by label. `doubts`: all
    pairs of groups in doubt, of which the questions are those a desk is asked. `edges`: contents (see
    `saying.contents`) that are likely one person and what is said for it, each pair once.
    """

    labels: Ints
    nearest: Ints
    probability: Bits
    questions: list[tuple[int, int, float]]
    households: Households
    report: Mapping[str, object]
    records: Records
    model: Model
    doubts: list[Doubt]
    edges: tuple[Longs, Longs, Bits]

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
    found = candidates(records, units.speaks if len(units.copies) else None, model)
    clock.append(perf_counter())
    left, right = found.left, found.right
    bits = score(records, model, left, right)
    edges = _edges(records, left, right, bits)
    if circles is not None:
        near = circles[left] == circles[right]
        left, right, bits = left[near], right[near], bits[near]
    clock.append(perf_counter())
    solved = solve(records, model, left, right, bits, decided, units)
    clock.append(perf_counter())
    questions = solved.doubts.within_budget(solved.label)
    households = households_of(records, model, solved.label, decided.apart, questions, circles)
    clock.append(perf_counter())
    stages = ("pairs", "compare", "group", "households")
    report = {
        "engine": ENGINE,
        "model": model.version,
        "records": len(records),
        "groups": len(np.unique(solved.label)),
        "copies": len(units.copies),
        "pairs": len(left),
        "pairs by key": found.pairs,
        "keys refined": found.refined,
        "keys capped": found.capped,
        "shared values": len(model.shared),
        "cut": model.link_cut,
        "questions": len(questions),
        **of_match(solved.label, *solved.pairs),
        "households": households.counts(),
        "seconds": {s: round(b - a, 3) for s, a, b in zip(stages, clock, clock[1:], strict=False)},
        **solved.counts,
    }
    return _partition(records, model, solved, questions, households, report, edges)


def match_component(
    records: Records,
    model: Model,
    edges: tuple[Longs, Longs, Bits],
    decisions: Decisions | None = None,
    circles: Ints | None = None,
) -> Partition:
    """The same groups as `match`, for whole components whose pairs are known: `edges`, as it gives them.

    No pair is looked up or compared anew but what rivals and groups ask. Households are not told.
    """
    report = {"model": model.version}
    if len(records) == 1:  # as most who arrive: nobody to be joined with or asked about
        labels, nearest = np.zeros(1, dtype=np.int32), np.full(1, -1, dtype=np.int32)
        sure = np.ones(1, dtype=np.float32)
        return Partition(labels, nearest, sure, [], Households.none(), report, records, model, [], edges)
    if circles is not None:
        circles = circles[records.order]
    decided = _inside(records, decisions or Decisions(), circles)
    units = units_of(records, model, decided.named(), circles)
    left, right, bits = _pairs_of(records, model, edges, units)
    if circles is not None:
        near = circles[left] == circles[right]
        left, right, bits = left[near], right[near], bits[near]
    solved = solve(records, model, left, right, bits, decided, units)
    return _partition(records, model, solved, [], Households.none(), report, edges)


def _edges(records: Records, left: Ints, right: Ints, bits: Bits) -> tuple[Longs, Longs, Bits]:
    """The likely pairs as contents, each once; a record that is decided about may equal another."""
    likely = bits >= log_odds(DOUBT)
    said = contents(records)
    one, other, weight = said[left[likely]], said[right[likely]], bits[likely]
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort((high, low))
    low, high, weight = low[order], high[order], weight[order]
    once = low != high
    once[1:] &= (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    return low[once], high[once], weight[once]


def _pairs_of(
    records: Records, model: Model, edges: tuple[Longs, Longs, Bits], units: Units
) -> tuple[Ints, Ints, Bits]:
    """The pairs of those that speak, by position, sorted; equal ones meet where they share any key."""
    said = contents(records)
    speaking: dict[int, list[int]] = {}
    for at in places_of(units.speaks).tolist():
        speaking.setdefault(int(said[at]), []).append(at)
    found = [
        (min(i, j), max(i, j), weight)
        for one, other, weight in zip(*(side.tolist() for side in edges), strict=True)
        for i in speaking.get(one, ())
        for j in speaking.get(other, ())
    ]
    several = [places for places in speaking.values() if len(places) > 1]
    if several:
        keyed = set(keys_of(records)[0].tolist())
        firsts = np.array([places[0] for places in several], dtype=np.int32)
        for places, weight in zip(several, own_bits(records, model, firsts).tolist(), strict=True):
            if int(records.order[places[0]]) in keyed:
                found += [(i, j, weight) for i, j in combinations(places, 2)]
    found.sort()
    return (
        np.array([i for i, _, _ in found], dtype=np.int32),
        np.array([j for _, j, _ in found], dtype=np.int32),
        np.array([bits for _, _, bits in found], dtype=np.float32),
    )


def _partition(
    records: Records,
    model: Model,
    solved: Solved,
    questions: list[tuple[int, int, float]],
    households: Households,
    report: Mapping[str, object],
    edges: tuple[Longs, Longs, Bits],
) -> Partition:
    """From positions to the caller's rows."""
    order = records.order
    labels = np.empty(len(records), dtype=np.int32)
    labels[order] = order[solved.label]
    by_row = np.full(len(records), -1, dtype=np.int32)
    by_row[order] = np.where(solved.nearest >= 0, order[solved.nearest], -1)
    p_by_row = np.ones(len(records), dtype=np.float32)
    p_by_row[order] = solved.probability
    asked = [(int(order[i]), int(order[j]), p) for i, j, p in questions]
    told = solved.doubts
    chances = probabilities(told.bits).tolist()
    sides = order[told.left].tolist(), order[told.right].tolist()
    doubts = [
        Doubt(*row) for row in zip(*sides, chances, told.settles.tolist(), told.refused.tolist(), strict=True)
    ]
    return Partition(labels, by_row, p_by_row, asked, households, report, records, model, doubts, edges)


def _inside(records: Records, decisions: Decisions, circles: Ints | None) -> Decisions:
    """The decisions without those that would join records of two circles; `circles` by position."""
    if circles is None:
        return decisions
    circle = dict(zip(records.ids, circles.tolist(), strict=True))
    return replace(decisions, same=[(x, y) for x, y in decisions.same if circle.get(x) == circle.get(y)])

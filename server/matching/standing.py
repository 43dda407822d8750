"""Why two records stand together or apart, once everything else is heard: their groups, people, rivals.

A pair's own evidence is one thing (explaining.py). What became of the pair hangs on more: how its group came
together, whom its unsure side fits as well, what the other members contradict, what people decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from server.matching.columns import Bits, Flags, Ints, Longs
from server.matching.explaining import (
    Evidence,
    Explanation,
    Verdict,
    evidence_of,
    explain,
    percent,
    verdict_on,
)
from server.matching.keys import blocks_of, candidates
from server.matching.kinds import kinds_of_evidence
from server.matching.model import Model
from server.matching.partition import IDENTITY, Decisions, tie_of
from server.matching.records import Records
from server.matching.rivals import heed_rivals, unsure_of
from server.matching.scoring import log_odds, probabilities, score, weigh
from server.matching.units import Units, units_of

HEEDED = 0.05
"""Bits by which a rival must have lowered a pair to be worth a word."""

MOST_COMPARED = 40_000
"""Pairs of two groups' members among which the one that contradicts most is looked for."""


@dataclass(frozen=True, slots=True)
class Joined:
    """How a record (a row) came into its group: by which other's evidence, how surely, why.

    `group`: the label of the group. `is_decided`: a person said so, and no evidence was needed.
    """

    group: int
    row: int
    by: int
    probability: float
    is_decided: bool
    evidence: Sequence[Evidence]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason why two records are apart: a sentence, and the evidence behind it where there is some."""

    code: str
    params: dict[str, str]
    evidence: Sequence[Evidence] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a pair of rows. `joins`: of their group or groups, in the order in which they joined.

    `probability` and `verdict`: on the pair with its rivals heeded, whatever the groups say. `chain`: the
    rows by which the two came into one group, both ends included; empty for two that are apart. `lowered`:
    why the pair counts for less than its own evidence. `apart`: empty for two that are together.
    """

    pair: Explanation
    probability: float
    is_together: bool
    joins: Sequence[Joined]
    chain: Sequence[int]
    verdict: Verdict
    lowered: Sequence[Reason]
    apart: Sequence[Reason]


@dataclass(frozen=True, slots=True)
class _Pairs:
    """The candidate pairs that touch the two groups, by position: own bits and those with rivals heeded.

    `equal`: which are a record and a copy of it, and so in one group whatever they weigh, if in any.
    """

    left: Ints
    right: Ints
    own: Bits
    heeded: Bits
    equal: Flags

    @classmethod
    def of(cls, records: Records, model: Model, inside: Flags, units: Units) -> _Pairs:
        """The pairs with a record `inside`, and the copies there of those that are compared for them."""
        found = candidates(records, units.speaks, model)
        touching = inside[found.left] | inside[found.right]
        left, right = found.left[touching], found.right[touching]
        own = score(records, model, left, right)
        heeded = heed_rivals(records, model, left, right, own)
        here = inside[units.copies]
        copies, bits = units.copies[here], units.bits[here]
        speakers = units.speaker[copies]
        return cls(
            np.concatenate([left, np.minimum(copies, speakers)]),
            np.concatenate([right, np.maximum(copies, speakers)]),
            np.concatenate([own, bits]),
            np.concatenate([heeded, bits]),
            np.arange(len(left) + len(copies)) >= len(left),
        )

    def at(self, one: int, two: int) -> int | None:
        """Where a pair stands; None when it was never compared."""
        a, b = min(one, two), max(one, two)
        found = np.flatnonzero((self.left == a) & (self.right == b))
        return int(found[0]) if len(found) else None


def standing(
    records: Records, model: Model, labels: Ints, i: int, j: int, decisions: Decisions | None = None
) -> Standing:
    """Say why the caller's rows i and j stand where `labels`, by the caller's rows, put them.

    Looks all pairs up again but weighs only those of the two groups; it costs what the first part of a match
    costs, so it is for when somebody asks.
    """
    decided = decisions or Decisions()
    pair = explain(records, model, i, j)
    one, two = (int(records.position[row]) for row in (i, j))
    label = labels[records.order]
    inside = np.isin(label, [label[one], label[two]])
    units = units_of(records, model, decided.named()).spoken_by(two).spoken_by(one)
    pairs = _Pairs.of(records, model, inside, units)
    at = pairs.at(one, two)
    heeded = float(pairs.heeded[at]) if at is not None else pair.bits
    probability = float(probabilities(np.array([heeded], dtype=np.float32))[0])
    tree = _tree(records, model, label, inside, pairs, decided)
    is_together = bool(label[one] == label[two])
    return Standing(
        pair=pair,
        probability=probability,
        is_together=is_together,
        joins=[_joined(records, model, label, edge) for edge in _in_order(tree)],
        chain=[int(records.order[k]) for k in _path(tree, one, two)] if is_together else [],
        verdict=verdict_on(probability, model),
        lowered=list(_rivals(records, model, pairs, at)),
        apart=[] if is_together else list(_apart(records, model, label, pairs, (one, two), decided)),
    )


Edge = tuple[int, int, float, bool]
"""(position, position, bits, whether a person decided it)."""


def _tree(
    records: Records, model: Model, label: Ints, inside: np.ndarray, pairs: _Pairs, decided: Decisions
) -> list[Edge]:
    """The joins that hold the groups together: decisions first, then the strongest pairs."""
    where = {name: at for at, name in enumerate(records.ids)}
    edges: list[Edge] = []
    for said in sorted(tuple(sorted(pair)) for pair in decided.same):
        ends = [where[name] for name in said if name in where and inside[where[name]]]
        if len(ends) == 2 and label[ends[0]] == label[ends[1]]:
            edges.append((ends[0], ends[1], np.inf, True))
    strong = pairs.equal | (pairs.heeded >= log_odds(model.link_cut))
    joins = (label[pairs.left] == label[pairs.right]) & strong
    a, b, bits = pairs.left[joins], pairs.right[joins], pairs.heeded[joins]
    order = np.lexsort((b, a, tie_of(records, a, b), -bits))
    edges += [
        (x, y, w, False) for x, y, w in zip(*(side[order].tolist() for side in (a, b, bits)), strict=True)
    ]
    parent: dict[int, int] = {}

    def root(at: int) -> int:
        while (above := parent.get(at, at)) != at:
            at = above
        return at

    kept = []
    for edge in edges:
        x, y = root(edge[0]), root(edge[1])
        if x != y:
            parent[max(x, y)] = min(x, y)
            kept.append(edge)
    return kept


def _in_order(tree: Sequence[Edge]) -> Iterator[Edge]:
    """The edges as (who comes in, by whom, ...): from a group's strongest pair on, the strongest next."""
    waiting = list(tree)
    reached: set[int] = set()
    while waiting:
        next_one = next((edge for edge in waiting if {edge[0], edge[1]} & reached), waiting[0])
        waiting.remove(next_one)
        x, y, bits, is_decided = next_one
        yield (x, y, bits, is_decided) if y in reached or x not in reached else (y, x, bits, is_decided)
        reached |= {x, y}


def _path(tree: Sequence[Edge], one: int, two: int) -> list[int]:
    """The positions from one to the other along the joins."""
    near: dict[int, list[int]] = defaultdict(list)
    for x, y, _, _ in tree:
        near[x].append(y)
        near[y].append(x)
    before = {one: one}
    queue = [one]
    for at in queue:
        for other in near[at]:
            if other not in before:
                before[other] = at
                queue.append(other)
    if two not in before:
        return []
    path = [two]
    while path[-1] != one:
        path.append(before[path[-1]])
    return path[::-1]


def _joined(records: Records, model: Model, label: Ints, edge: Edge) -> Joined:
    x, y, bits, is_decided = edge
    row, by = int(records.order[x]), int(records.order[y])
    sure = 1.0 if is_decided else float(probabilities(np.array([bits], dtype=np.float32))[0])
    return Joined(int(label[x]), row, by, sure, is_decided, evidence_of(records, model, [(row, by)])[0])


def _rivals(records: Records, model: Model, pairs: _Pairs, at: int | None) -> Iterator[Reason]:
    """The person whom the unsure side of the pair fits about as well."""
    if at is None or pairs.own[at] - pairs.heeded[at] < HEEDED:
        return
    unsure = unsure_of(records)
    turned = bool(unsure[pairs.right[at]])
    own, other = (
        int(side[at]) for side in ((pairs.right, pairs.left) if turned else (pairs.left, pairs.right))
    )
    with_own = np.flatnonzero(
        ((pairs.left == own) | (pairs.right == own)) & (pairs.own >= log_odds(model.link_cut))
    )
    with_own = with_own[with_own != at]
    others = np.where(pairs.left[with_own] == own, pairs.right[with_own], pairs.left[with_own])
    others = others.astype(np.int32)
    between = weigh(records, model, np.full(len(others), other, dtype=np.int32), others)
    unlike = (between.outcomes["name"].kin < 0) & (between.bits < log_odds(model.link_cut))
    if not unlike.any():
        return
    rival = int(others[unlike][np.argmax(pairs.own[with_own][unlike])])
    rows = [int(records.order[k]) for k in (own, other, rival)]
    ids = [_shown(records, k) for k in (own, other, rival)]
    lost = f"{float(pairs.own[at] - pairs.heeded[at]):.1f}"
    yield Reason(
        "why_rival",
        {"unsure": ids[0], "other": ids[1], "rival": ids[2], "bits": lost},
        evidence_of(records, model, [(rows[0], rows[2])])[0],
    )


def _apart(
    records: Records, model: Model, label: Ints, pairs: _Pairs, two: tuple[int, int], decided: Decisions
) -> Iterator[Reason]:
    """Why two records of two groups are apart, what decides first."""
    groups = [np.flatnonzero(label == label[at]) for at in two]
    sides = [{records.ids[at] for at in group.tolist()} for group in groups]
    for x, y in sorted(tuple(sorted(said)) for said in decided.apart):
        if (x in sides[0] and y in sides[1]) or (x in sides[1] and y in sides[0]):
            yield Reason("why_decided_apart", {"one": _plain(x), "two": _plain(y)})
            return
    cut = log_odds(model.link_cut)
    at = pairs.at(*two)
    if at is None:
        yield _never_compared(records, two)
    elif pairs.heeded[at] < cut:
        lacking = {"bits": f"{cut - float(pairs.heeded[at]):.1f}", "percent": f"{100 * model.link_cut:.0f}"}
        rows = [int(records.order[k]) for k in two]
        against = [said for said in evidence_of(records, model, [(rows[0], rows[1])])[0] if said[2] < 0]
        yield Reason("why_below" if against else "why_too_little", lacking, against)
    across = np.flatnonzero((label[pairs.left] != label[pairs.right]) & _within(label, pairs, two))
    if not len(across):
        return
    best = int(across[np.argmax(pairs.heeded[across])])
    ends = int(pairs.left[best]), int(pairs.right[best])
    chance = percent(float(probabilities(pairs.heeded[[best]])[0]))
    names = {"one": _shown(records, ends[0]), "two": _shown(records, ends[1]), "percent": chance}
    if pairs.heeded[best] < cut:
        if best != at:
            yield Reason("why_best_between", names, _evidence(records, model, *ends))
        return
    yield Reason("why_refused", names, _evidence(records, model, *ends) if best != at else ())
    yield from _contradiction(records, model, groups)


def _within(label: Ints, pairs: _Pairs, two: tuple[int, int]) -> np.ndarray:
    ends = [label[two[0]], label[two[1]]]
    return np.isin(label[pairs.left], ends) & np.isin(label[pairs.right], ends)


def _never_compared(records: Records, two: tuple[int, int]) -> Reason:
    """Whether the two share no key at all, or only such as too many records share."""
    shared = sorted(
        {
            keyed.kind
            for keyed in blocks_of(records)
            if np.intersect1d(*(keyed.keys[keyed.rows == at] for at in two)).size
        }
    )
    if shared:
        return Reason("why_crowded", {"keys": "; ".join(shared)})
    return Reason("why_no_key", {})


def _contradiction(records: Records, model: Model, groups: Sequence[Longs]) -> Iterator[Reason]:
    """The two members, one of each group, that contradict each other most."""
    width = max(1, MOST_COMPARED // max(1, len(groups[0])))
    left = np.repeat(groups[0], len(groups[1][:width])).astype(np.int32)
    right = np.tile(groups[1][:width], len(groups[0])).astype(np.int32)
    scored = weigh(records, model, left, right)
    against = sum(
        np.minimum(np.minimum(scored.outcomes[kind].stranger, scored.outcomes[kind].kin), 0)
        for kind in IDENTITY
    )
    worst = int(np.argmin(against))
    ends = int(left[worst]), int(right[worst])
    kinds = kinds_of_evidence()
    speaking: list[Evidence] = []
    for kind in IDENTITY:
        outcome = scored.outcomes[kind]
        bits = min(float(outcome.stranger[worst]), float(outcome.kin[worst]))
        if bits < 0 and outcome.level[worst]:
            code = kinds[kind].LEVELS[int(outcome.level[worst])].code
            speaking.append((code, kinds[kind].params(records, *ends), round(bits, 2)))
    if speaking:
        names = {"one": _shown(records, ends[0]), "two": _shown(records, ends[1])}
        yield Reason("why_contradicts", names, sorted(speaking, key=lambda said: (said[2], said[0])))


def _evidence(records: Records, model: Model, one: int, two: int) -> list[Evidence]:
    return evidence_of(records, model, [(int(records.order[one]), int(records.order[two]))])[0]


def _shown(records: Records, at: int) -> str:
    return _plain(records.ids[at])


def _plain(record_id: str) -> str:
    """An id as people know it: in the tables, source and key stand around a separator."""
    return record_id.replace("\x1f", " ")

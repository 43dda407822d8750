"""Groups of records, not chains: strongest pairs first, and every join judged between whole groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from server.matching.columns import Bits, Flags, Ints, Longs, mix
from server.matching.model import Model
from server.matching.records import Records
from server.matching.scoring import log_odds, weigh

MEMBERS = 10
"""Members of a group that are heard when a join is judged: spread evenly over its stable order."""

Doubles = npt.NDArray[np.float64]

CONFIRMED = 3.0
"""Bits within a household from which evidence tells its members apart."""

IDENTITY = ("name", "birth_date", "document", "gender")
"""What can contradict: evidence that a person has one of."""


@dataclass(frozen=True, slots=True)
class Decisions:
    """What people decided, by record id. They outrank every rule; `apart` outranks a chain of `same`."""

    same: Sequence[tuple[str, str]] = ()
    apart: Sequence[tuple[str, str]] = ()


@dataclass
class Grouping:
    """The state of the groups: `label` by position (the group's first member), members by label."""

    label: Longs
    members: dict[int, list[int]] = field(default_factory=dict)
    apart: dict[int, set[int]] = field(default_factory=dict)  # label -> positions it must not hold

    def of(self, label: int) -> list[int]:
        """The members of a group, in stable order."""
        return self.members.get(label, [label])

    def join(self, one: int, two: int) -> None:
        """Make one group of two; it is named by its first member."""
        first, second = min(one, two), max(one, two)
        merged = sorted(self.of(first) + self.of(second))
        self.label[merged] = first
        self.members.pop(second, None)
        self.members[first] = merged
        if first in self.apart or second in self.apart:
            self.apart[first] = self.apart.get(first, set()) | self.apart.pop(second, set())

    def forbidden(self, one: int, two: int) -> bool:
        """Whether a person decided that the two groups are not the same."""
        return any(self.label[p] == two for p in self.apart.get(one, ())) or any(
            self.label[p] == one for p in self.apart.get(two, ())
        )


def group(
    records: Records, model: Model, left: Ints, right: Ints, bits: Bits, decisions: Decisions
) -> tuple[Grouping, list[tuple[int, int, float]], dict[str, int]]:
    """Join groups, strongest pair first. Also returns refused pairs (i, j, bits after judging) and counts."""
    state = Grouping(np.arange(len(records), dtype=np.int64))
    counts = _apply(records, decisions, state)
    cut = log_odds(model.link_cut)
    strong = bits >= cut
    i, j, weight = (
        left[strong].astype(np.int64),
        right[strong].astype(np.int64),
        bits[strong].astype(np.float64),
    )
    # equal weights are ordered by a digest of the ids, so long rows of equal records join in few rounds
    tie = mix(
        np.minimum(records.id_digests[i], records.id_digests[j]),
        np.maximum(records.id_digests[i], records.id_digests[j]),
    )
    order = np.lexsort((j, i, tie, -weight))
    i, j, weight = i[order], j[order], weight[order]
    refused: list[tuple[int, int, float]] = []
    counts["rounds"] = 0
    while len(i):
        counts["rounds"] += 1
        a, b = state.label[i], state.label[j]
        apart = a != b
        i, j, weight, a, b = i[apart], j[apart], weight[apart], a[apart], b[apart]
        if not len(i):
            break
        chosen = _mutual_best(a, b, len(records))
        joint = _judge(records, model, state, i[chosen].astype(np.int32), j[chosen].astype(np.int32), a[chosen], b[chosen], weight[chosen])
        drop: set[tuple[int, int]] = set()
        for at, one, two, judged in zip(
            chosen.tolist(), a[chosen].tolist(), b[chosen].tolist(), joint.tolist(), strict=True
        ):
            if judged >= cut and not state.forbidden(one, two):
                state.join(one, two)
            else:
                drop.add((min(one, two), max(one, two)))
                if not state.forbidden(one, two):
                    refused.append((int(i[at]), int(j[at]), judged))
        counts["refused"] = counts.get("refused", 0) + len(drop)
        if drop:
            keep = _not_among(np.minimum(a, b), np.maximum(a, b), drop, len(records))
            i, j, weight = i[keep], j[keep], weight[keep]
    return state, refused, counts


def _apply(records: Records, decisions: Decisions, state: Grouping) -> dict[str, int]:
    """Put people's decisions in place; counts those that name unknown records or contradict each other."""
    where = {name: at for at, name in enumerate(records.ids)}
    unknown = conflicts = 0
    for x, y in sorted(tuple(sorted(pair)) for pair in decisions.apart):
        if x not in where or y not in where or x == y:
            unknown += 1
            continue
        state.apart.setdefault(where[x], set()).add(where[y])
        state.apart.setdefault(where[y], set()).add(where[x])
    for x, y in sorted(tuple(sorted(pair)) for pair in decisions.same):
        if x not in where or y not in where:
            unknown += 1
            continue
        a, b = int(state.label[where[x]]), int(state.label[where[y]])
        if a == b:
            continue
        if state.forbidden(a, b):
            conflicts += 1
            continue
        state.join(a, b)
    return {"decisions about unknown records": unknown, "decisions in conflict": conflicts}


def _mutual_best(a: Longs, b: Longs, n: int) -> Longs:
    """Of pairs in falling order, those that are the strongest of both their groups."""
    both = np.concatenate([a, b])
    rank = np.concatenate([np.arange(len(a)), np.arange(len(a))])
    best = np.full(n, len(a), dtype=np.int64)
    np.minimum.at(best, both, rank)
    mine = np.arange(len(a))
    return np.flatnonzero((best[a] == mine) & (best[b] == mine)).astype(np.int64)


def _not_among(a: Longs, b: Longs, drop: set[tuple[int, int]], n: int) -> Flags:
    gone = np.array(sorted(x * n + y for x, y in drop), dtype=np.int64)
    return ~np.isin(a * n + b, gone)


def _judge(records: Records, model: Model, state: Grouping, i: Longs, j: Longs, a: Longs, b: Longs, weight: Doubles) -> Doubles:
    """The weight of each join once the whole groups are heard: the pair's own, less what members contradict.

    Each kind of identity evidence speaks by its mean over the pairs of members that it confirms or denies; an
    initial does neither.
    """
    joint = weight.astype(np.float64)
    lefts: list[int] = []
    rights: list[int] = []
    owner: list[int] = []
    for at, (one, two) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        xs, ys = _heard(state.of(one)), _heard(state.of(two))
        if len(xs) == 1 and len(ys) == 1:
            continue
        for x in xs:
            lefts += [x] * len(ys)
            rights += ys
        owner += [at] * (len(xs) * len(ys))
    if not owner:
        return joint
    pair = weigh(records, model, i, j)
    scored = weigh(records, model, np.array(lefts, dtype=np.int32), np.array(rights, dtype=np.int32))
    whose = np.array(owner, dtype=np.int64)
    asked = np.zeros(len(joint), dtype=np.bool_)
    asked[whose] = True
    for kind in IDENTITY:
        outcome = scored.outcomes.get(kind)
        if outcome is None:
            continue
        against = np.minimum(np.minimum(outcome.kin, outcome.stranger), 0)
        comparable = (outcome.kin >= CONFIRMED) | (against < 0)
        total = np.bincount(whose, weights=against, minlength=len(joint))
        heard = np.bincount(whose[comparable], minlength=len(joint))
        own = np.minimum(np.minimum(pair.outcomes[kind].kin, pair.outcomes[kind].stranger), 0)
        joint = joint + np.where(asked, np.minimum(total / np.maximum(heard, 1) - own, 0), 0)
    return joint


def _heard(members: list[int]) -> list[int]:
    if len(members) <= MEMBERS:
        return members
    step = len(members) / MEMBERS
    return [members[int(k * step)] for k in range(MEMBERS)]

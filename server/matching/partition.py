"""Groups of records, not chains: strongest pairs first, and every join judged between whole groups."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from server.matching.columns import Bits, Flags, Ints, Longs, mix, places_of
from server.matching.model import Model
from server.matching.records import Records
from server.matching.saying import contents
from server.matching.scoring import log_odds, outcomes_of

MEMBERS = 10
"""Members of a group that are heard when a join is judged: those who tell most of themselves."""

HANDFUL = 12
"""Records up to which every two are compared before they are grouped, in one go instead of one a round."""

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

    def named(self) -> set[str]:
        """Every record that a decision is about."""
        return {own for said in (self.same, self.apart) for pair in said for own in pair}


@dataclass
class Grouping:
    """The state of the groups, each named by its first member.

    `parent`: of each position one nearer to its group's first, which is its own. `following`: the members of
    a group in a ring, so that two groups become one by exchanging two entries. `size`: of the group, at its
    first.
    """

    parent: Longs
    following: Longs
    size: Longs
    apart: dict[int, set[int]] = field(default_factory=dict)  # first -> positions its group must not hold

    @classmethod
    def alone(cls, count: int) -> Grouping:
        """Every record a group of its own."""
        everyone = np.arange(count, dtype=np.int64)
        return cls(everyone.copy(), everyone.copy(), np.ones(count, dtype=np.int64))

    @property
    def label(self) -> Longs:
        """The first member of each position's group."""
        while True:
            nearer = self.parent[self.parent]
            if np.array_equal(nearer, self.parent):
                return self.parent
            self.parent = nearer

    def first_of(self, position: int) -> int:
        """The first member of one position's group, without looking at all the others."""
        while (nearer := int(self.parent[position])) != position:
            position = nearer
        return position

    def join(self, ones: Longs, twos: Longs) -> None:
        """Make one group of each two, given by their firsts; no group may stand in two of the joins."""
        first, second = np.minimum(ones, twos), np.maximum(ones, twos)
        self.parent[second] = first
        self.following[first], self.following[second] = self.following[second], self.following[first]
        self.size[first] += self.size[second]
        if self.apart:
            for one, two in zip(first.tolist(), second.tolist(), strict=True):
                if one in self.apart or two in self.apart:
                    self.apart[one] = self.apart.get(one, set()) | self.apart.pop(two, set())

    def members(self, firsts: Longs) -> tuple[Longs, Longs]:
        """All members of each group in stable order, group after group: positions, and which group's."""
        owners, rows = [np.arange(len(firsts))], [firsts]
        walking = owners[0]
        at = self.following[firsts]
        while True:
            open_ = at != firsts[walking]
            walking, at = walking[open_], at[open_]
            if not len(walking):
                break
            owners.append(walking)
            rows.append(at)
            at = self.following[at]
        owner, row = np.concatenate(owners), np.concatenate(rows)
        order = np.lexsort((row, owner))
        return row[order], owner[order]

    def forbidden(self, one: int, two: int) -> bool:
        """Whether a person decided that the two groups, given by their firsts, are not the same."""
        return any(self.first_of(p) == two for p in self.apart.get(one, ())) or any(
            self.first_of(p) == one for p in self.apart.get(two, ())
        )

    def forbids(self, ones: Longs, twos: Longs) -> Flags:
        """The same for many pairs of groups."""
        found = np.zeros(len(ones), dtype=np.bool_)
        if self.apart:
            decided = np.fromiter(self.apart, dtype=np.int64, count=len(self.apart))
            for at in places_of(np.isin(ones, decided) | np.isin(twos, decided)).tolist():
                found[at] = self.forbidden(int(ones[at]), int(twos[at]))
        return found


def group(
    records: Records, model: Model, left: Ints, right: Ints, bits: Bits, decisions: Decisions
) -> tuple[Grouping, list[tuple[int, int, float]], dict[str, int]]:
    """Join groups, strongest pair first. Also returns refused pairs (i, j, bits after judging) and counts.

    Whom a person called the same stands in one group from the start, however unlike the records. So a join
    hears those of each group who belong together by what they say too, or two unlike ones would drive away
    each other's own.
    """
    state = Grouping.alone(len(records))
    where = {name: at for at, name in enumerate(records.ids)} if decisions.same or decisions.apart else {}
    counts = _apply(where, decisions, state)
    alike = _alike(records, model, where, decisions, state) if decisions.same else state
    cut = log_odds(model.link_cut)
    strong = bits >= cut
    i, j, weight = (
        left[strong].astype(np.int64),
        right[strong].astype(np.int64),
        bits[strong].astype(np.float64),
    )
    order = np.lexsort((j, i, tie_of(records, i, j), -weight))
    i, j, weight = i[order], j[order], weight[order]
    a, b, c, d = state.label[i], state.label[j], alike.label[i], alike.label[j]
    refused: list[tuple[int, int, float]] = []
    if len(i) > 1 and len(records) <= HANDFUL:
        _compare_all(records, model)
    counts["rounds"] = counts["refused"] = 0
    while len(i):
        counts["rounds"] += 1
        a, b = state.parent[a], state.parent[b]  # a group goes into another at most once a round
        c, d = (a, b) if alike is state else (alike.parent[c], alike.parent[d])
        open_ = c != d
        i, j, weight, a, b, c, d = (told[open_] for told in (i, j, weight, a, b, c, d))
        if not len(i):
            break
        within = places_of(a == b)  # joined by a person: do they say so too? Before anyone comes to them
        chosen = within[_mutual_best(c[within], d[within], len(records))]
        if not len(chosen):
            chosen = _mutual_best(a, b, len(records))
        joint = _judge(records, model, alike, i[chosen], j[chosen], c[chosen], d[chosen], weight[chosen])
        apart = a[chosen] != b[chosen]
        forbidden = state.forbids(a[chosen], b[chosen])
        good = (joint >= cut) & ~forbidden
        state.join(a[chosen][good & apart], b[chosen][good & apart])
        if alike is not state:
            alike.join(c[chosen][good], d[chosen][good])
        bad = chosen[~good]
        if len(bad):
            counts["refused"] += len(bad)
            asked = ~good & ~forbidden & apart
            refused += zip(
                i[chosen][asked].tolist(), j[chosen][asked].tolist(), joint[asked].tolist(), strict=True
            )
            between = np.minimum(c, d) * len(records) + np.maximum(c, d)
            keep = ~np.isin(between, between[bad])
            i, j, weight, a, b, c, d = (told[keep] for told in (i, j, weight, a, b, c, d))
    return state, refused, counts


def _compare_all(records: Records, model: Model) -> None:
    """Compare every two of a handful at once: the rounds to come ask for them one after the other, and what
    was compared is remembered."""
    one, other = np.nonzero(~np.eye(len(records), dtype=np.bool_))
    outcomes_of(records, model, one.astype(np.int32), other.astype(np.int32), IDENTITY)


def tie_of(records: Records, left: Ints | Longs, right: Ints | Longs) -> Longs:
    """Orders pairs of equal weight by what the records say: neither by their ids nor by who else is here.

    A digest, so that a long row of like records joins in few rounds.
    """
    said = contents(records)
    return mix(np.minimum(said[left], said[right]), np.maximum(said[left], said[right]))


def _apply(where: Mapping[str, int], decisions: Decisions, state: Grouping) -> dict[str, int]:
    """Put people's decisions in place; counts those that name unknown records or contradict each other.

    `where`: the position of each id.
    """
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
        a, b = state.first_of(where[x]), state.first_of(where[y])
        if a == b:
            continue
        if state.forbidden(a, b):
            conflicts += 1
            continue
        state.join(np.array([a]), np.array([b]))
    return {"decisions about unknown records": unknown, "decisions in conflict": conflicts}


def _alike(
    records: Records, model: Model, where: Mapping[str, int], decisions: Decisions, state: Grouping
) -> Grouping:
    """Who belongs together before any evidence is heard: whom a person joined and no identity contradicts."""
    found = Grouping.alone(len(records))
    said = [(where[x], where[y]) for x, y in decisions.same if x in where and y in where]
    pairs = np.array(said, dtype=np.int32).reshape(-1, 2)
    pairs = pairs[state.label[pairs[:, 0]] == state.label[pairs[:, 1]]]
    outcomes = outcomes_of(records, model, pairs[:, 0], pairs[:, 1], IDENTITY)
    against = np.stack([np.minimum(outcomes[kind].kin, outcomes[kind].stranger) for kind in IDENTITY]).min(0)
    for one, other in pairs[against >= 0].tolist():
        first, second = found.first_of(one), found.first_of(other)
        if first != second:
            found.join(np.array([first]), np.array([second]))
    return found


def _mutual_best(a: Longs, b: Longs, n: int) -> Longs:
    """Of pairs in falling order, those that are the strongest of both their groups."""
    mine = np.arange(len(a))
    best = np.full(n, len(a), dtype=np.int64)
    best[b[::-1]] = mine[::-1]  # of several the last written stays: the strongest
    as_one = np.full(n, len(a), dtype=np.int64)
    as_one[a[::-1]] = mine[::-1]
    np.minimum(best, as_one, out=best)
    return places_of((best[a] == mine) & (best[b] == mine)).astype(np.int64)


def _judge(
    records: Records,
    model: Model,
    state: Grouping,
    i: Longs,
    j: Longs,
    a: Longs,
    b: Longs,
    weight: Doubles,
) -> Doubles:
    """The weight of each join once the whole groups are heard: the pair's own, less what members contradict.

    Each kind of identity evidence speaks by its mean over the pairs of members that it confirms or denies, in
    place of what it said of the strongest pair alone; an initial does neither.
    """
    joint = weight.astype(np.float64)
    asked = places_of((state.size[a] > 1) | (state.size[b] > 1))
    if not len(asked):
        return joint
    lefts, left_from, left_count = _heard(records, state, a[asked])
    rights, right_from, right_count = _heard(records, state, b[asked])
    count = left_count * right_count
    whose = np.repeat(np.arange(len(asked)), count)
    nth = np.arange(len(whose)) - np.repeat(np.cumsum(count) - count, count)
    x = lefts[left_from[whose] + nth // right_count[whose]]
    y = rights[right_from[whose] + nth % right_count[whose]]
    ones, others = (np.concatenate(side).astype(np.int32) for side in ((i[asked], x), (j[asked], y)))
    told = outcomes_of(records, model, ones, others, IDENTITY)
    for kind in IDENTITY:
        denied = np.minimum(np.minimum(told[kind].kin, told[kind].stranger), 0)
        paid, against = denied[: len(asked)], denied[len(asked) :]
        comparable = (told[kind].kin[len(asked) :] >= CONFIRMED) | (against < 0)
        total = np.bincount(whose, weights=against, minlength=len(asked))
        voices = np.bincount(whose[comparable], minlength=len(asked))
        joint[asked] += np.minimum(total / np.maximum(voices, 1) - paid, 0)
    return joint


def _heard(records: Records, state: Grouping, firsts: Longs) -> tuple[Longs, Longs, Longs]:
    """The members of each group that are heard: positions, starts and counts.

    Of a large group first those who tell a birth date or a document. Of those who tell as much, by what they
    say: not by their ids, so that a group is the same in any.
    """
    rows, owner = state.members(firsts)
    sizes = state.size[firsts]
    if (sizes > MEMBERS).any():
        told = (records.birth[rows] >= 0).astype(np.int8) + (records.document.codes[rows] >= 0)
        rows = rows[np.lexsort((contents(records)[rows], -told, owner))]
        rows = rows[np.arange(len(rows)) - (np.cumsum(sizes) - sizes)[owner] < MEMBERS]
        sizes = np.minimum(sizes, MEMBERS)
    return rows, np.cumsum(sizes) - sizes, sizes

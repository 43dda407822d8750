"""The regression behind `answers`: which corrections make what is known of some pairs likeliest.

What a level weighs is asked of the weighing itself, so that evidence which speaks with less than its full
voice (a second contact, what a household shares) is corrected in that measure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from server.matching.columns import Ints, Longs
from server.matching.guard import SAME_ORDER
from server.matching.kinds import kinds_of_evidence
from server.matching.learnt import MOST_LEARNT, STEEPEST, Learnt
from server.matching.levels import Compared, Level
from server.matching.model import Model, shipped_levels
from server.matching.records import Records
from server.matching.scoring import add_up, corrected, outcomes_of

EXPECTED_MOVE = 0.7
"""Bits by which the weight of a level differs from house to house (standard deviation)."""

EXPECTED_SHIFT = 0.5
"""The same of all log odds together."""

EXPECTED_STEEPNESS = 0.1
"""The same of the logarithm of the slope: questions stand close together and hardly tell it."""

STEP = 0.25
"""Bits by which a level is moved to see what that does to a pair."""

LEAST_APART = 0.05
"""Bits that stay between a level and a better one; what is rounded does not bring them past each other."""

ROUNDS = 8
DONE = 1e-6

NAME = 10
"""A level of the name holds two: of the first name ten times, of the last name once."""

Doubles = npt.NDArray[np.float64]


class Heard(NamedTuple):
    """Pairs by position, how surely each is one person (an answer: 0 or 1), and for how much it counts."""

    left: Ints
    right: Ints
    chance: Doubles
    weight: Doubles


def corrections_for(records: Records, model: Model, heard: Heard, answers: int) -> Learnt:
    """The corrections that these pairs ask of a model that learnt nothing yet. The same pairs in the same
    order give the same corrections."""
    outcomes = outcomes_of(records, model, heard.left, heard.right, tuple(kinds_of_evidence()))
    fit = _Fit(model, outcomes, tuple(_features(outcomes)), heard)
    moves = fit.likeliest()
    kinds = shipped_levels()
    levels = {
        kind: held(np.array(model.weights[kind]), of_kind, kinds[kind])
        for kind, of_kind in fit.by_level(moves).items()
    }
    slope = float(np.clip(np.exp(moves[-2]), 1 / STEEPEST, STEEPEST))
    return Learnt(
        {kind: of_kind for kind, of_kind in levels.items() if of_kind},
        round(slope, 3),
        round(float(moves[-1]), 3),
        answers,
    )


def held(
    weights: Doubles, found: Mapping[int, tuple[float, float]], levels: Sequence[Level]
) -> dict[int, tuple[float, float]]:
    """The corrections of one kind of evidence, as near to those found as `guard` lets pass.

    None is beyond MOST_LEARNT; what agrees never speaks against, what contradicts never for; and those of a
    side are all taken back in one measure as far as one would let a level overtake a better one.
    """
    more = np.zeros_like(weights)
    for number, bits in found.items():
        more[number] = np.clip(bits, -MOST_LEARNT, MOST_LEARNT)
    shipped = np.array([(level.stranger, level.kin) for level in levels])
    more = np.where(shipped > 0, np.maximum(more, -weights), more)
    contradicts = np.array(["unlike" in level.code for level in levels])[:, None] & (shipped <= 0)
    more = np.where(contradicts, np.minimum(more, -weights), more)
    for side in (0, 1):
        better = np.subtract.outer(shipped[:, side], shipped[:, side]) > SAME_ORDER
        room = np.maximum(np.subtract.outer(weights[:, side], weights[:, side]) - LEAST_APART, 0)
        taken = np.subtract.outer(more[:, side], more[:, side])
        tight = better & (-taken > room)
        if tight.any():
            more[:, side] *= (room[tight] / -taken[tight]).min()
    rounded = {number: more[number].round(3).tolist() for number in sorted(found)}
    return {number: (bits[0], bits[1]) for number, bits in rounded.items() if any(bits)}


class _Feature(NamedTuple):
    """One weight that may move: levels of a kind of evidence, on the side of strangers (0) or of kin (1)."""

    kind: str
    levels: tuple[int, ...]
    side: int


def _features(outcomes: Mapping[str, Compared]) -> Iterator[_Feature]:
    """What stands in any of the pairs; of a name its two parts, whose levels go together in many ways."""
    for kind, levels in shipped_levels().items():
        met = np.unique(outcomes[kind].level)
        met = met[met > 0]
        numbers = np.arange(1, len(levels))
        if kind == "name":
            groups = [numbers[numbers // NAME == first] for first in np.unique(met // NAME)]
            groups += [numbers[numbers % NAME == last] for last in np.unique(met % NAME)]
        else:
            groups = [numbers[numbers == level] for level in met]
        for group in groups:
            for side in (0, 1):
                yield _Feature(kind, tuple(group.tolist()), side)


@dataclass(frozen=True, slots=True)
class _Fit:
    """Compared pairs and what may move. Moves: bits for each feature, the slope's logarithm, the shift."""

    model: Model
    outcomes: Mapping[str, Compared]
    features: Sequence[_Feature]
    heard: Heard

    def likeliest(self) -> Doubles:
        """The moves that the pairs and the prior together make likeliest, by Newton's steps, each halved
        until it leads somewhere better."""
        spread = np.full(len(self.features) + 2, EXPECTED_MOVE)
        spread[-2:] = EXPECTED_STEEPNESS, EXPECTED_SHIFT
        moves = np.zeros(len(spread))
        cost = self._cost(moves, spread)
        for _ in range(ROUNDS):
            step = self._step(moves, spread)
            for _ in range(ROUNDS):
                tried = np.clip(moves + step, -MOST_LEARNT, MOST_LEARNT)
                now = self._cost(tried, spread)
                if now < cost:
                    break
                step = step / 2
            else:
                break
            gained, moves, cost = cost - now, tried, now
            if gained < DONE:
                break
        return moves

    def by_level(self, moves: Doubles) -> dict[str, dict[int, tuple[float, float]]]:
        """The moves of the features as bits by kind and level."""
        found: dict[str, dict[int, tuple[float, float]]] = {}
        for feature, move in zip(self.features, moves[:-2].tolist(), strict=True):
            of_kind = found.setdefault(feature.kind, {})
            more = (move, 0.0) if feature.side == 0 else (0.0, move)
            for level in feature.levels:
                stranger, kin = of_kind.get(level, (0.0, 0.0))
                of_kind[level] = (stranger + more[0], kin + more[1])
        return found

    def _step(self, moves: Doubles, spread: Doubles) -> Doubles:
        slopes, odds = self._slopes(moves)
        chance, weight = 1 / (1 + np.exp2(-odds)), self.heard.weight
        pull = np.log(2) * slopes.T @ ((self.heard.chance - chance) * weight) - moves / spread**2
        bend = np.log(2) ** 2 * chance * (1 - chance) * weight
        found = np.linalg.solve((slopes * bend[:, None]).T @ slopes + np.diag(spread**-2), pull)
        return np.asarray(found, dtype=np.float64)

    def _odds(self, moves: Doubles, rows: Longs | None = None) -> Doubles:
        """The log odds of the pairs, or of some of them, as they would be after the moves."""
        learnt = Learnt(self.by_level(moves), float(np.exp(moves[-2])), float(moves[-1]))
        model = replace(self.model, learnt=learnt)
        outcomes = dict(self.outcomes)
        if rows is not None:
            outcomes = {
                kind: Compared(found.level[rows], found.stranger[rows], found.kin[rows])
                for kind, found in outcomes.items()
            }
        # what a typed record may reach at most says nothing of what its evidence weighs
        never_typed = np.zeros(len(self.heard.left) if rows is None else len(rows), dtype=np.bool_)
        return add_up(model, corrected(model, outcomes), never_typed).bits.astype(np.float64)

    def _slopes(self, moves: Doubles) -> tuple[Doubles, Doubles]:
        """What each move does to each pair, and the pairs' log odds as they are."""
        odds = self._odds(moves)
        found = np.zeros((len(odds), len(moves)))
        for at, feature in enumerate(self.features):
            rows = np.flatnonzero(np.isin(self.outcomes[feature.kind].level, feature.levels))
            there, back = moves.copy(), moves.copy()
            there[at] += STEP
            back[at] -= STEP
            found[rows, at] = (self._odds(there, rows) - self._odds(back, rows)) / (2 * STEP)
        found[:, -2] = odds - moves[-1]
        found[:, -1] = 1.0
        return found, odds

    def _cost(self, moves: Doubles, spread: Doubles) -> float:
        nats = np.log(2) * self._odds(moves)
        lost = self.heard.weight * (np.logaddexp(0, nats) - self.heard.chance * nats)
        return float(lost.sum() + ((moves / spread) ** 2).sum() / 2)

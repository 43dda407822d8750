"""What people's answers teach: how far the weights of this house are from the shipped ones.

A logistic regression whose starting point and prior are the weights there are: an answer that the model
expected moves next to nothing, and a few move little. Only questions are answered, which stand close together
and are the hardest there are, so what the engine believes of all other pairs is heard beside them: what is
learnt tells questions apart and does not drag along what nobody doubts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from server.matching.columns import Bits, Flags, Ints, Longs, mix
from server.matching.correcting import Doubles, Heard, corrections_for
from server.matching.keys import candidates
from server.matching.learnt import Learnt
from server.matching.model import Model
from server.matching.records import Records
from server.matching.saying import contents
from server.matching.scoring import log_odds, probabilities, score
from server.matching.solving import DOUBT
from server.matching.units import units_of

BELIEF = 6_000.0
"""Answers that the engine's own belief in the pairs beyond doubt counts for, all of them together."""

MOST_HEARD = 2_000
"""Pairs above the cut, and pairs below all doubt, that speak for that belief."""

UNLIKELY = -8.0
"""Bits below which a pair is so surely two persons that no correction brings it near a doubt."""

BINS = 10


@dataclass(frozen=True, slots=True)
class Answers:
    """Pairs of records, by the caller's rows, and whether people called each one person."""

    left: Ints
    right: Ints
    is_same: Flags

    def of(self, which: Flags) -> Answers:
        """Some of them."""
        return Answers(self.left[which], self.right[which], self.is_same[which])

    def __len__(self) -> int:
        return len(self.left)


@dataclass(frozen=True, slots=True)
class Fit:
    """How well a model foretold answers.

    `log_loss`: mean bits lost for each (1.0: as by tossing a coin). `error`: mean distance between the
    probability given and the share that proved the same, over ten bins of equally many.
    """

    answers: int
    log_loss: float
    error: float


def questions_among(records: Records, model: Model, answers: Answers) -> Flags:
    """Which of the pairs are questions by themselves: in doubt, under the model or without what it learnt.

    Nothing is learnt from others. A link that somebody takes back is no answer: nobody confirms the links
    that are right, so those would teach that every link is wrong.
    """
    left, right = _positions(records, answers)
    found = np.zeros(len(answers), dtype=np.bool_)
    for one in (model, replace(model, learnt=None)):
        bits = score(records, one, left, right)
        found |= (bits >= log_odds(DOUBT)) & (bits < log_odds(one.link_cut))
    return found


def learn_from(records: Records, model: Model, answers: Answers) -> Learnt:
    """The corrections that these answers ask of the model; what it learnt before is learnt anew.

    `records`: the whole house, so that pairs nobody was asked about are heard, too. The order of the answers,
    and of the two records of each, does not matter. Bounded, whatever is answered: no level moves by more
    than MOST_LEARNT bits, none overtakes a better one, no contradiction speaks for one person.
    """
    plain = replace(model, learnt=None)
    left, right = _positions(records, answers)
    order = np.lexsort((answers.is_same, *_by_contents(records, left, right)))
    left, right, is_same = left[order], right[order], answers.is_same[order]
    beside = _beyond_doubt(records, plain)
    return corrections_for(
        records,
        plain,
        Heard(
            np.concatenate([left, beside.left]),
            np.concatenate([right, beside.right]),
            np.concatenate([is_same.astype(np.float64), beside.chance]),
            np.concatenate([np.ones(len(left)), beside.weight]),
        ),
        len(answers),
    )


def fit_of(records: Records, model: Model, answers: Answers) -> Fit:
    """How well a model foretells some answers."""
    if not len(answers):
        return Fit(0, 0.0, 0.0)
    chance = probabilities(score(records, model, *_positions(records, answers))).astype(np.float64)
    chance, same = np.clip(chance, 1e-6, 1 - 1e-6), answers.is_same
    order = np.lexsort((same, chance))
    chance, same = chance[order], same[order]
    lost = -np.log2(np.where(same, chance, 1 - chance))
    bins = [part for part in np.array_split(np.arange(len(same)), BINS) if len(part)]
    apart = sum(len(part) * abs(float(chance[part].mean() - same[part].mean())) for part in bins)
    return Fit(len(answers), float(lost.mean()), apart / len(answers))


def _positions(records: Records, answers: Answers) -> tuple[Ints, Ints]:
    """Both sides by position, the earlier one first, as candidates are compared."""
    one, other = records.position[answers.left], records.position[answers.right]
    return np.minimum(one, other).astype(np.int32), np.maximum(one, other).astype(np.int32)


def _by_contents(records: Records, left: Ints, right: Ints) -> tuple[Longs, Longs]:
    said = contents(records)
    return np.maximum(said[left], said[right]), np.minimum(said[left], said[right])


def _beyond_doubt(records: Records, model: Model) -> Heard:
    """Pairs that nobody is asked about, and what the engine believes of them.

    Of many, a part drawn by what the records say, so that it hangs neither on their order nor on chance.
    """
    units = units_of(records, model)
    found = candidates(records, units.speaks if len(units.copies) else None, model)
    bits = score(records, model, found.left, found.right)
    sides = [
        np.flatnonzero(bits >= log_odds(model.link_cut)),
        np.flatnonzero((bits > UNLIKELY) & (bits < log_odds(DOUBT))),
    ]
    each = min(1.0, BELIEF / max(sum(map(len, sides)), 1))
    parts: list[tuple[Longs, Doubles]] = []
    for side in sides:
        drawn = mix(*_by_contents(records, found.left[side], found.right[side]))
        part = side[np.argsort(drawn, kind="stable")[:MOST_HEARD]]
        parts.append((part, np.full(len(part), each * len(side) / max(len(part), 1))))
    at, weight = (np.concatenate(told) for told in zip(*parts, strict=True))
    believed: Bits = probabilities(bits[at])
    return Heard(found.left[at], found.right[at], believed.astype(np.float64), weight)

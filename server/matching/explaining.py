"""Why two records are, or are not, one person: levels, bits, and sentences for reception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from server.matching.columns import places_of
from server.matching.kinds import kinds_of_evidence
from server.matching.model import Model
from server.matching.rarity import Sentence, rarity_of
from server.matching.records import Records
from server.matching.scoring import log_odds, outcomes_of, probabilities, weigh

Evidence = tuple[str, dict[str, str], float]
"""A code, its parameters, and the bits it speaks for (or against) one person."""

SILENT = 0.2
"""Bits below which a kind of evidence is not worth a sentence."""

Verdict = Literal["same", "ask", "apart"]


@dataclass(frozen=True, slots=True)
class Weighed:
    """One kind of evidence on a pair: its sentence, its bits on both sides, how common its values are here.

    `softened`: bits by which this house's own slips made a contradiction say less, as they are in the bits.
    """

    kind: str
    level: str
    params: Mapping[str, str]
    stranger: float
    kin: float
    softened: float
    rarity: Sequence[Sentence]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair, laid open. `weights`: (stranger, kin) bits by kind; `prior` bits stand against.

    `kinds`: what could be compared, what weighs most first. `bits`: the log2 odds of all of it together;
    `cut`: those from which the engine links. What comes of one booking is counted once there, so the kinds'
    bits add up to more.
    """

    levels: Mapping[str, str]
    weights: Mapping[str, tuple[float, float]]
    kinds: Sequence[Weighed]
    prior: float
    bits: float
    cut: float
    probability: float
    verdict: Verdict
    sentences: list[Sentence]


def explain(records: Records, model: Model, i: int, j: int) -> Explanation:
    """Lay open the pair of the caller's rows i and j."""
    one, two = (int(records.position[k]) for k in (i, j))
    left, right = np.array([one], dtype=np.int32), np.array([two], dtype=np.int32)
    scored = weigh(records, model, left, right)
    plain = weigh(records, replace(model, noise={}), left, right) if any(model.noise.values()) else scored
    kinds = kinds_of_evidence()
    levels = {name: kinds[name].LEVELS[int(o.level[0])].code for name, o in scored.outcomes.items()}
    weights = {name: (float(o.stranger[0]), float(o.kin[0])) for name, o in scored.outcomes.items()}
    compared = [
        Weighed(
            name,
            levels[name],
            kinds[name].params(records, one, two),
            *weights[name],
            weights[name][0] - float(plain.outcomes[name].stranger[0]),
            rarity_of(records, model, name, one, two) if weights[name][0] >= 0 else (),
        )
        for name, outcome in scored.outcomes.items()
        if int(outcome.level[0]) != 0
    ]
    probability = float(probabilities(scored.bits)[0])
    return Explanation(
        levels,
        weights,
        sorted(compared, key=lambda found: (-max(abs(found.stranger), abs(found.kin)), found.kind)),
        model.prior,
        float(scored.bits[0]),
        log_odds(model.link_cut),
        probability,
        verdict_on(probability, model),
        [(code, params) for code, params, _ in evidence_between(records, model, i, j)],
    )


def verdict_on(probability: float, model: Model) -> Verdict:
    """What the engine does with a pair of this probability, as far as the pair alone decides."""
    return "same" if probability >= model.link_cut else "ask" if probability >= 0.5 else "apart"


def percent(probability: float) -> str:
    """A probability in percent, as many places as tell it from 0 and from 100, and at most one."""
    if probability < 0.001:
        return "< 0.1"
    if probability > 0.999:
        return "> 99.9"
    return f"{100 * probability:.{0 if 0.01 <= probability < 0.995 else 1}f}"


def evidence_between(records: Records, model: Model, i: int, j: int) -> list[Evidence]:
    """What speaks for and against the pair of rows, heaviest first; silent kinds are left out."""
    return evidence_of(records, model, [(i, j)])[0]


def evidence_of(records: Records, model: Model, pairs: Sequence[tuple[int, int]]) -> list[list[Evidence]]:
    """The evidence of many pairs of rows at once: one comparison a kind, not one a pair."""
    left, right = (records.position[np.array(side, dtype=np.int64)] for side in zip(*pairs, strict=True))
    kinds = kinds_of_evidence()
    outcomes = outcomes_of(records, model, left.astype(np.int32), right.astype(np.int32), tuple(kinds))
    found: list[list[Evidence]] = [[] for _ in pairs]
    for name, outcome in outcomes.items():
        kind = kinds[name]
        both = outcome.stranger + outcome.kin
        bits = np.where(both > 0, outcome.stranger, np.minimum(outcome.stranger, outcome.kin))
        for at in places_of((outcome.level != 0) & (np.abs(bits) >= SILENT)).tolist():
            code = kind.LEVELS[int(outcome.level[at])].code
            params = kind.params(records, int(left[at]), int(right[at]))
            found[at].append((code, params, round(float(bits[at]), 2)))
    return [sorted(reasons, key=lambda item: (-abs(item[2]), item[0])) for reasons in found]

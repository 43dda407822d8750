"""Why two records are, or are not, one person: levels, bits, and sentences for reception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from server.discovery import discover
from server.matching.levels import REQUIRED
from server.matching.model import Model
from server.matching.records import Records
from server.matching.scoring import probabilities, weigh

Evidence = tuple[str, dict[str, str], float]
"""A code, its parameters, and the bits it speaks for (or against) one person."""

Verdict = Literal["same", "ask", "apart"]


@dataclass(frozen=True, slots=True)
class Explanation:
    """One pair, laid open. `weights`: (stranger, kin) bits by kind of evidence; `prior` bits stand against."""

    levels: Mapping[str, str]
    weights: Mapping[str, tuple[float, float]]
    prior: float
    bits: float
    probability: float
    verdict: Verdict
    sentences: list[tuple[str, dict[str, str]]]


def explain(records: Records, model: Model, i: int, j: int) -> Explanation:
    """Lay open the pair of the caller's rows i and j."""
    left, right = (np.array([records.position[k]], dtype=np.int32) for k in (i, j))
    scored = weigh(records, model, left, right)
    kinds = discover("server.matching.evidence", REQUIRED)
    levels = {name: kinds[name].LEVELS[int(o.level[0])].code for name, o in scored.outcomes.items()}
    weights = {name: (float(o.stranger[0]), float(o.kin[0])) for name, o in scored.outcomes.items()}
    probability = float(probabilities(scored.bits)[0])
    verdict: Verdict = "same" if probability >= model.link_cut else "ask" if probability >= 0.5 else "apart"
    return Explanation(
        levels,
        weights,
        model.prior,
        float(scored.bits[0]),
        probability,
        verdict,
        [(code, params) for code, params, _ in evidence_between(records, model, i, j)],
    )


def evidence_between(records: Records, model: Model, i: int, j: int) -> list[Evidence]:
    """What speaks for and against the pair of rows, heaviest first; silent kinds are left out."""
    a, b = int(records.position[i]), int(records.position[j])
    scored = weigh(records, model, np.array([a], dtype=np.int32), np.array([b], dtype=np.int32))
    kinds = discover("server.matching.evidence", REQUIRED)
    found: list[Evidence] = []
    for name, outcome in scored.outcomes.items():
        level = int(outcome.level[0])
        if level == 0:
            continue
        stranger, kin = float(outcome.stranger[0]), float(outcome.kin[0])
        bits = stranger if stranger + kin > 0 else min(stranger, kin)
        if abs(bits) < 0.2:
            continue
        found.append((kinds[name].LEVELS[level].code, kinds[name].params(records, a, b), round(bits, 2)))
    return sorted(found, key=lambda item: (-abs(item[2]), item[0]))

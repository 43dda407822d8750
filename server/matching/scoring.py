"""From levels to one probability: two ways to be wrong, weighed apart.

Two records that are not one person are either strangers or of one household. For strangers, shared contact,
room and surname speak loudly. For a household they are what one expects, so only what tells its members apart
counts: first name, birth date, document. The odds for one person must hold against both.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from server.matching.columns import Bits, Flags, Ints
from server.matching.kinds import kinds_of_evidence
from server.matching.levels import Compared
from server.matching.model import MOST_BY_NAME, Model
from server.matching.noise import soften
from server.matching.records import Records
from server.matching.remembering import remembered

SECOND_WITNESS = 0.4
"""What further contact (or stay) evidence adds to the strongest: the values of one booking come together."""

TYPED_CEILING = -0.01
"""Bits above the cut that a typed record's contact alone may reach: none, it becomes a question."""

WITNESSES_FOR_TYPED = 2

MOST_WEAK = 3.0
"""Bits of all weak agreements together (town, nationality, company)."""

MOST_THREADS = 8

CHUNK = 100_000
"""Pairs compared at once; bounds memory, not results (400,000 took 64 MB more and no less time)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Log2 odds of each pair, against two strangers and against two of a household, and both together.

    `outcomes`: the level of each kind of evidence, and its (stranger, kin) bits.
    """

    bits: Bits
    stranger: Bits
    kin: Bits
    outcomes: Mapping[str, Compared]


def log_odds(probability: float) -> float:
    """Bits of a probability."""
    return float(np.log2(probability / (1 - probability)))


def probabilities(bits: Bits) -> Bits:
    """Probability of each log2 odds."""
    return (1 / (1 + np.exp2(-np.clip(bits, -60, 60)))).astype(np.float32)


def score(records: Records, model: Model, left: Ints, right: Ints) -> Bits:
    """Log2 odds that each pair is one person, a chunk of pairs at a time on each core."""
    starts = range(0, len(left), CHUNK)
    bits = np.empty(len(left), dtype=np.float32)

    def fill(at: int) -> None:
        bits[at : at + CHUNK] = weigh(records, model, left[at : at + CHUNK], right[at : at + CHUNK]).bits

    if starts:
        fill(0)  # derives what all chunks share
    if len(starts) > 1:
        # comparing runs in numpy and rapidfuzz, outside the interpreter's lock, for most of its time
        with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
            list(pool.map(fill, starts[1:]))
    return bits


def of_name(model: Model, told: Bits, namesakes: float) -> Bits:
    """What agreeing names are worth where `namesakes` bits are taken off, in bits."""
    worth = np.minimum(told - namesakes * (told > 0), model.prior + MOST_BY_NAME)
    return np.asarray(worth, dtype=np.float32)


def outcomes_of(
    records: Records, model: Model, left: Ints, right: Ints, kinds: Sequence[str]
) -> dict[str, Compared]:
    """Levels and bits of some kinds of evidence for each pair; name, birth date and document always."""

    def compare(one: Ints, other: Ints) -> dict[str, Compared]:
        return _compared(records, model, one, other, kinds)

    return remembered(records, model, left, right, tuple(kinds), compare)


def _compared(
    records: Records, model: Model, left: Ints, right: Ints, kinds: Sequence[str]
) -> dict[str, Compared]:
    found = kinds_of_evidence()
    outcomes: dict[str, Compared] = {}
    for name in kinds:
        outcome: Compared = found[name].compare(records, model, left, right)
        weights = model.bits[name]
        outcomes[name] = Compared(
            outcome.level,
            weights[outcome.level, 0] + outcome.stranger,
            weights[outcome.level, 1] + outcome.kin,
        )
    outcomes.update(soften(model, outcomes))
    return corrected(model, outcomes)


def corrected(model: Model, outcomes: dict[str, Compared]) -> dict[str, Compared]:
    """The outcomes with every level weighed as people's answers taught the model, if they did."""
    if model.learnt is None:
        return outcomes
    return {kind: model.learnt.corrected(kind, outcome) for kind, outcome in outcomes.items()}


def weigh(records: Records, model: Model, left: Ints, right: Ints) -> Scored:
    """Compare every kind of evidence and add it up."""
    outcomes = outcomes_of(records, model, left, right, tuple(kinds_of_evidence()))
    return add_up(model, outcomes, records.typed[left] | records.typed[right])


class _Marks(NamedTuple):
    """Which levels of a kind of evidence are a witness, and which are weak."""

    strong: Flags
    weak: Flags


@cache
def _marks() -> Mapping[str, _Marks]:
    return {
        name: _Marks(
            np.array([level.strong for level in kind.LEVELS], dtype=np.bool_),
            np.array([level.weak for level in kind.LEVELS], dtype=np.bool_),
        )
        for name, kind in kinds_of_evidence().items()
    }


def add_up(model: Model, outcomes: Mapping[str, Compared], typed: Flags) -> Scored:
    """The log odds of pairs whose every kind of evidence was compared.

    `typed`: whether a side of the pair is a record that anyone could have typed.
    """
    kinds, marks = kinds_of_evidence(), _marks()
    n = len(typed)
    person = {"stranger": np.zeros(n, np.float32), "kin": np.zeros(n, np.float32)}
    name = np.zeros(n, dtype=np.float32)
    weak = np.zeros(n, dtype=np.float32)
    best: dict[tuple[str, str], Bits] = {}
    rest: dict[tuple[str, str], Bits] = {}
    witnesses: dict[str, Flags] = {}
    for kind_name, kind in kinds.items():
        found = outcomes[kind_name]
        stranger, kin = found.stranger, found.kin
        if kind.WITNESS:
            strong = marks[kind_name].strong[found.level]
            witnesses[kind.WITNESS] = witnesses.get(kind.WITNESS, np.zeros(n, np.bool_)) | strong
        if marks[kind_name].weak.any():
            is_weak = marks[kind_name].weak[found.level] & (stranger > 0)
            weak = weak + np.where(is_weak, stranger, 0).astype(np.float32)
            stranger = np.where(is_weak, 0, stranger)
        if kind_name == "name":
            name, person["kin"] = stranger, person["kin"] + kin
        elif kind.GROUP == "person":
            person["stranger"] = person["stranger"] + stranger
            person["kin"] = person["kin"] + kin
        else:
            for side, told in (("stranger", stranger), ("kin", kin)):
                at = (kind.GROUP, side)
                if at not in best:
                    best[at], rest[at] = np.maximum(told, 0), np.minimum(told, 0)
                else:
                    high = np.maximum(best[at], told)
                    low = np.minimum(best[at], np.maximum(told, 0))
                    best[at] = np.maximum(high, 0)
                    rest[at] = (rest[at] + SECOND_WITNESS * low + np.minimum(told, 0)).astype(np.float32)
    stranger = (
        of_name(model, name, model.namesakes) + np.minimum(weak, MOST_WEAK) + person["stranger"] - model.prior
    )
    kin = person["kin"] + np.float32(model.noise.get("family", 0.0))
    for (_, side), bits in best.items():
        total = bits + np.where(bits > 0, np.maximum(rest[_, side], -0.5 * bits), rest[_, side])
        if side == "stranger":
            stranger = stranger + total
        else:
            kin = kin + total
    stranger, kin = stranger.astype(np.float32), kin.astype(np.float32)
    bits = -np.logaddexp2(-stranger, -kin)
    if model.learnt is not None:
        bits = model.learnt.calibrated(bits)
    if typed.any():
        count = sum(w.astype(np.int8) for w in witnesses.values())
        ceiling = log_odds(model.link_cut) + TYPED_CEILING
        bits = np.where(typed & (count < WITNESSES_FOR_TYPED), np.minimum(bits, ceiling), bits)
    return Scored(bits.astype(np.float32), stranger, kin, outcomes)

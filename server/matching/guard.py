"""Refuse a model that cannot be right: one made by another engine, torn, or with numbers no house has.

A model comes from a file or from the tables and decides by itself who is who; one that is wrong would join or
part guests by the thousand. Nothing here judges whether a model is good, only whether it can be believed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

import numpy as np

from server.matching.learnt import MOST_LEARNT, STEEPEST, Learnt
from server.matching.levels import Level
from server.matching.model import ENGINE, NAMESAKES, Model, OtherEngine, Table, shipped_levels
from server.matching.namesakes import FEWER_NAMESAKES, MORE_NAMESAKES
from server.matching.noise import EXPECTED, MOST
from server.refusal import Refused

MOST_RECORDS_EACH = 1_000.0
"""Records a person that a model may expect: a house that sees a guest every day of three years."""

MOST_BITS = 40.0
"""A weight beyond this claims to be surer than one in a million millions."""

ROUNDED = 0.001
"""What rounding may add to a bound."""

SAME_ORDER = 0.5
"""Bits by which two levels must differ in the shipped weights before their order is held to."""


def read_model(text: str, name: str) -> Model:
    """The model that a text holds. Raises Refused, naming it, for one that cannot be gone by."""
    try:
        model = Model.from_json(text)
    except OtherEngine as other:
        params = {"file": name, "engine": other.engine[:20], "own": ENGINE}
        raise Refused("model_other_engine", params) from None
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError):
        raise Refused("model_unreadable", {"file": name}) from None
    check_model(model, name)
    return model


def check_model(model: Model, name: str) -> None:
    """Raise Refused, with the first thing found, when the model's numbers cannot be those of a house."""
    for code, params in _faults(model):
        raise Refused(code, {"file": name} | params)


Fault = tuple[str, dict[str, str]]


def _faults(model: Model) -> Iterator[Fault]:
    if not 0.5 <= model.cut < 1:  # false for NaN, too
        yield "model_cut", {"cut": f"{model.cut:g}"}
    yield from _faults_of_numbers(model)
    for what, table in sorted(model.tables.items()):
        yield from _faults_of_table(what, table)
    if not _rises(model.shared):
        yield "model_table", {"table": "shared"}
    if model.crowds is not None:
        if not _rises(model.crowds.keys):
            yield "model_table", {"table": "crowds"}
        yield from _faults_of_table("capped", model.crowds.capped)
    yield from _faults_of_share(model)
    levels = shipped_levels()
    if model.weights.keys() != levels.keys():
        odd = sorted(model.weights.keys() ^ levels.keys())
        yield "model_kinds", {"kinds": ", ".join(odd)[:200]}
        return
    for kind, weights in sorted(model.weights.items()):
        yield from _faults_of_weights(kind, np.array(weights, dtype=np.float64), levels[kind])
    if model.learnt is not None:
        yield from _faults_of_learnt(model, model.learnt, levels)


def _faults_of_numbers(model: Model) -> Iterator[Fault]:
    counts = {"records": model.records, "persons": model.persons, "days": model.days, "rooms": model.rooms}
    for what, count in (*counts.items(), *model.met.items()):
        if count < 0:
            yield "model_negative", {"what": what, "number": str(count)}
    if not NAMESAKES - FEWER_NAMESAKES <= model.namesakes <= NAMESAKES + MORE_NAMESAKES:
        yield "model_bounds", {"what": "namesakes", "number": f"{model.namesakes:g}"}
    for what, bits in sorted(model.noise.items()):
        if what not in EXPECTED or not 0 <= bits <= MOST:
            yield "model_bounds", {"what": f"noise, {what}"[:60], "number": f"{bits:g}"}


def _faults_of_table(what: str, table: Table) -> Iterator[Fault]:
    if table.total < 0 or (len(table.counts) and int(table.counts.min()) < 1):
        yield "model_negative", {"what": what[:60], "number": str(min(table.total, *table.counts.tolist()))}
    if table.keys.shape != table.counts.shape or table.keys.ndim != 1 or not _rises(table.keys):
        yield "model_table", {"table": what[:60]}


def _rises(keys: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> bool:
    """Whether values can be looked up by halving: each once, in rising order."""
    return keys.ndim == 1 and bool((keys[1:] > keys[:-1]).all())


def _faults_of_share(model: Model) -> Iterator[Fault]:
    """A model that takes any two records for one person, or knows more persons than there are records."""
    each = model.records / 2**model.prior
    if each > MOST_RECORDS_EACH or model.persons > model.records:
        yield "model_share", {"records": str(model.records), "persons": str(model.persons)}


def _faults_of_weights(
    kind: str, weights: np.ndarray[tuple[int, ...], np.dtype[np.float64]], levels: tuple[Level, ...]
) -> Iterator[Fault]:
    """A contradiction that speaks for one person, or a better agreement that weighs less than a worse one."""
    if weights.shape != (len(levels), 2):
        yield "model_kinds", {"kinds": kind}
        return
    for level, pair in zip(levels, weights.tolist(), strict=True):
        for bits in pair:
            if not math.isfinite(bits) or abs(bits) > MOST_BITS:
                yield "model_bounds", {"what": level.code, "number": f"{bits:g}"}
                return
        # a household's women marry: an unlike surname beside an equal first name is shipped as hardly against
        for bits, ships in zip(pair, (level.stranger, level.kin), strict=True):
            if "unlike" in level.code and bits > 0 >= ships:
                yield "model_contradiction", {"level": level.code, "number": f"{bits:g}"}
    shipped = np.array([(level.stranger, level.kin) for level in levels])
    for side in (0, 1):
        better = np.subtract.outer(shipped[:, side], shipped[:, side]) > SAME_ORDER
        less = np.subtract.outer(weights[:, side], weights[:, side]) < 0
        for high, low in np.argwhere(better & less).tolist():
            yield "model_order", {"better": levels[high].code, "worse": levels[low].code}


def _faults_of_learnt(
    model: Model, learnt: Learnt, levels: Mapping[str, tuple[Level, ...]]
) -> Iterator[Fault]:
    """Corrections that no answers can have led to, or under which the weights could not be believed."""
    if learnt.answers < 0:
        yield "model_negative", {"what": "answers", "number": str(learnt.answers)}
    if not 1 / STEEPEST - ROUNDED <= learnt.slope <= STEEPEST:
        yield "model_bounds", {"what": "slope", "number": f"{learnt.slope:g}"}
    if not abs(learnt.shift) <= MOST_LEARNT:
        yield "model_bounds", {"what": "shift", "number": f"{learnt.shift:g}"}
    for kind, corrections in sorted(learnt.levels.items()):
        if kind not in levels or not all(0 < number < len(levels[kind]) for number in corrections):
            yield "model_kinds", {"kinds": kind[:200]}
            return
        weights = np.array(model.weights[kind], dtype=np.float64)
        for number, bits in corrections.items():
            if not max(map(abs, bits)) <= MOST_LEARNT:  # false for NaN, too
                yield "model_bounds", {"what": levels[kind][number].code, "number": f"{max(bits, key=abs):g}"}
                return
            weights[number] += bits
        yield from _faults_of_weights(kind, weights, levels[kind])

"""Numbers that name one person (document, loyalty): equal, one character apart, or another."""

from __future__ import annotations

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from server.matching.columns import Bits, Column, Flags, Ints, distinct_pairs, pick
from server.matching.levels import Compared, nothing_told
from server.matching.model import Model
from server.matching.records import Records

ABSENT, UNLIKE, SHARED, SLIP, SAME = range(5)


def compare_numbers(
    records: Records, column: Column, bearers: str, model: Model, left: Ints, right: Ints
) -> Compared:
    """Levels of two number columns; a number on many unlike guests is nobody's."""
    if not column.values:
        return nothing_told(len(left))
    a, b = column.codes[left], column.codes[right]
    level = np.where((a >= 0) & (b >= 0), UNLIKE, ABSENT).astype(np.int8)
    pairs = distinct_pairs(a, b, len(column.values))
    if len(pairs.left):
        x, y = pick(column.texts, pairs.left), pick(column.texts, pairs.right)
        apart = cpdist(x, y, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
        pairs.spread(np.where(apart <= 1, SLIP, UNLIKE).astype(np.int8), level)
    level[(a >= 0) & (a == b)] = SAME
    nobodys, many_of = records.once(bearers, lambda: _bearers(column, bearers, model), model)
    level[(level > SHARED) & (nobodys[left] | nobodys[right])] = SHARED
    many = many_of[left]
    less = np.where(level == SAME, -2 * many, 0).astype(np.float32)
    return Compared(level, less, less)


def _bearers(column: Column, bearers: str, model: Model) -> tuple[Flags, Bits]:
    """Of each record's number: whether it is nobody's, and log2 of how many unlike persons bear it."""
    values = column.keys()
    return model.is_shared(values), np.log2(model.bearers(bearers, values)).astype(np.float32)


def last_characters(column: Column, i: int, j: int) -> dict[str, str]:
    """Enough of both numbers to recognise them, not enough to use them."""
    codes, values = column.codes, column.values
    return {
        k: "…" + values[codes[n]][-3:] if codes[n] >= 0 else "—" for k, n in (("number", i), ("other", j))
    }

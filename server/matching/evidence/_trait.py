"""Traits that many guests share (nationality, company): a hint whose weight is its rarity."""

from __future__ import annotations

import numpy as np

from server.matching.columns import Column, Ints, first_true
from server.matching.levels import Compared, nothing_told
from server.matching.model import Model
from server.matching.records import Records


def compare_traits(
    records: Records,
    column: Column,
    table: str,
    commonest: float,
    most: float,
    model: Model,
    left: Ints,
    right: Ints,
) -> Compared:
    """Equal (2) values weigh by how few guests bear them, up to `most` bits; unlike ones are level 1."""
    if not column.values:
        return nothing_told(len(left))
    a, b = column.codes[left], column.codes[right]
    level = first_true(len(a), (((a < 0) | (b < 0), 0), (a == b, 2)), 1)
    rare = records.once(
        f"{table}, rarity", lambda: np.clip(model.rarity(table, column.keys(), commonest) - 2, 0, most), model
    )
    stranger = np.where(level == 2, rare[left], 0).astype(np.float32)
    return Compared(level, stranger, np.zeros(len(left), dtype=np.float32))


def both_values(column: Column, i: int, j: int) -> dict[str, str]:
    """What each record says."""
    codes, values = column.codes, column.values
    return {k: values[codes[n]] if codes[n] >= 0 else "—" for k, n in (("value", i), ("other", j))}

"""Birth date: the same, day and month swapped, one digit off, another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from server.matching.columns import (
    Bits,
    Flags,
    Ints,
    Levels,
    Longs,
    first_true,
    gather,
    mix,
    number_key,
    places_of,
)
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "person"
WITNESS = "birth"
LEVELS = (
    Level("birth_absent"),
    Level("birth_unlike", -8.0, -9.0),
    Level("birth_year_or_day", -3.0, -4.0),
    Level("birth_slip", 6.0, 3.0),
    Level("birth_swapped", 9.0, 6.0),
    Level("birth_same", -0.5, 8.0, strong=True),
)
ABSENT, UNLIKE, PARTLY, SLIP, SWAPPED, SAME = range(6)
MOST = 14.0
COMMON = 1 / 16_000


def keys(records: Records) -> Iterator[Keyed]:
    """The date with either name's sound."""
    day = number_key(records.birth)
    first = gather(records.parts.sounds, records.first, 0)
    last = gather(records.parts.sounds, records.last, 0)
    yield Keyed.of("birth date, first name", mix(day, first))
    yield Keyed.of("birth date, surname", mix(day, last))
    letters = (
        gather(records.parts.initials, records.first, 0),
        gather(records.parts.initials, records.last, 0),
    )
    yield Keyed.of("birth date, letter", mix(day, letters[0]))
    yield Keyed.of("birth date, letter", mix(day, letters[1]))
    yield Keyed.of("birth date, postal code", mix(day, records.postal.keys()))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Rarity of the date itself decides what an equal date is worth: a desk's favourite date is common.

    However common, an equal date never speaks against one person, and a slip never says more than it.
    """
    level = levels(records, left, right)
    worth = records.once("birth date, worth", lambda: _worth(records, model), model)
    weights = model.bits["birth_date"][level]
    most = np.minimum(worth[left], worth[right])
    found = np.where((level == SAME)[:, None], most - weights, 0)
    slip = (level == SLIP) | (level == SWAPPED)
    found[slip] = np.minimum(0, most - weights)[slip]
    return Compared(level, found[:, 0].astype(np.float32), found[:, 1].astype(np.float32))


def _worth(records: Records, model: Model) -> Bits:
    """By record: the (stranger, kin) bits of another one with its very date."""
    rare = np.minimum(model.rarity("birth", records.birth.astype(np.int64), COMMON), MOST)
    stranger, kin = model.weights["birth_date"][SAME]
    return np.maximum(np.stack([stranger + rare, kin + np.minimum(0, rare - MOST)], axis=1), 0).astype(
        np.float32
    )


def alike(records: Records, left: Ints, right: Ints) -> Flags:
    """Whether two dates are one, a slip of the pen allowed."""
    return np.asarray(levels(records, left, right) >= SLIP, dtype=np.bool_)


def levels(records: Records, left: Ints | Longs, right: Ints | Longs) -> Levels:
    """The level of each pair of dates."""
    found = np.full(len(left), ABSENT, dtype=np.int8)
    days = records.birth
    both = places_of((days[left] >= 0) & (days[right] >= 0))
    if not len(both):
        return found
    left, right = left[both], right[both]
    ymd, digits_of = records.once("birth date, parts", lambda: _parts(days))
    a, b = ymd[left], ymd[right]
    one, two = digits_of[left], digits_of[right]
    same = days[left] == days[right]
    year, month, day = (a[:, k] == b[:, k] for k in range(3))
    swapped = year & (a[:, 1] == b[:, 2]) & (a[:, 2] == b[:, 1])
    one_off = (one != two).sum(axis=1) == 1
    turned = _turned(one, two) | (month & day & (np.abs(a[:, 0] - b[:, 0]) % 100 == 0))
    parts = year.astype(np.int8) + month + day
    cases = ((same, SAME), (swapped, SWAPPED), (one_off | turned, SLIP), (parts == 2, PARTLY))
    found[both] = first_true(len(both), cases, UNLIKE)
    return found


def _parts(days: Ints) -> tuple[Ints, Levels]:
    """Year, month and day of each record, and the eight digits they are written with."""
    unique, inverse = np.unique(days, return_inverse=True)
    known = [date.fromordinal(max(int(day), 1)) for day in unique]
    table = np.array([(d.year, d.month, d.day) for d in known], dtype=np.int32).reshape(-1, 3)
    number = table[:, 0] * 10_000 + table[:, 1] * 100 + table[:, 2]
    digits = (number[:, None] // 10 ** np.arange(7, -1, -1) % 10).astype(np.int8)
    return table[inverse], digits[inverse]


def _turned(a: Levels, b: Levels) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Two neighbouring digits changed places."""
    differ = a != b
    found = np.zeros(len(a), dtype=np.bool_)
    two = differ.sum(axis=1) == 2
    for k in range(7):
        found |= (
            two & differ[:, k] & differ[:, k + 1]
            & (a[:, k] == b[:, k + 1]) & (a[:, k + 1] == b[:, k])
        )  # fmt: skip
    return found


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """Both dates, ISO."""
    return {
        name: date.fromordinal(int(records.birth[n])).isoformat() if records.birth[n] > 0 else "—"
        for name, n in (("date", i), ("other", j))
    }

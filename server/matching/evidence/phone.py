"""Telephone numbers: any number of one record with any number of the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from server.matching.columns import (
    Bits,
    Flags,
    Ints,
    Levels,
    coded,
    digests,
    distinct_pairs,
    gather,
    mix,
    pick,
)
from server.matching.levels import Compared, Keyed, Level, nothing_told
from server.matching.model import Model
from server.matching.records import Records

GROUP = "contact"
WITNESS = "contact"
LEVELS = (
    Level("phone_absent"),
    Level("phone_unlike", -0.5, -0.5),
    Level("phone_of_many", 0.0, 0.0),
    Level("phone_slip", 11.0, 2.0),
    Level("phone_end", 14.0, 2.5),
    Level("phone_same", 22.0, 3.5, strong=True),
)
ABSENT, UNLIKE, SHARED, SLIP, END, SAME = range(6)
SUBSCRIBER = 8
"""Digits at the end that name the line, whatever stands before (country, trunk zero, lost digits)."""


def keys(records: Records) -> Iterator[Keyed]:
    """The end of each number; with the surname; and with the name, either half (for one wrong digit)."""
    ends = digests(value[-SUBSCRIBER:] for value in records.phone.values)
    back = digests("b" + value[-4:] for value in records.phone.values)
    front = digests("f" + value[-SUBSCRIBER:-4] for value in records.phone.values)
    last = gather(records.parts.sounds, records.last, 0)
    for side in (0, 1):
        codes = records.phones[:, side]
        end = gather(ends, codes, 0)
        yield Keyed.of("phone", end)
        yield Keyed.of("phone, surname", mix(end, last))
        yield Keyed.of("half a phone, surname", mix(gather(back, codes, 0), last))
        yield Keyed.of("half a phone, surname", mix(gather(front, codes, 0), last))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """The best of the up to four comparisons; numbers of nobody weigh nothing."""
    if not records.phone.values:
        return nothing_told(len(left))
    level = np.zeros(len(left), dtype=np.int8)
    stranger = np.zeros(len(left), dtype=np.float32)
    kin = np.zeros(len(left), dtype=np.float32)
    for one in (0, 1):
        for two in (0, 1):
            a, b = records.phones[left, one], records.phones[right, two]
            if not ((a >= 0) & (b >= 0)).any():
                continue
            found, many = _compare(records, model, a, b)
            better = found > level
            level[better] = found[better]
            same = better & (found >= END)
            stranger[better] = 0
            kin[better] = 0
            stranger[same] = -many[same]
            kin[same] = -1.7 * many[same]
    return Compared(level, stranger, kin)


def _compare(records: Records, model: Model, a: Ints, b: Ints) -> tuple[Levels, Bits]:
    values = records.phone.values
    level = np.where((a >= 0) & (b >= 0), UNLIKE, ABSENT).astype(np.int8)
    pairs = distinct_pairs(a, b, len(values))
    if len(pairs.left):
        x, y = pick(records.phone.texts, pairs.left), pick(records.phone.texts, pairs.right)
        apart = cpdist(x, y, scorer=OSA.distance, score_cutoff=1, dtype=np.uint8)
        found = np.where(apart <= 1, SLIP, UNLIKE).astype(np.int8)
        end = records.once("phone, end", lambda: coded(value[-SUBSCRIBER:] for value in values)[0])
        found[end[pairs.left] == end[pairs.right]] = END
        pairs.spread(found, level)
    level[(a >= 0) & (a == b)] = SAME
    nobodys, many = records.once("phone, bearers", lambda: _bearers(records, model), model)
    level[(level > SHARED) & (nobodys[a] | nobodys[b])] = SHARED
    return level, many[a]


def _bearers(records: Records, model: Model) -> tuple[Flags, Bits]:
    """Of each number, then of none: whether it is nobody's, and log2 of how many unlike persons bear it."""
    numbers = np.append(records.phone.digests, 0)
    return model.is_shared(numbers), np.log2(model.bearers("phone bearers", numbers)).astype(np.float32)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The first number of each."""
    values = records.phone.values
    found = {}
    for name, n in (("phone", i), ("other", j)):
        code = int(records.phones[n, 0])
        found[name] = values[code] if code >= 0 else "—"
    return found

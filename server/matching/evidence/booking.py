"""The booking itself: a reference that two systems share, or an alias address that lives for one booking."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.matching.columns import Ints, Longs, first_true, mix, number_key, places_of
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "stay"
WITNESS = "booking"
LEVELS = (
    Level("booking_absent"),
    Level("booking_alias", 16.0, 1.5),
    Level("booking_reference", 20.0, 2.0, strong=True),
    Level("booking_both", 22.0, 3.5, strong=True),
)
ABSENT, ALIAS, REFERENCE, BOTH = range(4)


def keys(records: Records) -> Iterator[Keyed]:
    """Each reference; the alias with its arrival."""
    yield Keyed("booking reference", records.reference_rows, records.reference.keys())
    yield Keyed.of("alias, arrival", mix(records.alias.keys(), number_key(records.stay_from)))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """References count when the arrivals agree or one is unknown (numbers of two systems can collide)."""
    arrival = records.stay_from
    same_day = arrival[left] == arrival[right]
    known = (arrival[left] >= 0) & (arrival[right] >= 0)
    reference = _shares_reference(records, left, right) & (same_day | ~known)
    alias = records.alias.codes
    aliased = (alias[left] >= 0) & (alias[left] == alias[right]) & same_day & known
    cases = ((reference & aliased, BOTH), (reference, REFERENCE), (aliased, ALIAS))
    level = first_true(len(left), cases, ABSENT)
    nothing = np.zeros(len(left), dtype=np.float32)
    return Compared(level, nothing, nothing)


def _shares_reference(
    records: Records, left: Ints, right: Ints
) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether any reference of one is among the other's: every pair of references is looked up."""
    found = np.zeros(len(left), dtype=np.bool_)
    if not len(records.reference_rows):
        return found
    size = max(len(records.reference.values), 1)
    starts, counts, held = records.once("reference, of record", lambda: _held(records, size))
    for nth in range(int(counts.max())):
        has = counts[left] > nth
        code: Longs = records.reference.codes[starts[left[has]] + nth].astype(np.int64)
        wanted = right[has].astype(np.int64) * size + code
        at = np.minimum(np.searchsorted(held, wanted), len(held) - 1)
        found[places_of(has)] |= held[at] == wanted
    return found


def _held(records: Records, size: int) -> tuple[Longs, Longs, Longs]:
    """Where each record's references begin, how many it has, and record x size + reference of all, sorted."""
    starts = np.searchsorted(records.reference_rows, np.arange(len(records) + 1)).astype(np.int64)
    held = np.unique(records.reference_rows.astype(np.int64) * size + records.reference.codes)
    return starts, np.diff(starts), held


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The first reference that both hold."""
    mine, others = (
        [records.reference.values[c] for c in records.reference.codes[records.reference_rows == n]]
        for n in (i, j)
    )
    return {"reference": next((ref for ref in mine if ref in others), "—")}

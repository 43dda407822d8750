"""Nationality: it seldom changes, and countries share names."""

from __future__ import annotations

from collections.abc import Iterator

from server.matching.columns import Ints
from server.matching.evidence._trait import both_values, compare_traits
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "person"
WITNESS = None
LEVELS = (
    Level("nationality_absent"),
    Level("nationality_unlike", -2.0, -1.0),
    Level("nationality_same", weak=True),
)


def keys(records: Records) -> Iterator[Keyed]:
    """None: far too many guests share one."""
    yield from ()


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal values weigh by rarity."""
    return compare_traits(records, records.nationality, "nationality", 1 / 8, 3.0, model, left, right)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """Both values."""
    return both_values(records.nationality, i, j)

"""Loyalty number: one to a guest, though a family sometimes uses one card."""

from __future__ import annotations

from collections.abc import Iterator

from server.matching.columns import Ints
from server.matching.evidence._number import compare_numbers, last_characters
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "person"
WITNESS = "loyalty"
LEVELS = (
    Level("loyalty_absent"),
    Level("loyalty_unlike", -2.0, -2.0),
    Level("loyalty_of_many"),
    Level("loyalty_slip", 6.0, 2.0),
    Level("loyalty_same", 20.0, 7.0, strong=True),
)


def keys(records: Records) -> Iterator[Keyed]:
    """The number as it stands."""
    yield Keyed.of("loyalty number", records.loyalty.keys())


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal, one character apart, or another."""
    return compare_numbers(records, records.loyalty, "loyalty bearers", model, left, right)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The ends of both numbers."""
    return last_characters(records.loyalty, i, j)

"""Company or agency named on the booking: a hint, never a proof."""

from __future__ import annotations

from collections.abc import Iterator

from server.matching.columns import Ints
from server.matching.evidence._trait import both_values, compare_traits
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "person"
WITNESS = None
LEVELS = (Level("company_absent"), Level("company_unlike", -0.5, -0.2), Level("company_same", weak=True))


def keys(records: Records) -> Iterator[Keyed]:
    """None: far too many guests share one."""
    yield from ()


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal values weigh by rarity."""
    return compare_traits(records, records.company, "company", 1 / 200, 5.0, model, left, right)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """Both values."""
    return both_values(records.company, i, j)

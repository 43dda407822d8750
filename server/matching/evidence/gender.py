"""Title: Mr and Mrs are two people; equal titles say next to nothing."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.matching.columns import Ints, first_true
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "person"
WITNESS = None
LEVELS = (Level("title_absent"), Level("title_unlike", -1.5, -2.0), Level("title_same", 0.3, 0.5, weak=True))


def keys(records: Records) -> Iterator[Keyed]:
    """None: half of all guests share one."""
    yield from ()


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal or not, as far as the titles tell."""
    a, b = records.gender[left], records.gender[right]
    level = first_true(len(a), (((a == 0) | (b == 0), 0), (a == b, 2)), 1)
    nothing = np.zeros(len(left), dtype=np.float32)
    return Compared(level, nothing, nothing)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """Nothing to name."""
    return {}

"""Identity document: only where a property may hold its number."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.matching.columns import Ints
from server.matching.evidence._number import UNLIKE, compare_numbers, last_characters
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "person"
WITNESS = "document"
LEVELS = (
    Level("document_absent"),
    Level("document_unlike", -2.0, -2.0),
    Level("document_of_many"),
    Level("document_slip", 12.0, 8.0),
    Level("document_same", 24.0, 14.0, strong=True),
)


def keys(records: Records) -> Iterator[Keyed]:
    """The number as it stands."""
    yield Keyed.of("document number", records.document.keys())


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal, one character apart, or another."""
    found = compare_numbers(records.document, "document bearers", model, left, right)
    careless = np.where(found.level == UNLIKE, model.noise.get("document", 0.0), 0).astype(np.float32)
    return Compared(found.level, found.stranger + careless, found.kin + careless)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The ends of both numbers."""
    return last_characters(records.document, i, j)

"""Identity document: only where a property may hold its number."""

from __future__ import annotations

from collections.abc import Iterator

from server.matching.columns import Ints, digests, gather, mix
from server.matching.evidence._number import SLIP, UNLIKE, compare_numbers, last_characters
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

__all__ = ["SLIP", "UNLIKE"]

GROUP = "person"
WITNESS = "document"
LEVELS = (
    Level("document_absent"),
    Level("document_unlike", -2.0, -2.0),
    Level("document_of_many"),
    Level("document_slip", 12.0, 8.0),
    Level("document_same", 26.0, 16.0, strong=True),
)


def keys(records: Records) -> Iterator[Keyed]:
    """The number as it stands; either half with the first letter of a name (for one wrong digit)."""
    column = records.document
    yield Keyed.of("document number", column.keys())
    for half in (
        digests("f" + value[: len(value) // 2] for value in column.values),
        digests("b" + value[len(value) // 2 :] for value in column.values),
    ):
        for letter in (records.first, records.last):
            initial = gather(records.parts.initials, letter, 0)
            yield Keyed.of("half a document, letter", mix(gather(half, column.codes, 0), initial))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Equal, one character apart, or another."""
    return compare_numbers(records, records.document, "document bearers", model, left, right)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The ends of both numbers."""
    return last_characters(records.document, i, j)

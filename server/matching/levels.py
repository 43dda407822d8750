"""What every kind of evidence is made of: levels with prior weights, keys, and the result of a comparison."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol

import numpy as np

from server.matching.columns import Bits, Ints, Levels, Longs, places_of

Group = Literal["person", "contact", "stay"]
"""What a kind of evidence speaks of. `contact` and `stay` are shared by a household, `person` is not."""

Witness = Literal["contact", "birth", "document", "loyalty", "booking", "card"]
"""Independent strong agreements, for records that anyone could have typed."""


@dataclass(frozen=True, slots=True)
class Level:
    """One outcome of a comparison.

    `stranger`: bits for one person against two strangers. `kin`: bits for one person against two people of
    one household, who share contact, surname and room anyway. `strong`: an agreement that is a witness.
    `weak`: an agreement so common that, beside a name, it may raise a question but never link.
    """

    code: str
    stranger: float = 0.0
    kin: float = 0.0
    strong: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Keyed:
    """Look-up keys of one kind: `rows` (record positions) beside `keys` (signed 64-bit digests)."""

    kind: str
    rows: Ints
    keys: Longs

    @classmethod
    def of(cls, kind: str, keys: Longs) -> Keyed:
        """Keys of all records at once, one each; those without a key are left out."""
        rows = places_of(keys != 0).astype(np.int32)
        return cls(kind, rows, keys[rows])


class Compared(NamedTuple):
    """The outcome for many pairs: the level of each (0: nothing to compare) and how far rarity moves it."""

    level: Levels
    stranger: Bits
    kin: Bits


def compared(level: Levels, stranger: Bits | None = None, kin: Bits | None = None) -> Compared:
    """An outcome whose levels weigh as they stand, unless corrections are given."""
    nothing = np.zeros(len(level), dtype=np.float32)
    return Compared(level, nothing if stranger is None else stranger, nothing if kin is None else kin)


def nothing_told(pairs: int) -> Compared:
    """The outcome where no record at hand tells of it."""
    return compared(np.zeros(pairs, dtype=np.int8))


class Evidence(Protocol):
    """What a file of `server/matching/evidence` defines (the names that discovery asks for)."""

    GROUP: Group
    WITNESS: Witness | None
    LEVELS: tuple[Level, ...]

    def keys(self, records: object) -> Iterable[Keyed]: ...


REQUIRED = ("GROUP", "WITNESS", "LEVELS", "keys", "compare", "params")

"""Records that are equal in all that is compared: one of them is judged, and speaks for its copies.

A row that an export holds twice is no second witness. So neither the cost of a match nor any group hangs on
how often a record was copied; and what is too little to know a person by (Maria, alone) stays too little,
however often it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from server.matching.columns import Bits, Flags, Ints, Longs, mix, places_of
from server.matching.model import Model
from server.matching.records import Records
from server.matching.saying import contents
from server.matching.scoring import score


@dataclass(frozen=True, slots=True)
class Units:
    """Which records speak for which, by position.

    `speaker`: of each record the first that is equal to it, itself where there is none before. `copies`: the
    records that another one speaks for. `bits`: what is said for each of those and its speaker being one
    person.
    """

    speaker: Ints
    copies: Ints
    bits: Bits

    @property
    def speaks(self) -> Flags:
        """Which records are judged."""
        found = np.ones(len(self.speaker), dtype=np.bool_)
        found[self.copies] = False
        return found

    def pairs(self, left: Ints, right: Ints, bits: Bits) -> tuple[Ints, Ints, Bits]:
        """Pairs of speakers with their bits, and after them each copy with its speaker."""
        return (
            np.concatenate([left, self.speaker[self.copies]]),
            np.concatenate([right, self.copies]),
            np.concatenate([bits, self.bits]),
        )

    def spoken_by(self, position: int) -> Units:
        """The same units, where this record speaks for its own."""
        before = int(self.speaker[position])
        if before == position:
            return self
        mine = self.speaker == before
        copies = np.where(self.copies == position, before, self.copies).astype(np.int32)
        return Units(np.where(mine, position, self.speaker).astype(np.int32), copies, self.bits)

    def told(self, label: Longs, cut: float) -> Longs:
        """The group of every record, from those of the speakers.

        A copy goes where its speaker went. Where that joined nobody, the copies join it from `cut` bits on,
        as any two records would; below, all of them stay alone.
        """
        found = label[self.speaker]
        sizes = np.bincount(label[self.speaks], minlength=len(label))
        alone = (sizes[found[self.copies]] == 1) & (self.bits < cut)
        found[self.copies[alone]] = self.copies[alone]
        return found


def units_of(
    records: Records, model: Model, decided: Iterable[str] = (), circles: Ints | None = None
) -> Units:
    """Who speaks for whom. Records that people `decided` about, by id, are judged by themselves.

    `circles`, by position: records of two circles never speak for each other.
    """
    keys = contents(records)
    if circles is not None:
        keys = mix(keys, circles.astype(np.int64) + 2)
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    if len(first) == len(keys):
        return Units(np.arange(len(keys), dtype=np.int32), np.zeros(0, np.int32), np.zeros(0, np.float32))
    named = set(decided)
    alone = np.array([own in named for own in records.ids]) if named else np.zeros(len(keys), dtype=np.bool_)
    everyone = np.arange(len(keys))
    first = np.full(len(first), len(keys))
    np.minimum.at(first, inverse[~alone], everyone[~alone])
    speaker = np.where(alone, everyone, first[inverse]).astype(np.int32)
    copies = places_of(speaker != everyone).astype(np.int32)
    speakers, of = np.unique(speaker[copies], return_inverse=True)
    return Units(speaker, copies, own_bits(records, model, speakers.astype(np.int32))[of])


def own_bits(records: Records, model: Model, positions: Ints) -> Bits:
    """What is said for a record and a copy of it being one person."""
    return score(records, model, positions, positions)

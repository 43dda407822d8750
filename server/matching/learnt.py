"""What people's answers taught a model: bits added to its weights level by level, and a calibration.

Kept apart from the weights, so that a model made afresh of a house's records can carry it over, and that one
without it weighs exactly as it would had nobody ever answered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from server.matching.columns import Bits
from server.matching.levels import Compared

MOST_LEARNT = 3.0
"""Bits by which answers may move a level, on either side, and the log odds as a whole."""

STEEPEST = 1.5
"""How much surer, or less sure, answers may make the engine of all it says: a factor on its log odds."""

Corrections = Mapping[str, Mapping[int, tuple[float, float]]]
"""By kind of evidence and number of the level: (stranger, kin) bits to add."""


@dataclass(frozen=True, slots=True)
class Learnt:
    """Corrections, and the calibration: log odds become `slope` times what they were, and `shift` more.

    `answers`: how many it was learnt from. Levels that are not named stay as they are.
    """

    levels: Corrections
    slope: float = 1.0
    shift: float = 0.0
    answers: int = 0

    def to_data(self) -> dict[str, Any]:
        """As JSON holds it; the same corrections always give the same."""
        return {
            "levels": {
                kind: [[number, *bits] for number, bits in sorted(of_kind.items())]
                for kind, of_kind in sorted(self.levels.items())
            },
            "slope": self.slope,
            "shift": self.shift,
            "answers": self.answers,
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Learnt:
        """Read what to_data gave, unexamined; see `guard`. Raises ValueError, KeyError or TypeError."""
        return cls(
            {
                kind: {int(number): (float(stranger), float(kin)) for number, stranger, kin in rows}
                for kind, rows in data["levels"].items()
            },
            float(data["slope"]),
            float(data["shift"]),
            int(data["answers"]),
        )

    def corrected(self, kind: str, outcome: Compared) -> Compared:
        """The outcome of one kind of evidence with its levels weighed as the answers say."""
        of_kind = self.levels.get(kind)
        if not of_kind:
            return outcome
        more = np.zeros((max(max(of_kind), int(outcome.level.max(initial=0))) + 1, 2), dtype=np.float32)
        for number, bits in of_kind.items():
            more[number] = bits
        moved = more[outcome.level]
        return Compared(outcome.level, outcome.stranger + moved[:, 0], outcome.kin + moved[:, 1])

    def calibrated(self, bits: Bits) -> Bits:
        """Log2 odds as the answers say they are meant."""
        return np.asarray(np.float32(self.slope) * bits + np.float32(self.shift), dtype=np.float32)

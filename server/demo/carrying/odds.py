"""What may go wrong with the invented carrier, and how often; none of it by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Odds:
    """Shares from 0 to 1 are drawn for each request, text or callback; seconds are of the carrier's clock."""

    lost: float = 0.0
    """The text is taken, and the connection cut before the answer: whoever sent it does not know."""
    broken: float = 0.0
    """500, nothing taken."""
    broken_after: float = 0.0
    """500, though the text was taken."""
    busy: float = 0.0
    """429, nothing taken."""
    undelivered: float = 0.0
    """Taken, sent, and not delivered (30003 to 30008)."""
    late: float = 0.0
    """A callback comes up to `late_by` later than it could."""
    late_by: float = 60.0
    doubled: float = 0.0
    """A callback, or a guest's answer, comes twice."""
    swapped: float = 0.0
    """The callback of `sent` comes after the one of how it ended."""
    unheard: float = 0.0
    """A callback never comes."""
    sent_after: float = 0.3
    """Seconds until a text left the carrier."""
    settled_after: float = 1.0
    """Seconds from then until the telephone has it, or never will."""

    def changed(self, given: Mapping[str, object]) -> Odds:
        """These odds with some of them set; ValueError names what is none."""
        known = {field.name for field in fields(self)}
        numbers: dict[str, float] = {}
        for name, value in given.items():
            if name not in known or isinstance(value, bool) or not isinstance(value, int | float):
                raise ValueError(f"{name}: no odds of the carrier, or no number")
            numbers[name] = float(value)
        return replace(self, **numbers)


KIND = Odds(late=0.2, late_by=5.0, sent_after=0.5, settled_after=1.5)
"""Of the demo: everything arrives, now and then a little late."""

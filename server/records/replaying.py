"""What a record is when some of what told of it had never come: the rule of storing.py, over what is left.

Pure: sightings in their order in, versions out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.records.storing import is_older


@dataclass(frozen=True, slots=True)
class Sighting:
    """One row that told of a record. `was_stored`: it made a version when it came."""

    digest: bytes
    source_time: datetime | None
    import_id: int | None
    line: int | None
    received_at: datetime
    content: Any
    findings: Any
    property_id: int | None
    was_stored: bool


@dataclass(frozen=True, slots=True)
class Replayed:
    """The versions in their order, the place of the current one from 1, and the rows that said nothing new.

    Of those: the sighting, how many versions there were when it came, and which of them it says again.
    """

    versions: tuple[Sighting, ...]
    current: int
    unchanged: tuple[tuple[Sighting, int, int], ...]


def replay(sightings: Sequence[Sighting]) -> Replayed:
    """Store one record's rows one after the other, as storing.store does."""
    versions: list[Sighting] = []
    unchanged: list[tuple[Sighting, int, int]] = []
    current = 0
    for row in sightings:
        same = _same(versions, current, row)
        if same:
            unchanged.append((row, len(versions), same))
            continue
        versions.append(row)
        if current == 0 or not is_older(row.source_time, versions[current - 1].source_time):
            current = len(versions)
    return Replayed(tuple(versions), current, tuple(unchanged))


def _same(versions: Sequence[Sighting], current: int, row: Sighting) -> int:
    """The version, from 1, that a row says again; 0 for none."""
    if current == 0:
        return 0
    if row.digest == versions[current - 1].digest:
        return current
    if is_older(row.source_time, versions[current - 1].source_time):
        for n, version in enumerate(versions, start=1):
            if version.digest == row.digest and version.source_time == row.source_time:
                return n
    return 0

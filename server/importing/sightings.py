"""Rows of a source's imports that said what was known already, as undoing one of these imports needs them.

They are read once for the whole undoing, and afterwards as far as an import that runs meanwhile adds some.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from server.records.models import Import, ImportSeen
from server.records.replaying import Replayed
from server.records.storing import SIGHTING

Place = tuple[int, int]
"""An import, and the first row of one of its batches."""

TOLD = np.dtype([("import", "<i4"), *SIGHTING.descr])
"""A sighting with its import."""

PART = 400
"""Batches of rows that one statement reads: two numbers each."""

Sightings = np.ndarray[Any, Any]


class SeenByOthers:
    """The sightings of all imports of a source but one, by record.

    One undoing of a source at a time may hold it: nobody else rewrites a batch that is there.
    """

    def __init__(self, source_id: int | None, import_id: int) -> None:
        self._source_id, self._import_id = source_id, import_id
        self._rows: dict[Place, Sightings] = {}
        self._places: list[Place] = []
        self._first: dict[int, Place] = {}
        self._records = np.empty(0, dtype="<i4")  # of all sightings, sorted
        self._place_of = np.empty(0, dtype=np.int64)  # where in _places the sighting of the same row is

    def read(self, session: Session) -> None:
        """Read what came since it was last read."""
        there = (
            select(ImportSeen.import_id, ImportSeen.start)
            .join(Import, Import.id == ImportSeen.import_id)
            .where(Import.source_id == self._source_id, Import.id != self._import_id)
        )
        new = [place for i, start in session.execute(there) if (place := (i, start)) not in self._rows]
        for begin in range(0, len(new), PART):
            part = tuple_(ImportSeen.import_id, ImportSeen.start).in_(new[begin : begin + PART])
            for kept in session.execute(select(*ImportSeen.__table__.columns).where(part)):
                self._rows[kept.import_id, kept.start] = np.frombuffer(kept.packed, dtype=SIGHTING)
        if new:
            self._index()

    def _index(self) -> None:
        self._places = sorted(self._rows)
        records = [self._rows[place]["record"] for place in self._places]
        both = np.concatenate([np.empty(0, dtype="<i4"), *records])
        place_of = np.repeat(np.arange(len(records)), [len(some) for some in records])
        order = np.argsort(both, kind="stable")
        self._records, self._place_of = both[order], place_of[order]
        self._first = {import_id: (import_id, start) for import_id, start in reversed(self._places)}

    def of(self, records: Collection[int]) -> Sightings:
        """The sightings of some records, in the order of imports and rows, each with its import."""
        asked = np.array(sorted(records), dtype="<i4")
        parts = []
        for place in self._places_of(asked):
            rows = self._rows[place]
            rows = rows[np.isin(rows["record"], asked)]
            part = np.empty(len(rows), dtype=TOLD)
            part["import"] = place[0]
            for name in SIGHTING.names or ():
                part[name] = rows[name]
            parts.append(part)
        return np.concatenate(parts) if parts else np.empty(0, dtype=TOLD)

    def _places_of(self, asked: Sightings) -> list[Place]:
        first = np.searchsorted(self._records, asked, side="left")
        last = np.searchsorted(self._records, asked, side="right")
        found = {int(n) for a, b in zip(first, last, strict=True) for n in self._place_of[a:b]}
        return [self._places[n] for n in sorted(found)]

    def write(self, session: Session, replayed: Mapping[int, Replayed]) -> None:
        """Keep of these records the sightings as they are now; those that became versions are none any more.

        What `of` knows of these records is what was: nobody asks for a record of which all is told.
        """
        now: dict[Place, list[tuple[int, int, int, int, bytes]]] = defaultdict(list)
        for record, told in replayed.items():
            for row, count, same in told.unchanged:
                if row.import_id is not None:
                    place = self._first.get(row.import_id, (row.import_id, 0))
                    now[place].append((record, row.line or 0, count, same, row.digest))
        asked = np.array(sorted(replayed), dtype="<i4")
        for place in {*self._places_of(asked), *now}:
            is_new = place not in self._rows
            rows = self._rows.get(place, np.empty(0, dtype=SIGHTING))
            left = rows[~np.isin(rows["record"], asked)]
            self._rows[place] = np.concatenate([left, np.array(now.get(place, []), dtype=SIGHTING)])
            packed = self._rows[place].tobytes()
            if is_new:
                session.add(ImportSeen(import_id=place[0], start=place[1], packed=packed))
                continue
            session.execute(
                update(ImportSeen)
                .where(ImportSeen.import_id == place[0], ImportSeen.start == place[1])
                .values(packed=packed)
            )

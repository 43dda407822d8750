"""Whom records are compared with: everybody who shares a look-up key with them, under the model gone by."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from server.guests.graph import Edge
from server.guests.loading import Loaded, Reader
from server.guests.models import Link
from server.matching import Model as EngineModel
from server.matching import lookups
from server.matching.columns import Longs
from server.matching.scoring import log_odds, score
from server.matching.solving import DOUBT
from server.records.models import CleanRow, RecordKey, SourceRecord
from server.records.storing import hold_records, replace_keys
from server.statements import rows_with

_BEARERS = (
    select(RecordKey.key, Link.said, Link.record_id)
    .join(Link, Link.record_id == RecordKey.record_id)
    .join(SourceRecord, SourceRecord.id == RecordKey.record_id)
    .where(
        RecordKey.key.in_(bindparam("values", expanding=True)),
        SourceRecord.needs_linking.is_(False),
        Link.said.is_not(None),
    )
    .order_by(RecordKey.key, RecordKey.record_id)
)
_KEYS = select(CleanRow.record_id, CleanRow.keys).where(
    CleanRow.record_id.in_(bindparam("values", expanding=True))
)


FEW = 8
"""Contents met whose own pairs are read before they are weighed: to ask twice costs more."""


class _Bearer(NamedTuple):
    """A linked record that bears a key, and the contents that it is linked by."""

    said: int
    record_id: int


class Meeting:
    """Finds and weighs pairs for one touch; each key is looked up once."""

    def __init__(self, session: Session, reader: Reader, model: EngineModel) -> None:
        self._session = session
        self.reader = reader
        self._model = model
        self._bearers: dict[int, list[_Bearer]] = {}

    def load(self, record_ids: Collection[int], *, anew: bool) -> Loaded:
        """Read records, and with those that wait, or have no link yet, everybody whom they will meet."""
        self.reader.read(record_ids)
        keys: list[Longs] = []
        for record_id in record_ids:
            near = self.reader.near(record_id)
            if near is not None and (anew or near.waits or near.guest_id is None):
                keys.append(_unpacked(near.keys))
        beside: set[int] = set()
        if keys:
            beside = self._one_for_each(self._look_up(self._uncrowded(np.concatenate(keys))), record_ids)
        return self.reader.load(record_ids, beside)

    def likely(self) -> set[int]:
        """The contents found so far, where they are few: what is around them is asked next."""
        found = {bearer.said for bearers in self._bearers.values() for bearer in bearers}
        return found if len(found) <= FEW else set()

    def edges(self, loaded: Loaded, fresh: Collection[int], moving: Collection[int]) -> list[Edge]:
        """The likely pairs of contents that nobody said before, with all that share a look-up key.

        `loaded`: the records that say them; `moving`: records that are looked up by what they say now.
        """
        speaker: dict[int, int] = {}
        for row, said in enumerate(loaded.saids):
            speaker.setdefault(said, loaded.ids[row])
        of_key: dict[int, set[int]] = {}
        for record_id, mine in self._looked_up_by(loaded).items():
            for key in mine:
                of_key.setdefault(key, set()).add(loaded.saying[record_id])
        wanted = {key for key, saids in of_key.items() if not saids.isdisjoint(fresh)}
        for key, bearers in self._look_up(wanted).items():
            for bearer in bearers:
                if bearer.record_id not in moving:
                    of_key[key].add(bearer.said)
                    speaker.setdefault(bearer.said, bearer.record_id)
        pairs = sorted(
            {
                (min(one, other), max(one, other))
                for key in wanted
                for one in of_key[key]
                if one in fresh
                for other in of_key[key]
                if other != one
            }
        )
        if not pairs:
            return []
        both, speaking = self._speaking({said: speaker[said] for pair in pairs for said in pair}, wanted)
        position = both.records.position.tolist()
        at = {both.saying[i]: position[both.places[i]] for i in speaking if i in both.places}
        pairs = [(one, other) for one, other in pairs if one in at and other in at]
        ends = np.array([sorted((at[one], at[other])) for one, other in pairs], dtype=np.int32).reshape(-1, 2)
        bits = score(both.records, self._model, ends[:, 0], ends[:, 1])
        likely = np.flatnonzero(bits >= log_odds(DOUBT)).tolist()
        return [Edge(*pairs[k], float(bits[k])) for k in likely]

    def _speaking(self, speaker: Mapping[int, int], keys: Collection[int]) -> tuple[Loaded, set[int]]:
        """Records that say these contents, one for each, or all of a contents whose one changed meanwhile.

        They may stand among others; the second is which they are.
        """
        speaking = set(speaker.values())
        both = self.reader.among(speaking)
        lost = speaker.keys() - {both.saying[i] for i in speaking if i in both.places}
        if lost:
            speaking |= {b.record_id for mine in self._look_up(keys).values() for b in mine if b.said in lost}
            both = self.reader.among(speaking)
        return both, speaking

    def _look_up(self, keys: Collection[int]) -> dict[int, list[_Bearer]]:
        """Linked records by the keys that they bear, in the order of their ids."""
        new = set(keys) - self._bearers.keys()
        for key in new:
            self._bearers[key] = []
        for key, said, record_id in rows_with(self._session, _BEARERS, new, 500):
            self._bearers[key].append(_Bearer(said, record_id))
        return {key: self._bearers[key] for key in sorted(keys)}

    @staticmethod
    def _one_for_each(found: Mapping[int, list[_Bearer]], but: Collection[int]) -> set[int]:
        """The record that speaks for each contents, as `edges` takes them."""
        speaker: dict[int, int] = {}
        for bearers in found.values():
            for bearer in bearers:
                if bearer.record_id not in but:
                    speaker.setdefault(bearer.said, bearer.record_id)
        return set(speaker.values())

    def _uncrowded(self, keys: Longs) -> set[int]:
        crowds = self._model.crowds
        return set((keys if crowds is None else keys[~crowds.is_crowded(keys)]).tolist())

    def _looked_up_by(self, loaded: Loaded) -> dict[int, set[int]]:
        """The keys by which each of these records is looked up: those stored, unless some are crowded.

        Refined keys are kept beside the others, so that those who come later find them.
        """
        crowds = self._model.crowds
        near = ((record_id, self.reader.near(record_id)) for record_id in loaded.ids)
        stored = {record_id: _unpacked(row.keys) for record_id, row in near if row is not None}
        both = np.concatenate([np.zeros(0, dtype=np.int64), *stored.values()])
        if crowds is not None and not crowds.is_crowded(both).any():
            return {record_id: set(keys.tolist()) for record_id, keys in stored.items()}
        found: dict[int, set[int]] = {}
        deeper: dict[int, set[int]] = {}
        rows, keys, refined = lookups(loaded.records, self._model)
        for row, key, is_deeper in zip(rows.tolist(), keys.tolist(), refined.tolist(), strict=True):
            found.setdefault(loaded.ids[row], set()).add(key)
            if is_deeper:
                deeper.setdefault(loaded.ids[row], set()).add(key)
        keep_keys(self._session, deeper)
        return found


def _unpacked(keys: bytes) -> Longs:
    return np.frombuffer(keys, dtype="<i8").astype(np.int64)


def keep_keys(session: Session, wanted: Mapping[int, set[int]]) -> None:
    """Add look-up keys, by record id, to those that the records have."""
    grown = _grown(session, wanted)
    if grown and hold_records(session, grown):  # first the record, then what it says, as who brings it does
        now = _grown(session, {record_id: wanted[record_id] for record_id in grown})
        grown = {record_id: keys for record_id, keys in grown.items() if now.get(record_id) == keys}
    if grown:
        replace_keys(session, grown)


def _grown(session: Session, wanted: Mapping[int, set[int]]) -> dict[int, list[int]]:
    """All keys of the records that lack a wanted one."""
    grown: dict[int, list[int]] = {}
    for record_id, packed in rows_with(session, _KEYS, wanted):
        kept = set(_unpacked(packed).tolist())
        if not wanted[record_id] <= kept:
            grown[record_id] = sorted(kept | wanted[record_id])
    return grown

"""A fresh model of the house beside the one before: what it carries over, and what it no longer trusts."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import Loaded, parts
from server.guests.models import Link
from server.matching import Model as EngineModel
from server.matching import Partition, Records, make_model, with_crowds
from server.matching.counting import contacts_of

log = logging.getLogger("oneguest.guests")


@dataclass(frozen=True, slots=True)
class NewlyShared:
    """A value that is now known to be nobody's own. It is told by its kind and who bears it, never by itself.

    `kind`: email, phone, document, loyalty. `record`: the first that bears it; `records`: how many do;
    `persons`: how many unlike persons those are. `parted`: records that stood with another one that bears it,
    and stand apart from that one now.
    """

    kind: str
    record: int
    records: int
    persons: int
    parted: tuple[int, ...]


def remade(records: Records, before: EngineModel | None) -> EngineModel:
    """The model of these records, with what people's answers taught the one before."""
    fresh = with_crowds(records, make_model(records))
    return fresh if before is None or before.learnt is None else replace(fresh, learnt=before.learnt)


def newly_crowded(model: EngineModel, before: EngineModel | None) -> int:
    """How many look-up keys are refined now that were not."""
    if before is None or before.crowds is None or model.crowds is None:
        return 0
    return len(np.setdiff1d(model.crowds.keys, before.crowds.keys))


def newly_shared(
    session: Session, loaded: Loaded, partition: Partition, before: EngineModel | None
) -> tuple[NewlyShared, ...]:
    """What the partition's model takes out of evidence that the one before did not, and whom that parts.

    To be asked before the links are written: they are compared with the partition.
    """
    model = partition.model
    if before is None or before.version == model.version:
        return ()
    values = np.setdiff1d(model.shared, before.shared)
    if not len(values):
        return ()
    bearing: dict[tuple[str, int], set[int]] = defaultdict(set)
    for table, positions, told in contacts_of(loaded.records):
        hit = np.flatnonzero(np.isin(told, values))
        for position, value in zip(positions[hit].tolist(), told[hit].tolist(), strict=True):
            bearing[table, value].add(loaded.ids[int(loaded.records.order[position])])
    found = []
    parted = _parted(session, loaded, partition, set().union(*bearing.values()))
    for (table, value), records in bearing.items():
        persons = int(model.bearers(table, np.array([value], dtype=np.int64))[0])
        lost = tuple(sorted(record for record in records if parted.get(record) in records))
        kind = table.removesuffix(" bearers")
        found.append(NewlyShared(kind, min(records), len(records), persons, lost))
    found.sort(key=lambda shared: (shared.kind, shared.record))
    for shared in found:
        log.info(
            "value is nobody's own kind=%s record=%s records=%s persons=%s parted=%s",
            shared.kind,
            shared.record,
            shared.records,
            shared.persons,
            len(shared.parted),
        )
    return tuple(found)


def _parted(session: Session, loaded: Loaded, partition: Partition, record_ids: set[int]) -> dict[int, int]:
    """Those of the records that no longer stand with the one by which they were linked; and that one."""
    place = {record: row for row, record in enumerate(loaded.ids)}
    found: dict[int, int] = {}
    for part in parts(sorted(record_ids)):
        query = select(Link.record_id, Link.nearest_record_id).where(
            Link.record_id.in_(part), Link.nearest_record_id.is_not(None)
        )
        for record, nearest in session.execute(query):
            if nearest in place and partition.labels[place[record]] != partition.labels[place[nearest]]:
                found[record] = nearest
    return found

"""Make the look-up keys of all stored records anew when the engine that made them is not the present one.

Keys are digests; another engine may digest otherwise, and then a new record no longer finds those it belongs
to. Until all keys are of one engine, linking looks nothing up and compares everything instead.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.matching import ENGINE, Records, keys_of
from server.records.models import CleanRow, KeyEngine, SourceRecord
from server.records.reading import from_row
from server.records.storing import replace_keys

BATCH = 1000
"""Records a transaction: a desk's write waits for one such."""

ONLY_ROW = 1


@dataclass(frozen=True, slots=True)
class Rekeyed:
    """How many records were looked at, how many got other keys, and whether all of the house have theirs."""

    read: int
    changed: int
    is_finished: bool


def keys_are_present(session: Session) -> bool | None:
    """Whether all stored keys are of the present engine; None when nothing was linked (and noted) yet."""
    noted = session.get(KeyEngine, ONLY_ROW)
    return None if noted is None else noted.engine == ENGINE


def note_key_engine(session: Session) -> None:
    """Note, at a house's first linking, that the stored keys are of the present engine."""
    session.add(KeyEngine(id=ONLY_ROW, engine=ENGINE, after=0))


def rekey(engine: Engine, *, stopping: Callable[[], bool] = lambda: False) -> Rekeyed:
    """Make the keys of every stored record under the present engine, from its clean record as it stands.

    A thousand a transaction, which also notes how far it came: killed at any moment and started again, it
    goes on there. Keys that are right already are not written. Nothing to do where the keys are present.
    """
    read = changed = 0
    while not stopping():
        with reading(engine) as session:
            noted = session.get(KeyEngine, ONLY_ROW)
            if noted is None or noted.engine == ENGINE:
                return Rekeyed(read, changed, is_finished=True)
            after = noted.after if noted.making == ENGINE else 0
            ids = session.scalars(
                select(CleanRow.record_id)
                .where(CleanRow.record_id > after)
                .order_by(CleanRow.record_id)
                .limit(BATCH)
            ).all()
        with writing(engine) as session:
            changed += _make_anew(session, ids)
            noted = session.get_one(KeyEngine, ONLY_ROW)
            if ids:
                noted.making, noted.after = ENGINE, ids[-1]
            else:  # what arrived meanwhile brought keys of the present engine
                noted.engine, noted.making, noted.after = ENGINE, None, 0
        read += len(ids)
    return Rekeyed(read, changed, is_finished=False)


def _make_anew(session: Session, ids: Sequence[int]) -> int:
    """Write the keys of those of these records that have others; returns how many. Heads are locked first."""
    if not ids:
        return 0
    session.execute(
        select(SourceRecord.id)
        .where(SourceRecord.id.in_(ids))
        .order_by(SourceRecord.id)
        .with_for_update(key_share=True)
    )
    rows = session.execute(select(*CleanRow.__table__.columns).where(CleanRow.record_id.in_(ids))).mappings()
    kept: dict[int, dict[str, Any]] = {row["record_id"]: dict(row) for row in rows}
    places = sorted(kept)
    records = Records.of(
        [from_row(kept[record_id]) for record_id in places],
        [str(record_id) for record_id in places],
        [""] * len(places),
        ["source"] * len(places),
    )
    keys: dict[int, list[int]] = defaultdict(list)
    for at, key in zip(*(found.tolist() for found in keys_of(records)), strict=True):
        keys[places[at]].append(key)
    changed = {
        record_id: mine
        for record_id in places
        if np.array(mine := sorted(keys[record_id]), dtype="<i8").tobytes() != kept[record_id]["keys"]
    }
    replace_keys(session, changed)
    return len(changed)

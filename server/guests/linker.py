"""Link records at once: what the given records touch is solved again inside the caller's transaction.

The one verb is `touch`. Whoever stores, changes or erases records, or writes down what people decided about
them, calls it before the same transaction ends, so that records and links are never seen apart. One links at
a time: SQLite has one writer, PostgreSQL a lock until the transaction ends.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.db import insert_rows, take_turn
from server.guests.applying import links_of, make_ready, plan, write
from server.guests.circles import circles_of
from server.guests.events import event_row, resolve_emptied
from server.guests.loading import decisions_on, load, parts
from server.guests.models import Decision, GuestEvent, GuestValue, Link, Model
from server.jobs.queue import enqueue
from server.matching import Model as EngineModel
from server.matching import match
from server.matching.guard import read_model
from server.records.models import CleanRow, RecordKey, SourceRecord
from server.records.rekeying import keys_are_present
from server.refusal import Refused

log = logging.getLogger("oneguest.guests")

COMMON_KEY = 200
"""A key that more records bear says little by itself; it brings no neighbours in."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a touch did.

    `records`: how many were looked at. `moved`: by record id the guest before (None: it had none) and after.
    `guests`: those whose records, links or values were written, emptied ones included. `made`, `merged`: how
    many guests are new, went into others. `passes`: how often what was touched was widened until nothing more
    came in. `unsettled`: questions left where that was cut short. `model`: the model's version; None when
    there is none to go by, and then the records wait for the bulk run that was made due.
    """

    records: int = 0
    moved: dict[int, tuple[str | None, str]] = field(default_factory=dict)
    guests: frozenset[str] = frozenset()
    made: int = 0
    merged: int = 0
    passes: int = 0
    unsettled: int = 0
    model: str | None = None


def take_linker(session: Session) -> None:
    """Be the one that links until this transaction ends.

    `touch` does it too. A transaction that first changes records or decisions and then touches them takes the
    place before its first write, so that two such never wait for each other's rows.
    """
    take_turn(session, "linker")


def touch(
    session: Session,
    record_ids: Collection[int],
    *,
    cause: str,
    now: datetime,
    gone: Collection[int] = (),
) -> Changes:
    """Solve again what these records touch, in the caller's writing transaction; write what changed.

    `record_ids`: records that were stored or changed, or that a decision is about. `gone`: records that the
    caller deletes next, in this transaction: they lose their links now. `cause` names what brought it about,
    as `import:5`, and stands in every event. Where there is no model to go by (nothing was linked yet, or an
    upgrade is under way), the records wait and a bulk run is made due.
    """
    take_linker(session)
    touched = set(record_ids) - set(gone)
    model = newest_model(session) if keys_are_present(session) else None
    if model is None:
        _let_wait(session, touched, now=now)
        _unlink(session, gone, cause=cause, now=now)
        return Changes()
    inside = _neighbourhood(session, touched | set(gone)) - set(gone)
    robbed = _unlink(session, gone, cause=cause, now=now)
    loaded = load(session, inside)
    decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
    partition = match(loaded.records, model, decisions, circles)
    planned = plan(session, loaded, partition, touched, robbed)
    groups = [group for exchange in planned.exchanges for group in exchange]
    work = make_ready(session, loaded, partition, groups)
    assignment = planned.assignment
    written = write(
        session, loaded, partition, work, touched=touched, assignment=assignment, cause=cause, now=now
    )
    return Changes(
        records=len(loaded.ids),
        moved=written.moved,
        guests=written.guests | robbed,
        made=len(assignment.minted),
        merged=len(assignment.merged),
        passes=1,
        model=model.version,
    )


def newest_model(session: Session) -> EngineModel | None:
    """The model of the last bulk run; None when there is none that this engine can go by.

    One of another engine weighs and looks up by other numbers, and a broken one must not decide: either way
    the next run is a bulk run, which makes a fresh one.
    """
    kept = session.scalar(select(Model).order_by(Model.number.desc()).limit(1))
    if kept is None:
        return None
    try:
        return read_model(kept.content, kept.version)
    except Refused as refusal:
        log.warning("model not gone by version=%s reason=%s", kept.version, refusal.code)
        return None


def _let_wait(session: Session, record_ids: Collection[int], *, now: datetime) -> None:
    for part in parts(sorted(record_ids), 5000):
        session.execute(
            update(SourceRecord).where(SourceRecord.id.in_(part)).values(needs_linking=True),
            execution_options={"synchronize_session": False},
        )
    enqueue(session, "link_records", {}, now=now, dedup_key="link_records")


def _unlink(session: Session, gone: Collection[int], *, cause: str, now: datetime) -> set[str]:
    """Take records out of their guests, with an event each; returns the guests they were taken from."""
    links = links_of(session, sorted(gone))
    insert_rows(
        session,
        GuestEvent,
        [
            event_row("erased", before.guest_id, cause=cause, now=now, record_id=record_id)
            for record_id, before in links.items()
        ],
    )
    for part in parts(sorted(links), 5000):
        session.execute(delete(Link).where(Link.record_id.in_(part)))
        session.execute(delete(GuestValue).where(GuestValue.record_id.in_(part)))
    robbed = {before.guest_id for before in links.values()}
    resolve_emptied(session, (), robbed, cause=cause, now=now)
    return robbed


def _neighbourhood(session: Session, touched: Collection[int]) -> set[int]:
    """The records, the guests they are with, and the guests of every record that shares a key."""
    inside = set(touched)
    inside |= _fellows(session, inside)
    near: set[int] = set()
    for part in parts(sorted(inside)):
        for packed in session.scalars(select(CleanRow.keys).where(CleanRow.record_id.in_(part))):
            near |= _bearers(session, np.frombuffer(packed, dtype="<i8").tolist())
    decided: set[int] = set()
    for part in parts(sorted(inside)):
        decided |= set(session.scalars(select(Decision.record_a).where(Decision.record_b.in_(part))))
        decided |= set(session.scalars(select(Decision.record_b).where(Decision.record_a.in_(part))))
    inside |= near | decided
    return inside | _fellows(session, inside)


def _bearers(session: Session, keys: Sequence[int]) -> set[int]:
    if not keys:
        return set()
    common = (
        select(RecordKey.key)
        .where(RecordKey.key.in_(keys))
        .group_by(RecordKey.key)
        .having(func.count() > COMMON_KEY)
    )
    rare = select(RecordKey.record_id).where(RecordKey.key.in_(keys), RecordKey.key.not_in(common))
    return set(session.scalars(rare))


def _fellows(session: Session, record_ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for part in parts(sorted(record_ids)):
        guests = select(Link.guest_id).where(Link.record_id.in_(part))
        found |= set(session.scalars(select(Link.record_id).where(Link.guest_id.in_(guests))))
    return found

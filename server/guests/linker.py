"""Link records at once: what the given records touch is solved again inside the caller's transaction.

The one verb is `touch`. Whoever stores, changes or erases records, or writes down what people decided about
them, calls it before the same transaction ends, so that records and links are never seen apart. One links at
a time: SQLite has one writer, PostgreSQL a lock until the transaction ends.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import numpy as np
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from server.db import has_turn, insert_rows, insert_tuples, rows_with, shares_turn, take_turn
from server.guests.applying import links_of, make_ready, plan, write
from server.guests.circles import circles_of
from server.guests.events import event_row, resolve_emptied
from server.guests.graph import (
    Component,
    Edge,
    called_the_same,
    component_of,
    drop_contents,
    put_edges,
    said_by_others,
    saids_of,
)
from server.guests.households import recount_households
from server.guests.loading import Loaded, Reader, decisions_on, parts
from server.guests.models import GuestEvent, GuestValue, Link, LinkAgain, Model
from server.guests.questions import write_doubts
from server.jobs.models import Lease
from server.jobs.queue import enqueue
from server.matching import Model as EngineModel
from server.matching import lookups, match_component
from server.matching.columns import Bits, Longs
from server.matching.guard import read_model
from server.matching.scoring import log_odds, score
from server.matching.solving import DOUBT
from server.records.models import CleanRow, RecordKey, SourceRecord
from server.records.rekeying import keys_are_present
from server.records.storing import replace_keys
from server.refusal import Refused

log = logging.getLogger("oneguest.guests")

PLACE = "linker"
"""Whoever links the whole house anew holds this place."""

_HOUSE = "linker's house"


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
_WAITING = select(SourceRecord.id).where(
    SourceRecord.id.in_(bindparam("values", expanding=True)), SourceRecord.needs_linking.is_(True)
)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a touch did.

    `records`: how many were solved again. `moved`: by record id the guest before (None: it had none) and
    after. `guests`: those whose records, links or values were written, emptied ones included. `made`,
    `merged`: how many guests are new, went into others. `passes`: how often what was touched was widened
    until nothing more came in. `unsettled`: strong pairs beyond the cap, now questions. `model`: the model's
    version; None when there is none to go by, and then the records wait for the bulk run that was made due.
    """

    records: int = 0
    moved: dict[int, tuple[str | None, str]] = field(default_factory=dict)
    guests: frozenset[str] = frozenset()
    made: int = 0
    merged: int = 0
    passes: int = 0
    unsettled: int = 0
    model: str | None = None


class Known(NamedTuple):
    """The model that is gone by, and its number, by which its pairs are kept."""

    model: EngineModel
    number: int

    @property
    def cut(self) -> float:
        """Bits from which a pair is strong."""
        return log_odds(self.model.link_cut)


def take_linker(session: Session) -> None:
    """Be the one that links until this transaction ends.

    `touch` does it too. A transaction that first changes records or decisions and then touches them takes the
    place before its first write, so that two such never wait for each other's rows.
    """
    take_turn(session, "linker")


def take_house(session: Session) -> None:
    """Make a new state of the whole house visible with this transaction, which may take a while.

    Whatever is touched meanwhile waits, without waiting for us, and is touched again after; who decides,
    erases or undoes waits for the end.
    """
    take_turn(session, _HOUSE)
    take_linker(session)


def take_linker_soon(session: Session) -> bool:
    """Be the one that links; False, without waiting, when a new state of the whole house is being shown.

    For whoever brings records: theirs wait then (`touch` sees to it), they do not.
    """
    if not has_turn(session, "linker"):
        if not shares_turn(session, _HOUSE):
            return False
        take_linker(session)
    return True


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
    touched = set(record_ids) - set(gone)
    if gone:
        take_linker(session)
    elif not take_linker_soon(session):
        _note_again(session, touched)
        _let_wait(session, touched, now=now)
        return Changes()
    session.flush()
    known = newest_known(session) if keys_are_present(session) else None
    if known is None:
        _let_wait(session, touched, now=now)
        _unlink(session, gone, cause=cause, now=now)
        return Changes()
    if linking_anew(session):
        _note_again(session, touched)
    return solve_again(session, known, touched, gone=gone, cause=cause, now=now)


def solve_again(
    session: Session,
    known: Known,
    touched: Collection[int],
    *,
    cause: str,
    now: datetime,
    gone: Collection[int] = (),
    anew: bool = False,
) -> Changes:
    """What `touch` does once a model is known. `anew`: compare the records though they say what they said."""
    reader = Reader(session)
    saying: dict[int, int] = {}
    start: set[int] = set()
    todo, leaving = set(touched), set(gone)
    robbed: set[str] = set()
    while True:
        start |= _take_in(session, reader, known, todo, leaving, saying, anew=anew)
        if leaving:
            robbed = _unlink(session, leaving, cause=cause, now=now)
            leaving = set()
        component = component_of(session, known.number, known.cut, start, saying)
        todo = _waiting_in(session, component) - saying.keys()
        if not todo:
            break
    loaded = reader.load(component.records)
    decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
    partition = match_component(loaded.records, known.model, _arrays(component.inside()), decisions, circles)
    planned = plan(session, loaded, partition, saying.keys(), robbed)
    groups = [group for exchange in planned.exchanges for group in exchange]
    work = make_ready(loaded, partition, groups, reader.members)
    assignment = planned.assignment
    written = write(
        session, loaded, partition, work, touched=saying.keys(), assignment=assignment, cause=cause, now=now
    )
    guests = written.guests | robbed
    unsettled = write_doubts(
        session,
        loaded,
        partition,
        component,
        planned.guest_of,
        guests | set(assignment.guests),
    )
    if unsettled:
        enqueue(session, "rematch", {}, now=now, dedup_key="rematch")
    recount_households(session, robbed - written.guests, known.model)
    return Changes(
        records=len(loaded.ids),
        moved=written.moved,
        guests=guests,
        made=len(assignment.minted),
        merged=len(assignment.merged),
        passes=component.passes,
        unsettled=unsettled,
        model=known.model.version,
    )


def newest_known(session: Session) -> Known | None:
    """The model of the last bulk run; None when there is none that this engine can go by.

    One of another engine weighs and looks up by other numbers, a broken one must not decide, and one that did
    not freeze which keys are crowded cannot say whom a record meets: then the next run is a bulk run, which
    makes a fresh one.
    """
    kept = session.execute(select(Model.version, Model.number).order_by(Model.number.desc()).limit(1)).first()
    if kept is None:
        return None
    try:
        model = _read(session, kept.version)
    except Refused as refusal:
        log.warning("model not gone by version=%s reason=%s", kept.version, refusal.code)
        return None
    return None if model.crowds is None else Known(model, kept.number)


_models: dict[str, EngineModel] = {}
"""The last model that was read, by its version, which names its content."""


def _read(session: Session, version: str) -> EngineModel:
    if version not in _models:
        model = read_model(session.get_one(Model, version).content, version)
        _models.clear()
        _models[version] = model
    return _models[version]


def newest_model(session: Session) -> EngineModel | None:
    """The same without its number."""
    known = newest_known(session)
    return None if known is None else known.model


def linking_anew(session: Session) -> bool:
    """Whether the whole house is being linked anew right now; what is touched meanwhile is touched again."""
    return session.scalar(select(Lease.name).where(Lease.name == PLACE)) is not None


def _note_again(session: Session, record_ids: Collection[int]) -> None:
    there = set(session.scalars(select(LinkAgain.record_id)))
    insert_tuples(session, LinkAgain, ("record_id",), [(i,) for i in sorted(set(record_ids) - there)])


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


def _take_in(
    session: Session,
    reader: Reader,
    known: Known,
    todo: Collection[int],
    gone: Collection[int],
    saying: dict[int, int],
    *,
    anew: bool,
) -> set[int]:
    """Bring the pairs of the graph in step with what these records say now; add that to `saying`.

    Returns the contents from which what is to be solved again is found: those that came, those that lost a
    strong pair, and those that a decision binds to a record that goes.
    """
    loaded = reader.load(todo)
    saying |= loaded.saying
    before = saids_of(session, [*loaded.ids, *gone])
    news = {r for r, said in loaded.saying.items() if anew or r in loaded.waiting or before.get(r) != said}
    moving = news | set(gone)
    left = {said for r in moving if (said := before.get(r)) is not None}
    came = {loaded.saying[r] for r in news}
    still = said_by_others(session, left - came, moving, also_waiting=True)
    dropped = drop_contents(session, known.number, left - came - still)
    there = set() if anew else said_by_others(session, came, moving, also_waiting=False)
    fresh = came - there
    if fresh:
        again = drop_contents(session, known.number, fresh)
        dropped += [edge for edge in again if edge.other not in fresh]
        put_edges(session, known.number, _weighed(session, reader, known, loaded, fresh, moving))
    start = set(loaded.saids) | still
    start |= {edge.other for edge in dropped if edge.bits >= known.cut}
    start |= called_the_same(session, {*loaded.ids, *gone}, saying)
    return start - {edge.said for edge in dropped} | set(loaded.saids)


def _weighed(
    session: Session,
    reader: Reader,
    known: Known,
    loaded: Loaded,
    fresh: Collection[int],
    moving: Collection[int],
) -> list[Edge]:
    """The likely pairs of contents that nobody said before, with all that share a look-up key."""
    speaker: dict[int, int] = {}
    for row, said in enumerate(loaded.saids):
        speaker.setdefault(said, loaded.ids[row])
    of_key: dict[int, set[int]] = {}
    for record_id, mine in _looked_up_by(session, known.model, loaded).items():
        for key in mine:
            of_key.setdefault(key, set()).add(loaded.saying[record_id])
    wanted = {key for key, saids in of_key.items() if not saids.isdisjoint(fresh)}
    for key, there, record_id in rows_with(session, _BEARERS, wanted, 500):
        if record_id not in moving:
            of_key[key].add(there)
            speaker.setdefault(there, record_id)
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
    both = reader.load({speaker[said] for pair in pairs for said in pair})
    at = {both.saids[row]: place for place, row in enumerate(both.records.order.tolist())}
    pairs = [(one, other) for one, other in pairs if one in at and other in at]
    ends = np.array([sorted((at[one], at[other])) for one, other in pairs], dtype=np.int32).reshape(-1, 2)
    bits = score(both.records, known.model, ends[:, 0], ends[:, 1])
    likely = np.flatnonzero(bits >= log_odds(DOUBT)).tolist()
    return [Edge(*pairs[k], float(bits[k])) for k in likely]


def _looked_up_by(session: Session, model: EngineModel, loaded: Loaded) -> dict[int, set[int]]:
    """The keys by which each of these records is looked up: those stored with it, unless some are crowded.

    Refined keys are kept beside the others, so that those who come later find them.
    """
    crowds = model.crowds
    stored = {
        record_id: np.frombuffer(keys, dtype="<i8").astype(np.int64)
        for record_id, keys in rows_with(session, _KEYS, loaded.ids)
    }
    both = np.concatenate([np.zeros(0, dtype=np.int64), *stored.values()])
    if crowds is not None and not crowds.is_crowded(both).any():
        return {record_id: set(keys.tolist()) for record_id, keys in stored.items()}
    found: dict[int, set[int]] = {}
    deeper: dict[int, set[int]] = {}
    rows, keys, refined = lookups(loaded.records, model)
    for row, key, is_deeper in zip(rows.tolist(), keys.tolist(), refined.tolist(), strict=True):
        found.setdefault(loaded.ids[row], set()).add(key)
        if is_deeper:
            deeper.setdefault(loaded.ids[row], set()).add(key)
    keep_keys(session, deeper)
    return found


def keep_keys(session: Session, wanted: dict[int, set[int]]) -> None:
    """Add look-up keys, by record id, to those that the records have."""
    grown: dict[int, list[int]] = {}
    for part in parts(sorted(wanted)):
        query = select(CleanRow.record_id, CleanRow.keys).where(CleanRow.record_id.in_(part))
        for record_id, packed in session.execute(query):
            kept = set(np.frombuffer(packed, dtype="<i8").tolist())
            if not wanted[record_id] <= kept:
                grown[record_id] = sorted(kept | wanted[record_id])
    if grown:
        replace_keys(session, grown)


def _waiting_in(session: Session, component: Component) -> set[int]:
    """Records of the component that wait to be linked again: they are solved now, by what they say now."""
    return {row[0] for row in rows_with(session, _WAITING, component.records)}


def _arrays(edges: Iterable[Edge]) -> tuple[Longs, Longs, Bits]:
    rows = list(edges)
    return (
        np.array([edge.said for edge in rows], dtype=np.int64),
        np.array([edge.other for edge in rows], dtype=np.int64),
        np.array([edge.bits for edge in rows], dtype=np.float32),
    )

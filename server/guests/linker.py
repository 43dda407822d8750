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
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import BindParameter, bindparam, delete, select, update
from sqlalchemy.orm import Session

from server.db import has_turn, shares_turn, take_turn
from server.guests.applying import links_of, make_ready, plan, write
from server.guests.events import event_row, resolve_emptied
from server.guests.graph import Component, Edge, Graph, saids_of
from server.guests.loading import Loaded, Reader
from server.guests.meeting import Meeting
from server.guests.models import GuestEvent, GuestValue, Link, LinkAgain, Model
from server.guests.questions import write_doubts
from server.guests.standing import PLACE, Standing, standing_of
from server.jobs.queue import enqueue
from server.matching import Model as EngineModel
from server.matching import match_component
from server.matching.columns import Bits, Longs
from server.matching.guard import read_model
from server.matching.scoring import log_odds
from server.records.models import SourceRecord
from server.records.storing import hold_records
from server.refusal import Refused
from server.statements import change_with, insert_rows, insert_tuples

__all__ = [
    "PLACE",
    "Changes",
    "Known",
    "newest_known",
    "newest_model",
    "note_again",
    "solve_again",
    "take_house",
    "take_linker",
    "take_linker_soon",
    "touch",
]

log = logging.getLogger("oneguest.guests")

_HOUSE = "linker's house"


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
        note_again(session, touched)
        _let_wait(session, touched, now=now)
        return Changes()
    house = standing_of(session)
    known = _known(session, house.version, house.number) if house.has_keys else None
    if known is None:
        _let_wait(session, touched, now=now)
        _unlink(session, gone, cause=cause, now=now)
        return Changes()
    if house.is_linked_anew:
        note_again(session, touched)
    return solve_again(session, known, touched, gone=gone, cause=cause, now=now, house=house)


def solve_again(
    session: Session,
    known: Known,
    touched: Collection[int],
    *,
    cause: str,
    now: datetime,
    gone: Collection[int] = (),
    anew: bool = False,
    house: Standing | None = None,
) -> Changes:
    """What `touch` does once a model is known. `anew`: compare the records though they say what they said."""
    house = house or standing_of(session)
    reader = Reader(session, house)
    meeting = Meeting(session, reader, known.model)
    graph = Graph(session, known.number, is_decided_on=house.is_decided_on)
    saying: dict[int, int] = {}
    start: set[int] = set()
    todo, leaving = set(touched), set(gone)
    if len(todo) > 1:
        hold_records(session, todo)
    robbed: set[str] = set()
    while True:
        start |= _take_in(session, meeting, graph, known.cut, todo, leaving, saying, anew=anew)
        if leaving:
            robbed = _unlink(session, leaving, cause=cause, now=now)
            graph.forget(leaving)
            leaving = set()
        component = graph.component(known.cut, start, saying)
        todo = graph.waiting_in(component.saids) - saying.keys()
        if not todo:
            loaded = reader.load(component.records)
            todo = _changed_meanwhile(component, loaded) - saying.keys()
        if not todo:
            break
    decisions, circles = reader.decisions(loaded), reader.circles(loaded.ids)
    partition = match_component(loaded.records, known.model, _arrays(component.inside()), decisions, circles)
    links = reader.links(loaded.ids)
    planned = plan(session, loaded, partition, saying.keys(), robbed, links=links)
    groups = [group for exchange in planned.exchanges for group in exchange]
    work = make_ready(loaded, partition, groups, reader.members, links=links, touched=saying.keys())
    assignment = planned.assignment
    written = write(
        session,
        loaded,
        partition,
        work,
        touched=saying.keys(),
        assignment=assignment,
        cause=cause,
        now=now,
        reader=reader,
        robbed=robbed,
    )
    guests = written.guests | robbed
    unsettled = write_doubts(
        session,
        loaded,
        partition,
        component,
        planned.guest_of,
        guests | set(assignment.guests),
        reader,
        minted=assignment.minted,
    )
    if unsettled:
        enqueue(session, "rematch", {}, now=now, dedup_key="rematch")
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
    house = standing_of(session)
    return _known(session, house.version, house.number)


def _known(session: Session, version: str | None, number: int | None) -> Known | None:
    if version is None or number is None:
        return None
    try:
        model = _read(session, version)
    except Refused as refusal:
        log.warning("model not gone by version=%s reason=%s", version, refusal.code)
        return None
    return None if model.crowds is None else Known(model, number)


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


def note_again(session: Session, record_ids: Collection[int]) -> None:
    """Let these records be touched again when the whole house is linked anew."""
    there = set(session.scalars(select(LinkAgain.record_id)))
    insert_tuples(session, LinkAgain, ("record_id",), [(i,) for i in sorted(set(record_ids) - there)])


_values: BindParameter[Any] = bindparam("values", expanding=True)
_WAIT = update(SourceRecord).where(SourceRecord.id.in_(_values)).values(needs_linking=True)
_DROP_LINKS = delete(Link).where(Link.record_id.in_(_values))
_DROP_VALUES = delete(GuestValue).where(GuestValue.record_id.in_(_values))


def _let_wait(session: Session, record_ids: Collection[int], *, now: datetime) -> None:
    change_with(session, _WAIT, record_ids)
    enqueue(session, "link_records", {}, now=now, dedup_key="link_records")


def _unlink(session: Session, gone: Collection[int], *, cause: str, now: datetime) -> set[str]:
    """Take records out of their guests, with an event each; returns the guests they were taken from."""
    links = links_of(session, sorted(gone))
    if not links:
        return set()
    insert_rows(
        session,
        GuestEvent,
        [
            event_row("erased", before.guest_id, cause=cause, now=now, record_id=record_id)
            for record_id, before in links.items()
        ],
    )
    change_with(session, _DROP_LINKS, links)
    change_with(session, _DROP_VALUES, links)
    robbed = {before.guest_id for before in links.values()}
    resolve_emptied(session, links, robbed, cause=cause, now=now)
    return robbed


def _take_in(
    session: Session,
    meeting: Meeting,
    graph: Graph,
    cut: float,
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
    loaded = meeting.load(todo, anew=anew)
    saying |= loaded.saying
    before = {r: link.said for r, link in meeting.reader.links(loaded.ids).items()} | saids_of(session, gone)
    news = {r for r, said in loaded.saying.items() if anew or r in loaded.waiting or before.get(r) != said}
    moving = news | set(gone)
    left = {said for r in moving if (said := before.get(r)) is not None}
    came = {loaded.saying[r] for r in news}
    graph.look(left | came | meeting.likely())
    still = graph.said_by_others(left - came, moving, also_waiting=True)
    dropped = graph.drop(left - came - still)
    there = set() if anew else graph.said_by_others(came, moving, also_waiting=False)
    fresh = came - there
    if fresh:
        again = graph.drop(fresh)
        dropped += [edge for edge in again if edge.other not in fresh]
        graph.put(meeting.edges(loaded, fresh, moving))
    start = set(loaded.saids) | still
    start |= {edge.other for edge in dropped if edge.bits >= cut}
    start |= graph.called_the_same({*loaded.ids, *gone}, saying)
    return start - {edge.said for edge in dropped} | set(loaded.saids)


def _changed_meanwhile(component: Component, loaded: Loaded) -> set[int]:
    """Records that say something else than what they were found by.

    On PostgreSQL who brings records waits for nobody who links: they may come between two of our questions.
    """
    return {r for r, said in component.records.items() if loaded.saying.get(r, said) != said}


def _arrays(edges: Iterable[Edge]) -> tuple[Longs, Longs, Bits]:
    rows = list(edges)
    return (
        np.array([edge.said for edge in rows], dtype=np.int64),
        np.array([edge.other for edge in rows], dtype=np.int64),
        np.array([edge.bits for edge in rows], dtype=np.float32),
    )

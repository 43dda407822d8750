"""The only writer of links: reads clean records, lets the engine group them, and writes what changed.

Bulk: all records at once under a fresh model. Few waiting records: only their neighbourhood, under the model
of the last bulk run. Either way a group is a function of its records, the model and people's decisions; what
is written is the difference to the links there are, whole guests at a time, a thousand records a transaction,
so that the desk can write in between and a killed run, started again, ends in the same state.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import Engine, delete, func, select, update
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import insert_rows, reading, writing
from server.guests.assigning import assign
from server.guests.circles import circles_of
from server.guests.loading import Loaded, decisions_on, load, members_of, parts
from server.guests.models import Decision, Guest, GuestEvent, GuestValue, Link, Model
from server.guests.staying import recount_stays
from server.guests.values import Member, best_values
from server.jobs.places import Place, PlaceLost, holding
from server.matching import Model as EngineModel
from server.matching import Partition, make_model, match
from server.matching.explaining import Evidence
from server.matching.guard import read_model
from server.records.models import CleanRow, RecordKey, SourceRecord
from server.records.rekeying import keys_are_present, note_key_engine
from server.refusal import Refused

log = logging.getLogger("oneguest.guests")

PLACE = "linker"
BATCH = 1000
"""Records a transaction: a desk's write waits no longer than one of these (measured 41 ms for 1,000 rows)."""

FEW = 500
"""Up to so many waiting records are linked in their neighbourhood; more are a bulk run."""

COMMON_KEY = 200
"""A key that more records bear says little by itself; it brings no neighbours in."""

Progress = Callable[[str, int, int], None]
"""Called with a stage, how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What a run did: records looked at, records whose link changed, guests made and gone into others."""

    records: int
    changed: int
    guests_made: int
    guests_merged: int
    model: str


def link_waiting(
    engine: Engine, *, bulk: bool = False, progress: Progress | None = None
) -> LinkReport | None:
    """Link every record that waits for it; None when none waits (and no bulk run was asked for).

    Waits for another linker to end: one links at a time. Raises nothing on records; database errors pass.
    """
    while True:
        try:
            with holding(engine, PLACE, wait=True) as place:
                if place is not None:
                    return _link(engine, place, bulk, progress)
        except PlaceLost:  # another links; what it leaves is ours again when it has ended
            continue


def _link(engine: Engine, place: Place, bulk: bool, progress: Progress | None) -> LinkReport | None:
    with reading(engine) as session:
        waiting = session.scalar(
            select(func.count()).select_from(SourceRecord).where(SourceRecord.needs_linking.is_(True))
        )
        can_look_up = keys_are_present(session)
        known = None if bulk or not can_look_up or (waiting or 0) > FEW else newest_model(session)
    if not waiting and not bulk:
        return None
    if can_look_up is None:
        with writing(engine) as session:
            place.confirm(session)
            note_key_engine(session)
    if known is None:
        return _link_all(engine, place, progress)
    return _link_neighbourhood(engine, place, known, progress)


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


def _link_all(engine: Engine, place: Place, progress: Progress | None) -> LinkReport:
    _tell(progress, "reading", 0, 1)
    with reading(engine) as session:
        loaded = load(session, None)
        decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
    _tell(progress, "matching", 0, 1)
    model = make_model(loaded.records)
    with writing(engine) as session:
        place.confirm(session)
        _keep_model(session, model)
    partition = match(loaded.records, model, decisions, circles)
    return _apply(engine, place, loaded, partition, model.version, progress)


def _keep_model(session: Session, model: EngineModel) -> None:
    """Make this model the newest. The order of making says which is, not the time: clocks are set back."""
    number = (session.scalar(select(func.max(Model.number))) or 0) + 1
    kept = session.get(Model, model.version)
    if kept is None:
        session.add(Model(version=model.version, number=number, content=model.to_json(), made_at=clock()))
    else:
        kept.number, kept.content = number, model.to_json()


def _link_neighbourhood(
    engine: Engine, place: Place, model: EngineModel, progress: Progress | None
) -> LinkReport:
    with reading(engine) as session:
        waiting = session.scalars(select(SourceRecord.id).where(SourceRecord.needs_linking.is_(True))).all()
        loaded = load(session, _neighbourhood(session, waiting))
        decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
    partition = match(loaded.records, model, decisions, circles)
    return _apply(engine, place, loaded, partition, model.version, progress)


def _neighbourhood(session: Session, waiting: Sequence[int]) -> set[int]:
    """The waiting records, the guests they are with, and the guests of every record that shares a key."""
    inside = set(waiting)
    inside |= _fellows(session, inside)
    near: set[int] = set()
    for part in parts(sorted(inside)):
        for packed in session.scalars(select(CleanRow.keys).where(CleanRow.record_id.in_(part))):
            near |= _bearers(session, np.frombuffer(packed, dtype="<i8").tolist())
    decided = set(session.scalars(select(Decision.record_a).where(Decision.record_b.in_(inside))))
    decided |= set(session.scalars(select(Decision.record_b).where(Decision.record_a.in_(inside))))
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


class _Before(NamedTuple):
    """A record's link as the run finds it."""

    guest_id: str
    nearest_record_id: int | None


@dataclass(frozen=True, slots=True)
class _Group:
    """One person by the engine's grouping: the guest, and the places of its records."""

    guest_id: str
    places: list[int]


@dataclass(frozen=True, slots=True)
class _Work:
    """What one transaction writes, made ready before it begins, so that it keeps the desk waiting less."""

    groups: Sequence[_Group]
    members: Mapping[int, Member]  # by record id
    reasons: Mapping[int, Sequence[Evidence]]  # by place
    model: str


def _apply(
    engine: Engine,
    place: Place,
    loaded: Loaded,
    partition: Partition,
    model: str,
    progress: Progress | None,
) -> LinkReport:
    """Write the difference between the engine's grouping and the links there are, while the place is ours."""
    with reading(engine) as session:
        links = _links(session, loaded.ids)
    by_label: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(partition.labels.tolist()):
        by_label[label].append(index)
    groups = list(by_label.values())
    assignment = assign(
        [[loaded.ids[i] for i in group] for group in groups], {r: k.guest_id for r, k in links.items()}
    )
    exchanges = _exchanges(loaded, partition, groups, assignment.guests, links)
    total = sum(len(group.places) for exchange in exchanges for group in exchange)
    written = changed = 0
    for batch in _batches(exchanges):
        places = [i for group in batch for i in group.places]
        with reading(engine) as session:
            members = members_of(session, [loaded.ids[i] for i in places])
        work = _Work(batch, members, dict(zip(places, partition.reasons(places), strict=True)), model)
        with writing(engine) as session:
            place.confirm(session)
            changed += _write_batch(session, loaded, partition, work, links, assignment.minted)
        written += len(places)
        _tell(progress, "linking", written, total)
    return LinkReport(len(loaded.ids), changed, len(assignment.minted), len(assignment.merged), model)


def _links(session: Session, ids: Sequence[int]) -> dict[int, _Before]:
    columns = (Link.record_id, Link.guest_id, Link.nearest_record_id)
    return {
        record_id: _Before(guest_id, nearest)
        for part in parts(ids, 5000)
        for record_id, guest_id, nearest in session.execute(select(*columns).where(Link.record_id.in_(part)))
    }


def _exchanges(
    loaded: Loaded,
    partition: Partition,
    groups: Sequence[list[int]],
    guests: Sequence[str],
    links: Mapping[int, _Before],
) -> list[list[_Group]]:
    """The groups to write, those together that take records from each other's guests.

    A guest that a record leaves is written with the one that it goes to: else the guest would keep values
    of a record that is no longer its own. Those with records that wait come last, so that a run killed
    before its end is begun again with the same records.
    """
    taken_from: dict[str, set[str]] = defaultdict(set)
    for group, guest in zip(groups, guests, strict=True):
        for i in group:
            link = links.get(loaded.ids[i])
            if link is not None and link.guest_id != guest:
                taken_from[guest].add(link.guest_id)
    losers = set().union(*taken_from.values())
    parent: dict[str, str] = {}

    def root(guest: str) -> str:
        while (above := parent.get(guest, guest)) != guest:
            guest = above
        return guest

    stale = []
    for group, guest in zip(groups, guests, strict=True):
        if guest in losers or _is_stale(loaded, partition, group, guest, links):
            stale.append(_Group(guest, group))
            for other in taken_from.get(guest, ()):
                parent[root(other)] = root(guest)
    together: dict[str, list[_Group]] = defaultdict(list)
    for member in stale:
        together[root(member.guest_id)].append(member)
    return sorted(together.values(), key=lambda exchange: _waits(loaded, exchange))


def _waits(loaded: Loaded, exchange: Sequence[_Group]) -> bool:
    return any(loaded.ids[i] in loaded.waiting for group in exchange for i in group.places)


def _is_stale(
    loaded: Loaded, partition: Partition, group: list[int], guest: str, links: Mapping[int, _Before]
) -> bool:
    for i in group:
        record_id = loaded.ids[i]
        link = links.get(record_id)
        if record_id in loaded.waiting or link is None or link.guest_id != guest:
            return True
        nearest = int(partition.nearest[i])
        if link.nearest_record_id != (loaded.ids[nearest] if nearest >= 0 else None):
            return True
    return False


def _batches(exchanges: Sequence[list[_Group]]) -> Iterator[list[_Group]]:
    batch: list[_Group] = []
    size = 0
    for exchange in exchanges:
        more = sum(len(group.places) for group in exchange)
        if batch and size + more > BATCH:
            yield batch
            batch, size = [], 0
        batch += exchange
        size += more
    if batch:
        yield batch


def _write_batch(
    session: Session,
    loaded: Loaded,
    partition: Partition,
    work: _Work,
    links: Mapping[int, _Before],
    minted: Collection[str],
) -> int:
    """Links, events and values of whole guests, in the caller's transaction; return how many links moved."""
    now = clock()
    guests = [group.guest_id for group in work.groups]
    all_ids = sorted(loaded.ids[i] for i in work.reasons)
    current = dict(
        session.execute(
            select(SourceRecord.id, SourceRecord.current_version)
            .where(SourceRecord.id.in_(all_ids))
            .order_by(SourceRecord.id)
            .with_for_update(key_share=True)  # PostgreSQL: an import may bring a newer version right now
        ).all()
    )
    insert_rows(
        session, Guest, [{"id": g, "merged_into": None, "created_at": now} for g in guests if g in minted]
    )
    link_rows, events, values, settled = [], [], [], []
    for group in work.groups:
        present = []
        for i in group.places:
            record_id = loaded.ids[i]
            if record_id not in current or record_id not in work.members:  # erased meanwhile
                continue
            present.append(work.members[record_id])
            link_rows.append(_link_row(loaded, partition, i, work, group.guest_id, now))
            event = _event(record_id, group.guest_id, links.get(record_id), record_id in loaded.waiting, now)
            if event:
                events.append(event)
            if current[record_id] == loaded.versions[i]:  # else a newer version waits for its own linking
                settled.append(record_id)
        values += _value_rows(group.guest_id, present)
    linked_before = [i for i in all_ids if i in links]
    if linked_before:
        session.execute(delete(Link).where(Link.record_id.in_(linked_before)))
    kept = [g for g in guests if g not in minted]
    if kept:
        session.execute(delete(GuestValue).where(GuestValue.guest_id.in_(kept)))
    insert_rows(session, Link, link_rows)
    insert_rows(session, GuestEvent, events)
    insert_rows(session, GuestValue, values)
    if settled:
        session.execute(
            update(SourceRecord).where(SourceRecord.id.in_(settled)).values(needs_linking=False),
            execution_options={"synchronize_session": False},
        )
    _resolve_emptied(session, {links[i].guest_id for i in linked_before} - set(guests))
    recount_stays(session, guests, all_ids, cause="linked", now=now)
    return sum(e["kind"] != "changed" for e in events)


def _link_row(
    loaded: Loaded,
    partition: Partition,
    i: int,
    work: _Work,
    guest_id: str,
    now: datetime,
) -> dict[str, Any]:
    nearest, evidence = int(partition.nearest[i]), work.reasons[i]
    return {
        "record_id": loaded.ids[i],
        "guest_id": guest_id,
        "author": "engine",
        "reason": "alone" if nearest < 0 else "evidence" if evidence else "decision",
        "nearest_record_id": loaded.ids[nearest] if nearest >= 0 else None,
        "evidence": [[code, dict(params), bits] for code, params, bits in evidence],
        "probability": float(partition.probability[i]) if nearest >= 0 else None,
        "model": work.model,
        "made_at": now,
    }


def _event(
    record_id: int, guest_id: str, before: _Before | None, was_waiting: bool, now: datetime
) -> dict[str, Any] | None:
    facts = {"at": now, "record_id": record_id, "guest_id": guest_id, "from_guest_id": None}
    if before is None:
        return facts | {"kind": "linked"}
    if before.guest_id != guest_id:
        return facts | {"kind": "moved", "from_guest_id": before.guest_id}
    return facts | {"kind": "changed"} if was_waiting else None


def _value_rows(guest_id: str, members: Sequence[Member]) -> list[dict[str, Any]]:
    return [
        {
            "guest_id": guest_id,
            "field": best.field,
            "value": best.value[:400],
            "value_class": best.value_class,
            "record_id": best.record_id,
            "on": best.on,
            "rule": best.rule,
        }
        for best in best_values(members)
    ]


def _resolve_emptied(session: Session, suspects: Collection[str]) -> None:
    """Let the id of a guest that lost all its records resolve to the guest that took most of them."""
    for part in parts(sorted(suspects)):
        has_records = select(Link.record_id).where(Link.guest_id == Guest.id).exists()
        ids = session.scalars(select(Guest.id).where(Guest.id.in_(part), ~has_records)).all()
        moves = (
            select(GuestEvent.from_guest_id, GuestEvent.guest_id, func.count())
            .where(GuestEvent.from_guest_id.in_(ids), GuestEvent.guest_id != GuestEvent.from_guest_id)
            .group_by(GuestEvent.from_guest_id, GuestEvent.guest_id)
            .order_by(func.count(), GuestEvent.guest_id.desc())
        )
        for gone, into in {gone: into for gone, into, _ in session.execute(moves)}.items():
            session.execute(update(Guest).where(Guest.id == gone).values(merged_into=into))
        session.execute(delete(GuestValue).where(GuestValue.guest_id.in_(ids)))


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)

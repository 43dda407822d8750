"""Link every record that waits: a few through the linker, in batches; a whole house under a fresh model.

Either way a group is a function of its records, the model and people's decisions; what is written is the
difference to the links there are. A killed run, started again, ends in the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.guests.applying import Group, make_ready, plan, write
from server.guests.circles import circles_of
from server.guests.linker import newest_model, take_linker, touch
from server.guests.loading import decisions_on, load
from server.guests.models import Model
from server.jobs.places import Place, PlaceLost, holding
from server.matching import Model as EngineModel
from server.matching import make_model, match
from server.records.models import SourceRecord
from server.records.rekeying import keys_are_present, note_key_engine

PLACE = "linker"
BATCH = 1000
"""Records a transaction: a desk's write waits no longer than one of these (measured 41 ms for 1,000 rows)."""

TOUCHED = 150
"""Waiting records that the linker takes in one transaction."""

FEW = 500
"""Up to so many waiting records are linked by what they touch; more are a bulk run."""

Progress = Callable[[str, int, int], None]
"""Called with a stage, how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What a run did: records looked at, records whose link changed, guests made and gone into others.

    `passes`: the most that any batch took until nothing more came in; `unsettled`: questions left where that
    was cut short.
    """

    records: int
    changed: int
    guests_made: int
    guests_merged: int
    model: str
    passes: int = 1
    unsettled: int = 0


def link_waiting(
    engine: Engine, *, bulk: bool = False, cause: str = "arrival", progress: Progress | None = None
) -> LinkReport | None:
    """Link every record that waits for it; None when none waits (and no bulk run was asked for).

    `cause` stands in the events: what brought the records, as `import:5`. Waits for a bulk run of another
    process to end. Raises nothing on records; database errors pass.
    """
    while True:
        try:
            with holding(engine, PLACE, wait=True) as place:
                if place is not None:
                    return _link(engine, place, bulk, cause, progress)
        except PlaceLost:  # another links; what it leaves is ours again when it has ended
            continue


def _link(
    engine: Engine, place: Place, bulk: bool, cause: str, progress: Progress | None
) -> LinkReport | None:
    with reading(engine) as session:
        waiting = session.scalar(
            select(func.count()).select_from(SourceRecord).where(SourceRecord.needs_linking.is_(True))
        )
        can_look_up = keys_are_present(session)
        is_few = not bulk and bool(can_look_up) and (waiting or 0) <= FEW
        is_few = is_few and newest_model(session) is not None
    if not waiting and not bulk:
        return None
    if can_look_up is None:
        with writing(engine) as session:
            place.confirm(session)
            note_key_engine(session)
    if not is_few:
        return _link_all(engine, place, cause, progress)
    return _link_few(engine, place, waiting or 0, cause, progress)


def _link_few(
    engine: Engine, place: Place, waiting: int, cause: str, progress: Progress | None
) -> LinkReport:
    report = LinkReport(0, 0, 0, 0, "")
    done = after = 0
    while True:
        with writing(engine) as session:
            take_linker(session)
            place.confirm(session)
            ids = session.scalars(
                select(SourceRecord.id)
                .where(SourceRecord.needs_linking.is_(True), SourceRecord.id > after)
                .order_by(SourceRecord.id)
                .limit(TOUCHED)
            ).all()
            if not ids:
                return report
            changes = touch(session, ids, cause=cause, now=clock())
        report = LinkReport(
            report.records + changes.records,
            report.changed + len(changes.moved),
            report.guests_made + changes.made,
            report.guests_merged + changes.merged,
            changes.model or report.model,
            max(report.passes, changes.passes),
            report.unsettled + changes.unsettled,
        )
        if changes.model is None:  # the model went: a bulk run is due
            return report
        after = ids[-1]
        done += len(ids)
        _tell(progress, "linking", done, max(done, waiting))


def _link_all(engine: Engine, place: Place, cause: str, progress: Progress | None) -> LinkReport:
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
    with reading(engine) as session:
        planned = plan(session, loaded, partition, loaded.waiting)
    assignment = planned.assignment
    total = sum(len(group.places) for exchange in planned.exchanges for group in exchange)
    written = changed = 0
    for batch in _batches(planned.exchanges):
        with reading(engine) as session:
            work = make_ready(session, loaded, partition, batch)
        with writing(engine) as session:
            take_linker(session)
            place.confirm(session)
            done = write(
                session,
                loaded,
                partition,
                work,
                touched=loaded.waiting,
                assignment=assignment,
                cause=cause,
                now=clock(),
            )
        changed += len(done.moved)
        written += len(work.reasons)
        _tell(progress, "linking", written, total)
    return LinkReport(len(loaded.ids), changed, len(assignment.minted), len(assignment.merged), model.version)


def _keep_model(session: Session, model: EngineModel) -> None:
    """Make this model the newest. The order of making says which is, not the time: clocks are set back."""
    number = (session.scalar(select(func.max(Model.number))) or 0) + 1
    kept = session.get(Model, model.version)
    if kept is None:
        session.add(Model(version=model.version, number=number, content=model.to_json(), made_at=clock()))
    else:
        kept.number, kept.content = number, model.to_json()


def _batches(exchanges: Sequence[list[Group]]) -> Iterator[list[Group]]:
    batch: list[Group] = []
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


def _tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    if progress is not None:
        progress(stage, done, total)

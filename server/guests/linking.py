"""Link every record that waits: a few through the linker, in batches; a whole house under a fresh model.

Either way a group is a function of its records, the model and people's decisions; what is written is the
difference to the links there are. A killed run, started again, ends in the same state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from sqlalchemy import Engine, delete, func, insert, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.guests.applying import Group, make_ready, plan, write
from server.guests.circles import circles_of
from server.guests.graph import put_rows
from server.guests.linker import (
    PLACE,
    Changes,
    Known,
    newest_model,
    solve_again,
    take_linker,
    touch,
)
from server.guests.loading import Loaded, decisions_on, load_all, members_of, parts
from server.guests.meeting import keep_keys
from server.guests.models import LinkAgain, Model, Pair
from server.guests.questions import replace_all
from server.jobs.places import Place, PlaceLost, holding
from server.matching import Model as EngineModel
from server.matching import Partition, lookups, make_model, match, with_crowds
from server.records.models import SourceRecord
from server.records.rekeying import keys_are_present, note_key_engine

__all__ = ["FEW", "PLACE", "LinkReport", "link_waiting"]

BATCH = 1000
"""Records a transaction: a desk's write waits no longer than one of these (measured 41 ms for 1,000 rows)."""

TOUCHED = 150
"""Waiting records that the linker takes in one transaction."""

PAIRS = 20_000
"""Pairs written in one transaction by a bulk run."""

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
    engine: Engine,
    *,
    bulk: bool = False,
    model: EngineModel | None = None,
    cause: str = "arrival",
    progress: Progress | None = None,
) -> LinkReport | None:
    """Link every record that waits for it; None when none waits (and no bulk run was asked for).

    `cause` stands in the events: what brought the records, as `import:5`. A bulk run makes a fresh model, or
    goes by `model` where that is given and froze which keys are crowded (`with_crowds`). Waits for a bulk run
    of another process to end. Raises nothing on records; database errors pass.
    """
    while True:
        with reading(engine) as session:
            waiting, is_all = _count_waiting(session), bulk or _needs_all(session)
        if not is_all:
            return _link_few(engine, waiting, cause, progress) if waiting else None
        try:
            with holding(engine, PLACE, wait=True) as place:
                with reading(engine) as session:
                    is_all = bulk or _needs_all(session)  # another may have done it meanwhile
                if place is not None and is_all:
                    return _link_all(engine, place, model, cause, progress)
        except PlaceLost:  # another links; what it leaves is ours again when it has ended
            continue


def _count_waiting(session: Session) -> int:
    query = select(func.count()).select_from(SourceRecord).where(SourceRecord.needs_linking.is_(True))
    return session.scalar(query) or 0


def _needs_all(session: Session) -> bool:
    """Whether what waits is linked by matching all records: there is much of it, nothing to go by, or a run
    that did so was killed."""
    waiting = _count_waiting(session)
    if not waiting:
        return _is_unfinished(session)
    nothing_to_go_by = not keys_are_present(session) or newest_model(session) is None
    return waiting > FEW or nothing_to_go_by or _is_unfinished(session)


def _is_unfinished(session: Session) -> bool:
    """Whether a bulk run was killed before its end: pairs of a model that is not gone by yet."""
    newest = select(func.coalesce(func.max(Model.number), 0)).scalar_subquery()
    return session.scalar(select(Pair.model).where(Pair.model > newest).limit(1)) is not None


def _link_few(engine: Engine, waiting: int, cause: str, progress: Progress | None) -> LinkReport:
    report = LinkReport(0, 0, 0, 0, "")
    done = after = 0
    while True:
        with writing(engine) as session:
            take_linker(session)
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


def _link_all(
    engine: Engine, place: Place, model: EngineModel | None, cause: str, progress: Progress | None
) -> LinkReport:
    """Link the whole house under a model, else a fresh one, which is gone by once all is written.

    What is touched meanwhile goes by the model before, and is solved again at the end.
    """
    _tell(progress, "reading", 0, 1)
    with writing(engine) as session:
        take_linker(session)  # whoever touched before us has ended; whoever comes sees that we hold the place
        place.confirm(session)
        if keys_are_present(session) is None:
            note_key_engine(session)
    with reading(engine) as session:
        loaded = load_all(session)
        decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
        number = 1 + (session.scalar(select(func.max(Model.number))) or 0)
    _tell(progress, "matching", 0, 1)
    if model is None:
        model = with_crowds(loaded.records, make_model(loaded.records))
    partition = match(loaded.records, model, decisions, circles)
    _write_graph(engine, place, loaded, partition, number)
    with reading(engine) as session:
        planned = plan(session, loaded, partition, loaded.waiting)
    assignment = planned.assignment
    total = sum(len(group.places) for exchange in planned.exchanges for group in exchange)
    written = changed = 0
    for batch in _batches(planned.exchanges):
        with reading(engine) as session:
            work = make_ready(loaded, partition, batch, partial(members_of, session))
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
    passes = _go_by(engine, place, loaded, partition, number, planned.guest_of, cause)
    return LinkReport(
        len(loaded.ids), changed, len(assignment.minted), len(assignment.merged), model.version, passes
    )


def _write_graph(engine: Engine, place: Place, loaded: Loaded, partition: Partition, number: int) -> None:
    """Write the pairs of a model to be, and the look-up keys that it refines, some at a time."""
    with writing(engine) as session:
        place.confirm(session)
        newest = select(func.coalesce(func.max(Model.number), 0)).scalar_subquery()
        session.execute(delete(Pair).where(Pair.model > newest))  # of a run that was killed
        session.execute(insert(Pair).values(model=number, said=0, other=0, bits=0.0))  # until it is gone by
    rows, keys, refined = lookups(loaded.records, partition.model)
    wanted: dict[int, set[int]] = {}
    for row, key in zip(rows[refined].tolist(), keys[refined].tolist(), strict=True):
        wanted.setdefault(loaded.ids[row], set()).add(key)
    for part in parts(sorted(wanted), BATCH):
        with writing(engine) as session:
            take_linker(session)
            place.confirm(session)
            keep_keys(session, {record_id: wanted[record_id] for record_id in part})
    one, other, bits = partition.edges
    said, mate = np.concatenate([one, other]), np.concatenate([other, one])
    weight = np.concatenate([bits, bits])
    order = np.lexsort((mate, said))
    for start in range(0, len(order), PAIRS):
        some = order[start : start + PAIRS]
        with writing(engine) as session:
            place.confirm(session)
            put_rows(session, number, said[some], mate[some], weight[some])


def _go_by(
    engine: Engine,
    place: Place,
    loaded: Loaded,
    partition: Partition,
    number: int,
    guest_of: Mapping[int, str],
    cause: str,
) -> int:
    """Go by the new model from here on; solve again what was touched while it was made."""
    with writing(engine) as session:
        take_linker(session)
        place.confirm(session)
        _keep_model(session, partition.model, number)
        session.execute(delete(Pair).where(Pair.model == number, Pair.said == 0, Pair.other == 0))
        replace_all(session, loaded, partition, guest_of)
        again = session.scalars(select(LinkAgain.record_id).order_by(LinkAgain.record_id)).all()
        session.execute(delete(LinkAgain))
        known = Known(partition.model, number)
        changes = Changes()
        if again:
            changes = solve_again(session, known, again, cause=cause, now=clock(), anew=True)
    with writing(engine) as session:
        place.confirm(session)
        session.execute(delete(Pair).where(Pair.model < number))
    return max(changes.passes, 1)


def _keep_model(session: Session, model: EngineModel, number: int) -> None:
    """Make this model the newest. The order of making says which is, not the time: clocks are set back."""
    kept = session.get(Model, model.version)
    if kept is None:
        session.add(Model(version=model.version, number=number, content=model.to_json(), made_at=clock()))
    else:
        kept.number, kept.content = number, model.to_json()
    session.flush()


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

"""Link a whole house anew under a fresh model, and let everybody see it at once.

A group is a function of its records, the model and people's decisions; what is written is the difference to
the links there are. A killed run leaves nothing, or whole guests, behind; started again, it ends in the same
state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

import numpy as np
from sqlalchemy import Engine, and_, delete, func, insert, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.guests.applying import Group, Work, make_ready, plan, settle, write
from server.guests.circles import circles_of
from server.guests.founding import (
    House,
    Portion,
    Shared,
    prepared,
    write_households,
    write_keys,
    write_portion,
)
from server.guests.households import recount_households
from server.guests.linker import (
    Known,
    newest_model,
    note_again,
    solve_again,
    take_house,
    take_linker,
)
from server.guests.loading import Loaded, decisions_on, load_all, members_of, parts
from server.guests.meeting import keep_keys
from server.guests.models import Link, LinkAgain, Model, Pair
from server.guests.questions import replace_all
from server.guests.remaking import NewlyShared, newly_crowded, newly_shared, remade
from server.guests.staying import count_house, recount_stays, write_counted
from server.jobs.places import Place
from server.matching import Decisions, Partition, lookups, match
from server.matching import Model as EngineModel
from server.records.models import SourceRecord
from server.records.rekeying import keys_are_present, note_key_engine
from server.statements import copy_tuples, rows_in_portions
from server.uncollected import uncollected

BATCH = 1000
"""Records a transaction: a desk's write waits no longer than one of these (measured 41 ms for 1,000 rows)."""

PORTION = 4000
"""Records made ready while as many are written, where one transaction writes them all."""

PAIRS = 20_000
"""Pairs written in one transaction by a bulk run."""

TOUCHED = 150
"""Records that were touched meanwhile and are touched again in one transaction."""

LITTLE = 2000
"""Records whose links a bulk run writes while everybody else who links waits: under a second."""

Progress = Callable[[str, int, int], None]
"""Called with a stage, how many are done and how many there are."""


@dataclass(frozen=True, slots=True)
class LinkReport:
    """What a run did: records looked at, records whose link changed, guests made and gone into others.

    `passes`: the most that any batch took until nothing more came in; `unsettled`: questions left where that
    was cut short. `shared`, `crowded`: what a bulk run's model knows to be nobody's own, or too common to
    look anybody up by alone, and the model before did not.
    """

    records: int
    changed: int
    guests_made: int
    guests_merged: int
    model: str
    passes: int = 1
    unsettled: int = 0
    shared: tuple[NewlyShared, ...] = ()
    crowded: int = 0


@dataclass(frozen=True, slots=True)
class _Run:
    """A bulk run: what was read, what came out of matching, and under which place and number."""

    engine: Engine
    place: Place
    loaded: Loaded
    decisions: Decisions
    partition: Partition
    number: int
    cause: str
    is_first: bool  # nobody is linked yet, nor by whoever brings records meanwhile: there is no model
    goes_on: bool  # a run was killed between its portions, so households may lack
    progress: Progress | None

    def tell(self, done: int, total: int) -> None:
        """Tell how many records are linked."""
        tell(self.progress, "linking", done, total)


@dataclass(slots=True)
class _Done:
    """What a bulk run came to."""

    changed: int = 0
    made: int = 0
    merged: int = 0
    passes: int = 1


@uncollected()
def link_all(
    engine: Engine, place: Place, model: EngineModel | None, cause: str, progress: Progress | None
) -> LinkReport:
    """Link the whole house under a model, else a fresh one, and go by that from then on.

    What is touched meanwhile goes by the model before, and is solved again at the end. Readers see the house
    before or after, never a mixture, where one transaction does it: always on PostgreSQL, where it keeps
    nobody waiting who only brings records; on SQLite, whose writers wait for each other, for as many records
    as are written in a moment. More are written there in portions of whole guests.
    """
    tell(progress, "reading", 0, 1)
    with writing(engine) as session:
        take_linker(session)  # whoever touched before us has ended; whoever comes sees that we hold the place
        place.confirm(session)
        if keys_are_present(session) is None:
            note_key_engine(session)
        goes_on = is_unfinished(session)
    with reading(engine) as session:
        loaded = load_all(session)
        decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
        number = 1 + (session.scalar(select(func.max(Model.number))) or 0)
        before = newest_model(session)
        is_first = number == 1 and session.scalar(select(Link.record_id).limit(1)) is None
    tell(progress, "matching", 0, 1)
    if model is None:
        model = remade(loaded.records, before)
    partition = match(loaded.records, model, decisions, circles)
    with reading(engine) as session:
        shared = newly_shared(session, loaded, partition, before)
    run = _Run(
        *(engine, place, loaded, decisions, partition, number, cause),
        is_first=is_first,
        goes_on=goes_on,
        progress=progress,
    )
    _write_graph(run)
    done = _found(run) if is_first else _change(run)
    _settle_down(run, done)
    return LinkReport(
        len(loaded.ids),
        done.changed,
        done.made,
        done.merged,
        model.version,
        done.passes,
        shared=shared,
        crowded=newly_crowded(model, before),
    )


def _write_graph(run: _Run) -> None:
    """Write the pairs of a model to be, and the look-up keys that it refines, some at a time."""
    loaded, partition = run.loaded, run.partition
    with writing(run.engine) as session:
        run.place.confirm(session)
        newest = select(func.coalesce(func.max(Model.number), 0)).scalar_subquery()
        session.execute(delete(Pair).where(Pair.model > newest))  # of a run that was killed
        session.execute(insert(Pair).values(model=run.number, said=0, other=0, bits=0.0))  # see is_unfinished
    rows, keys, refined = lookups(loaded.records, partition.model)
    wanted: dict[int, set[int]] = {}
    for row, key in zip(rows[refined].tolist(), keys[refined].tolist(), strict=True):
        wanted.setdefault(loaded.ids[row], set()).add(key)
    for part in parts(sorted(wanted), BATCH):
        with _writing_a_part(run) as session:
            take_linker(session)
            keep_keys(session, {record_id: wanted[record_id] for record_id in part})
    one, other, bits = partition.edges
    said, mate = np.concatenate([one, other]), np.concatenate([other, one])
    weight = np.concatenate([bits, bits])
    order = np.lexsort((mate, said))
    for start in range(0, len(order), PAIRS):
        some = order[start : start + PAIRS]
        columns = (said[some].tolist(), mate[some].tolist(), weight[some].tolist())
        with _writing_a_part(run) as session:
            pairs = list(zip([run.number] * len(some), *columns, strict=True))
            copy_tuples(session, Pair, ("model", "said", "other", "bits"), pairs)


def _found(run: _Run) -> _Done:
    """Link a house where nobody is linked yet."""
    house = House.of(run.loaded, run.partition, cause=run.cause, now=clock())
    with reading(run.engine) as session:
        shared = Shared(session, house, run.decisions)
    done = _Done(len(run.loaded.ids), len(house.guests))
    ready = prepared(run.engine, house, PORTION if _is_shown_at_once(run.engine) else BATCH)
    if _is_shown_at_once(run.engine):
        with writing(run.engine) as session:
            take_house(session)
            versions = [v for portion in ready for v in _write_portion(run, session, house, portion)]
            for rows in shared.rows():
                write_keys(session, rows)
            write_households(session, house, shared)
            write_counted(session, count_house(session), cause=run.cause, now=clock())
            done.passes = _go_by(run, session, house.guest_of())
            settle(session, versions)
            run.place.confirm(session)
        return done
    for portion in ready:
        with _writing_a_part(run) as session:
            versions = _write_portion(run, session, house, portion)
            recount_stays(session, (), [i for i, _ in versions], cause=run.cause, now=clock())
            settle(session, versions)
    for rows in shared.rows():
        with _writing_a_part(run) as session:
            write_keys(session, rows)
    with writing(run.engine) as session:
        run.place.confirm(session)
        write_households(session, house, shared)
        done.passes = _go_by(run, session, house.guest_of())
    return done


def _write_portion(run: _Run, session: Session, house: House, portion: Portion) -> list[tuple[int, int]]:
    versions = write_portion(session, house, portion).versions
    run.tell(portion.numbers.stop, len(house.groups))
    return versions


def _change(run: _Run) -> _Done:
    """Write the difference to the links there are."""
    with reading(run.engine) as session:
        planned = plan(session, run.loaded, run.partition, run.loaded.waiting)
    total = sum(len(group.places) for exchange in planned.exchanges for group in exchange)
    done = _Done(0, len(planned.assignment.minted), len(planned.assignment.merged))
    batches = list(_batches(planned.exchanges))
    written = 0

    def write_batch(session: Session, batch: Sequence[Group], work: Work) -> None:
        nonlocal written
        done.changed += len(
            write(
                session,
                run.loaded,
                run.partition,
                work,
                touched=run.loaded.waiting,
                assignment=planned.assignment,
                cause=run.cause,
                now=clock(),
            ).moved
        )
        written += len(work.reasons)
        run.tell(written, total)

    def ready(batch: Sequence[Group]) -> Work:
        with reading(run.engine) as session:
            return make_ready(run.loaded, run.partition, batch, partial(members_of, session))

    if _is_shown_at_once(run.engine) or (total <= LITTLE and not run.goes_on):
        works = map(ready, batches) if total > LITTLE else [ready(batch) for batch in batches]
        with writing(run.engine) as session:
            (take_house if total > LITTLE else take_linker)(session)
            for batch, work in zip(batches, works, strict=True):
                write_batch(session, batch, work)
            done.passes = _go_by(run, session, planned.guest_of)
            run.place.confirm(session)
        return done
    for batch in batches:
        work = ready(batch)
        with _writing_a_part(run) as session:
            write_batch(session, batch, work)
    if run.goes_on:
        _find_households(run)
    with writing(run.engine) as session:
        run.place.confirm(session)
        done.passes = _go_by(run, session, planned.guest_of)
    return done


@contextmanager
def _writing_a_part(run: _Run) -> Iterator[Session]:
    """One transaction of many. SQLite's writers queue: whoever waited meanwhile comes before the next."""
    with writing(run.engine) as session:
        run.place.confirm(session)
        yield session


def _is_shown_at_once(engine: Engine) -> bool:
    """Whether a long transaction keeps nobody waiting: a store with one writer has none to spare."""
    return engine.dialect.name == "postgresql"


def _find_households(run: _Run) -> None:
    """Find the households of all guests: of those that a killed run wrote, nobody did."""
    with reading(run.engine) as session:
        guests = session.scalars(select(Link.guest_id).distinct().order_by(Link.guest_id)).all()
    for some in parts(guests, BATCH):
        with _writing_a_part(run) as session:
            recount_households(session, some, run.partition.model)


def _go_by(run: _Run, session: Session, guest_of: Mapping[int, str]) -> int:
    """Go by the new model from here on; solve again what was touched while it was made, or begin to."""
    _keep_model(session, run.partition.model, run.number)
    session.execute(delete(Pair).where(Pair.model == run.number, Pair.said == 0, Pair.other == 0))
    replace_all(session, run.loaded, run.partition, guest_of)
    note_again(session, _left_by_erased(run, session))
    return max(1, _touch_again(run, session, None if _is_shown_at_once(run.engine) else TOUCHED))


def _left_by_erased(run: _Run, session: Session) -> list[int]:
    """The records that were grouped with one that was erased since it was read: it may have joined them."""
    ids, labels = np.array(run.loaded.ids, dtype=np.int64), run.partition.labels
    there = np.fromiter((row[0] for row in rows_in_portions(session, select(SourceRecord.id))), np.int64)
    stays = np.isin(ids, there)
    return [int(i) for i in ids[stays & np.isin(labels, labels[~stays])]]


def _touch_again(run: _Run, session: Session, most: int | None = None) -> int:
    """Solve again what was touched while the house was linked, at most so many; the passes it took, 0 when
    nothing was."""
    again = session.scalars(select(LinkAgain.record_id).order_by(LinkAgain.record_id).limit(most)).all()
    if not again:
        return 0
    for part in parts(again, 5000):
        session.execute(delete(LinkAgain).where(LinkAgain.record_id.in_(part)))
    known = Known(run.partition.model, run.number)
    return solve_again(session, known, again, cause=run.cause, now=clock(), anew=True).passes


def _settle_down(run: _Run, done: _Done) -> None:
    """Touch what came while the new state was written, and drop the pairs of the models before."""
    passes = 1
    while passes:
        with _writing_a_part(run) as session:
            take_linker(session)
            passes = _touch_again(run, session, TOUCHED)
        done.passes = max(done.passes, passes)
    is_former = Pair.model < run.number
    last: int | None = 0
    while last is not None:
        with _writing_a_part(run) as session:
            former = select(Pair.said).where(is_former).order_by(Pair.said).offset(PAIRS).limit(1)
            last = session.scalar(former)
            here = is_former if last is None else and_(is_former, Pair.said <= last)
            session.execute(delete(Pair).where(here))


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


def is_unfinished(session: Session) -> bool:
    """Whether a bulk run was killed before its end: pairs of a model that is not gone by yet."""
    newest = select(func.coalesce(func.max(Model.number), 0)).scalar_subquery()
    return session.scalar(select(Pair.model).where(Pair.model > newest).limit(1)) is not None


def tell(progress: Progress | None, stage: str, done: int, total: int) -> None:
    """Call `progress`, if there is one."""
    if progress is not None:
        progress(stage, done, total)

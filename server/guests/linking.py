"""Link every record that waits: a few through the linker, in batches; a whole house under a fresh model.

Either way a group is a function of its records, the model and people's decisions; what is written is the
difference to the links there are. A killed run, started again, ends in the same state.
"""

from __future__ import annotations

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.guests.linker import (
    PLACE,
    newest_model,
    take_linker,
    touch,
)
from server.guests.rematching import LinkReport, Progress, is_unfinished, link_all, tell
from server.jobs.places import PlaceLost, holding
from server.matching import Model as EngineModel
from server.records.models import SourceRecord
from server.records.rekeying import keys_are_present

__all__ = ["FEW", "PLACE", "LinkReport", "link_waiting"]


TOUCHED = 150
"""Waiting records that the linker takes in one transaction."""


FEW = 500
"""Up to so many waiting records are linked by what they touch; more are a bulk run."""


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
                    return link_all(engine, place, model, cause, progress)
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
        return is_unfinished(session)
    nothing_to_go_by = not keys_are_present(session) or newest_model(session) is None
    return waiting > FEW or nothing_to_go_by or is_unfinished(session)


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
        if changes.model is None or len(ids) < TOUCHED:  # a bulk run is due, or nobody is left
            return report
        after = ids[-1]
        done += len(ids)
        tell(progress, "linking", done, max(done, waiting))

"""Undo an import: its rows are taken back, and every record is what it would be had they never come.

Later imports stay: a row of theirs that said nothing new because this import had said it before becomes a
version of its own, and one that made a version may now say nothing new; their counters move with it. Records
that only this import told of are erased, with what people decided about them. Imports can so be undone in any
order. A batch of records a transaction: killed in the middle, the same command goes on.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, delete, func, select, update
from sqlalchemy.orm import Session

from server.captures.attaching import attach_walk_ins
from server.captures.following import follow_links
from server.clock import clock
from server.db import reading, row_of, writing
from server.guests.erasing import erase_records
from server.guests.linker import take_linker, touch
from server.guests.linking import FEW, link_waiting
from server.importing.sightings import SeenByOthers, Sightings
from server.jobs.places import Place, holding
from server.journal import note
from server.records.models import Import, ImportSeen, RecordVersion, Source, SourceRecord
from server.records.problems import undo_problems
from server.records.replaying import Replayed, Sighting, replay
from server.records.rereading import read_again
from server.records.retelling import is_readable, sure_of, tell_again
from server.refusal import Refused
from server.statements import insert_rows

BATCH = 200
"""Records a transaction."""

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class UndoReport:
    """Records that the import told of: `changed` read otherwise now or tell of other stays, `erased` nobody
    else told of."""

    records: int
    changed: int
    erased: int
    versions: int


def undo_import(
    engine: Engine,
    import_id: int,
    *,
    author: str,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> UndoReport:
    """Take an import back; with `dry_run` only say how many records and versions are concerned.

    Refused when there is none such, when it is still at work, was undone before, was followed by others
    before rows that say nothing new were kept (`import.undo_unknown`), or when what other files told of its
    records can be read no more (`import.undo_unreadable`): before anything is written.
    """
    with reading(engine) as session:
        found, seen = undoable(session, import_id)
        if dry_run:
            return _dry(session, found, seen)
        stored = found.rows_stored
    with (
        holding(engine, f"import:{import_id}", wait=False) as ours,
        holding(engine, f"undoing:{found.source_id}", wait=False) as alone,
    ):
        if ours is None or alone is None:
            code = "import.busy" if ours is None else "import.undo_busy"
            raise Refused(code, {"file": found.file_name})
        seen = SeenByOthers(found.source_id, import_id)  # as they are now that nobody else undoes
        with writing(engine) as session:
            _get(session, import_id).state = "undoing"
        report = UndoReport(0, 0, 0, 0)
        while (done := _undo_batch(engine, import_id, seen, alone)) is not None:
            report = UndoReport(
                *(getattr(report, n) + getattr(done, n) for n in ("records", "changed", "erased", "versions"))
            )
            if progress is not None:
                progress("undoing", report.versions, max(stored, report.versions))
        _end(engine, import_id, author)
        with writing(engine) as session:
            attach_walk_ins(session, now=clock())
    if stored > FEW:  # it had a model made of it: the next one is made without it
        link_waiting(engine, bulk=True, cause=f"import:{import_id}", progress=progress)
    return report


def undoable(session: Session, import_id: int) -> tuple[Import, SeenByOthers]:
    """An import that can be taken back, and what other files say of its records.

    Refused where it cannot, as `undo_import` says.
    """
    found = _get(session, import_id)
    seen = SeenByOthers(found.source_id, import_id)
    _refuse_unreadable(session, found, seen)
    return found, seen


def _get(session: Session, import_id: int) -> Import:
    found = row_of(session, Import, import_id)
    if found is None:
        raise Refused("import.no_such", {"id": str(import_id)})
    if found.state == "undone":
        raise Refused("import.undone", {"file": found.file_name})
    if found.state not in ("done", "failed", "undoing"):
        raise Refused("import.not_over", {"file": found.file_name})
    later = select(Import.id).where(
        Import.source_id == found.source_id,
        Import.id > import_id,
        Import.rows_unchanged > 0,
        Import.state != "undone",
        ~select(ImportSeen.start).where(ImportSeen.import_id == Import.id).exists(),
    )
    if session.scalar(later.limit(1)) is not None:
        raise Refused("import.undo_unknown", {"file": found.file_name})
    return found


def _refuse_unreadable(session: Session, found: Import, seen: SeenByOthers) -> None:
    mine = select(RecordVersion.record_id).where(RecordVersion.import_id == found.id)
    beside = select(RecordVersion.import_id).where(
        RecordVersion.record_id.in_(mine), RecordVersion.import_id != found.id
    )
    seen.read(session)
    told = seen.of(session.scalars(mine.distinct()).all())
    imports = {*session.scalars(beside.distinct()), *told["import"].tolist()} - {None}
    if not is_readable(session, imports):
        raise Refused("import.undo_unreadable", {"file": found.file_name})


def _dry(session: Session, found: Import, seen: SeenByOthers) -> UndoReport:
    versions = select(func.count()).where(RecordVersion.import_id == found.id)
    told, only = told_by(session, found, seen)
    return UndoReport(len(told), len(told) - len(only), len(only), session.scalar(versions) or 0)


def told_by(session: Session, found: Import, seen: SeenByOthers) -> tuple[set[int], set[int]]:
    """The records that an import told of, and those that nobody else told of: they would be erased."""
    mine = select(RecordVersion.record_id).where(RecordVersion.import_id == found.id).distinct()
    others = select(RecordVersion.record_id).where(
        RecordVersion.record_id.in_(mine), RecordVersion.import_id.is_distinct_from(found.id)
    )
    told = set(session.scalars(mine))
    return told, told - set(session.scalars(others.distinct())) - set(seen.of(told)["record"].tolist())


def _undo_batch(engine: Engine, import_id: int, seen: SeenByOthers, alone: Place) -> UndoReport | None:
    """Take the import's rows off some records, and link them anew; None when it has no row any more."""
    now = clock()
    with writing(engine) as session:
        take_linker(session)
        alone.confirm(session)
        found = session.get_one(Import, import_id)
        session.execute(select(Source.id).where(Source.id == found.source_id).with_for_update(key_share=True))
        mine = select(RecordVersion.record_id).where(RecordVersion.import_id == import_id).distinct()
        ids = session.scalars(mine.order_by(RecordVersion.record_id).limit(BATCH)).all()
        if not ids:
            return None
        versions = select(func.count()).where(
            RecordVersion.import_id == import_id, RecordVersion.record_id.in_(ids)
        )
        count = session.scalar(versions) or 0
        seen.read(session)
        replayed = _replay(session, import_id, ids, seen.of(ids))
        gone = [record for record in ids if not replayed[record].versions]
        kept = {r: told for r, told in replayed.items() if told.versions}
        sure = sure_of(session, list(kept))
        changed = _write(session, kept)
        seen.write(session, replayed)
        session.execute(delete(RecordVersion).where(RecordVersion.record_id.in_(gone)))
        _, unreadable = read_again(session, changed)
        if unreadable:
            raise Refused("import.undo_unreadable", {"file": found.file_name})
        session.flush()
        changed = sorted({*changed, *tell_again(session, list(kept), sure)})
        cause = f"undo-import:{import_id}"
        if gone:
            erase_records(session, gone, cause=cause, now=now)
        if changed:
            touch(session, changed, cause=cause, now=now)
            follow_links(session, changed, now=now)
        return UndoReport(len(ids), len(changed), len(gone), count)


def _replay(session: Session, import_id: int, ids: Sequence[int], later: Sightings) -> dict[int, Replayed]:
    """Every record as it is without the import's rows."""
    kept: dict[int, list[Row[Any]]] = defaultdict(list)
    query = select(*RecordVersion.__table__.columns).where(RecordVersion.record_id.in_(ids))
    for version in session.execute(query.order_by(RecordVersion.record_id, RecordVersion.n)):
        kept[version.record_id].append(version)
    times = dict(session.execute(select(Import.id, Import.started_at)).all())
    told: dict[int, list[tuple[tuple[int, int, int, int], Sighting]]] = defaultdict(list)
    for record, versions in kept.items():
        told[record] = [
            ((v.n, 0, 0, 0), _sighting(v, (v.import_id, v.line, v.received_at), was_stored=True))
            for v in versions
        ]
    for other, record, line, count, same, digest in later.tolist():
        found = next((v for v in kept[record] if v.n == same and v.digest == digest), None)
        if found is None:  # it was of a record erased since, whose id was given again, as it once was
            continue
        came = other, line, times[other] or found.received_at
        told[record].append(((count, 1, other, line), _sighting(found, came, was_stored=False)))
    return {
        record: replay([s for _, s in sorted(told[record], key=lambda at: at[0]) if s.import_id != import_id])
        for record in ids
    }


def _sighting(
    version: Row[Any], came: tuple[int | None, int | None, datetime], *, was_stored: bool
) -> Sighting:
    import_id, line, received_at = came
    return Sighting(
        digest=version.digest,
        source_time=version.source_time,
        import_id=import_id,
        line=line,
        received_at=received_at,
        content=version.content,
        findings=version.findings,
        property_id=version.property_id,
        was_stored=was_stored,
    )


def _write(session: Session, replayed: Mapping[int, Replayed]) -> list[int]:
    """Write versions, heads and counters; return the records whose current version is another one now."""
    query = select(SourceRecord).where(SourceRecord.id.in_(replayed)).order_by(SourceRecord.id)
    heads = {head.id: head for head in session.scalars(query)}
    session.execute(
        delete(RecordVersion).where(RecordVersion.record_id.in_(replayed)),
        execution_options={"synchronize_session": False},
    )
    rows, changed = [], []
    for record, told in sorted(replayed.items()):
        head, current = heads[record], told.versions[told.current - 1]
        rows += [_row(record, n, version) for n, version in enumerate(told.versions, start=1)]
        is_other = head.current_digest != current.digest or head.current_source_time != current.source_time
        head.versions, head.current_version = len(told.versions), told.current
        if is_other or head.received_at != current.received_at:
            head.current_digest, head.current_source_time = current.digest, current.source_time
            head.received_at = current.received_at
            if current.property_id is not None:
                head.property_id = current.property_id
            changed.append(record)
    insert_rows(session, RecordVersion, rows)
    _count(session, replayed)
    session.flush()
    return changed


def _row(record: int, n: int, version: Sighting) -> dict[str, Any]:
    return {
        "record_id": record,
        "n": n,
        "content": version.content,
        "digest": version.digest,
        "source_time": version.source_time,
        "received_at": version.received_at,
        "import_id": version.import_id,
        "line": version.line,
        "findings": version.findings,
        "property_id": version.property_id,
    }


def _count(session: Session, replayed: Mapping[int, Replayed]) -> None:
    """Move the counters of imports whose rows became versions, or are none any more."""
    moved: Counter[int] = Counter()
    for told in replayed.values():
        moved.update(v.import_id for v in told.versions if not v.was_stored and v.import_id is not None)
        moved.subtract(s.import_id for s, _, _ in told.unchanged if s.was_stored and s.import_id is not None)
    for import_id, by in sorted(moved.items()):
        if by:
            session.execute(
                update(Import)
                .where(Import.id == import_id)
                .values(rows_stored=Import.rows_stored + by, rows_unchanged=Import.rows_unchanged - by)
            )


def _end(engine: Engine, import_id: int, author: str) -> None:
    now = clock()
    with writing(engine) as session:
        found = session.get_one(Import, import_id)
        undo_problems(session, import_id, source_id=found.source_id)
        session.execute(delete(ImportSeen).where(ImportSeen.import_id == import_id))
        found.state, found.undone_at, found.undone_by = "undone", now, author
        subject = f"import:{import_id}"
        note(session, author, "import.undone", subject, now=now, property_id=found.property_id)

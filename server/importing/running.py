"""Run an import: rows in batches, each batch one transaction that also moves the import's own counters.

read = stored + unchanged + waiting holds at every commit, so a run killed at any moment goes on from the
last batch and ends exactly where an uninterrupted one would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading as reading_session
from server.db import writing
from server.guests.linking import FEW, LinkReport, link_waiting
from server.importing.pipeline import House, Row, Work, prepared_batches
from server.jobs.places import holding
from server.properties.context import context_of
from server.properties.models import Property
from server.records.arriving import Origin
from server.records.models import Import, Problem, Source
from server.records.storing import Stored, store
from server.refusal import Refused
from server.sources.reading import Reading
from server.sources.rows import BadRow

Progress = Callable[[str, int, int], None]


def run_import(
    engine: Engine,
    import_id: int,
    path: Path,
    *,
    progress: Progress | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> bool:
    """Read the file's rows into records, from where the import stands. True when the last row is stored.

    Afterwards the import is `linking`: link_imports ends it. Raises Refused when another process runs it.
    """
    with holding(engine, f"import:{import_id}", wait=False) as ours:
        if not ours:
            with reading_session(engine) as session:
                name = _get(session, import_id).file_name
            raise Refused("import.busy", {"file": name})
        return _read_all(engine, import_id, path, progress, stopping)


def _read_all(
    engine: Engine,
    import_id: int,
    path: Path,
    progress: Progress | None,
    stopping: Callable[[], bool],
) -> bool:
    with writing(engine) as session:
        found = _get(session, import_id)
        if found.state in ("linking", "done"):
            return True
        found.state, found.started_at = "running", found.started_at or clock()
        reading = Reading.from_json(found.reading)
        source = session.get_one(Source, found.source_id)
        origin = Origin(source.id, source.name, reading.stay_kind, "source", import_id)
        house = _house(session, reading, found.property_id)
        done, total = found.rows_read, found.rows_total or 0
    work = Work(str(path), reading.to_json(), origin, house, done)
    for batch in prepared_batches(work, total - done):
        if stopping():
            return False
        _store(engine, import_id, origin, batch)
        done += len(batch)
        if progress is not None:
            progress("reading", done, total)
    with writing(engine) as session:
        _get(session, import_id).state = "linking"
    return True


def link_imports(
    engine: Engine, import_ids: Sequence[int], *, progress: Progress | None = None
) -> LinkReport | None:
    """Link what these imports brought, and end them.

    Whether all records are matched anew is told by what the imports stored, a fact that survives a kill.
    """
    with reading_session(engine) as session:
        stored = sum(session.scalars(select(Import.rows_stored).where(Import.id.in_(import_ids))))
    report = link_waiting(engine, bulk=stored > FEW, progress=progress)
    with writing(engine) as session:
        for found in session.scalars(
            select(Import).where(Import.id.in_(import_ids), Import.state == "linking")
        ):
            found.state, found.ended_at = "done", clock()
    return report


def _get(session: Session, import_id: int) -> Import:
    found = session.get(Import, import_id)
    if found is None:
        raise Refused("import.no_such", {"id": str(import_id)})
    return found


def _house(session: Session, reading: Reading, default: int) -> House:
    today = clock().date()
    properties = session.scalars(select(Property)).all()
    return House(
        contexts={p.id: context_of(p, reading.date_orders, today) for p in properties},
        entities={p.id: p.legal_entity_id for p in properties},
        currencies={p.id: p.currency for p in properties},
        by_name={name.casefold(): p.id for p in properties for name in (p.name, p.code)},
        default=default,
    )


def _store(engine: Engine, import_id: int, origin: Origin, rows: Sequence[Row]) -> None:
    """Store rows in one transaction; where the database refuses, find the row that is to blame.

    Halving costs a few transactions once; a savepoint for each row would cost 80 times as much always.
    """
    try:
        with writing(engine) as session:
            _store_in(session, import_id, origin, rows)
    except OperationalError:
        raise  # locked, full or away: not the rows' fault
    except DBAPIError as error:
        if len(rows) == 1:
            _let_wait(engine, import_id, rows[0], error)
            return
        middle = len(rows) // 2
        _store(engine, import_id, origin, rows[:middle])
        _store(engine, import_id, origin, rows[middle:])


def _store_in(session: Session, import_id: int, origin: Origin, rows: Sequence[Row]) -> None:
    now = clock()
    found = _get(session, import_id)
    arrivals = [row for row in rows if not isinstance(row, BadRow)]
    result = store(session, origin, arrivals, now=now) if arrivals else Stored(0, 0, ())
    bad = [row for row in rows if isinstance(row, BadRow)]
    session.add_all(
        Problem(
            import_id=import_id,
            line=row.line,
            code=row.code,
            params=dict(row.params),
            content=row.content,
            created_at=now,
        )
        for row in bad
    )
    found.rows_read += len(rows)
    found.rows_stored += result.stored
    found.rows_unchanged += result.unchanged
    found.rows_waiting += len(bad)
    found.findings = _added(found.findings, rows)


def _added(counts: Mapping[str, int], rows: Sequence[Row]) -> dict[str, int]:
    total = dict(counts)
    for row in rows:
        codes: Mapping[str, int] = {f.code: 1 for f in row.findings} if isinstance(row, BadRow) else row.codes
        for code, count in codes.items():
            total[code] = total.get(code, 0) + count
    return total


def _let_wait(engine: Engine, import_id: int, row: Row, error: DBAPIError) -> None:
    with writing(engine) as session:
        found = _get(session, import_id)
        found.rows_read += 1
        found.rows_waiting += 1
        session.add(
            Problem(
                import_id=import_id,
                line=row.line,
                code="import.row_refused",
                params={"line": str(row.line), "fault": type(error.orig).__name__},
                content=row.content.replace("\0", "�"),
                created_at=clock(),
            )
        )

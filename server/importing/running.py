"""Run an import: rows in batches, each batch one transaction that also moves the import's own counters.

read = stored + unchanged + waiting holds at every commit, so a run killed at any moment goes on from the
last batch and ends exactly where an uninterrupted one would.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import OperationalError, StatementError
from sqlalchemy.orm import Session

from server.captures.attaching import attach_walk_ins
from server.captures.following import follow_links, follow_rows
from server.clock import clock
from server.db import reading as reading_session
from server.db import writing
from server.guests.linker import take_linker
from server.guests.linking import FEW, LinkReport, link_waiting
from server.importing.houses import properties_by_name
from server.importing.pipeline import House, Row, Work, prepared_batches
from server.jobs.places import holding
from server.properties.context import context_of
from server.properties.finding import today_at
from server.properties.models import Property
from server.records.arriving import Origin
from server.records.models import Import, ImportSeen, Problem, Source, SourceRecord
from server.records.problems import replace_waiting
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
        origin = Origin(
            source.id,
            source.name,
            reading.stay_kind,
            "source",
            import_id,
            of=reading.of,
            property_sure=_is_property_sure(session, reading, found.property_id),
        )
        house = _house(session, reading, found.property_id)
        done, total = found.rows_read, found.rows_total or 0
    work = Work(str(path), reading.to_json(), origin, house, done)
    for batch in prepared_batches(work, total - done):
        if stopping():
            return False
        _store(engine, import_id, origin, batch, done)
        done += len(batch)
        if progress is not None:
            progress("reading", done, total)
    with writing(engine) as session:
        _get(session, import_id).state = "linking"
    return True


def _is_property_sure(session: Session, reading: Reading, property_id: int) -> bool:
    """Whether the rows are known to speak of that property. A reservation system has one house; what a group
    shares (a channel manager, its tablets) speaks of any of them, unless a column or somebody said which."""
    if reading.names_properties or reading.kind == "pms":
        return True
    others = session.scalar(select(func.count()).select_from(Property)) or 0
    return others < 2 or not session.get_one(Property, property_id).is_default


def link_imports(
    engine: Engine, import_ids: Sequence[int], *, progress: Progress | None = None
) -> LinkReport | None:
    """Link what these imports brought, and end them.

    Whether all records are matched anew is told by what the imports stored, a fact that survives a kill.
    """
    with reading_session(engine) as session:
        stored = sum(session.scalars(select(Import.rows_stored).where(Import.id.in_(import_ids))))
    cause = f"import:{import_ids[0]}" if len(import_ids) == 1 else "import"
    report = link_waiting(engine, bulk=stored > FEW, cause=cause, progress=progress)
    with writing(engine) as session:
        follow_links(session, None, now=clock())  # of stays that came together only now
        attach_walk_ins(session, now=clock())
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
    now = clock()
    properties = session.scalars(select(Property)).all()
    return House(
        contexts={p.id: context_of(p, reading.date_orders, today_at(p, now=now)) for p in properties},
        entities={p.id: p.legal_entity_id for p in properties},
        currencies={p.id: p.currency for p in properties},
        by_name=properties_by_name(session),
        default=default,
    )


def _store(engine: Engine, import_id: int, origin: Origin, rows: Sequence[Row], start: int) -> None:
    """Store rows, the first of them row number `start`, in one transaction; where the database refuses,
    find the row that is to blame.

    Halving costs a few transactions once; a savepoint for each row would cost 80 times as much always.
    """
    try:
        with writing(engine) as session:
            _store_in(session, import_id, origin, rows, start)
    except OperationalError:
        raise  # locked, full or away: not the rows' fault
    except (StatementError, ValueError, ArithmeticError) as error:  # the last two: a driver's own checks
        if len(rows) == 1:
            _let_wait(engine, import_id, origin, rows[0], start, error)
            return
        middle = len(rows) // 2
        _store(engine, import_id, origin, rows[:middle], start)
        _store(engine, import_id, origin, rows[middle:], start + middle)


def _take(session: Session, import_id: int, start: int) -> Import:
    """The import, ours alone in this transaction, standing where we left it.

    It stands elsewhere when another process took it over, as after a jump of the clock ended our lease:
    then the other goes on, and no row is counted twice.
    """
    found = session.get_one(Import, import_id, with_for_update=True)
    if found.rows_read != start:
        raise Refused("import.busy", {"file": found.file_name})
    return found


def _store_in(session: Session, import_id: int, origin: Origin, rows: Sequence[Row], start: int) -> None:
    if _told_before(session, origin.source_id):
        take_linker(session)  # stays are counted anew below, and whoever links counts them too
    found = _take(session, import_id, start)
    arrivals = [row for row in rows if not isinstance(row, BadRow)]
    result = store(session, origin, arrivals, now=clock()) if arrivals else Stored(0, 0, ())
    if result.record_ids:
        follow_rows(session, result.record_ids, cause=f"import:{import_id}", now=clock())
    if result.sightings:
        session.add(ImportSeen(import_id=import_id, start=start, packed=result.sightings))
    bad = [row for row in rows if isinstance(row, BadRow)]
    _list(session, import_id, origin, [(row, row.code, row.params) for row in bad])
    found.rows_read += len(rows)
    found.rows_stored += result.stored
    found.rows_unchanged += result.unchanged
    found.rows_waiting += len(bad)
    found.findings = _added(found.findings, rows)


def _told_before(session: Session, source_id: int) -> bool:
    """Whether the source has records: only then can a row change what is counted already."""
    return (
        session.scalar(select(SourceRecord.id).where(SourceRecord.source_id == source_id).limit(1))
        is not None
    )


def _list(
    session: Session,
    import_id: int,
    origin: Origin,
    rows: Sequence[tuple[Row, str, Mapping[str, str]]],
) -> None:
    """Let rows wait, each with its reason: a code and its parameters."""
    now = clock()
    contents = [_storable(row.content) for row, _, _ in rows]
    settled = replace_waiting(session, contents, source_id=origin.source_id, import_id=import_id)
    session.add_all(
        Problem(
            import_id=import_id,
            line=row.line,
            code=code,
            params=dict(params),
            content=content,
            state="settled" if content in settled else "waiting",
            created_at=now,
        )
        for (row, code, params), content in zip(rows, contents, strict=True)
    )


def _added(counts: Mapping[str, int], rows: Sequence[Row]) -> dict[str, int]:
    total = Counter(counts)
    for row in rows:
        total.update([f.code for f in row.findings] if isinstance(row, BadRow) else row.codes)
    return dict(total)


def _storable(content: str) -> str:
    """Text that both stores can hold: PostgreSQL knows no NUL, neither knows half a character."""
    return content.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()


def _let_wait(engine: Engine, import_id: int, origin: Origin, row: Row, start: int, error: Exception) -> None:
    fault = error.orig if isinstance(error, StatementError) and error.orig is not None else error
    with writing(engine) as session:
        found = _take(session, import_id, start)
        found.rows_read += 1
        found.rows_waiting += 1
        found.findings = _added(found.findings, [row])
        params = {"line": str(row.line), "fault": type(fault).__name__}
        _list(session, import_id, origin, [(row, "import.row_refused", params)])

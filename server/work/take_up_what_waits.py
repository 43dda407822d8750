"""Take up again what waits with nobody to do it: work is given up after five tries, what it was for is not.

A disk that is full for an hour, a database that is away for a night: the forms and files wait in their
tables, and each gets its work again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.captures import unread
from server.captures.models import Capture, SealedForm
from server.captures.opening import has_new_chance
from server.clock import clock
from server.db import reading, writing
from server.jobs.models import Job, Lease
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.keys import Key, KeyProblem, read_all_keys
from server.records.models import Import, SourceRecord
from server.release import this_release

EVERY = timedelta(minutes=5)
IMPORT_WORK = {
    "looking": "look_at_file",
    "queued": "run_import",
    "running": "run_import",
    "linking": "run_import",
}
"""What an import of the desk waits for, by its state; those of the command go on by the command."""

Waiting = list[tuple[str, str, int | str]]


def run(task: Task) -> None:
    """Ask again for what nobody is about to do, and for what another release could not do."""
    _let_forms_wait_again(task.engine)
    with reading(task.engine) as session:
        waiting = _waiting(session, _keys(task))
    if not waiting:
        return
    now = clock()
    with writing(task.engine) as session:
        for kind, name, value in waiting:
            enqueue(session, kind, {name: value} if name else {}, now=now, dedup_key=f"again:{kind}:{value}")


def _let_forms_wait_again(engine: Engine) -> None:
    with reading(engine) as session:
        ids = unread.has_new_chance(session, release=this_release())
    if ids:
        with writing(engine) as session:
            unread.wait_again(session, ids)


def _waiting(session: Session, keys: Sequence[Key]) -> Waiting:
    """Kind of work, name and value of what it is told, for all that waits without work."""
    found: Waiting = []
    imports = select(Import.state, Import.id).where(Import.state.in_(IMPORT_WORK), Import.upload.is_not(None))
    found += [(IMPORT_WORK[state], "import_id", i) for state, i in session.execute(imports)]
    stored = session.scalars(select(Capture.id).where(Capture.state == "stored"))
    found += [("read_capture", "capture", i) for i in stored]
    if _can_open(session, keys):
        found.append(("open_forms", "", ""))
    if not _is_importing(session):  # that one links what it brings
        unlinked = select(SourceRecord.id).where(SourceRecord.needs_linking.is_(True)).limit(1)
        found += [("link_records", "", "") for _ in session.scalars(unlinked)]
    if not found:
        return []
    asked = session.execute(select(Job.kind, Job.payload).where(Job.state.in_(("ready", "running")))).all()
    return [w for w in found if (w[0], {w[1]: w[2]} if w[1] else {}) not in [tuple(a) for a in asked]]


def _keys(task: Task) -> Sequence[Key]:
    try:
        return read_all_keys(task.settings.keys_dir, "sealing")
    except KeyProblem:  # the folder is away: whoever opens forms says so, and the rest goes on
        return ()


def _can_open(session: Session, keys: Sequence[Key]) -> bool:
    """Whether a sealed form waits, or has a new chance: its key came back, or another release runs."""
    waits = select(SealedForm.id).where(SealedForm.state == "waiting").limit(1)
    return session.scalar(waits) is not None or has_new_chance(session, keys, release=this_release())


def _is_importing(session: Session) -> bool:
    live = select(Lease.name).where(Lease.name.startswith("import:"), Lease.until > clock())
    return session.scalar(live.limit(1)) is not None

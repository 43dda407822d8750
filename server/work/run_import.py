"""Run an import that staff confirmed at the desk."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import reading, writing
from server.importing.failing import give_up
from server.importing.running import link_imports, run_import
from server.importing.uploads import drop_upload, opened_upload
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.keys import read_all_keys
from server.records.models import Import
from server.refusal import Refused

AGAIN = {"import.busy": timedelta(seconds=60), "import.reader_ended": timedelta(seconds=20)}
"""Refusals that are no fault of the file: tried again after that time."""


def run(task: Task) -> None:
    """Read the file's rows, link them, count the day, drop the file. Bears being started again anywhere."""
    import_id = int(task.payload["import_id"])
    with reading(task.engine) as session:
        found = session.get_one(Import, import_id)
        upload, state = found.upload, found.state
    folder = task.settings.uploads_dir
    if state in ("queued", "running") and upload:
        secrets = [key.secret for key in read_all_keys(task.settings.keys_dir, "sealing")]
        try:
            with opened_upload(folder, secrets, upload) as path:
                if not run_import(task.engine, import_id, path, stopping=task.stopping):
                    _return_later(task, import_id)
                    return
        except Refused as refusal:
            if refusal.code in AGAIN:
                _return_later(task, import_id, wait=AGAIN[refusal.code])
            else:
                _stop(task, import_id, refusal)
            return
    link_imports(task.engine, [import_id])
    with writing(task.engine) as session:
        session.get_one(Import, import_id).upload = None
        enqueue(session, "count_day", {}, now=clock(), dedup_key="count_day")
        enqueue(session, "settle_typed", {}, now=clock(), dedup_key="settle_typed")
    drop_upload(folder, upload)


def _return_later(task: Task, import_id: int, *, wait: timedelta = timedelta()) -> None:
    """The worker is asked to stop, or another has the import: leave the rest to whoever comes next."""
    now = clock()
    with writing(task.engine) as session:
        enqueue(
            session,
            "run_import",
            {"import_id": import_id},
            now=now,
            due=now + wait,
            dedup_key=f"import:{import_id}",
        )


def _stop(task: Task, import_id: int, refusal: Refused) -> None:
    with writing(task.engine) as session:
        found = session.get_one(Import, import_id)
        found.state, found.ended_at = "failed", clock()
        found.error = {"code": refusal.code, "params": refusal.params}


def gave_up(task: Task) -> None:
    """No attempt succeeded: tell so on the import's page."""
    give_up(task.engine, int(task.payload["import_id"]))

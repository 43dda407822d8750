"""Undo an import that staff took back at the desk."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import writing
from server.importing.undoing import undo_import
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.records.models import Import
from server.refusal import Refused

AGAIN = {"import.busy": timedelta(seconds=20), "import.undo_busy": timedelta(seconds=20)}
"""Refusals that pass: tried again after that time."""


def run(task: Task) -> None:
    """Take the rows back, and count the day. Bears being started again anywhere."""
    import_id = int(task.payload["import_id"])
    try:
        undo_import(task.engine, import_id, author=str(task.payload["author"]))
    except Refused as refusal:
        _say_why(task, import_id, refusal)
        return
    with writing(task.engine) as session:
        enqueue(session, "count_day", {}, now=clock(), dedup_key="count_day")


def _say_why(task: Task, import_id: int, refusal: Refused) -> None:
    """Try again where that helps; else the import's page tells what stands in the way."""
    now = clock()
    with writing(task.engine) as session:
        found = session.get_one(Import, import_id)
        if refusal.code in AGAIN:
            due = now + AGAIN[refusal.code]
            key = f"undo_import:{import_id}"
            enqueue(session, "undo_import", dict(task.payload), now=now, due=due, dedup_key=key)
        elif found.state != "undone":
            found.error = {"code": refusal.code, "params": refusal.params}

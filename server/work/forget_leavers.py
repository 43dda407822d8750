"""Let leavers become former colleagues, and drop what signing in left behind."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import writing
from server.jobs.worker import Task
from server.staff.leaving import drop_ended, forget_leavers

EVERY = timedelta(hours=6)


def run(task: Task) -> None:
    """What is due by now; run again it finds nothing left to do."""
    with writing(task.engine) as session:
        forget_leavers(session, now=clock())
        drop_ended(session, now=clock())

"""Delete rehearsed links after their day, with what colleagues filled in."""

from __future__ import annotations

from datetime import timedelta

from server.captures.rehearsing import drop_old_rehearsals
from server.clock import clock
from server.db import writing
from server.jobs.worker import Task

EVERY = timedelta(hours=1)


def run(task: Task) -> None:
    """Drop what is a day old."""
    with writing(task.engine) as session:
        drop_old_rehearsals(session, now=clock())

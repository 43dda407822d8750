"""Remove sealed bytes of forms that were read; their ids and digests stay."""

from __future__ import annotations

from datetime import timedelta

from server.captures.opening import drop_read
from server.clock import clock
from server.db import writing
from server.jobs.worker import Task

EVERY = timedelta(hours=1)


def run(task: Task) -> None:
    """Drop what was read."""
    with writing(task.engine) as session:
        drop_read(session, now=clock())

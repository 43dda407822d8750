"""Count the house: each hour, so that every day has its counts, and after each change."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import writing
from server.jobs.worker import Task
from server.reporting.counting import count_day

EVERY = timedelta(hours=1)


def run(task: Task) -> None:
    """Write today's counts."""
    with writing(task.engine) as session:
        count_day(session, clock().date())

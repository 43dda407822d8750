"""Count the house: each hour, so that every day has its counts, and after each change."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import reading, writing
from server.jobs.worker import Task
from server.reporting.counting import count_house, write_counts

EVERY = timedelta(hours=1)


def run(task: Task) -> None:
    """Write today's counts. The counting itself holds no writer's place: it may take seconds."""
    today = clock().date()
    with reading(task.engine) as session:
        rows = count_house(session, today)
    with writing(task.engine) as session:
        write_counts(session, today, rows)

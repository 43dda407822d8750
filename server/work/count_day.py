"""Count the house: each hour, so that every day has its counts, and after each change.

A large house is counted at most once a minute: a form there would otherwise cost a second of work for one
guest more, and forms come by the hundred on a day of arrivals.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select

from server.clock import clock
from server.db import reading, writing
from server.jobs.queue import enqueue, is_time
from server.jobs.worker import Task
from server.properties.finding import today_at
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.reporting.counting import count_house, write_counts

EVERY = timedelta(hours=1)

LARGE = 20_000
"""Records from which on counting is worth saving: below, it takes less than half a second."""

BETWEEN = timedelta(minutes=1)
"""A large house's counts are at most so old while forms keep coming."""


def run(task: Task) -> None:
    """Write today's counts, or leave it to a run within a minute when a large house was counted just now.

    The counting itself holds no writer's place: it may take seconds.
    """
    if _was_just_counted(task):
        return
    now = clock()
    with reading(task.engine) as session:
        today = today_at(default_property(session), now=now)  # the main house's: the group has one calendar
        rows = count_house(session, today)
    with writing(task.engine) as session:
        write_counts(session, today, rows)


def _was_just_counted(task: Task) -> bool:
    now = clock()
    with writing(task.engine) as session:
        is_large = (session.scalar(select(func.max(SourceRecord.id))) or 0) > LARGE
        if not is_large or is_time(session, "count_day:again", BETWEEN, now=now):
            return False
        enqueue(session, "count_day", {}, now=now, due=now + BETWEEN, dedup_key="count_day")
    return True

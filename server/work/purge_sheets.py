"""Destroy the sheets whose time is over, and empty the write-ahead log that held them."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import empty_log, writing
from server.jobs.worker import Task
from server.registration.purging import TABLES, purge_sheets

EVERY = timedelta(hours=6)


def run(task: Task) -> None:
    """Until none is left."""
    gone = 0
    while not task.stopping():
        with writing(task.engine) as session:
            some = purge_sheets(session, now=clock())
        if not some:
            break
        gone += some
    if gone:
        empty_log(task.engine, TABLES)

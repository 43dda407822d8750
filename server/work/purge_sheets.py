"""Destroy the sheets whose time is over, and empty the files that held them."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.jobs.worker import Task
from server.registration.purging import purge_all

EVERY = timedelta(hours=6)


def run(task: Task) -> None:
    """Until none is left."""
    purge_all(task.engine, now=clock(), stopping=task.stopping)

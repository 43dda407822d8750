"""Link the records that wait for it."""

from __future__ import annotations

from server.guests.linking import link_waiting
from server.jobs.worker import Task


def run(task: Task) -> None:
    """Match what waits against what is known."""
    link_waiting(task.engine)

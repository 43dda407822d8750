"""Link the whole house anew under a fresh model: booked where what a record touched grew beyond bounds."""

from __future__ import annotations

from server.guests.linking import link_waiting
from server.jobs.worker import Task


def run(task: Task) -> None:
    """Match everything; what is written is the difference to the links there are."""
    link_waiting(task.engine, bulk=True, cause="rematch")

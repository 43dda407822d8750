"""Look whether addresses that colleagues typed into the reservation system came back with its exports."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import writing
from server.jobs.worker import Task
from server.prompts.typing_in import settle_typed

EVERY = timedelta(hours=1)


def run(task: Task) -> None:
    """Mark what is proven and what was overwritten; each import asks for it, and so does every hour."""
    with writing(task.engine) as session:
        settle_typed(session, now=clock())

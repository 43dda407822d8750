"""Empty the texts and numbers of messages after their time."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import writing
from server.jobs.worker import Task
from server.prompts.forgetting import forget_texts

EVERY = timedelta(hours=6)


def run(task: Task) -> None:
    """A batch a transaction, until nothing is older."""
    while not task.stopping():
        with writing(task.engine) as session:
            if not forget_texts(session, now=clock()):
                return

"""Carry out what somebody accepted at once; after a crash, what was interrupted."""

from __future__ import annotations

from datetime import timedelta

from server.guests.accepting import carry_on
from server.jobs.worker import Task

EVERY = timedelta(minutes=5)
"""How long what a crash interrupted waits at most; looking reads the few deeds of this kind."""


def run(task: Task) -> None:
    """Every deed that was begun, to its end."""
    carry_on(task.engine)

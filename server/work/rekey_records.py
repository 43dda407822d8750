"""After an upgrade of the engine: make all look-up keys anew, then link everything under a fresh model."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.records.rekeying import keys_are_present, rekey

EVERY = timedelta(minutes=5)
"""How long after an upgrade it takes at most until it is noticed; looking reads one row."""


def run(task: Task) -> None:
    """Nothing where the keys are of the present engine. Asked to stop, it leaves the rest for later."""
    with reading(task.engine) as session:
        if keys_are_present(session) is not False:
            return
    done = rekey(task.engine, stopping=task.stopping)
    if not done.is_finished:
        with writing(task.engine) as session:
            enqueue(session, "rekey_records", {}, now=clock(), dedup_key="rekey_records")
        return
    link_waiting(task.engine, bulk=True)  # keys that a model had refined were made anew without it

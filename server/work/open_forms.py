"""Open what tablets sealed and read it: records of guests, linked."""

from __future__ import annotations

from server.clock import clock
from server.db import writing
from server.intake import give_up_first_form, open_forms
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.keys import read_all_keys

TOGETHER = 50
"""Forms read with one commit: nobody else links meanwhile, for about half a second."""
BY_ITSELF = {"together": 1}
"""What the work is told when many together ended the worker: the first that waits is at fault."""


def run(task: Task) -> None:
    """Until none waits."""
    keys = read_all_keys(task.settings.keys_dir, "sealing")
    most = int(task.payload.get("together", TOGETHER))
    while not task.stopping() and open_forms(task.engine, keys, most):
        pass


def ended_its_worker(task: Task) -> None:
    """A form ended the worker each time: it becomes a problem, lest it be tried for ever."""
    if task.payload:
        give_up_first_form(task.engine)
    with writing(task.engine) as session:
        enqueue(session, "open_forms", BY_ITSELF, now=clock(), dedup_key="open_forms one by one")

"""Open what tablets sealed and read it: records of guests, linked."""

from __future__ import annotations

import time

from sqlalchemy import func, select

from server.captures.models import SealedForm
from server.clock import clock
from server.db import reading, writing
from server.intake import give_up_first_form, open_forms
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.keys import read_all_keys

TOGETHER = 50
"""Forms read with one commit: nobody else links meanwhile, for about half a second."""
BY_ITSELF = {"together": 1}
"""What the work is told when many together ended the worker: the first that waits is at fault."""


PAUSE, LONGEST = 0.3, 3.0
"""Seconds without a form until those that came are opened, and at most so many."""


def run(task: Task) -> None:
    """Until none waits."""
    keys = read_all_keys(task.settings.keys_dir, "sealing")
    most = int(task.payload.get("together", TOGETHER))
    let_them_arrive(task)
    while not task.stopping() and open_forms(task.engine, keys, most):
        pass


def let_them_arrive(task: Task) -> None:
    """Hundreds of tablets may be back at once, and each waits for the writer's place, which opening takes for
    half a second at a time. A form is safe once it is stored; it can be read when they are done."""
    until, counted = time.monotonic() + LONGEST, -1
    while not task.stopping() and time.monotonic() < until:
        with reading(task.engine) as session:
            newest = session.scalar(select(func.max(SealedForm.id))) or 0
        if newest == counted:
            return
        counted = newest
        time.sleep(PAUSE)


def ended_its_worker(task: Task) -> None:
    """A form ended the worker each time: it becomes a problem, lest it be tried for ever."""
    if task.payload:
        give_up_first_form(task.engine)
    with writing(task.engine) as session:
        enqueue(session, "open_forms", BY_ITSELF, now=clock(), dedup_key="open_forms one by one")

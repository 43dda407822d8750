"""Open what tablets sealed and read it: records of guests, linked."""

from __future__ import annotations

import time
from datetime import timedelta

from sqlalchemy import Engine, func, select

from server.clock import clock
from server.db import reading, writing
from server.devices.models import Device
from server.intake import give_up_first_form, open_forms
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.keys import read_all_keys, read_key
from server.prompts.tapping import confirm_tapped
from server.vault import open_vault

TOGETHER = 50
"""Forms read with one commit: nobody else links meanwhile, for about half a second."""
BY_ITSELF = {"together": 1}
"""What the work is told when many together ended the worker: the first that waits is at fault."""


CROWD, JUST_NOW = 10, timedelta(seconds=0.5)
"""So many tablets that spoke just now are back all at once."""
LONGEST = 6.0
"""Seconds that forms wait at most until the crowd was heard."""


def run(task: Task) -> None:
    """Until none waits."""
    keys = read_all_keys(task.settings.keys_dir, "sealing")
    vault = open_vault(task.settings.keys_dir)
    most = int(task.payload.get("together", TOGETHER))
    until = time.monotonic() + LONGEST
    let_them_arrive(task, until)
    opened = 0
    while not task.stopping() and (some := open_forms(task.engine, keys, most, vault)):
        opened += some
        let_them_arrive(task, until)
    if opened:
        with writing(task.engine) as session:
            secret = read_key(task.settings.keys_dir, "index").secret
            confirm_tapped(session, secret=secret, now=clock())


def let_them_arrive(task: Task, until: float) -> None:
    """Hundreds of tablets may be back at once, and each waits for the writer's place, which opening takes for
    half a second at a time. A form is safe once it is stored; it can be read when all were heard."""
    while not task.stopping() and time.monotonic() < until and _is_crowded(task.engine):
        time.sleep(JUST_NOW.total_seconds() / 2)


def _is_crowded(engine: Engine) -> bool:
    query = select(func.count(Device.id)).where(Device.seen_at > clock() - JUST_NOW)
    with reading(engine) as session:
        return (session.scalar(query) or 0) >= CROWD


def ended_its_worker(task: Task) -> None:
    """A form ended the worker each time: it becomes a problem, lest it be tried for ever."""
    if task.payload:
        give_up_first_form(task.engine)
    with writing(task.engine) as session:
        enqueue(session, "open_forms", BY_ITSELF, now=clock(), dedup_key="open_forms one by one")

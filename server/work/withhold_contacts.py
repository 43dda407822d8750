"""Keep contacts that are not the guest's out of records whose source sent them again, and addresses that
bounce from counting as reachable."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import reading, writing
from server.guests.linker import take_linker
from server.jobs.worker import Task
from server.keys import read_key
from server.prompts.bouncing import spread_bounces
from server.prompts.disowning import records_that_forgot, withhold

EVERY = timedelta(minutes=10)
TOGETHER = 200


def run(task: Task) -> None:
    """All there are, some hundred with one commit."""
    secret = read_key(task.settings.keys_dir, "index").secret
    with writing(task.engine) as session:
        spread_bounces(session, secret=secret, now=clock())
    with reading(task.engine) as session:
        ids = records_that_forgot(session, secret=secret)
    while ids and not task.stopping():
        some, ids = ids[:TOGETHER], ids[TOGETHER:]
        with writing(task.engine) as session:
            take_linker(session)
            withhold(session, some, secret=secret, now=clock())

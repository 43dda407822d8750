"""Hold a place that only one process may have, for as long as a piece of work takes."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from server.clock import clock
from server.db import writing
from server.jobs.queue import leave_place, take_place

LENGTH = timedelta(seconds=30)
"""How long the place of a process that died stays taken."""


@contextmanager
def holding(engine: Engine, name: str, *, wait: bool) -> Iterator[bool]:
    """Hold the place `name`; yields whether we have it.

    With `wait`, waits while another holds it and takes over from one that died; else yields False at once.
    """
    holder = secrets.token_hex(8)

    def hold() -> bool:
        with writing(engine) as session:
            return take_place(session, name, holder, now=clock(), length=LENGTH)

    has_it = hold()
    while wait and not has_it:
        time.sleep(0.2)
        has_it = hold()
    if not has_it:
        yield False
        return
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(LENGTH / timedelta(seconds=3)):
            try:
                hold()
            except DBAPIError:  # locked for long or away for a moment: the next beat tries again
                continue

    thread = threading.Thread(target=keep, daemon=True)
    thread.start()
    try:
        yield True
    finally:
        ended.set()
        thread.join()
        with writing(engine) as session:
            leave_place(session, name, holder)

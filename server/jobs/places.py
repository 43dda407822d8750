"""Hold a place that only one process may have, for as long as a piece of work takes."""

from __future__ import annotations

import hashlib
import os
import secrets
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import writing
from server.jobs.queue import leave_place, still_holds, take_place

LENGTH = timedelta(seconds=30)
"""How long the place of a process that died on another machine stays taken; here it is seen at once."""


@cache
def _this_machine() -> str:
    """Tells process ids of this machine (and of this container on it) from all others."""
    facts = [socket.gethostname()]
    for fact in ("/proc/sys/kernel/random/boot_id", "/proc/self/ns/pid"):
        with suppress(OSError):
            path = Path(fact)
            facts.append(str(path.readlink()) if path.is_symlink() else path.read_text("ascii"))
    if len(facts) == 1:  # not Linux; only there, because it may be a number drawn anew by each process
        facts.append(str(uuid.getnode()))
    return hashlib.blake2b("\n".join(facts).encode(), digest_size=8).hexdigest()


def _started(pid: int) -> str:
    """When a process began, in the kernel's ticks: a number given again names another process."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
    return ""


def _name_of_this_process() -> str:
    return f"{_this_machine()}-{os.getpid()}-{_started(os.getpid())}-{secrets.token_hex(4)}"


def _is_gone(holder: str) -> bool:
    """Whether a holder on this machine has ended; unknown is not gone."""
    machine, _, rest = holder.partition("-")
    pid, _, rest = rest.partition("-")
    if machine != _this_machine() or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _started(int(pid)) != rest.partition("-")[0]


class PlaceLost(Exception):
    """Another process took our place over, as after a jump of the clock: what we began is theirs now."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place that we hold."""

    name: str
    holder: str

    def confirm(self, session: Session) -> None:
        """Raise PlaceLost, which undoes the caller's transaction, unless the place is still ours."""
        if not still_holds(session, self.name, self.holder):
            raise PlaceLost(self.name)


@contextmanager
def holding(engine: Engine, name: str, *, wait: bool) -> Iterator[Place | None]:
    """Hold the place `name`; yields it, or None when another has it.

    With `wait`, waits while another holds it and takes over from one that died; else yields None at once.
    Whoever writes under the place confirms it in each transaction.
    """
    holder = _name_of_this_process()

    def hold() -> bool:
        with writing(engine) as session:
            return take_place(session, name, holder, now=clock(), length=LENGTH, is_gone=_is_gone)

    has_it = hold()
    while wait and not has_it:
        time.sleep(0.2)
        has_it = hold()
    if not has_it:
        yield None
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
        yield Place(name, holder)
    finally:
        ended.set()
        thread.join()
        with writing(engine) as session:
            leave_place(session, name, holder)

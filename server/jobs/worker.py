"""The worker: claims due work, keeps its lease alive, finishes or fails it. It knows no kind of work."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from server.clock import clock
from server.db import reading, writing
from server.jobs.models import Job
from server.jobs.queue import (
    LEASE,
    Claimed,
    anything_due,
    claim,
    enqueue,
    fail,
    finish,
    forget_ended,
    is_time,
    put_back,
    renew,
)
from server.logs import place_of
from server.settings import Settings

log = logging.getLogger("oneguest.worker")

POLL_SECONDS = 0.5
BOOK_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Task:
    """What a piece of work is given: where, with which payload, and whether it is to stop: because the worker
    was asked to, or because the lease was lost and another does the work."""

    engine: Engine
    settings: Settings
    payload: Mapping[str, Any]
    stopping: Callable[[], bool]


class Stopped(BaseException):
    """Raised into work that did not end within seconds of being asked to; no fault, so no Exception."""


ENDED_WITHOUT_A_WORD = "the worker ended each time while doing it"


def run_due(
    engine: Engine,
    settings: Settings,
    kinds: Mapping[str, ModuleType],
    *,
    once: bool,
    stop: threading.Event,
) -> int:
    """Work until `stop` is set (or, with `once`, until nothing is due); return how many pieces were done.

    `kinds` are the modules of server.work: each has `run(task)`; it may have EVERY, a timedelta, to recur,
    `gave_up(task)`, called once after its last attempt failed, and `ended_its_worker(task)`, called before
    that when the attempts ended the worker itself. On Stopped the work in hand is put back.
    """
    done = 0
    book_next = 0.0
    while not stop.is_set():
        try:
            if time.monotonic() >= book_next:
                _book_recurring(engine, kinds)
                book_next = time.monotonic() + BOOK_SECONDS
            claimed = _claim_due(engine, tuple(kinds))
            if claimed is not None:
                done += _run(engine, settings, kinds[claimed.kind], claimed, stop)
                continue
        except DBAPIError as error:  # the database is away or locked: wait for it, the work waits too
            log.warning("the worker waits for the database error=%s", place_of(error))
            if once:
                raise
        if once:
            break
        stop.wait(POLL_SECONDS)
    return done


def _claim_due(engine: Engine, kinds: tuple[str, ...]) -> Claimed | None:
    with reading(engine) as session:  # looking takes no writer's place, and the desk writes meanwhile
        if not anything_due(session, now=clock(), kinds=kinds):
            return None
    with writing(engine) as session:
        return claim(session, now=clock(), kinds=kinds)


def _book_recurring(engine: Engine, kinds: Mapping[str, ModuleType]) -> None:
    recurring = {kind: module.EVERY for kind, module in kinds.items() if hasattr(module, "EVERY")}
    now = clock()
    with writing(engine) as session:
        for kind, every in recurring.items():
            if is_time(session, kind, every, now=now):
                enqueue(session, kind, {}, now=now, dedup_key=f"every:{kind}")
                forget_ended(session, now=now)


def _run(
    engine: Engine, settings: Settings, module: ModuleType, claimed: Claimed, stop: threading.Event
) -> int:
    lost = threading.Event()
    task = Task(engine, settings, claimed.payload, lambda: stop.is_set() or lost.is_set())
    if claimed.is_spent:
        _fail(task, module, claimed, ENDED_WITHOUT_A_WORD)
        return 0
    try:
        with _heartbeat(engine, claimed, lost):
            module.run(task)
    except Exception as error:
        _fail(task, module, claimed, place_of(error))
        return 0
    except Stopped:
        with writing(engine) as session:
            put_back(session, claimed, now=clock())
        return 0
    with writing(engine) as session:
        is_ours = finish(session, claimed, now=clock())
    if not is_ours:
        log.warning("work was taken over before it ended job=%s kind=%s", claimed.id, claimed.kind)
    return int(is_ours)


def _fail(task: Task, module: ModuleType, claimed: Claimed, met: str) -> None:
    log.error("work failed job=%s kind=%s error=%s", claimed.id, claimed.kind, met)
    with writing(task.engine) as session:
        is_ours = fail(session, claimed, met, now=clock())
        is_given_up = is_ours and session.get_one(Job, claimed.id).state == "failed"
    if not is_given_up:
        return
    if claimed.is_spent and hasattr(module, "ended_its_worker"):
        module.ended_its_worker(task)
    if hasattr(module, "gave_up"):
        module.gave_up(task)


@contextmanager
def _heartbeat(engine: Engine, claimed: Claimed, lost: threading.Event) -> Iterator[None]:
    ended = threading.Event()

    def beat() -> None:
        while not ended.wait(LEASE / timedelta(seconds=3)):
            try:
                with writing(engine) as session:
                    if not renew(session, claimed, now=clock()):
                        lost.set()
                        return
            except DBAPIError as error:
                log.warning("a lease could not be renewed job=%s error=%s", claimed.id, place_of(error))

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()

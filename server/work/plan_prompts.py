"""Keep the plan of who is asked what: what changed within a minute, everybody daily."""

from __future__ import annotations

from datetime import timedelta

from server.clock import clock
from server.db import reading, writing
from server.jobs.places import Place, holding
from server.jobs.queue import enqueue
from server.jobs.worker import Task
from server.keys import read_key
from server.prompts.following import (
    begin_look,
    can_follow,
    end_look,
    follow_events,
    guests_around,
    needs_look,
)
from server.prompts.planning import plan_guests
from server.prompts.putting import SEND
from server.prompts.replanning import let_expire

EVERY = timedelta(minutes=1)

PLACE = "prompts"
"""One process plans at a time: two would plan one household's question twice."""

SOON = timedelta(seconds=2)

BATCH = 300
"""Guests a transaction: a desk's write waits for one such."""


def run(task: Task) -> None:
    """Plan what is due; killed and begun again it ends the same."""
    secret = read_key(task.settings.keys_dir, "index").secret
    with holding(task.engine, PLACE, wait=False) as place:
        if place is None:
            _put_off(task)
            return
        if task.payload.get("guests"):
            with writing(task.engine) as session:
                place.confirm(session)
                plan_guests(session, task.payload["guests"], secret=secret, now=clock())
            return
        with reading(task.engine) as session:
            is_due = bool(task.payload.get("all")) or needs_look(session, now=clock())
            may_follow = can_follow(session)
        if may_follow:  # before a look, or the question of a stay that went into another would end with it
            _follow(task, place, secret)
        if is_due:
            if not _look(task, place, secret):
                return
            _follow(task, place, secret)
        with writing(task.engine) as session:
            let_expire(session, now=clock())
            if is_due:  # all that waited may be due now, as after an approval: nobody watches for a minute
                enqueue(session, SEND, {}, now=clock(), dedup_key=SEND)


def _put_off(task: Task) -> None:
    """Another process plans just now. A look is made again by itself; what is to follow at once is not."""
    if task.payload.get("guests"):
        with writing(task.engine) as session:
            enqueue(session, "plan_prompts", task.payload, now=clock(), due=clock() + SOON)


def _follow(task: Task, place: Place, secret: bytes) -> None:
    while not task.stopping():
        with writing(task.engine) as session:
            place.confirm(session)
            if follow_events(session, secret=secret, now=clock()).is_all:
                return


def _look(task: Task, place: Place, secret: bytes) -> bool:
    with writing(task.engine) as session:
        begin_look(session, now=clock())
    with reading(task.engine) as session:
        guests = guests_around(session, now=clock())
    for start in range(0, len(guests), BATCH):
        if task.stopping():
            return False
        with writing(task.engine) as session:
            place.confirm(session)
            plan_guests(session, guests[start : start + BATCH], secret=secret, now=clock())
    with writing(task.engine) as session:
        end_look(session, now=clock())
    return True

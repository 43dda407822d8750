"""The queue: enqueue in the transaction that makes the work due, claim under a lease, finish or fail.

A crash loses nothing: work whose lease ran out is claimed again, and whoever lost the lease can no longer
finish it (the token differs). Work may therefore start twice; every kind of work must bear that.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, or_, select, update
from sqlalchemy.orm import Session

from server.db import add_unless_there
from server.jobs.models import Job, Lease

LEASE = timedelta(seconds=60)
KEPT = timedelta(days=14)
"""Ended work is kept that long, for whoever asks what happened."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A piece of work that this process holds until its lease ends."""

    id: int
    kind: str
    payload: Mapping[str, Any]
    token: str
    attempts: int
    is_spent: bool = False  # every attempt ended without a word, so this one is only to be given up


def enqueue(
    session: Session,
    kind: str,
    payload: Mapping[str, Any],
    *,
    now: datetime,
    due: datetime | None = None,
    dedup_key: str | None = None,
) -> None:
    """Make work due, in the caller's transaction. With a dedup_key, work that waits already is enough."""
    if dedup_key and session.scalar(select(Job.id).where(Job.dedup_key == dedup_key)) is not None:
        return
    job = Job(
        kind=kind, payload=dict(payload), dedup_key=dedup_key, due=due or now, state="ready", created_at=now
    )
    if dedup_key:
        add_unless_there(session, job)
    else:
        session.add(job)


def _due(kinds: tuple[str, ...], now: datetime) -> ColumnElement[bool]:
    return Job.kind.in_(kinds) & or_(
        (Job.state == "ready") & (Job.due <= now),
        (Job.state == "running") & (Job.lease_until < now),
    )


def anything_due(session: Session, *, now: datetime, kinds: tuple[str, ...]) -> bool:
    """Whether claim would find work."""
    return session.scalar(select(Job.id).where(_due(kinds, now)).limit(1)) is not None


def claim(session: Session, *, now: datetime, kinds: tuple[str, ...]) -> Claimed | None:
    """Take the oldest due work of these kinds, new or with a lease that ran out; None when there is none.

    An attempt counts from here on, not from its end: work that kills its worker (out of memory) never comes
    to one, and after its last attempt it is handed out once more as `is_spent`, to be failed.
    """
    job = session.scalar(
        select(Job)
        .where(_due(kinds, now))
        .order_by(Job.due, Job.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if job is None:
        return None
    is_spent = job.state == "running" and job.attempts >= job.max_attempts
    job.state = "running"
    job.attempts += not is_spent
    job.lease_token = secrets.token_hex(8)
    job.lease_until = now + LEASE
    job.dedup_key = None  # what arrives from here on may not be seen by this run, so it may be asked again
    return Claimed(job.id, job.kind, dict(job.payload), job.lease_token, job.attempts, is_spent)


def renew(session: Session, claimed: Claimed, *, now: datetime) -> bool:
    """Prolong the lease; False when it was lost."""
    return _mine(session, claimed, lease_until=now + LEASE)


def finish(session: Session, claimed: Claimed, *, now: datetime) -> bool:
    """The work is done; False when the lease was lost, and then somebody else finishes it."""
    return _mine(session, claimed, state="done", ended_at=now, lease_until=None, last_error=None)


def fail(session: Session, claimed: Claimed, error: str, *, now: datetime) -> bool:
    """The work did not succeed: try again later, ever more slowly, and give up after the last attempt.

    `error` names the fault and its place, never guest data. Returns False when the lease was lost.
    """
    job = session.get(Job, claimed.id)
    if job is not None and claimed.attempts >= job.max_attempts:
        return _mine(session, claimed, state="failed", ended_at=now, lease_until=None, last_error=error[:500])
    wait = timedelta(seconds=min(5 * 4 ** (claimed.attempts - 1), 3600))
    return _mine(session, claimed, state="ready", due=now + wait, lease_until=None, last_error=error[:500])


def put_back(session: Session, claimed: Claimed, *, now: datetime) -> bool:
    """The worker was asked to stop: the work is due again, and this attempt does not count."""
    return _mine(session, claimed, state="ready", due=now, lease_until=None, attempts=claimed.attempts - 1)


def _mine(session: Session, claimed: Claimed, **values: Any) -> bool:
    result = session.execute(
        update(Job)
        .where(Job.id == claimed.id, Job.lease_token == claimed.token, Job.state == "running")
        .values(**values)
    )
    return isinstance(result, CursorResult) and result.rowcount == 1


def kinds_waiting(session: Session) -> set[str]:
    """The kinds of all work that has not ended."""
    return set(session.scalars(select(Job.kind).where(Job.state.in_(("ready", "running"))).distinct()))


def forget_ended(session: Session, *, now: datetime) -> None:
    """Drop ended work after its time."""
    session.execute(delete(Job).where(Job.ended_at < now - KEPT))


def take_place(
    session: Session,
    name: str,
    holder: str,
    *,
    now: datetime,
    length: timedelta = LEASE,
    is_gone: Callable[[str], bool] = lambda holder: False,
) -> bool:
    """Take or keep the place `name` that only one process may hold; False when another holds it.

    A place is free when its time ran out, or when `is_gone` knows that its holder is no more.
    """
    place = session.get(Lease, name, with_for_update=True)
    if place is None:
        return add_unless_there(session, Lease(name=name, holder=holder, until=now + length))
    if place.holder != holder and place.until >= now and not is_gone(place.holder):
        return False
    place.holder, place.until = holder, now + length
    return True


def still_holds(session: Session, name: str, holder: str) -> bool:
    """Whether the place is still this holder's; on PostgreSQL it stays so until the transaction ends.

    What is written under a place asks this in the same transaction: after a jump of the clock another may
    have taken the place over while its first holder still works.
    """
    query = select(Lease.holder).where(Lease.name == name).with_for_update(read=True)
    return session.scalar(query) == holder


def leave_place(session: Session, name: str, holder: str) -> None:
    """Free the place, if it is still ours."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))


def is_time(session: Session, kind: str, every: timedelta, *, now: datetime) -> bool:
    """Whether recurring work is due, and if so book the next time; two schedulers book it once.

    A booking further away than `every` was made before the clock was set back, and counts for nothing.
    """
    name = f"every:{kind}"
    place = session.get(Lease, name, with_for_update=True)
    if place is None:
        return add_unless_there(session, Lease(name=name, holder="clock", until=now + every))
    if now < place.until <= now + every:
        return False
    place.until = now + every
    return True

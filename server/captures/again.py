"""A colleague has sealed forms tried again that were set aside, or takes in those kept for a decision."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from server.captures.models import SealedForm
from server.db import LARGEST_ID
from server.devices.models import Device
from server.jobs.queue import enqueue
from server.journal import note
from server.properties.reach import Reach
from server.records.models import Problem
from server.records.problems import Visible
from server.refusal import Refused

TRIED = ("problem", "held")
"""What a form is that a colleague may have tried: not opened yet, or kept until somebody says."""


def count_given_up(session: Session, reach: Reach) -> int:
    """How many forms of the houses within reach could not be read for a fault of ours, or not be opened, and
    still stand as a problem."""
    return session.scalar(select(func.count(SealedForm.id)).where(_given_up(reach))) or 0


def _given_up(reach: Reach) -> ColumnElement[bool]:
    devices = select(Device.id).where(reach.limit(Device.property_id))
    stands = select(Problem.capture_id).where(
        Problem.state == "waiting", Problem.code.startswith("sealed.", autoescape=True)
    )
    is_known = SealedForm.capture_id.in_(stands)
    return and_(SealedForm.state == "problem", SealedForm.device_id.in_(devices), is_known)


def try_all_again(session: Session, reach: Reach, *, actor: str, now: datetime) -> int:
    """Let all forms wait again that stand as a problem at the houses within reach; how many."""
    rows = session.scalars(select(SealedForm).where(_given_up(reach))).all()
    return _wait(session, rows, actor=actor, now=now)


def find_problem(session: Session, problem_id: int, visible: Visible) -> Problem | None:
    """A problem that may be seen; None when there is none such."""
    query = visible.limit(select(Problem).where(Problem.id == problem_id))
    return session.scalar(query) if 0 < problem_id <= LARGEST_ID else None


def try_again(session: Session, problem: Problem, *, actor: str, now: datetime) -> None:
    """Let the form of a problem wait again, or take in one that was kept for a decision; the problem settles
    itself once the form was opened. Refused where it needs nobody any more, or there is no form."""
    rows = session.scalars(
        select(SealedForm).where(SealedForm.capture_id == problem.capture_id, SealedForm.state.in_(TRIED))
    ).all()
    if not _wait(session, rows, actor=actor, now=now):
        raise Refused("sealed.not_waiting")


def _wait(session: Session, rows: Sequence[SealedForm], *, actor: str, now: datetime) -> int:
    for row in rows:
        act = "sealed.taken_in" if row.state == "held" else "sealed.tried_again"
        row.state = "waiting"
        place = session.get_one(Device, row.device_id).property_id
        note(session, actor, act, f"form:{row.capture_id}", now=now, property_id=place)
    if rows:
        session.flush()
        enqueue(session, "open_forms", {}, now=now, dedup_key="open_forms")
    return len(rows)

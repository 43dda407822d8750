"""Finished forms that could not be made records: each stands as one problem, and each newer release tries it
once more, as the fault may have been ours."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from server.captures.models import Capture
from server.journal import note
from server.records.models import Problem

CODES = ("capture.unknown_form", "capture.unreadable")
ACTOR = "worker"


def keep_unread(
    session: Session, capture: Capture, code: str, *, release: str, now: datetime, **params: str
) -> None:
    """A form that this release cannot read is a problem for the desk: one, however often it was tried. One
    that somebody settled stays settled."""
    capture.state = "problem"
    told = params | {"release": release}
    known = session.scalar(_problems_of([capture.id]).order_by(Problem.id.desc()).limit(1))
    if known is not None:
        known.code, known.params = code, told
        return
    session.add(Problem(capture_id=capture.id, code=code, params=told, created_at=now))


def was_read(session: Session, ids: Collection[str], *, now: datetime) -> None:
    """These forms are read: what stands of them as unread needs nobody any more."""
    for problem in session.scalars(_problems_of(ids).where(Problem.state == "waiting")):
        problem.state = "settled"
        place = problem.property_id
        note(session, ACTOR, "problem.settled", f"problem:{problem.id}", now=now, property_id=place)


def was_cut_off(session: Session, ids: Collection[str]) -> None:
    """These forms are read and cut from whoever filled them in: nothing tells of them any more."""
    session.execute(delete(Problem).where(Problem.capture_id.in_(ids), Problem.code.in_(CODES)))


def has_new_chance(session: Session, *, release: str) -> Sequence[str]:
    """The ids of the forms that another release could not read."""
    query = (
        select(Capture.id, Problem.params)
        .join(Problem, Problem.capture_id == Capture.id)
        .where(Problem.code.in_(CODES), Capture.state == "problem")
    )
    return sorted({id_ for id_, params in session.execute(query) if params.get("release") != release})


def wait_again(session: Session, ids: Collection[str]) -> None:
    """Let these forms wait to be read. To be committed before any is: should it end the worker, it is known
    who did."""
    for capture in session.scalars(select(Capture).where(Capture.id.in_(ids), Capture.state == "problem")):
        capture.state = "stored"


def _problems_of(ids: Collection[str]) -> Select[Problem]:
    return select(Problem).where(Problem.capture_id.in_(ids), Problem.code.in_(CODES))

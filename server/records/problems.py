"""Problems: what could not be understood, listed with its reason until somebody settles it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.journal import note
from server.records.models import Import, Problem, Source
from server.refusal import Refused

PAGE = 50


@dataclass(frozen=True, slots=True)
class Listed:
    """A problem in the list, with the file it stood in; no file: it came with a guest's form."""

    problem: Problem
    file_name: str | None


@dataclass(frozen=True, slots=True)
class Problems:
    """A page of problems, and how many there are in all."""

    listed: tuple[Listed, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE))


def list_problems(
    session: Session, *, import_id: int | None = None, state: str = "waiting", page: int = 1
) -> Problems:
    """Problems of one import in the order of its lines, or of the whole house, newest first."""
    chosen = select(Problem.id).where(Problem.state == state)
    if import_id is not None:
        chosen = chosen.where(Problem.import_id == import_id)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    page = max(1, min(page, -(-total // PAGE) or 1))
    order = Problem.id.desc() if import_id is None else Problem.id.asc()
    query = (
        select(Problem, Import.file_name)
        .outerjoin(Import, Import.id == Problem.import_id)
        .where(Problem.id.in_(chosen))
        .order_by(order)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return Problems(tuple(Listed(p, name) for p, name in session.execute(query)), total, page)


def count_waiting(session: Session) -> int:
    """How many problems wait in the whole house."""
    return session.scalar(select(func.count()).select_from(Problem).where(Problem.state == "waiting")) or 0


def replace_waiting(
    session: Session, contents: Collection[str], *, source_id: int, import_id: int
) -> set[str]:
    """The same rows of a source came again with a later import: of each, only the newest stays listed.

    `contents` are rows as they came, behind the door. The earlier problems stay in the tables as `replaced`,
    because they account for the rows of their own imports. Returns the contents that somebody had settled and
    that wait nowhere: they need nobody's time again.
    """
    known = set(contents) - {""}
    if not known:
        return set()
    session.execute(select(Source.id).where(Source.id == source_id).with_for_update(key_share=True))
    earlier = session.scalars(
        select(Problem)
        .join(Import, Import.id == Problem.import_id)
        .where(
            Import.source_id == source_id,
            Import.id != import_id,
            Problem.state.in_(("waiting", "settled")),
            Problem.content.in_(known),
        )
    ).all()
    waited = {problem.content for problem in earlier if problem.state == "waiting"}
    settled = {problem.content for problem in earlier} - waited
    for problem in earlier:
        problem.state = "replaced"
    return settled


def settle(session: Session, problem_id: int, *, who: str, now: datetime) -> Problem:
    """Somebody dealt with it: it leaves the list of those that wait. Refused if there is none."""
    return _move(session, problem_id, "settled", who, now)


def reopen(session: Session, problem_id: int, *, who: str, now: datetime) -> Problem:
    """It was settled by mistake: it waits again. Refused if there is none."""
    return _move(session, problem_id, "waiting", who, now)


def _move(session: Session, problem_id: int, state: str, who: str, now: datetime) -> Problem:
    problem = session.get(Problem, problem_id)
    if problem is None:
        raise Refused("problem.no_such")
    if problem.state == "replaced":
        raise Refused("problem.replaced")
    if problem.state != state:
        problem.state = state
        note(session, who, f"problem.{state}", f"problem:{problem.id}", now=now)
    return problem

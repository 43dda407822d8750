"""Problems: what could not be understood, listed with its reason until somebody settles it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.db import LARGEST_ID, Base
from server.journal import note
from server.paging import page_within, pages_of
from server.properties.reach import Reach
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
        return pages_of(self.total, PAGE)


@dataclass(frozen=True, slots=True)
class Visible:
    """Which problems somebody may see: those of the houses within reach, less those of closed imports.

    A row that could not be understood says nothing of its house, so where a file speaks of several houses,
    all its problems are for those who see them all (`closed`: the ids of such imports).
    """

    reach: Reach
    closed: Sequence[int] = ()

    def limit(self, columns: Select[Any]) -> Select[Any]:
        """The query of problems, only of those that may be seen."""
        if self.reach.is_everywhere:
            return columns
        # by its form's plain name: the room of forms stands above this one
        captures = Base.metadata.tables["capture"]
        return (
            columns.outerjoin(Import, Import.id == Problem.import_id)
            .outerjoin(captures, captures.c.id == Problem.capture_id)
            .where(
                or_(
                    and_(self.reach.limit(Import.property_id), Import.id.not_in(self.closed)),
                    self.reach.limit(captures.c.property_id),
                    self.reach.limit(Problem.__table__.c.property_id),
                )
            )
        )


def list_problems(
    session: Session,
    visible: Visible,
    *,
    import_id: int | None = None,
    state: str = "waiting",
    page: int = 1,
) -> Problems:
    """Problems of one import in the order of its lines, or of all the houses, newest first."""
    chosen = visible.limit(select(Problem.id).where(Problem.state == state))
    if import_id is not None:
        chosen = chosen.where(Problem.import_id == import_id)
    total = session.scalar(select(func.count()).select_from(chosen.subquery())) or 0
    page = page_within(page, total, PAGE)
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


def count_waiting(session: Session, visible: Visible) -> int:
    """How many problems wait."""
    waiting = select(func.count(Problem.id)).select_from(Problem).where(Problem.state == "waiting")
    return session.scalar(visible.limit(waiting)) or 0


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
        problem.state_before, problem.state = problem.state, "replaced"
    return settled


def undo_problems(session: Session, import_id: int, *, source_id: int | None) -> None:
    """Drop the problems of an import that is undone; those they replaced stand again as they stood.

    A row that came again with a later import stays replaced by that one.
    """
    mine = session.scalars(select(Problem).where(Problem.import_id == import_id)).all()
    contents = {problem.content for problem in mine if problem.content}
    for problem in mine:
        session.delete(problem)
    session.flush()
    others = (
        select(Problem)
        .join(Import, Import.id == Problem.import_id)
        .where(Import.source_id == source_id, Problem.content.in_(contents))
        .order_by(Problem.import_id.desc(), Problem.id)
    )
    newest: dict[str, int | None] = {}
    for problem in session.scalars(others):
        is_newest = newest.setdefault(problem.content, problem.import_id) == problem.import_id
        if is_newest and problem.state == "replaced" and problem.state_before is not None:
            problem.state, problem.state_before = problem.state_before, None


def settle(session: Session, problem_id: int, visible: Visible, *, who: str, now: datetime) -> Listed:
    """Somebody dealt with it: it leaves the list of those that wait. Refused if there is none to be seen."""
    return _move(session, problem_id, visible, "settled", who, now)


def reopen(session: Session, problem_id: int, visible: Visible, *, who: str, now: datetime) -> Listed:
    """It was settled by mistake: it waits again. Refused if there is none to be seen."""
    return _move(session, problem_id, visible, "waiting", who, now)


def _move(session: Session, problem_id: int, visible: Visible, state: str, who: str, now: datetime) -> Listed:
    query = visible.limit(select(Problem).where(Problem.id == problem_id))
    problem = session.scalar(query) if problem_id <= LARGEST_ID else None
    if problem is None:
        raise Refused("problem.no_such")
    if problem.state == "replaced":
        raise Refused("problem.replaced")
    if problem.state != state:
        problem.state = state
        subject, place = f"problem:{problem.id}", _house_of(session, problem)
        note(session, who, f"problem.{state}", subject, now=now, property_id=place)
    found = session.get(Import, problem.import_id) if problem.import_id else None
    return Listed(problem, found.file_name if found else None)


def _house_of(session: Session, problem: Problem) -> int | None:
    """The house whose file or form a problem stood in."""
    if problem.property_id is not None:
        return problem.property_id
    if problem.import_id is not None:
        return session.scalar(select(Import.property_id).where(Import.id == problem.import_id))
    captures = Base.metadata.tables["capture"]
    return session.scalar(select(captures.c.property_id).where(captures.c.id == problem.capture_id))

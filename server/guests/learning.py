"""Learn from the answers that colleagues gave: propose a model, show what it would change, use it, go back.

A proposal decides nothing. It stands beside the model in use until somebody has the house linked by it, and
one command leads back. Whatever makes a fresh model meanwhile carries what is in use over (`remaking`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from hashlib import sha256

import numpy as np
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.clock import clock
from server.db import reading, writing
from server.guests.circles import circles_of
from server.guests.deeds import LIVE
from server.guests.linker import Known, newest_known
from server.guests.linking import LinkReport, link_waiting
from server.guests.loading import Loaded, decisions_on, load_all
from server.guests.models import Decision, Deed, Model
from server.journal import note
from server.matching import ENGINE, Partition, match
from server.matching import Model as EngineModel
from server.matching.answers import Answers, Fit, fit_of, learn_from, questions_among
from server.matching.columns import Flags
from server.matching.guard import check_model, read_model
from server.matching.learnt import Learnt
from server.refusal import Refused

HELD_OUT = 3
"""Of ten pairs, how many are kept back to see what learning from the others is worth."""

Progress = Callable[[str], None]
"""Called with what is done next."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was learnt, and what it would change. Figures only.

    `answers`: those that teach; `others`: those that were no questions of the engine's. `before`, `after`:
    how well the two models foretell the answers that were held out. `merged`, `split`: guests that would go
    into others, would be parted; `records`: those whose fellows would be others.
    """

    version: str
    parent: str
    answers: int
    others: int
    before: Fit
    after: Fit
    records: int
    merged: int
    split: int
    questions_before: int
    questions_after: int

    @property
    def is_better(self) -> bool:
        """Whether answers that nothing was learnt from are foretold better."""
        return self.after.answers > 0 and self.after.log_loss < self.before.log_loss


def propose(engine: Engine, *, progress: Progress = lambda stage: None) -> Proposal:
    """Learn from the decisions that hold, and keep the result as a proposal.

    Refused with `learn.no_model` in a house that was never linked, with `learn.no_answers` where colleagues
    answered no question yet.
    """
    progress("reading")
    with reading(engine) as session:
        known = newest_known(session)
        if known is None:
            raise Refused("learn.no_model")
        loaded = load_all(session)
        decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
        answers = answers_of(session, loaded)
    model = known.model
    teaches = questions_among(loaded.records, model, answers)
    others, answers = int((~teaches).sum()), answers.of(teaches)
    held_out = is_held_out(loaded, answers)
    if not len(answers) or held_out.all():
        raise Refused("learn.no_answers")
    progress("learning")
    taught = replace(model, learnt=learn_from(loaded.records, model, answers.of(~held_out)))
    check_model(taught, taught.version)
    progress("comparing")
    was, would = (match(loaded.records, one, decisions, circles) for one in (model, taught))
    records, merged, split = _changes(was, would)
    proposal = Proposal(
        taught.version,
        model.version,
        len(answers),
        others,
        fit_of(loaded.records, model, answers.of(held_out)),
        fit_of(loaded.records, taught, answers.of(held_out)),
        records,
        merged,
        split,
        len(was.questions),
        len(would.questions),
    )
    with writing(engine) as session:
        _keep(session, taught, proposal.parent, asdict(proposal))
    return proposal


def use(engine: Engine, version: str, *, author: str) -> LinkReport:
    """Link the house by what a proposal learnt.

    Where a fresh model was made since, that one is corrected: what it counted is newer. Refused with
    `learn.unknown` for what is no proposal, else as `guard` refuses models. Killed in the middle, the model
    before is gone by.
    """
    with reading(engine) as session:
        known = _in_use(session)
        kept = session.get(Model, version)
        if kept is None or kept.parent is None:
            raise Refused("learn.unknown", {"version": version[:40]})
        taught = replace(known.model, learnt=read_model(kept.content, version).learnt)
        report = kept.report
    check_model(taught, taught.version)
    with writing(engine) as session:
        if taught.version != known.model.version:
            _keep(session, taught, known.model.version, report)
        note(
            session,
            author,
            "learning.use",
            f"model:{taught.version}",
            now=clock(),
            property_id=None,
            before=known.model.version,
        )
    return _link_by(engine, taught)


def back(engine: Engine, *, author: str) -> LinkReport:
    """Link the house without what was learnt last. Refused with `learn.nothing_learnt` where nothing was."""
    with reading(engine) as session:
        known = _in_use(session)
        plain = replace(known.model, learnt=_learnt_before(session, known.model))
    with writing(engine) as session:
        _keep(session, plain, None, None)
        note(
            session,
            author,
            "learning.back",
            f"model:{plain.version}",
            now=clock(),
            property_id=None,
            before=known.model.version,
        )
    return _link_by(engine, plain)


def _link_by(engine: Engine, model: EngineModel) -> LinkReport:
    report = link_waiting(engine, bulk=True, model=model, cause="learn")
    if report is None:
        raise RuntimeError("a bulk run that was asked for reported nothing")
    return report


def answers_of(session: Session, loaded: Loaded) -> Answers:
    """The pairs that colleagues decided about one by one, by the rows of the records.

    What was accepted in bulk and what was taken out of a guest are no answers: nobody looked at the first,
    and of the second only wrong links are ever seen.
    """
    row = {record: at for at, record in enumerate(loaded.ids)}
    query = (
        select(Decision.record_a, Decision.record_b, Decision.verdict, Deed.kind, Deed.params)
        .outerjoin(Deed, Deed.id == Decision.deed_id)
        .where(LIVE, Decision.verdict.in_(("same", "not_same")))
        .order_by(Decision.id)
    )
    said: dict[tuple[int, int], bool] = {}
    for a, b, verdict, kind, params in session.execute(query):
        if kind in (None, "decide"):  # None: from before there were deeds
            one, other = sorted(params.get("asked", (a, b)) if params else (a, b))
            if one in row and other in row:
                said[one, other] = verdict == "same"
    pairs = sorted(said)
    return Answers(
        np.array([row[one] for one, _ in pairs], dtype=np.int32),
        np.array([row[other] for _, other in pairs], dtype=np.int32),
        np.array([said[pair] for pair in pairs], dtype=np.bool_),
    )


def is_held_out(loaded: Loaded, answers: Answers) -> Flags:
    """Which answers are not learnt from: by the pair's own names, so that it is the same ones every time."""
    names = loaded.records.ids
    place = loaded.records.position
    found = []
    for one, other in zip(answers.left.tolist(), answers.right.tolist(), strict=True):
        pair = sorted((names[int(place[one])], names[int(place[other])]))
        found.append(int(sha256("\n".join(pair).encode()).hexdigest()[:8], 16) % 10 < HELD_OUT)
    return np.array(found, dtype=np.bool_)


def _in_use(session: Session) -> Known:
    known = newest_known(session)
    if known is None:
        raise Refused("learn.no_model")
    return known


def _learnt_before(session: Session, model: EngineModel) -> Learnt | None:
    """What the model had learnt before it learnt what it knows now; None for nothing."""
    if model.learnt is None:
        raise Refused("learn.nothing_learnt")
    own = Model.version.startswith(f"{ENGINE}-")
    taught = select(Model).where(own, Model.parent.is_not(None)).order_by(Model.made_at.desc(), Model.version)
    for kept in session.scalars(taught):
        if read_model(kept.content, kept.version).learnt == model.learnt:
            parent = session.get(Model, kept.parent)
            return read_model(parent.content, parent.version).learnt if parent else None
    return None


def _keep(session: Session, model: EngineModel, parent: str | None, report: dict[str, object] | None) -> None:
    """Keep a model that is not gone by, unless it is there."""
    if session.get(Model, model.version) is None:
        session.add(
            Model(
                version=model.version,
                number=0,
                content=model.to_json(),
                made_at=clock(),
                parent=parent,
                report=report,
            )
        )


def _changes(was: Partition, would: Partition) -> tuple[int, int, int]:
    """Records whose fellows would be others; groups that would go into another one, or part."""
    before, after = was.labels.astype(np.int64), would.labels.astype(np.int64)
    cells, of, count = np.unique(
        np.stack([before, after], axis=1), axis=0, return_inverse=True, return_counts=True
    )
    size_before, size_after = np.bincount(before), np.bincount(after)
    whole = (count == size_before[cells[:, 0]]) & (count == size_after[cells[:, 1]])
    parts_of, from_of = np.bincount(cells[:, 0]), np.bincount(cells[:, 1])
    merged = int((from_of[from_of > 1] - 1).sum())
    return int((~whole[of.reshape(-1)]).sum()), merged, int((parts_of > 1).sum())

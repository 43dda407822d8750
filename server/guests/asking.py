"""The questions that wait for people: two guests that may be one, first those that would settle most.

The linker keeps every doubt there is; here is the one place that reads them, which knows what a colleague may
see, what was put off, and how many a house can be asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
from sqlalchemy import Row as Found
from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from server.guests.deeds import LIVE, state_of
from server.guests.models import Decision, Deed, Link
from server.guests.models import Question as Doubt
from server.matching.solving import QUESTIONS_PER_100
from server.properties.reach import Reach
from server.records.models import SourceRecord

_PART = 100


@dataclass(frozen=True, slots=True)
class Question:
    """Two records of two guests that may be one person, and how probable that is."""

    one: int
    other: int
    probability: float


def open_questions(session: Session, reach: Reach, *, most: int = 1) -> list[Question]:
    """The first questions that wait for an answer. Both records of each are within reach.

    A question that somebody put off comes again when something of the two guests changes.
    """
    found: list[Question] = []
    hidden = _put_off(session)
    for doubt in _doubts(session, reach):
        if frozenset((doubt.guest_a, doubt.guest_b)) not in hidden:
            found.append(Question(doubt.record_a, doubt.record_b, doubt.probability))
        if len(found) == most:
            break
    return found


def likely_questions(session: Session, reach: Reach, *, at_least: float) -> list[Question]:
    """All questions at least so probable that wait, likeliest first; not those that a whole group refused."""
    columns = (Doubt.guest_a, Doubt.guest_b, Doubt.record_a, Doubt.record_b, Doubt.probability)
    least = float(np.float32(at_least))  # probabilities are kept in four bytes: .7 is a little less there
    query = _within(select(*columns), reach).where(Doubt.probability >= least, Doubt.kind == "doubt")
    hidden = _put_off(session)
    likeliest = query.order_by(Doubt.probability.desc(), Doubt.record_a, Doubt.record_b)
    return [
        Question(one, other, probability)
        for here, there, one, other, probability in session.execute(likeliest)
        if frozenset((here, there)) not in hidden
    ]


def count_open(session: Session, reach: Reach) -> int:
    """How many questions wait for an answer: those worth asking, not every doubt there is."""
    all_doubts = _within(select(func.count()).select_from(Doubt), reach)
    records = session.scalar(select(func.count()).select_from(Link)) or 0
    hidden = [sorted(pair) for pair in _put_off(session)]
    firsts = select(Doubt.guest_a, Doubt.guest_b).where(Doubt.guest_a.in_([pair[0] for pair in hidden]))
    still = {tuple(row) for row in session.execute(_within(firsts, reach))} if hidden else set()
    waiting = (session.scalar(all_doubts) or 0) - sum(tuple(pair) in still for pair in hidden)
    return min(waiting, ceil(records * QUESTIONS_PER_100 / 100))


def _doubts(session: Session, reach: Reach) -> Iterator[Found[Any]]:
    columns = (Doubt.guest_a, Doubt.guest_b, Doubt.record_a, Doubt.record_b, Doubt.probability)
    query = _within(select(*columns), reach).order_by(Doubt.settles.desc(), Doubt.guest_a, Doubt.guest_b)
    start = 0
    while rows := session.execute(query.limit(_PART).offset(start)).all():
        yield from rows
        start += _PART


def _within(query: Select[*tuple[Any, ...]], reach: Reach) -> Select[*tuple[Any, ...]]:
    if reach.is_everywhere:
        return query
    one, other = aliased(SourceRecord), aliased(SourceRecord)
    return (
        query.join(one, one.id == Doubt.record_a)
        .join(other, other.id == Doubt.record_b)
        .where(reach.limit(one.property_id), reach.limit(other.property_id))
    )


def _put_off(session: Session) -> set[frozenset[str]]:
    """The pairs of guests whose question was put off, and that are as they were then."""
    one, other = aliased(Link), aliased(Link)
    query = (
        select(one.guest_id, other.guest_id, Deed.params)
        .select_from(Decision)
        .join(Deed, Deed.id == Decision.deed_id)
        .join(one, one.record_id == Decision.record_a)
        .join(other, other.record_id == Decision.record_b)
        .where(LIVE, Decision.verdict == "undecided", one.guest_id != other.guest_id)
    )
    then: dict[frozenset[str], set[str]] = defaultdict(set)
    for here, there, params in session.execute(query):
        then[frozenset((here, there))].add(str(params.get("about", "")))
    if not then:
        return set()
    now = state_of(session, then)
    return {pair for pair, states in then.items() if now[pair] in states}

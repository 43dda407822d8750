"""The questions that the engine asks people: two guests that may be one, likeliest to matter first.

Everything that reads questions comes through `open_questions`, which knows what a colleague may see and what
was put off.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from server.guests.applying import links_of
from server.guests.circles import circles_of
from server.guests.deciding import about
from server.guests.deeds import LIVE, within_reach
from server.guests.linker import newest_model
from server.guests.loading import decisions_on, load
from server.guests.models import Decision, Deed, GuestEvent, Link
from server.matching import match
from server.properties.reach import Reach


@dataclass(frozen=True, slots=True)
class Question:
    """Two records of two guests that may be one person, and how probable that is."""

    one: int
    other: int
    probability: float


def open_questions(session: Session, reach: Reach, *, most: int = 1) -> list[Question]:
    """The first questions that wait for an answer, those that would settle most first.

    Both records are within reach. A question that somebody put off comes again when something of the two
    guests changes.
    """
    found: list[Question] = []
    for question in _waiting(session, reach):
        found.append(question)
        if len(found) == most:
            break
    return found


def count_open(session: Session, reach: Reach) -> int:
    """How many questions wait for an answer."""
    return sum(1 for _ in _waiting(session, reach))


def _waiting(session: Session, reach: Reach) -> Iterator[Question]:
    questions = _questions(session)
    put_off = _put_off(session)
    visible = set(within_reach(session, [r for q in questions for r in (q.one, q.other)], reach))
    guests = _guests(session, [r for q in questions for r in (q.one, q.other)]) if put_off else {}
    for question in questions:
        if question.one not in visible or question.other not in visible:
            continue
        between = frozenset((guests.get(question.one, ""), guests.get(question.other, "")))
        if between in put_off and about(session, question.one, question.other) in put_off[between]:
            continue
        yield question


def _put_off(session: Session) -> dict[frozenset[str], set[str]]:
    """What was put off, by the two guests, and how they were then."""
    one, other = aliased(Link), aliased(Link)
    query = (
        select(one.guest_id, other.guest_id, Deed.params)
        .select_from(Decision)
        .join(Deed, Deed.id == Decision.deed_id)
        .join(one, one.record_id == Decision.record_a)
        .join(other, other.record_id == Decision.record_b)
        .where(LIVE, Decision.verdict == "undecided")
    )
    found: dict[frozenset[str], set[str]] = defaultdict(set)
    for here, there, params in session.execute(query):
        found[frozenset((here, there))].add(str(params.get("about", "")))
    return found


def _guests(session: Session, record_ids: Sequence[int]) -> dict[int, str]:
    return {record: link.guest_id for record, link in links_of(session, record_ids).items()}


_known: dict[str, tuple[tuple[object, ...], list[Question]]] = {}
_one_at_a_time = Lock()


def _questions(session: Session) -> list[Question]:
    """All questions of the house, from a match of it that is kept until something changes."""
    bind = str(session.get_bind().engine.url)
    model = newest_model(session)
    if model is None:
        return []
    words = select(func.count(), func.max(Decision.id)).where(LIVE)
    last_event = session.scalar(select(func.max(GuestEvent.id)))
    state = (model.version, last_event, *session.execute(words).one())
    with _one_at_a_time:
        kept = _known.get(bind)
        if kept is None or kept[0] != state:
            loaded = load(session, None)
            decisions, circles = decisions_on(session, loaded), circles_of(session, loaded.ids)
            partition = match(loaded.records, model, decisions, circles)
            sizes: dict[int, int] = defaultdict(int)
            for label in partition.labels.tolist():
                sizes[label] += 1
            settled = [
                (p * sizes[int(partition.labels[i])] * sizes[int(partition.labels[j])], i, j, p)
                for i, j, p in partition.questions
            ]
            kept = (
                state,
                [Question(loaded.ids[i], loaded.ids[j], p) for _, i, j, p in sorted(settled, reverse=True)],
            )
            _known[bind] = kept
        return kept[1]

"""Accept the obvious at once: questions of which nothing speaks against one guest, as one deed with one undo.

What is to be accepted is chosen first and stands in the deed; it is then carried out a hundred questions a
transaction, so that the desk can write in between, and a run that was killed goes on where it stopped.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from itertools import islice, product

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from server.cleaning import fold
from server.clock import clock
from server.db import reading, writing
from server.guests.asking import likely_questions
from server.guests.deciding import Contradicts, refuse_contradiction
from server.guests.deeds import Pair, add_words, house_of_records, write_deed
from server.guests.linker import newest_model, take_linker, touch
from server.guests.loading import Reader, parts
from server.guests.models import Deed, Link
from server.jobs.queue import enqueue
from server.matching.explaining import Evidence, evidence_of
from server.matching.kinds import kinds_of_evidence
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import CleanRow, SourceRecord
from server.refusal import Refused

BATCH = 100
"""Questions a transaction."""

MOST = 500
"""Questions a deed: its undo solves all of them again in one transaction."""

LEAST = 0.5
"""No question is less probable than this."""

MOST_RECORDS = 8
"""Records of a guest. Every one is heard, since one that contradicts, or was typed, is enough to ask; guests
of more are left to a person."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was accepted, or would be: the questions as pairs of records, likeliest first.

    `looked_at`: how many questions were probable enough. `deed_id`: None for a dry run, or when there is
    nothing to accept.
    """

    pairs: tuple[Pair, ...]
    looked_at: int
    deed_id: int | None = None


def accept_obvious(
    engine: Engine,
    *,
    at_least: float,
    limit: int,
    dry_run: bool,
    author: str,
    reach: Reach = EVERYWHERE,
) -> Accepted:
    """Answer "the same" to the questions that are obvious, at most `limit` of them, as one deed.

    Obvious is a question at least so probable, of two guests of one and the same first name in full, where
    something besides the name agrees and nothing that any of their records says contradicts, and of which no
    guest typed a part at a tablet or a page; guests of very many records are left to a person. Each guest
    takes part once: what follows from it is asked anew. A deed of such a kind that was interrupted is carried
    out to its end first. Refused with `accept.limits` for a limit or a line that cannot be.
    """
    _check(at_least, limit)
    if not dry_run:
        carry_on(engine)
    with reading(engine) as session:
        chosen = find_obvious(session, at_least=at_least, limit=limit, reach=reach)
    if dry_run or not chosen.pairs:
        return chosen
    with writing(engine) as session:
        deed = begin_accepting(session, chosen.pairs, at_least=at_least, author=author, now=clock())
        deed_id = deed.id
    carry_out(engine, deed_id)
    return Accepted(chosen.pairs, chosen.looked_at, deed_id)


def find_obvious(session: Session, *, at_least: float, limit: int, reach: Reach) -> Accepted:
    """The questions that would be accepted, and nothing else: a dry run."""
    _check(at_least, limit)
    questions = likely_questions(session, reach, at_least=at_least)
    chosen: list[Pair] = []
    taken: set[str] = set()
    for start in range(0, len(questions), BATCH):
        pairs = [(question.one, question.other) for question in questions[start : start + BATCH]]
        guests = _guests(session, {record for pair in pairs for record in pair})
        for pair in _obvious(session, pairs, guests):
            between = {guests[pair[0]], guests[pair[1]]}
            if len(between) == 2 and not between & taken:
                taken |= between
                chosen.append(pair)
            if len(chosen) == limit:
                return Accepted(tuple(chosen), len(questions))
    return Accepted(tuple(chosen), len(questions))


def begin_accepting(
    session: Session, pairs: Sequence[Pair], *, at_least: float, author: str, now: datetime
) -> Deed:
    """Write down what is to be accepted, and make its carrying out due."""
    take_linker(session)
    enqueue(session, "accept_obvious", {}, now=now, dedup_key="accept_obvious")
    records = {record for pair in pairs for record in pair}
    return write_deed(
        session,
        "accept",
        (),
        "same",
        author=author,
        reason="",
        property_id=house_of_records(session, records),
        now=now,
        at_least=at_least,
        questions=[list(pair) for pair in pairs],
        done=0,
    )


def carry_on(engine: Engine) -> None:
    """Carry out to their end the deeds that were interrupted."""
    with reading(engine) as session:
        begun = select(Deed).where(Deed.kind == "accept", Deed.undone_at.is_(None)).order_by(Deed.id)
        open_ = [d.id for d in session.scalars(begun) if d.params["done"] < len(d.params["questions"])]
    for deed_id in open_:
        carry_out(engine, deed_id)


def carry_out(engine: Engine, deed_id: int) -> None:
    """Write the words of a deed that was begun, a hundred a transaction, until all are or it is undone.

    A question that somebody answered otherwise meanwhile is left out.
    """
    while True:
        with writing(engine) as session:
            take_linker(session)
            deed = session.get_one(Deed, deed_id)
            done, pairs = int(deed.params["done"]), deed.params["questions"]
            if deed.undone_at is not None or done >= len(pairs):
                return
            now = clock()
            part = _still_open(session, [(one, other) for one, other in pairs[done : done + BATCH]])
            add_words(session, deed, part, "same", now=now)
            deed.params = deed.params | {"done": min(done + BATCH, len(pairs))}
            records = {record for pair in part for record in pair}
            if records:
                touch(session, records, cause=f"deed:{deed.id}", now=now)


def _check(at_least: float, limit: int) -> None:
    if not LEAST <= at_least <= 1 or not 1 <= limit <= MOST:
        raise Refused("accept.limits", {"least": str(LEAST), "most": str(MOST)})


def _still_open(session: Session, pairs: Collection[Pair]) -> list[Pair]:
    guests = _guests(session, {record for pair in pairs for record in pair})
    found = []
    for one, other in pairs:
        if one not in guests or other not in guests or guests[one] == guests[other]:
            continue
        whole = session.scalars(select(Link.record_id).where(Link.guest_id.in_([guests[one], guests[other]])))
        try:
            refuse_contradiction(session, [(one, other)], "same", set(whole))
        except Contradicts:
            continue
        found.append((one, other))
    return found


def _obvious(session: Session, pairs: Sequence[Pair], guests: dict[int, str]) -> list[Pair]:
    """Those of the pairs between whose guests nothing contradicts."""
    model = newest_model(session)
    if model is None:
        return []
    fellows = _fellows(session, set(guests.values()))
    records = {record for group in fellows.values() for record in group}
    names, typed = _first_names(session, records), _typed(session, records)
    loaded = Reader(session).load(records)
    place = {record: row for row, record in enumerate(loaded.ids)}
    asked: list[tuple[Pair, list[Pair]]] = []
    for one, other in pairs:
        ones, others = fellows.get(guests.get(one, ""), []), fellows.get(guests.get(other, ""), [])
        across = [(place[x], place[y]) for x, y in product(ones, others) if x in place and y in place]
        if not across or not names.get(one) or names.get(one) != names.get(other):
            continue
        if not typed & {*ones, *others}:
            asked.append(((one, other), across))
    rows = [pair for _, across in asked for pair in across]
    told = iter(evidence_of(loaded.records, model, rows) if rows else [])
    return [pair for pair, across in asked if _is_plain(list(islice(told, len(across))))]


def _is_plain(told: Sequence[list[Evidence]]) -> bool:
    """Whether nothing contradicts, and something besides name and origin agrees: a name alone is nobody."""
    sentences = [(code, bits) for evidence in told for code, _, bits in evidence]
    return all(bits > 0 for _, bits in sentences) and any(code in _witnesses() for code, _ in sentences)


@cache
def _witnesses() -> frozenset[str]:
    """The codes of evidence that two records share something of their own: contact, booking, birth date."""
    kinds = kinds_of_evidence().values()
    return frozenset(level.code for kind in kinds if kind.WITNESS for level in kind.LEVELS)


def _guests(session: Session, record_ids: Collection[int]) -> dict[int, str]:
    return {
        record: guest
        for part in parts(sorted(record_ids))
        for record, guest in session.execute(
            select(Link.record_id, Link.guest_id).where(Link.record_id.in_(part))
        )
    }


def _fellows(session: Session, guest_ids: Collection[str]) -> dict[str, list[int]]:
    """The records of those of the guests that have MOST_RECORDS at most."""
    found: dict[str, list[int]] = defaultdict(list)
    for part in parts(sorted(guest_ids)):
        small = (
            select(Link.guest_id)
            .where(Link.guest_id.in_(part))
            .group_by(Link.guest_id)
            .having(func.count() <= MOST_RECORDS)
        )
        query = select(Link.guest_id, Link.record_id).where(Link.guest_id.in_(small)).order_by(Link.record_id)
        for guest, record in session.execute(query):
            found[guest].append(record)
    return found


def _first_names(session: Session, record_ids: Collection[int]) -> dict[int, str]:
    """First names in full, folded; none for an initial."""
    found = {}
    for part in parts(sorted(record_ids)):
        query = select(CleanRow.record_id, CleanRow.first_name).where(CleanRow.record_id.in_(part))
        for record, name in session.execute(query):
            folded = str(fold(name or "")).strip(" .")
            if len(folded) > 1:
                found[record] = folded
    return found


def _typed(session: Session, record_ids: Collection[int]) -> set[int]:
    """Records that somebody typed at a tablet or a page."""
    return {
        record
        for part in parts(sorted(record_ids))
        for record in session.scalars(
            select(SourceRecord.id).where(SourceRecord.id.in_(part), SourceRecord.proof == "typed")
        )
    }

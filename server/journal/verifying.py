"""Verify the journal: walk the chain from its first seal; say which entry is the first that does not fit."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, exists, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from server.journal.erasing import ERASED
from server.journal.heads import START, Head
from server.journal.models import JournalEntry, JournalSeal
from server.journal.sealing import SEALED, ChainKey, commit_to, link_to

BATCH = 2_000
"""Seals read at once: the memory of a walk, whatever the journal's length."""
LEAST = -(2**31)
"""Below every number that a column of numbers holds."""
LATE = timedelta(hours=1)
"""How much older than an entry sealed before it an entry may be: a long transaction, two clocks."""
UNREADABLE = (ValueError, TypeError, AttributeError, OverflowError, MemoryError, RecursionError, DBAPIError)
"""What reading a row raises whose columns hold something that was never written by us."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first thing that is wrong: a code of this room's sentences, filled with numbers."""

    code: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk found: how many entries are sealed, how many are erased, how many wait for their seal."""

    sealed: int
    erased: int
    waiting: int
    head: Head | None
    wrong: Wrong | None


@dataclass(slots=True)
class _Walk:
    keys: Mapping[str, ChainKey]
    known: Head | None
    chain: bytes = START
    sequence: int = 0
    erased: int = 0
    newest: datetime | None = None
    head: Head | None = None
    erasings: dict[int, frozenset[int]] = field(default_factory=dict)


def verify(session: Session, keys: Mapping[str, ChainKey], *, head: Head | None = None) -> Verdict:
    """Check every sealed entry against its seal and the chain, and the chain against a head kept elsewhere.

    `keys`: by the ids that the seals name. Found are: an entry or seal that was changed, deleted, put in or
    moved; content that is gone without an erasing that says so; with `head`, a chain cut off or written anew;
    and an entry dated more than an hour before one sealed earlier (put in later, or a clock set back; what
    stands before `head` was seen when it was taken). Time grows with the entries, memory does not.
    """
    walk = _Walk(keys, head)
    wrong = None
    for row in _seals(session):
        wrong = (
            Wrong("journal.unreadable", _numbers(row)) if isinstance(row, int) else _judge(session, walk, row)
        )
        if wrong is not None:
            break
    if wrong is None and head is not None and walk.sequence < head.sequence:
        wrong = Wrong("journal.cut_off", {"sequence": str(walk.sequence), "head": str(head.sequence)})
    if wrong is None:
        wrong = _late_waiting(session, walk)
    return Verdict(walk.sequence, walk.erased, _count_waiting(session), walk.head, wrong)


def _seals(session: Session) -> Iterator[Row[Any] | int]:
    """Every seal with its entry, in order; the bare sequence number of one that cannot be read."""
    after = LEAST  # also what somebody put before the first
    while True:
        try:
            rows: list[Row[Any]] = list(session.execute(_page(after).limit(BATCH)))
        except UNREADABLE:
            session.rollback()
            yield from _one_by_one(session, after)
            return
        if not rows:
            return
        yield from rows
        after = rows[-1].sequence


def _one_by_one(session: Session, after: int) -> Iterator[Row[Any] | int]:
    numbers = select(JournalSeal.sequence).where(JournalSeal.sequence > after).order_by(JournalSeal.sequence)
    for number in session.scalars(numbers.limit(BATCH)).all():
        try:
            rows = list(session.execute(_page(number - 1).limit(1)))
        except UNREADABLE:
            session.rollback()
            yield number
            return
        yield from rows


def _page(after: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            JournalSeal.sequence,
            JournalSeal.entry_id,
            JournalSeal.salt,
            JournalSeal.commitment,
            JournalSeal.chain,
            JournalSeal.key_id,
            JournalSeal.sealed_at,
            JournalSeal.erased_by,
            *SEALED,
        )
        .select_from(JournalSeal)
        .outerjoin(JournalEntry, JournalEntry.id == JournalSeal.entry_id)
        .where(JournalSeal.sequence > after)
        .order_by(JournalSeal.sequence)
    )


def _judge(session: Session, walk: _Walk, row: Row[Any]) -> Wrong | None:
    """Whether one seal follows the one before and fits its entry; moves the walk on when it does."""
    try:
        code = _fault(session, walk, row)
    except UNREADABLE:
        session.rollback()
        code = "journal.unreadable"
    if code is not None:
        return Wrong(code, _numbers(row.sequence, row.entry_id, after=walk.sequence))
    walk.sequence, walk.chain = row.sequence, row.chain
    walk.newest = max(walk.newest or row.at, row.at)
    walk.erased += row.salt is None
    walk.head = Head(row.sequence, row.entry_id, row.chain, row.sealed_at)
    return None


def _fault(session: Session, walk: _Walk, row: Row[Any]) -> str | None:
    if row.sequence != walk.sequence + 1:
        return "journal.seal_gone"
    if row.id is None:
        return "journal.deleted"
    key = walk.keys.get(row.key_id)
    if key is None:
        return "journal.key_missing"
    entry = (row.id, row.at, row.actor, row.act, row.property_id)
    link = link_to(
        key, walk.chain, row.sequence, entry=entry, commitment=row.commitment, sealed_at=row.sealed_at
    )
    if not hmac.compare_digest(link, row.chain):
        return "journal.broken"
    if row.salt is None or row.erased_by is not None:
        is_empty = (row.subject, row.reason, row.detail) == ("", None, {})
        if row.salt is not None or not is_empty or not _is_erased_by(session, walk, row.erased_by, row.id):
            return "journal.taken"
    elif not hmac.compare_digest(commit_to(row.salt, row.subject, row.reason, row.detail), row.commitment):
        return "journal.changed"
    known = walk.known
    if known is not None and row.sequence == known.sequence and row.chain != known.chain:
        return "journal.written_anew"
    seen = known is not None and row.sequence <= known.sequence
    if not seen and walk.newest is not None and row.at < walk.newest - LATE:
        return "journal.late"
    return None


def _is_erased_by(session: Session, walk: _Walk, erased_by: int | None, entry_id: int) -> bool:
    """Whether the entry that a seal names tells of having erased this one."""
    if erased_by is None:
        return False
    if erased_by not in walk.erasings:
        told = session.execute(
            select(JournalEntry.act, JournalEntry.detail).where(JournalEntry.id == erased_by)
        ).one_or_none()
        is_erasing = told is not None and told.act == ERASED
        walk.erasings = {erased_by: frozenset(told.detail["entries"] if told and is_erasing else ())}
    return entry_id in walk.erasings[erased_by]


def _without_seal() -> Any:
    return ~exists().where(JournalSeal.entry_id == JournalEntry.id)


def _late_waiting(session: Session, walk: _Walk) -> Wrong | None:
    """The first entry without a seal that is older than sealing would have left it."""
    if walk.newest is None:
        return None
    old = select(func.min(JournalEntry.id)).where(_without_seal(), JournalEntry.at < walk.newest - LATE)
    found = session.scalar(old)
    return None if found is None else Wrong("journal.late", _numbers(walk.sequence + 1, found))


def _count_waiting(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(JournalEntry).where(_without_seal())) or 0


def _numbers(sequence: int, entry: object = "?", *, after: int = 0) -> dict[str, str]:
    return {"sequence": str(sequence), "entry": str(entry)[:20], "after": str(after)}

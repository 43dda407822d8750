"""What people did about guests: a deed with its decisions, written down, found, taken back as a whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Literal, NamedTuple

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from server.db import LARGEST_ID, row_of
from server.guests.loading import parts
from server.guests.models import Decision, Deed, HouseholdWord, Link, Pin, StayWord
from server.journal import note
from server.journal.entries import tidy_reason
from server.paging import page_within, pages_of
from server.properties.reach import Reach
from server.records.models import SourceRecord
from server.statements import insert_rows

Verdict = Literal["same", "not_same", "undecided"]
Pair = tuple[int, int]

PAGE = 50

LIVE = Decision.withdrawn_at.is_(None)
"""The condition that a decision holds."""


@dataclass(frozen=True, slots=True)
class DeedsPage:
    """A page of deeds, and how many there are in all."""

    deeds: tuple[Deed, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return pages_of(self.total, PAGE)


def write_deed(
    session: Session,
    kind: str,
    pairs: Collection[Pair],
    verdict: Verdict,
    *,
    author: str,
    reason: str,
    property_id: int | None,
    now: datetime,
    **params: Any,
) -> Deed:
    """Write down that a person said the same of some pairs of records; the journal learns of it."""
    deed = new_deed(
        session,
        kind,
        author=author,
        reason=reason,
        property_id=property_id,
        now=now,
        params={"verdict": verdict, **params},
        pairs=len(pairs or params.get("questions", ())),
    )
    add_words(session, deed, pairs, verdict, now=now)
    return deed


KINDS = ("decide", "split", "accept", "join_stays", "part_stays", "pin", "household")
"""Of two records; of a guest's records; of many questions; of stays; of a value; of who lives with whom."""


def new_deed(
    session: Session,
    kind: str,
    *,
    author: str,
    reason: str,
    property_id: int | None,
    now: datetime,
    params: dict[str, Any],
    pairs: int,
) -> Deed:
    """Write down a deed, whose words its caller writes; the journal learns of it."""
    deed = add_deed(
        session, kind, author=author, reason=reason, property_id=property_id, now=now, params=params
    )
    note(
        session,
        author,
        f"guests.{kind}",
        f"deed:{deed.id}",
        now=now,
        property_id=property_id,
        reason=deed.reason or None,
        verdict=params["verdict"],
        pairs=pairs,
    )
    return deed


def add_deed(
    session: Session,
    kind: str,
    *,
    author: str,
    reason: str,
    property_id: int | None,
    now: datetime,
    params: dict[str, Any],
) -> Deed:
    """The same where the caller tells the journal by itself.

    Of the reason, addresses and longer numbers are left out: a word about a guest is no place for them.
    """
    deed = Deed(
        kind=kind,
        at=now,
        author=author,
        reason=tidy_reason(reason) or "",
        property_id=property_id,
        params=params,
    )
    session.add(deed)
    session.flush()
    return deed


def add_words(
    session: Session, deed: Deed, pairs: Collection[Pair], verdict: Verdict, *, now: datetime
) -> None:
    """Write the decisions of a deed."""
    rows = [
        {
            "record_a": min(pair),
            "record_b": max(pair),
            "verdict": verdict,
            "author": deed.author,
            "reason": deed.reason,
            "at": now,
            "deed_id": deed.id,
            "withdrawn_at": None,
            "withdrawn_by": None,
        }
        for pair in sorted(pairs)
    ]
    insert_rows(session, Decision, rows)


class Withdrawn(NamedTuple):
    """The records that words were about which hold no longer: of two records, of stays, of a value, of who
    lives with whom."""

    decided: set[int]
    stays: set[int]
    pinned: set[int]
    living: set[int]


def withdraw_words(session: Session, deed: Deed, *, author: str, now: datetime) -> Withdrawn:
    """Let the words of a deed hold no longer; return the records they were about."""
    deed.undone_at, deed.undone_by = now, author
    found = Withdrawn(*(_withdraw(session, words, deed, author=author, now=now) for words in WORDS))
    note(session, author, "guests.undo", f"deed:{deed.id}", now=now, property_id=deed.property_id)
    return found


Words = type[Decision | StayWord | Pin | HouseholdWord]

WORDS: tuple[Words, ...] = (Decision, StayWord, Pin, HouseholdWord)
"""The tables of words, each row of which belongs to a deed."""


def _about(words: Words) -> tuple[InstrumentedAttribute[int], ...]:
    """The records that a row is about."""
    return (words.record_id,) if issubclass(words, Pin) else (words.record_a, words.record_b)


def _withdraw(session: Session, words: Words, deed: Deed, *, author: str, now: datetime) -> set[int]:
    holding = and_(words.deed_id == deed.id, words.withdrawn_at.is_(None))
    found = session.execute(select(*_about(words)).where(holding)).all()
    session.execute(
        update(words).where(holding).values(withdrawn_at=now, withdrawn_by=author),
        execution_options={"synchronize_session": False},
    )
    return {record for about in found for record in about}


def _sides() -> list[tuple[InstrumentedAttribute[Any], InstrumentedAttribute[int]]]:
    """Where it stands what deeds are about: the deed, and the record."""
    return [(words.deed_id, side) for words in WORDS for side in _about(words)]


def deed_within(session: Session, deed_id: int, reach: Reach) -> Deed | None:
    """A deed by its number; None when there is none, or one of its records is out of reach.

    What is accepted at once is about all the questions that it was begun with, carried out or not.
    """
    deed = row_of(session, Deed, deed_id)
    if deed is None or reach.is_everywhere:
        return deed
    records = {record for pair in deed.params.get("questions", ()) for record in pair}
    for of_deed, side in _sides():
        records |= set(session.scalars(select(side).where(of_deed == deed_id)))
    houses: set[int] = set()
    for part in parts(sorted(records)):
        of_part = select(SourceRecord.property_id).where(SourceRecord.id.in_(part))
        houses |= set(session.scalars(of_part.distinct()))
    return deed if houses and all(reach.covers(house) for house in houses) else None


def fellows_of(session: Session, record_id: int) -> list[int]:
    """The records of a record's guest, itself included; itself alone while it waits to be linked."""
    guest = select(Link.guest_id).where(Link.record_id == record_id).scalar_subquery()
    found = session.scalars(select(Link.record_id).where(Link.guest_id == guest).order_by(Link.record_id))
    return list(found) or [record_id]


def seen_of(session: Session, record_ids: Collection[int]) -> str:
    """What there is to know of the guests of some records, as a digest: another one means that it changed.

    It covers which records the guests have, in which version, what that one says (an import taken back gives
    its versions' numbers away), and what people said about them. Guests stand in it by their records, not by
    their ids, so that what was undone is seen as it was.
    """
    linked = select(Link.guest_id).where(Link.record_id.in_(record_ids))
    guests = _records_by_guest(session, session.scalars(linked).all())
    records = {record for told in guests.values() for record, _, _ in told} | set(record_ids)
    words = [word.id for word in words_between(session, records)]
    return _digest(guests.values(), [sorted(record_ids) if not guests else [], words])


def state_of(session: Session, pairs: Collection[frozenset[str]]) -> dict[frozenset[str], str]:
    """Of pairs of guests their records and what these say as a digest; not what was said of them."""
    guests = _records_by_guest(session, sorted(set().union(*pairs)))
    return {pair: _digest([guests.get(guest, []) for guest in pair], []) for pair in pairs}


_Told = tuple[int, int, str]
"""A record, its version, and the digest of that."""


def _records_by_guest(session: Session, guest_ids: Collection[str]) -> dict[str, list[_Told]]:
    found: dict[str, list[_Told]] = defaultdict(list)
    for part in parts(sorted(set(guest_ids))):
        query = (
            select(
                Link.guest_id,
                Link.record_id,
                SourceRecord.current_version,
                SourceRecord.current_digest,
            )
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .where(Link.guest_id.in_(part))
            .order_by(Link.record_id)
        )
        for guest, record, version, digest in session.execute(query):
            found[guest].append((record, version, digest.hex()))
    return found


def _digest(guests: Iterable[list[_Told]], more: list[list[int]]) -> str:
    return sha256(repr((sorted(guests), more)).encode()).hexdigest()[:32]


def words_between(session: Session, record_ids: Collection[int]) -> list[Decision]:
    """The decisions that hold between any two of these records, oldest first."""
    inside = set(record_ids)
    found: dict[int, Decision] = {}
    for part in parts(sorted(inside)):
        query = select(Decision).where(LIVE, Decision.record_a.in_(part))
        found |= {d.id: d for d in session.scalars(query) if d.record_b in inside}
    return [found[number] for number in sorted(found)]


def called_one(session: Session, record_ids: Collection[int]) -> tuple[dict[int, int], list[Decision]]:
    """Whom people called one person with these records, at first or second hand: by record its smallest one.

    Also the decisions that say so. Only people's words count here, no evidence and no arrangement.
    """
    inside, frontier = set(record_ids), set(record_ids)
    said: dict[int, Decision] = {}
    while frontier:
        new: set[int] = set()
        for part in parts(sorted(frontier)):
            either = or_(Decision.record_a.in_(part), Decision.record_b.in_(part))
            for decision in session.scalars(select(Decision).where(LIVE, Decision.verdict == "same", either)):
                said[decision.id] = decision
                new |= {decision.record_a, decision.record_b}
        frontier = new - inside
        inside |= new
    one_of = {record: record for record in inside}

    def first(record: int) -> int:
        while one_of[record] != record:
            record = one_of[record]
        return record

    words = [said[number] for number in sorted(said)]
    for decision in words:
        a, b = first(decision.record_a), first(decision.record_b)
        one_of[max(a, b)] = min(a, b)
    return {record: first(record) for record in inside}, words


def within_reach(session: Session, record_ids: Sequence[int], reach: Reach) -> list[int]:
    """Those of the records that are within reach, in their order."""
    there: set[int] = set()
    for part in parts(sorted(record for record in record_ids if 0 < record <= LARGEST_ID)):
        there |= set(
            session.scalars(
                select(SourceRecord.id).where(
                    SourceRecord.id.in_(part), reach.limit(SourceRecord.property_id)
                )
            )
        )
    return [record for record in record_ids if record in there]


def house_of_records(session: Session, record_ids: Collection[int]) -> int | None:
    """The one property that some records belong to; None when they are of several."""
    found = session.scalars(
        select(SourceRecord.property_id).where(SourceRecord.id.in_(record_ids)).distinct()
    ).all()
    return found[0] if len(found) == 1 else None


def deeds_about(
    session: Session, record_ids: Collection[int], *, reach: Reach, both: bool = False
) -> list[Deed]:
    """What people did about some records, newest first, undone deeds included; none with a record out of
    reach, since its reason may tell of that one.

    `both`: only who was said to be one guest, or two, and both are among them; else all that is about one of
    them.
    """
    ids: set[int] = set()
    inside = set(record_ids)
    for part in parts(sorted(inside)):
        if both:
            decided = select(Decision.deed_id, Decision.record_b).where(Decision.record_a.in_(part))
            ids |= {deed_id for deed_id, other in session.execute(decided) if deed_id and other in inside}
            continue
        for of_deed, side in _sides():
            ids |= set(session.scalars(select(of_deed).where(side.in_(part), of_deed.is_not(None))))
    found = [d for part in parts(sorted(ids)) for d in session.scalars(select(Deed).where(Deed.id.in_(part)))]
    told = [deed for deed in found if deed_within(session, deed.id, reach) is not None]
    return sorted(told, key=lambda deed: -deed.id)


def deeds_in_force(session: Session, record_ids: Collection[int]) -> set[int]:
    """The numbers of the deeds that hold and are about one of these records."""
    found: set[int] = set()
    for part in parts(sorted(record_ids)):
        for of_deed, side in _sides():
            holding = select(of_deed).join(Deed, Deed.id == of_deed).where(Deed.undone_at.is_(None))
            found |= set(session.scalars(holding.where(side.in_(part))))
    return found


def deeds_within(session: Session, reach: Reach, *, page: int) -> DeedsPage:
    """What people did about guests, newest first; only deeds of which every record is within reach."""
    query = select(Deed.id)
    if not reach.is_everywhere:
        touched = or_(*(select(of_deed).where(of_deed == Deed.id).exists() for of_deed, _ in _sides()))
        outside = or_(
            *(
                select(of_deed)
                .join(SourceRecord, SourceRecord.id == side)
                .where(of_deed == Deed.id, ~reach.limit(SourceRecord.property_id))
                .exists()
                for of_deed, side in _sides()
            )
        )
        begun = session.scalars(select(Deed.id).where(Deed.kind == "accept", ~touched)).all()
        theirs = [deed_id for deed_id in begun if deed_within(session, deed_id, reach) is not None]
        query = query.where(or_(and_(touched, ~outside), Deed.id.in_(theirs)))
    total = session.scalar(select(func.count()).select_from(query.subquery())) or 0
    page = page_within(page, total, PAGE)
    ids = session.scalars(query.order_by(Deed.id.desc()).limit(PAGE).offset((page - 1) * PAGE)).all()
    deeds = session.scalars(select(Deed).where(Deed.id.in_(ids)).order_by(Deed.id.desc())).all()
    return DeedsPage(tuple(deeds), total, page)

"""Households: guests who are told apart by what they are, and share a home, an e-mail or a telephone.

A household is the guests of one such value, all told apart from each other; a value of more than a handful
is a block of flats, a desk or a tour. Two values of the same guests are one household; nothing is chained
from one value to the next. A colleague's word parts two, or adds one. What stands in the tables is a function
of records, links, model and words, value by value, so guests one by one give what all at once give.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import combinations
from typing import Any

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session, aliased

from server.db import insert_rows
from server.guests.circles import circles_of
from server.guests.loading import Reader, decisions_on, parts
from server.guests.models import (
    HouseholdKey,
    HouseholdLink,
    HouseholdMember,
    HouseholdWord,
    Link,
)
from server.matching import Model
from server.matching.shared_values import HANDFUL
from server.matching.sharing import REASONS, sharing_of, told_apart
from server.properties.reach import EVERYWHERE, Reach
from server.records.models import SourceRecord

BY_WORD = "household_word"
"""The reason of a household that a colleague made."""

Guests = frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """Colleagues' words in force, by pairs of guests."""

    together: set[Guests] = field(default_factory=set)
    apart: set[Guests] = field(default_factory=set)


def recount_households(session: Session, guests: Collection[str], model: Model) -> None:
    """Write the households of these guests anew, after their records, links or words changed.

    Runs in the transaction that changed them. `guests` may hold some that have no record any more.
    """
    touched = sorted(set(guests))
    if not touched:
        return
    affected = _rewrite_keys(session, touched, model)
    near = set(touched) | _drop_links(session, affected)
    links = _links_of(session, affected, model)
    insert_rows(session, HouseholdLink, links)
    near |= {link[side] for link in links for side in ("guest_a", "guest_b")}
    regroup(session, near)


def regroup(session: Session, guests: Collection[str]) -> None:
    """Write anew which households these guests are in, from the links and words there are."""
    ids = sorted(set(guests))
    words = words_of(session, ids)
    partners = {g for pair in words.together for g in pair}
    links = _links_near(session, set(ids) | partners)
    more = ({g for one, other, _ in links for g in (one, other)} | partners) - set(ids)
    if more:
        words = words_of(session, more | set(ids))
    rows = {
        (household_id(members), guest, " ".join(reasons))
        for members, reasons in households_from(links, words).items()
        if not members.isdisjoint(ids)
        for guest in members
    }
    before: set[tuple[str, str, str]] = set()
    for part in parts(ids):
        of_these = select(HouseholdMember.household_id).where(HouseholdMember.guest_id.in_(part))
        columns = (HouseholdMember.household_id, HouseholdMember.guest_id, HouseholdMember.reasons)
        query = select(*columns).where(HouseholdMember.household_id.in_(of_these))
        before |= {(number, guest, reasons) for number, guest, reasons in session.execute(query)}
    stale = {number for number, _, _ in before ^ rows}
    for some in parts(sorted({number for number, _, _ in before} & stale)):
        session.execute(
            delete(HouseholdMember).where(HouseholdMember.household_id.in_(some)),
            execution_options={"synchronize_session": False},
        )
    names = ("household_id", "guest_id", "reasons")
    insert_rows(
        session,
        HouseholdMember,
        [dict(zip(names, row, strict=True)) for row in sorted(rows) if row[0] in stale],
    )


def household_id(members: Iterable[str]) -> str:
    """The id of the household of these guests."""
    return blake2b("\n".join(sorted(members)).encode(), digest_size=16).hexdigest()


SharedLink = tuple[str, str, tuple[int, str]]
"""Two guests, and the value they share: its key and reason."""


def households_from(links: Iterable[SharedLink], words: Words) -> dict[Guests, list[str]]:
    """The households of links and words, with their reasons, the home first. Pure."""
    of_value: dict[tuple[int, str], set[Guests]] = defaultdict(set)
    for one, other, value in links:
        pair = frozenset((one, other))
        if pair not in words.apart:
            of_value[value].add(pair)
    found: dict[Guests, set[str]] = defaultdict(set)
    for (_, reason), pairs in of_value.items():
        for members in _cliques(pairs):
            joined = _joined(members, words)
            found[joined] |= {reason} if joined == members else {reason, BY_WORD}
    for pair in words.together - words.apart:
        if not any(pair <= members for members in found):
            found[pair] |= {BY_WORD}
    order = (*REASONS, BY_WORD)
    return {members: sorted(reasons, key=order.index) for members, reasons in found.items()}


def _cliques(pairs: set[Guests]) -> Iterator[Guests]:
    """The largest sets of guests in which every two are a pair; a value has a handful of guests at most."""
    everyone = sorted({g for pair in pairs for g in pair})
    found: list[Guests] = []
    for size in range(len(everyone), 1, -1):
        for some in combinations(everyone, size):
            members = frozenset(some)
            if any(members <= larger for larger in found):
                continue
            if all(frozenset(pair) in pairs for pair in combinations(some, 2)):
                found.append(members)
                yield members


def _joined(members: Guests, words: Words) -> Guests:
    """The members, and whoever a colleague put together with every one of them."""
    beside = {g for pair in words.together if pair & members for g in pair} - members
    return members | {
        g for g in beside if all(frozenset((g, m)) in words.together - words.apart for m in members)
    }


_ANY_WORD = select(HouseholdWord.id).where(HouseholdWord.withdrawn_at.is_(None)).limit(1)


def words_of(session: Session, guests: Collection[str], reach: Reach = EVERYWHERE) -> Words:
    """Colleagues' words in force on some of these guests, on records within reach; the newest counts."""
    if session.scalar(_ANY_WORD) is None:  # as in most houses: the joins below cost more than all else here
        return Words()
    found: dict[Guests, str] = {}
    a, b = aliased(Link), aliased(Link)
    rows: dict[int, tuple[str, str, str]] = {}
    for part in parts(sorted(guests)):
        query = (
            select(HouseholdWord.id, HouseholdWord.verdict, a.guest_id, b.guest_id)
            .join(a, a.record_id == HouseholdWord.record_a)
            .join(b, b.record_id == HouseholdWord.record_b)
            .where(HouseholdWord.withdrawn_at.is_(None), or_(a.guest_id.in_(part), b.guest_id.in_(part)))
        )
        if not reach.is_everywhere:
            one, other = aliased(SourceRecord), aliased(SourceRecord)
            query = (
                query.join(one, one.id == a.record_id)
                .join(other, other.id == b.record_id)
                .where(reach.limit(one.property_id), reach.limit(other.property_id))
            )
        rows |= {number: (verdict, first, last) for number, verdict, first, last in session.execute(query)}
    for _, (verdict, first, last) in sorted(rows.items()):
        if first != last:
            found[frozenset((first, last))] = verdict
    return Words(
        {pair for pair, verdict in found.items() if verdict == "together"},
        {pair for pair, verdict in found.items() if verdict == "apart"},
    )


def _records_of(session: Session, guests: Collection[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in parts(sorted(guests)):
        query = select(Link.record_id, Link.guest_id).where(Link.guest_id.in_(part))
        found |= dict(session.execute(query).all())
    return found


_KEY_COLUMNS = ("key", "record_id", "guest_id", "reason", "at_work", "numbered")
_KeyRow = tuple[int, int, str, str, bool, bool]


def _rewrite_keys(session: Session, guests: Collection[str], model: Model) -> list[int]:
    """Write which values these guests bear; those that they bear now or bore before."""
    guest_of = _records_of(session, guests)
    before = _key_rows(session, HouseholdKey.guest_id, guests)
    before |= _key_rows(session, HouseholdKey.record_id, guest_of)  # of records that were another guest's
    rows: set[_KeyRow] = set()
    if guest_of:
        loaded = Reader(session).load(guest_of)
        shared = sharing_of(loaded.records, model)
        columns = (shared.rows, shared.keys, shared.reason, shared.at_work, shared.numbered)
        once = {}
        for row, key, reason, at_work, numbered in zip(*(c.tolist() for c in columns), strict=True):
            record_id = loaded.ids[row]
            facts = (guest_of[record_id], REASONS[reason], at_work, numbered)
            once[key, record_id] = (key, record_id, *facts)
        rows = set(once.values())
    if rows != before:
        stale = {row[1] for row in before - rows}
        for part in parts(sorted(stale)):
            session.execute(
                delete(HouseholdKey).where(HouseholdKey.record_id.in_(part)),
                execution_options={"synchronize_session": False},
            )
        fresh = sorted(row for row in rows if row not in before or row[1] in stale)
        insert_rows(session, HouseholdKey, [dict(zip(_KEY_COLUMNS, row, strict=True)) for row in fresh])
    return sorted({row[0] for row in rows | before})


def _key_rows(session: Session, column: Any, ids: Iterable[Any]) -> set[_KeyRow]:
    found: set[_KeyRow] = set()
    for part in parts(sorted(ids)):
        query = select(*(getattr(HouseholdKey, name) for name in _KEY_COLUMNS)).where(column.in_(part))
        found |= {tuple(row) for row in session.execute(query)}
    return found


def _drop_links(session: Session, keys: Collection[int]) -> set[str]:
    """Drop the links of these values; the guests that they linked."""
    found: set[str] = set()
    for part in parts(sorted(keys)):
        query = select(HouseholdLink.guest_a, HouseholdLink.guest_b).where(HouseholdLink.key.in_(part))
        here = {guest for pair in session.execute(query) for guest in pair}
        if here:
            session.execute(
                delete(HouseholdLink).where(HouseholdLink.key.in_(part)),
                execution_options={"synchronize_session": False},
            )
        found |= here
    return found


@dataclass(slots=True)
class Value:
    """Who bears a value: guests by circle, and what stands beside it."""

    reason: str
    at_work: bool = False
    numbered: bool = False
    guests: set[str] = field(default_factory=set)


Judged = Mapping[tuple[str, str], tuple[bool, bool, bool]]
"""By pair of guests: whether they are told apart, and whether their surnames fit, loosely and well."""


def _links_of(session: Session, keys: Collection[int], model: Model) -> list[dict[str, Any]]:
    values = _bearers(session, keys)
    return links_between(values, _judged(session, pairs_sharing(values.values()), model))


def pairs_sharing(values: Iterable[Value]) -> list[tuple[str, str]]:
    """The pairs of guests that a value may make a household of, in order."""
    return sorted(
        {
            pair
            for value in values
            if 2 <= len(value.guests) <= HANDFUL
            for pair in combinations(sorted(value.guests), 2)
        }
    )


def links_between(values: Mapping[tuple[int, int], Value], judged: Judged) -> list[dict[str, Any]]:
    """Rows of household_link: guests who share one of these values (by key and circle). Pure."""
    found = []
    for (key, _), value in values.items():
        if len(value.guests) > HANDFUL:
            continue
        for pair in combinations(sorted(value.guests), 2):
            unlike, one_name, near_name = judged[pair]
            if unlike and (one_name or not value.at_work) and (near_name or value.numbered):
                found.append({"key": key, "guest_a": pair[0], "guest_b": pair[1], "reason": value.reason})
    return found


def _bearers(session: Session, keys: Collection[int]) -> dict[tuple[int, int], Value]:
    """By value and circle of legal entities: those of two circles know nothing of each other."""
    rows: list[Any] = []
    for part in parts(sorted(keys)):
        columns = (getattr(HouseholdKey, name) for name in _KEY_COLUMNS)
        rows += session.execute(select(*columns).where(HouseholdKey.key.in_(part))).all()
    circles = circles_of(session, [row.record_id for row in rows])
    found: dict[tuple[int, int], Value] = {}
    for place, row in enumerate(rows):
        circle = 0 if circles is None else int(circles[place])
        value = found.setdefault((row.key, circle), Value(row.reason))
        value.at_work |= row.at_work
        value.numbered |= row.numbered
        value.guests.add(row.guest_id)
    return found


def _judged(session: Session, pairs: list[tuple[str, str]], model: Model) -> Judged:
    """Whether two guests are told apart, by evidence or by people, and how their surnames compare."""
    if not pairs:
        return {}
    guests = sorted({guest for pair in pairs for guest in pair})
    number = {guest: at for at, guest in enumerate(guests)}
    guest_of = _records_of(session, guests)
    loaded = Reader(session).load(guest_of)
    of_name = dict(zip(loaded.records.ids, loaded.ids, strict=True))
    apart = {
        frozenset((guest_of[of_name[a]], guest_of[of_name[b]]))
        for a, b in decisions_on(session, loaded).apart
        if a in of_name and b in of_name  # a word on somebody who lives elsewhere is told too
    }
    persons = [number[guest_of[record_id]] for record_id in loaded.ids]
    outcomes = told_apart(loaded.records, model, persons, [(number[a], number[b]) for a, b in pairs])
    return {
        pair: (bool(unlike) or frozenset(pair) in apart, bool(one), bool(near))
        for pair, unlike, one, near in zip(pairs, *(column.tolist() for column in outcomes), strict=True)
    }


def _links_near(session: Session, guests: Collection[str]) -> list[SharedLink]:
    """The links of every value that links one of these guests."""
    keys: set[int] = set()
    for part in parts(sorted(guests)):
        of_these = or_(HouseholdLink.guest_a.in_(part), HouseholdLink.guest_b.in_(part))
        keys |= set(session.scalars(select(HouseholdLink.key).where(of_these)))
    found: list[SharedLink] = []
    for some in parts(sorted(keys)):
        columns = (HouseholdLink.guest_a, HouseholdLink.guest_b, HouseholdLink.key, HouseholdLink.reason)
        query = select(*columns).where(HouseholdLink.key.in_(some))
        found += [(one, other, (key, reason)) for one, other, key, reason in session.execute(query)]
    return found

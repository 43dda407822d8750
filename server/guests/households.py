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
from server.matching.sharing import HANDFUL, REASONS, sharing_of, told_apart
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
    before = _keys_of_guests(session, touched)
    _rewrite_keys(session, touched, model)
    affected = sorted(before | _keys_of_guests(session, touched))
    near = set(touched) | _drop_links(session, affected)
    links = _links_of(session, affected, model)
    insert_rows(session, HouseholdLink, links)
    near |= {link[side] for link in links for side in ("guest_a", "guest_b")}
    regroup(session, near)


def regroup(session: Session, guests: Collection[str]) -> None:
    """Write anew which households these guests are in, from the links and words there are."""
    ids = sorted(set(guests))
    partners = {g for pair in words_of(session, ids).together for g in pair}
    links = _links_near(session, set(ids) | partners)
    words = words_of(
        session, sorted({g for one, other, _ in links for g in (one, other)} | set(ids) | partners)
    )
    found = {
        members: reasons
        for members, reasons in households_from(links, words).items()
        if not members.isdisjoint(ids)
    }
    for part in parts(ids):
        of_these = select(HouseholdMember.household_id).where(HouseholdMember.guest_id.in_(part))
        session.execute(
            delete(HouseholdMember).where(HouseholdMember.household_id.in_(of_these)),
            execution_options={"synchronize_session": False},
        )
    insert_rows(
        session,
        HouseholdMember,
        [
            {"household_id": household_id(members), "guest_id": guest, "reasons": " ".join(reasons)}
            for members, reasons in found.items()
            for guest in sorted(members)
        ],
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


def words_of(session: Session, guests: Collection[str], reach: Reach = EVERYWHERE) -> Words:
    """Colleagues' words in force on some of these guests, on records within reach; the newest counts."""
    found: dict[Guests, str] = {}
    a, b = aliased(Link), aliased(Link)
    one_record, other_record = aliased(SourceRecord), aliased(SourceRecord)
    rows: dict[int, tuple[str, str, str]] = {}
    for part in parts(sorted(guests)):
        query = (
            select(HouseholdWord.id, HouseholdWord.verdict, a.guest_id, b.guest_id)
            .join(a, a.record_id == HouseholdWord.record_a)
            .join(b, b.record_id == HouseholdWord.record_b)
            .join(one_record, one_record.id == a.record_id)
            .join(other_record, other_record.id == b.record_id)
            .where(
                HouseholdWord.withdrawn_at.is_(None),
                or_(a.guest_id.in_(part), b.guest_id.in_(part)),
                reach.limit(one_record.property_id),
                reach.limit(other_record.property_id),
            )
        )
        rows |= {number: (verdict, one, other) for number, verdict, one, other in session.execute(query)}
    for _, (verdict, one, other) in sorted(rows.items()):
        if one != other:
            found[frozenset((one, other))] = verdict
    return Words(
        {pair for pair, verdict in found.items() if verdict == "together"},
        {pair for pair, verdict in found.items() if verdict == "apart"},
    )


def _keys_of_guests(session: Session, guests: Collection[str]) -> set[int]:
    found: set[int] = set()
    for part in parts(sorted(guests)):
        found |= set(session.scalars(select(HouseholdKey.key).where(HouseholdKey.guest_id.in_(part))))
    return found


def _records_of(session: Session, guests: Collection[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for part in parts(sorted(guests)):
        query = select(Link.record_id, Link.guest_id).where(Link.guest_id.in_(part))
        found |= dict(session.execute(query).all())
    return found


def _rewrite_keys(session: Session, guests: Collection[str], model: Model) -> None:
    guest_of = _records_of(session, guests)
    for part in parts(sorted(guests)):
        session.execute(
            delete(HouseholdKey).where(HouseholdKey.guest_id.in_(part)),
            execution_options={"synchronize_session": False},
        )
    for some in parts(sorted(guest_of)):  # a record that came from a guest out of sight takes its keys along
        session.execute(
            delete(HouseholdKey).where(HouseholdKey.record_id.in_(some)),
            execution_options={"synchronize_session": False},
        )
    if not guest_of:
        return
    loaded = Reader(session).load(guest_of)
    shared = sharing_of(loaded.records, model)
    columns = (shared.rows, shared.keys, shared.reason, shared.at_work, shared.numbered)
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    for row, key, reason, at_work, numbered in zip(*(c.tolist() for c in columns), strict=True):
        record_id = loaded.ids[row]
        rows[key, record_id] = {
            "key": key,
            "record_id": record_id,
            "guest_id": guest_of[record_id],
            "reason": REASONS[reason],
            "at_work": at_work,
            "numbered": numbered,
        }
    insert_rows(session, HouseholdKey, list(rows.values()))


def _drop_links(session: Session, keys: Collection[int]) -> set[str]:
    """Drop the links of these values; the guests that they linked."""
    found: set[str] = set()
    for part in parts(sorted(keys)):
        query = select(HouseholdLink.guest_a, HouseholdLink.guest_b).where(HouseholdLink.key.in_(part))
        found |= {guest for pair in session.execute(query) for guest in pair}
        session.execute(
            delete(HouseholdLink).where(HouseholdLink.key.in_(part)),
            execution_options={"synchronize_session": False},
        )
    return found


@dataclass(slots=True)
class _Value:
    """Who bears a value: guests by circle, and what stands beside it."""

    reason: str
    at_work: bool = False
    numbered: bool = False
    guests: set[str] = field(default_factory=set)


def _links_of(session: Session, keys: Collection[int], model: Model) -> list[dict[str, Any]]:
    values = _bearers(session, keys)
    pairs = sorted(
        {
            pair
            for value in values.values()
            if 2 <= len(value.guests) <= HANDFUL
            for pair in combinations(sorted(value.guests), 2)
        }
    )
    judged = _judged(session, pairs, model)
    found = []
    for (key, _), value in values.items():
        if len(value.guests) > HANDFUL:
            continue
        for pair in combinations(sorted(value.guests), 2):
            unlike, one_name, near_name = judged[pair]
            if unlike and (one_name or not value.at_work) and (near_name or value.numbered):
                found.append({"key": key, "guest_a": pair[0], "guest_b": pair[1], "reason": value.reason})
    return found


def _bearers(session: Session, keys: Collection[int]) -> dict[tuple[int, int], _Value]:
    """By value and circle of legal entities: those of two circles know nothing of each other."""
    rows: list[Any] = []
    for part in parts(sorted(keys)):
        rows += session.scalars(select(HouseholdKey).where(HouseholdKey.key.in_(part))).all()
    circles = circles_of(session, [row.record_id for row in rows])
    found: dict[tuple[int, int], _Value] = {}
    for place, row in enumerate(rows):
        circle = 0 if circles is None else int(circles[place])
        value = found.setdefault((row.key, circle), _Value(row.reason))
        value.at_work |= row.at_work
        value.numbered |= row.numbered
        value.guests.add(row.guest_id)
    return found


def _judged(
    session: Session, pairs: list[tuple[str, str]], model: Model
) -> Mapping[tuple[str, str], tuple[bool, bool, bool]]:
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
        for side in (HouseholdLink.guest_a, HouseholdLink.guest_b):
            keys |= set(session.scalars(select(HouseholdLink.key).where(side.in_(part))))
    found: list[SharedLink] = []
    for some in parts(sorted(keys)):
        query = select(HouseholdLink).where(HouseholdLink.key.in_(some))
        found += [(link.guest_a, link.guest_b, (link.key, link.reason)) for link in session.scalars(query)]
    return found

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
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, delete, null, or_, select, union, union_all
from sqlalchemy.orm import Session, aliased

from server.guests.loading import Reader, parts
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
from server.statements import change_with, insert_tuples, rows_of, rows_with

BY_WORD = "household_word"
"""The reason of a household that a colleague made."""

Guests = frozenset[str]


@dataclass(frozen=True, slots=True)
class Words:
    """Colleagues' words in force, by pairs of guests."""

    together: set[Guests] = field(default_factory=set)
    apart: set[Guests] = field(default_factory=set)


def recount_households(
    session: Session,
    guests: Collection[str],
    model: Model,
    reader: Reader | None = None,
    new: Mapping[int, str] | None = None,
) -> None:
    """Write the households of these guests anew, after their records, links or words changed.

    Runs in the transaction that changed them. `guests` may hold some that have no record any more. `reader`:
    what read their records before, if anything did. `new`: the guest of each of their records, where all of
    these guests are new and so are the links: nothing stands there of them, then.
    """
    touched = set(guests)
    if not touched:
        return
    reader = reader or Reader(session)
    guest_of, before = _borne(session, touched) if new is None else (dict(new), set[_KeyRow]())
    bearing = _rewrite_keys(session, guest_of, before, model, reader)
    values = _bearers(session, {row.key for row in before | bearing}, reader)
    bore: dict[int, set[str]] = defaultdict(set)
    for row in before:
        bore[row.key].add(row.guest_id)
    for (key, _), value in values.items():
        bore[key] |= value.guests
    shared = {key for key, bearers in bore.items() if len(bearers) > 1}  # no link is of one guest alone
    stood = {LinkRow(*row) for row in rows_with(session, _LINKS, shared, 500)}
    values = {place: value for place, value in values.items() if place[0] in shared}
    links = links_between(values, _judged(pairs_sharing(values.values()), model, reader))
    if links != stood:
        change_with(session, _DROP_LINKS, {link.key for link in stood - links}, 500)
        dropped = {link.key for link in stood - links}
        fresh = sorted(link for link in links if link.key in dropped or link not in stood)
        insert_tuples(session, HouseholdLink, LinkRow._fields, fresh)
    has_words = reader.has_words() and not _says_nothing(session)
    if links != stood or has_words:
        near = {guest for link in links | stood for guest in (link.guest_a, link.guest_b)}
        regroup(session, touched | near, has_words=has_words)


def regroup(session: Session, guests: Collection[str], *, has_words: bool = True) -> None:
    """Write anew which households these guests are in, from the links and words there are.

    `has_words`: whether any word of a colleague may be in force.
    """
    ids = sorted(set(guests))
    words = words_of(session, ids) if has_words else Words()
    partners = {g for pair in words.together for g in pair}
    links = _links_near(session, set(ids) | partners)
    more = ({g for one, other, _ in links for g in (one, other)} | partners) - set(ids)
    if more and has_words:
        words = words_of(session, more | set(ids))
    rows = {
        (household_id(members), guest, " ".join(reasons))
        for members, reasons in households_from(links, words).items()
        if not members.isdisjoint(ids)
        for guest in members
    }
    before = {(number, guest, told) for number, guest, told in rows_with(session, _HOUSEHOLDS, ids, 500)}
    stale = {number for number, _, _ in before ^ rows}
    change_with(session, _DROP_HOUSEHOLDS, {number for number, _, _ in before} & stale, 500)
    names = ("household_id", "guest_id", "reasons")
    insert_tuples(session, HouseholdMember, names, [row for row in sorted(rows) if row[0] in stale])


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


def _says_nothing(session: Session) -> bool:
    """Whether no word of a colleague is in force."""
    return not list(rows_of(session, _ANY_WORD))


def words_of(session: Session, guests: Collection[str], reach: Reach = EVERYWHERE) -> Words:
    """Colleagues' words in force on some of these guests, on records within reach; the newest counts."""
    if _says_nothing(session):  # as in most houses: the joins below cost more than all else here
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


class _KeyRow(NamedTuple):
    """A row of household_key."""

    key: int
    record_id: int
    guest_id: str
    reason: str
    at_work: bool
    numbered: bool


class LinkRow(NamedTuple):
    """A row of household_link."""

    key: int
    guest_a: str
    guest_b: str
    reason: str


_values: BindParameter[Any] = bindparam("values", expanding=True)
_KEYS = tuple(getattr(HouseholdKey, name) for name in _KeyRow._fields)
_BORNE = union_all(
    select(Link.record_id, Link.guest_id, *_KEYS)
    .outerjoin(HouseholdKey, HouseholdKey.record_id == Link.record_id)
    .where(Link.guest_id.in_(_values)),
    select(null(), null(), *_KEYS).where(HouseholdKey.guest_id.in_(_values)),
)
_BEARING = select(*_KEYS).where(HouseholdKey.key.in_(_values))
_DROP_KEYS = delete(HouseholdKey).where(HouseholdKey.record_id.in_(_values))
_LINKS = select(*(getattr(HouseholdLink, name) for name in LinkRow._fields)).where(
    HouseholdLink.key.in_(_values)
)
_DROP_LINKS = delete(HouseholdLink).where(HouseholdLink.key.in_(_values))
_LINKS_NEAR = select(*(getattr(HouseholdLink, name) for name in LinkRow._fields)).where(
    HouseholdLink.key.in_(
        union(
            *(
                select(HouseholdLink.key).where(side.in_(_values))
                for side in (HouseholdLink.guest_a, HouseholdLink.guest_b)
            )
        )
    )
)
_HOUSEHOLDS = select(HouseholdMember.household_id, HouseholdMember.guest_id, HouseholdMember.reasons).where(
    HouseholdMember.household_id.in_(
        select(HouseholdMember.household_id).where(HouseholdMember.guest_id.in_(_values))
    )
)
_DROP_HOUSEHOLDS = delete(HouseholdMember).where(HouseholdMember.household_id.in_(_values))


def _borne(session: Session, guests: Collection[str]) -> tuple[dict[int, str], set[_KeyRow]]:
    """The guest of each of their records, and the values that they, or those records, stand for."""
    guest_of: dict[int, str] = {}
    rows: set[_KeyRow] = set()
    for record, guest, *key in rows_with(session, _BORNE, guests, 500):
        if record is not None:
            guest_of[record] = guest
        if key[0] is not None:
            rows.add(_KeyRow(*key))
    return guest_of, rows


def _rewrite_keys(
    session: Session, guest_of: Mapping[int, str], before: set[_KeyRow], model: Model, reader: Reader
) -> set[_KeyRow]:
    """Write which values these records bear; the rows of it."""
    rows: set[_KeyRow] = set()
    if guest_of:
        loaded = reader.load(guest_of)
        shared = sharing_of(loaded.records, model)
        columns = (shared.rows, shared.keys, shared.reason, shared.at_work, shared.numbered)
        once = {}
        for row, key, reason, at_work, numbered in zip(*(c.tolist() for c in columns), strict=True):
            record_id = loaded.ids[row]
            facts = (guest_of[record_id], REASONS[reason], at_work, numbered)
            once[key, record_id] = _KeyRow(key, record_id, *facts)
        rows = set(once.values())
    if rows != before:
        stale = {row.record_id for row in before - rows}
        change_with(session, _DROP_KEYS, stale, 500)
        fresh = sorted(row for row in rows if row not in before or row.record_id in stale)
        insert_tuples(session, HouseholdKey, _KeyRow._fields, fresh)
    return rows


@dataclass(slots=True)
class Value:
    """Who bears a value: guests by circle, and what stands beside it."""

    reason: str
    at_work: bool = False
    numbered: bool = False
    guests: set[str] = field(default_factory=set)


Values = Mapping[tuple[int, int], Value]
"""By key and circle."""

Judged = Mapping[tuple[str, str], tuple[bool, bool, bool]]
"""By pair of guests: whether they are told apart, and whether their surnames fit, loosely and well."""


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


def links_between(values: Values, judged: Judged) -> set[LinkRow]:
    """Guests who share one of these values. Pure."""
    found = set()
    for (key, _), value in values.items():
        if len(value.guests) > HANDFUL:
            continue
        for pair in combinations(sorted(value.guests), 2):
            unlike, one_name, near_name = judged[pair]
            if unlike and (one_name or not value.at_work) and (near_name or value.numbered):
                found.add(LinkRow(key, *pair, value.reason))
    return found


def _bearers(session: Session, keys: Collection[int], reader: Reader) -> dict[tuple[int, int], Value]:
    """By value and circle of legal entities: those of two circles know nothing of each other."""
    rows = [_KeyRow(*row) for row in rows_with(session, _BEARING, keys, 500)]
    several = len({row.guest_id for row in rows}) > 1
    circles = reader.circles([row.record_id for row in rows]) if several else None
    found: dict[tuple[int, int], Value] = {}
    for place, row in enumerate(rows):
        circle = 0 if circles is None else int(circles[place])
        value = found.setdefault((row.key, circle), Value(row.reason))
        value.at_work |= row.at_work
        value.numbered |= row.numbered
        value.guests.add(row.guest_id)
    return found


def _judged(pairs: list[tuple[str, str]], model: Model, reader: Reader) -> Judged:
    """Whether two guests are told apart, by evidence or by people, and how their surnames compare."""
    if not pairs:
        return {}
    guests = sorted({guest for pair in pairs for guest in pair})
    number = {guest: at for at, guest in enumerate(guests)}
    guest_of = reader.of_guests(guests)
    loaded = reader.load(guest_of)
    of_name = dict(zip(loaded.records.ids, loaded.ids, strict=True))
    apart = {
        frozenset((guest_of[of_name[a]], guest_of[of_name[b]]))
        for a, b in reader.decisions(loaded).apart
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
    rows = {LinkRow(*row) for row in rows_with(session, _LINKS_NEAR, guests, 500)}
    return [(link.guest_a, link.guest_b, (link.key, link.reason)) for link in rows]

"""Who lives with whom, as somebody sees it; the list of households; and colleagues' words on them.

Within a reach nothing comes from a record of another house: a value counts for a household only where a
record within reach tells it of both guests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from server.guests.consents import CHANNELS, Said, strictest, strictest_of
from server.guests.deeds import add_deed, deed_within, house_of_records
from server.guests.households import (
    BY_WORD,
    SharedLink,
    households_from,
    regroup,
    words_of,
)
from server.guests.linker import take_linker
from server.guests.models import (
    Deed,
    GuestValue,
    HouseholdKey,
    HouseholdLink,
    HouseholdMember,
    HouseholdWord,
    Link,
)
from server.guests.reasons import given_reason
from server.guests.values import ADDRESS, USABLE_EMAIL
from server.guests.within import known_of
from server.journal import note
from server.paging import page_within, pages_of
from server.properties.reach import Reach
from server.records.models import SourceRecord
from server.refusal import Refused

PAGE = 50
FIELDS = ("first_name", "last_name", "email", *ADDRESS)
WORDS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Housemate:
    """A guest of a household with their values, and what they said about news."""

    id: str
    values: Mapping[str, GuestValue]
    consent: Mapping[str, Said]

    @property
    def name(self) -> str:
        """Their name; empty where none is known."""
        names = (self.values.get("first_name"), self.values.get("last_name"))
        return " ".join(value.value for value in names if value)


@dataclass(frozen=True, slots=True)
class Household:
    """A household as somebody sees it. `consent`: a no of one is a no, a yes needs everybody's."""

    members: tuple[Housemate, ...]
    reasons: tuple[str, ...]
    consent: Mapping[str, Said]

    @property
    def home(self) -> Mapping[str, str]:
        """The address of the household: that of most members who have a street, of the first among equals."""
        addresses: list[tuple[tuple[str, str], ...]] = [
            tuple((name, one.values[name].value) for name in ADDRESS if name in one.values)
            for one in self.members
            if "street" in one.values
        ]
        if not addresses:
            return {}
        most = max(addresses.count(one) for one in addresses)
        return dict(next(one for one in addresses if addresses.count(one) == most))

    @property
    def email(self) -> tuple[str, str] | None:
        """The first member's e-mail that can be written to, and its class; None when nobody has one."""
        found = (one.values["email"] for one in self.members if "email" in one.values)
        return next(((v.value, v.value_class) for v in found if v.value_class in USABLE_EMAIL), None)


@dataclass(frozen=True, slots=True)
class WordSeen:
    """A colleague's word in force on a guest and another. `deed_id`: what undoes it, for whoever sees all of
    that; else None."""

    deed_id: int | None
    verdict: str
    other: Housemate
    author: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HouseholdsFound:
    """A page of households, and how many there are."""

    households: tuple[Household, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return pages_of(self.total, PAGE)


def households_of(session: Session, guest_id: str, reach: Reach) -> tuple[Household, ...]:
    """The households of one guest within reach, that of a home first, the largest of those."""
    return _seen(session, {guest_id}, reach)


def list_households(
    session: Session, reach: Reach, *, page: int = 1, size: int | None = PAGE
) -> HouseholdsFound:
    """The households of a house, a page of them or (`size` None) all; each guest stands in one of them only:
    whoever lives in several gets one letter, that of the home."""
    ids = _guests_in_households(session, reach)
    every = _once_each(_sets(session, ids, reach))
    page = page_within(page, len(every), size) if size else 1
    chosen = every[(page - 1) * size : page * size] if size else every
    return HouseholdsFound(_dressed(session, chosen, reach), len(every), page)


def everybody(session: Session, reach: Reach) -> Iterator[Household]:
    """Everybody within reach, each once: households first, then those who live with nobody, by themselves."""
    living = list_households(session, reach, size=None).households
    yield from living
    placed = {one.id for household in living for one in household.members}
    query = select(Link.guest_id).distinct().order_by(Link.guest_id)
    if not reach.is_everywhere:
        query = query.join(SourceRecord, SourceRecord.id == Link.record_id).where(
            reach.limit(SourceRecord.property_id)
        )
    alone = [guest for guest in session.scalars(query) if guest not in placed]
    for start in range(0, len(alone), 500):
        sets: list[_Set] = [(frozenset((guest,)), []) for guest in alone[start : start + 500]]
        yield from _dressed(session, sets, reach)


def _guests_in_households(session: Session, reach: Reach) -> set[str]:
    query = select(HouseholdMember.guest_id).distinct()
    if not reach.is_everywhere:
        query = (
            query.join(Link, Link.guest_id == HouseholdMember.guest_id)
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .where(reach.limit(SourceRecord.property_id))
        )
    return set(session.scalars(query))


_Set = tuple[frozenset[str], list[str]]


def _once_each(sets: list[_Set]) -> list[_Set]:
    """Each guest in the first household that has them; what is left with one guest is none."""
    taken: set[str] = set()
    found = []
    for members, reasons in sets:
        free = members - taken
        if len(free) > 1:
            taken |= free
            found.append((free, reasons))
    return found


def _sets(session: Session, guest_ids: Collection[str], reach: Reach) -> list[_Set]:
    """The households of these guests: by the tables, or, where some houses are out of reach, from what the
    records within reach tell. Homes first, then the largest; the same order whenever asked."""
    found: dict[frozenset[str], list[str]] = {}
    ids = sorted(guest_ids)
    if reach.is_everywhere:
        members: dict[str, tuple[set[str], str]] = {}
        for start in range(0, len(ids), 500):
            here = select(HouseholdMember.household_id).where(
                HouseholdMember.guest_id.in_(ids[start : start + 500])
            )
            for one in session.scalars(select(HouseholdMember).where(HouseholdMember.household_id.in_(here))):
                members.setdefault(one.household_id, (set(), one.reasons))[0].add(one.guest_id)
        found = {frozenset(some): reasons.split() for some, reasons in members.values()}
    else:
        links = _links_within(session, ids, reach)
        near = {guest for one, other, _ in links for guest in (one, other)} | set(ids)
        words = words_of(session, near, reach)
        near |= {guest for pair in words.together for guest in pair}
        found = {
            members: reasons
            for members, reasons in households_from(links, words_of(session, near, reach)).items()
            if not members.isdisjoint(guest_ids)
        }
    return sorted(found.items(), key=_home_first)


def _home_first(found: _Set) -> tuple[bool, int, list[str]]:
    members, reasons = found
    return (reasons[0] not in ("household_home", BY_WORD), -len(members), sorted(members))


def _links_within(session: Session, guest_ids: Collection[str], reach: Reach) -> list[SharedLink]:
    """Links whose value a record within reach tells of both guests."""
    a, b = aliased(HouseholdKey), aliased(HouseholdKey)
    one, other = aliased(SourceRecord), aliased(SourceRecord)
    found: dict[SharedLink, None] = {}
    ids = sorted(guest_ids)
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        near = select(HouseholdLink.key).where(
            or_(HouseholdLink.guest_a.in_(part), HouseholdLink.guest_b.in_(part))
        )
        query = (
            select(HouseholdLink)
            .join(a, and_(a.key == HouseholdLink.key, a.guest_id == HouseholdLink.guest_a))
            .join(b, and_(b.key == HouseholdLink.key, b.guest_id == HouseholdLink.guest_b))
            .join(one, one.id == a.record_id)
            .join(other, other.id == b.record_id)
            .where(HouseholdLink.key.in_(near), reach.limit(one.property_id), reach.limit(other.property_id))
        )
        for link in session.scalars(query):
            found[link.guest_a, link.guest_b, (link.key, link.reason)] = None
    return list(found)


def _seen(session: Session, guest_ids: set[str], reach: Reach) -> tuple[Household, ...]:
    return _dressed(session, _sets(session, guest_ids, reach), reach)


def _dressed(session: Session, sets: list[_Set], reach: Reach) -> tuple[Household, ...]:
    """Households with their members' values and consents, by name."""
    everyone = {guest for members, _ in sets for guest in members}
    mates = housemates(session, everyone, reach)
    found = []
    for members, reasons in sets:
        living = tuple(sorted((mates[guest] for guest in members), key=lambda one: (one.name, one.id)))
        consent = {channel: strictest_of([one.consent[channel] for one in living]) for channel in CHANNELS}
        found.append(Household(living, tuple(reasons), consent))
    return tuple(found)


def housemates(session: Session, guest_ids: Collection[str], reach: Reach) -> dict[str, Housemate]:
    """Guests with the values and consents that a household is told by."""
    known: dict[str, Mapping[str, GuestValue]] = {}
    said: dict[str, dict[str, Said]] = strictest(session, guest_ids, reach=reach)
    ids = sorted(guest_ids)
    for start in range(0, len(ids), 500):
        known |= known_of(session, ids[start : start + 500], reach, fields=FIELDS)
    return {guest: Housemate(guest, known[guest], said[guest]) for guest in ids}


def words_seen(session: Session, guest_id: str, reach: Reach) -> tuple[WordSeen, ...]:
    """Colleagues' words in force on a guest and others, newest first; both records are within reach."""
    a, b = aliased(Link), aliased(Link)
    one, other = aliased(SourceRecord), aliased(SourceRecord)
    query = (
        select(HouseholdWord, a.guest_id, b.guest_id)
        .join(a, a.record_id == HouseholdWord.record_a)
        .join(b, b.record_id == HouseholdWord.record_b)
        .join(one, one.id == a.record_id)
        .join(other, other.id == b.record_id)
        .where(
            HouseholdWord.withdrawn_at.is_(None),
            or_(a.guest_id == guest_id, b.guest_id == guest_id),
            a.guest_id != b.guest_id,
            reach.limit(one.property_id),
            reach.limit(other.property_id),
        )
        .order_by(HouseholdWord.id.desc())
        .limit(WORDS_SHOWN)
    )
    rows = [(word, second if first == guest_id else first) for word, first, second in session.execute(query)]
    mates = housemates(session, {guest for _, guest in rows}, reach)
    return tuple(
        WordSeen(
            word.deed_id if _may_undo(session, word, reach) else None,
            word.verdict,
            mates[guest],
            word.author,
            word.reason,
            word.at,
        )
        for word, guest in rows
    )


def _may_undo(session: Session, word: HouseholdWord, reach: Reach) -> bool:
    return word.deed_id is not None and deed_within(session, word.deed_id, reach) is not None


def say_word(
    session: Session,
    guest_id: str,
    others: Collection[str],
    verdict: str,
    *,
    reach: Reach,
    author: str,
    reason: str,
    now: datetime,
) -> Deed:
    """Say that a guest lives `together` with others, or `apart` from them, with a reason: one deed, with a
    word on each of them.

    The word stands on one record of each within reach, so it goes where those go. Raises Refused without a
    reason, for oneself, and for a guest of whom no record is within reach.
    """
    kept_reason = given_reason(reason)
    if guest_id in others or not others:
        raise Refused("household.nobody_else")
    take_linker(session)
    records = _one_record_of(session, {guest_id, *others}, reach)
    if records.keys() != {guest_id, *others}:
        raise Refused("household.unknown_guest")
    about = session.get_one(SourceRecord, records[guest_id])
    deed = add_deed(
        session,
        "household",
        author=author,
        reason=kept_reason,
        property_id=house_of_records(session, records.values()),
        now=now,
        params={"verdict": verdict, "record": about.id},
    )
    for other in sorted(others):
        word = HouseholdWord(
            record_a=records[guest_id],
            record_b=records[other],
            verdict=verdict,
            author=author,
            reason=kept_reason,
            at=now,
            deed_id=deed.id,
        )
        session.add(word)
        session.flush()
        note(
            session,
            author,
            f"household.{verdict}",
            f"guest:{guest_id}",
            now=now,
            property_id=about.property_id,
            reason=kept_reason,
            records=[word.record_a, word.record_b],
            deed=deed.id,
        )
    regroup(session, {guest_id, *others})
    return deed


def _one_record_of(session: Session, guest_ids: Collection[str], reach: Reach) -> dict[str, int]:
    query = (
        select(Link.guest_id, func.min(Link.record_id))
        .join(SourceRecord, SourceRecord.id == Link.record_id)
        .where(Link.guest_id.in_(sorted(guest_ids)), reach.limit(SourceRecord.property_id))
        .group_by(Link.guest_id)
    )
    return dict(session.execute(query).all())

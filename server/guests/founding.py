"""Link a house that has no guests yet: every guest is new, so what they are is made by columns and copied in.

The rows are those that `applying.write` and its hooks would write guest by guest (a test compares them); only
nobody is asked what stood before. Measured for one record: 0.35 ms of CPU there, 0.08 ms here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

import numpy as np
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server.db import Encoded, reading
from server.guests.assigning import mint_id
from server.guests.choosing import LONGEST
from server.guests.circles import circles_of
from server.guests.households import (
    Judged,
    LinkRow,
    Value,
    household_id,
    households_from,
    links_between,
    pairs_sharing,
    recount_households,
    words_of,
)
from server.guests.loading import Loaded, members_at_once
from server.guests.models import (
    Guest,
    GuestEvent,
    GuestValue,
    HouseholdKey,
    HouseholdLink,
    HouseholdMember,
    Link,
)
from server.guests.values import Member, best_values
from server.matching import Decisions, Partition
from server.matching.columns import Longs
from server.matching.shared_values import HANDFUL
from server.matching.sharing import REASONS, sharing_of, told_apart
from server.records.models import SourceRecord
from server.statements import copy_tuples, rows_in_portions

KEYS = 5000
"""Household keys written at once."""

_GUEST = ("id", "merged_into", "split_from", "created_at")
_LINK = (
    "record_id",
    "guest_id",
    "author",
    "reason",
    "nearest_record_id",
    "evidence",
    "probability",
    "model",
    "said",
    "made_at",
)
_EVENT = ("at", "kind", "record_id", "guest_id", "from_guest_id", "cause")
_VALUE = ("guest_id", "field", "value", "value_class", "record_id", "on", "rule")
_KEY = ("key", "record_id", "guest_id", "reason", "at_work", "numbered")
_NO_EVIDENCE = Encoded("[]")

_RECORD = select(SourceRecord.id)

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class House:
    """All groups of a house, each with the id of its guest, in the order of ids."""

    loaded: Loaded
    partition: Partition
    person: Longs  # the number of the group of each row
    guests: list[str]  # by number
    groups: list[list[int]]  # rows, by number
    cause: str
    now: datetime
    robbed: set[str]  # guests with a record that was erased since it was read, or with none left

    @classmethod
    def of(cls, loaded: Loaded, partition: Partition, *, cause: str, now: datetime) -> House:
        """Mint a guest for every group."""
        _, person = np.unique(partition.labels, return_inverse=True)
        order = np.argsort(person, kind="stable")
        starts = np.flatnonzero(np.diff(person[order], prepend=-1))
        groups = [rows.tolist() for rows in np.split(order, starts[1:])] if len(order) else []
        guests = sorted(mint_id() for _ in groups)  # the trees of the tables grow at their ends
        return cls(loaded, partition, person.astype(np.int64), guests, groups, cause, now, set())

    def guest_of(self) -> dict[int, str]:
        """The guest of each record, by its id."""
        return {
            record: self.guests[at] for record, at in zip(self.loaded.ids, self.person.tolist(), strict=True)
        }

    def portions(self, records: int) -> Iterator[range]:
        """The numbers of groups with about so many records together."""
        first = size = 0
        for number, group in enumerate(self.groups):
            if size and size + len(group) > records:
                yield range(first, number)
                first, size = number, 0
            size += len(group)
        if size:
            yield range(first, len(self.groups))


@dataclass(slots=True)
class Portion:
    """The rows of some guests, made ready to be written."""

    numbers: range
    ids: list[int] = field(default_factory=list)
    versions: list[tuple[int, int]] = field(default_factory=list)
    guests: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    values: list[Row] = field(default_factory=list)


def prepared(engine: Engine, house: House, records: int) -> Iterator[Portion]:
    """All guests, about so many records at a time, each made ready while those before are written."""

    def make(numbers: range) -> Portion:
        with reading(engine) as session:
            return prepare(session, house, numbers)

    with ThreadPoolExecutor(1) as beside:
        ahead = None
        for numbers in house.portions(records):
            coming = beside.submit(make, numbers)
            if ahead is not None:
                yield ahead.result()
            ahead = coming
        if ahead is not None:
            yield ahead.result()


def prepare(session: Session, house: House, numbers: range) -> Portion:
    """Read what these guests' records say, and make their rows; records erased meanwhile are left out."""
    loaded, partition, now, cause = house.loaded, house.partition, house.now, house.cause
    places = list(chain.from_iterable(house.groups[number] for number in numbers))
    members = members_at_once(session, [loaded.ids[i] for i in places])
    reasons = dict(zip(places, partition.reasons(places), strict=True))
    made = Portion(numbers)
    linked: list[Row] = []
    for number in numbers:
        guest, heard = house.guests[number], list[Member]()
        for i in house.groups[number]:
            record_id = loaded.ids[i]
            if record_id not in members:
                continue
            heard.append(members[record_id])
            made.links.append(_link(house, i, guest, members.keys(), reasons[i]))
            linked.append((now, "linked", record_id, guest, None, cause))
            made.versions.append((record_id, loaded.versions[i]))
        if heard:
            made.guests.append((guest, None, None, now))
            made.events.append((now, "made", None, guest, None, cause))
            made.values += [
                (
                    guest,
                    best.field,
                    best.value[:LONGEST],
                    best.value_class,
                    best.record_id,
                    best.on,
                    best.rule,
                )
                for best in best_values(heard)
            ]
    made.events += linked
    made.ids = sorted(members)
    return made


def _link(house: House, i: int, guest: str, there: Any, evidence: Sequence[Any]) -> Row:
    loaded, partition = house.loaded, house.partition
    nearest = int(partition.nearest[i])
    if nearest < 0:
        return (loaded.ids[i], guest, "engine", "alone", None, _NO_EVIDENCE, None, *_made(house, i))
    beside = loaded.ids[nearest]
    return (
        loaded.ids[i],
        guest,
        "engine",
        "evidence" if evidence else "decision",
        beside if beside in there else None,
        [[code, dict(params), bits] for code, params, bits in evidence],
        float(partition.probability[i]),
        *_made(house, i),
    )


def _made(house: House, i: int) -> Row:
    return (house.partition.model.version, house.loaded.saids[i], house.now)


def write_portion(session: Session, house: House, portion: Portion) -> Portion:
    """Write the guests of a portion with their links, events and values; what was written of it in the end.

    A record that was erased since it was read is in none of the rows: its guest's values are chosen again.
    """
    there = _still_there(session, portion.ids)
    if len(there) < len(portion.ids):
        portion = prepare(session, house, portion.numbers)
    if len(portion.ids) < sum(len(house.groups[number]) for number in portion.numbers):
        here = set(portion.ids)
        house.robbed.update(
            house.guests[number]
            for number in portion.numbers
            if not here.issuperset(house.loaded.ids[i] for i in house.groups[number])
        )
    copy_tuples(session, Guest, _GUEST, portion.guests)
    copy_tuples(session, Link, _LINK, portion.links)
    copy_tuples(session, GuestEvent, _EVENT, portion.events)
    copy_tuples(session, GuestValue, _VALUE, portion.values)
    return portion


def _still_there(session: Session, record_ids: Sequence[int]) -> set[int]:
    """Which of these records there are, now and until this transaction ends: who erases waits."""
    return {
        row[0]
        for row in rows_in_portions(session, _RECORD, among=("source_record.id", record_ids), kept=True)
    }


class Shared:
    """What guests of a whole house share: rows of the household tables."""

    def __init__(self, session: Session, house: House, decisions: Decisions) -> None:
        """Look at all values that a household may share; `session` tells circles and colleagues' words."""
        self._house = house
        loaded, model = house.loaded, house.partition.model
        shared = sharing_of(loaded.records, model)
        record = np.array(loaded.ids, dtype=np.int64)[shared.rows]
        order = np.lexsort((record, shared.keys))
        keys, record = shared.keys[order], record[order]
        once = np.ones(len(order), dtype=np.bool_)
        once[:-1] = (keys[1:] != keys[:-1]) | (record[1:] != record[:-1])
        order = order[once]
        self._keys, self._record = keys[once], record[once]
        self._row, self._reason = shared.rows[order], shared.reason[order]
        self._at_work, self._numbered = shared.at_work[order], shared.numbered[order]
        self.links = links_between(values := self._values(session), self._judged(values, decisions))
        of_value = [(row.guest_a, row.guest_b, (row.key, row.reason)) for row in self.links]
        words = words_of(session, house.guests)
        self.members = sorted(
            (household_id(members), guest, " ".join(reasons))
            for members, reasons in households_from(of_value, words).items()
            for guest in members
        )

    def rows(self) -> Iterator[list[Row]]:
        """Rows of household_key in the order of its tree, some thousand at a time."""
        guests, person = self._house.guests, self._house.person
        for start in range(0, len(self._keys), KEYS):
            some = slice(start, start + KEYS)
            yield [
                (key, record, guests[at], REASONS[reason], at_work, numbered)
                for key, record, at, reason, at_work, numbered in zip(
                    self._keys[some].tolist(),
                    self._record[some].tolist(),
                    person[self._row[some]].tolist(),
                    self._reason[some].tolist(),
                    self._at_work[some].tolist(),
                    self._numbered[some].tolist(),
                    strict=True,
                )
            ]

    def _values(self, session: Session) -> dict[tuple[int, int], Value]:
        """Those that two guests share, and no more than a handful."""
        circles = circles_of(session, self._house.loaded.ids)
        circle = np.zeros(len(self._keys), dtype=np.int64) if circles is None else circles[self._row]
        person = self._house.person[self._row]
        order = np.lexsort((person, circle, self._keys))
        key, within, who = self._keys[order], circle[order], person[order]
        begins = np.ones(len(order), dtype=np.bool_)
        begins[1:] = (key[1:] != key[:-1]) | (within[1:] != within[:-1])
        another = begins.copy()
        another[1:] |= who[1:] != who[:-1]
        starts = np.flatnonzero(begins)
        count = np.add.reduceat(another.astype(np.int64), starts) if len(starts) else starts
        ends = np.append(starts[1:], len(order))
        few = (count > 1) & (count <= HANDFUL)
        guests = self._house.guests
        found = {}
        for start, end in zip(starts[few].tolist(), ends[few].tolist(), strict=True):
            rows = order[start:end]
            found[int(key[start]), int(within[start])] = Value(
                REASONS[self._reason[rows[0]]],
                bool(self._at_work[rows].any()),
                bool(self._numbered[rows].any()),
                {guests[at] for at in who[start:end].tolist()},
            )
        return found

    def _judged(self, values: dict[tuple[int, int], Value], decisions: Decisions) -> Judged:
        pairs = pairs_sharing(values.values())
        if not pairs:
            return {}
        house = self._house
        number = {guest: at for at, guest in enumerate(house.guests)}
        guest_of = dict(zip(house.loaded.records.ids, house.person.tolist(), strict=True))
        apart = {
            frozenset((guest_of[a], guest_of[b]))
            for a, b in decisions.apart
            if a in guest_of and b in guest_of
        }
        asked = [(number[a], number[b]) for a, b in pairs]
        outcomes = told_apart(house.loaded.records, house.partition.model, house.person.tolist(), asked)
        return {
            pair: (unlike or frozenset(numbers) in apart, one, near)
            for pair, numbers, unlike, one, near in zip(
                pairs, asked, *(column.tolist() for column in outcomes), strict=True
            )
        }


def write_keys(session: Session, rows: Sequence[Row]) -> None:
    """Write some rows of `Shared.rows`, less those of records that are gone."""
    there = _still_there(session, sorted({row[1] for row in rows}))
    copy_tuples(session, HouseholdKey, _KEY, [row for row in rows if row[1] in there])


def write_households(session: Session, house: House, shared: Shared) -> None:
    """Write links and members of households in place of what stands."""
    session.execute(delete(HouseholdLink))
    session.execute(delete(HouseholdMember))
    rows = [row for row in shared.links if not house.robbed.intersection((row.guest_a, row.guest_b))]
    copy_tuples(session, HouseholdLink, LinkRow._fields, sorted(rows))
    members = [row for row in shared.members if row[1] not in house.robbed]
    copy_tuples(session, HouseholdMember, ("household_id", "guest_id", "reasons"), members)
    recount_households(session, house.robbed, house.partition.model)

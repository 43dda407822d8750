"""Write the difference between the engine's grouping and the links there are: links, events, values.

Whole guests at a time, because a guest that a record leaves must not keep a value of it. Whoever calls holds
the linker's lock (`linker.take_linker`), so that events have numbers in the order in which they are seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from server.guests.assigning import Assignment, assign, contested
from server.guests.choosing import choose_values
from server.guests.events import event_row, former_guests, resolve_emptied, revive
from server.guests.households import recount_households
from server.guests.loading import Before, Loaded, Reader
from server.guests.models import Guest, GuestEvent, GuestValue, Link
from server.guests.staying import recount_stays
from server.guests.values import Member
from server.matching import Partition
from server.matching.explaining import Evidence
from server.records.models import SourceRecord
from server.records.storing import hold_records
from server.statements import change_with, insert_rows, rows_with


@dataclass(frozen=True, slots=True)
class Group:
    """One person by the engine's grouping: the guest, and the places of its records."""

    guest_id: str
    places: list[int]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written: groups that differ from the links there are, and the guests that are new."""

    exchanges: list[list[Group]]
    assignment: Assignment
    guest_of: dict[int, str]  # of every record that was solved


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction wrote: records whose guest changed (before, after), and the guests looked at."""

    moved: dict[int, tuple[str | None, str]]
    guests: frozenset[str]


_LINKS = select(
    Link.record_id, Link.guest_id, Link.nearest_record_id, Link.said, Link.probability, Link.model
).where(Link.record_id.in_(bindparam("values", expanding=True)))
_PRESENT = select(SourceRecord.id).where(SourceRecord.id.in_(bindparam("values", expanding=True)))
_DROP_LINKS = delete(Link).where(Link.record_id.in_(bindparam("values", expanding=True)))
_DROP_VALUES = delete(GuestValue).where(GuestValue.guest_id.in_(bindparam("values", expanding=True)))
_SETTLE = (
    update(SourceRecord)
    .where(
        SourceRecord.id.in_(bindparam("values", expanding=True)),
        SourceRecord.current_version == bindparam("version"),
    )
    .values(needs_linking=False)
)
_SETTLE_MANY = text(
    """
    UPDATE source_record SET needs_linking = FALSE
    FROM (
        SELECT record.id FROM source_record AS record
        JOIN unnest(CAST(:ids AS integer[]), CAST(:versions AS integer[])) AS looked_at (id, version)
            ON record.id = looked_at.id AND record.current_version = looked_at.version
        ORDER BY record.id FOR NO KEY UPDATE OF record
    ) AS held
    WHERE source_record.id = held.id
    """
)
"""The same for very many on PostgreSQL, in one statement: whoever brings news of one of them waits until the
transaction ends, and with them whoever brings records of the same source."""

MANY = 5000
"""Records from which that one is worth it."""


def links_of(session: Session, ids: Sequence[int]) -> dict[int, Before]:
    """The links of these records that have one."""
    return {record_id: Before(*link) for record_id, *link in rows_with(session, _LINKS, ids)}


def plan(
    session: Session,
    loaded: Loaded,
    partition: Partition,
    touched: Collection[int],
    robbed: Collection[str] = (),
    *,
    links: Mapping[int, Before] | None = None,
) -> Plan:
    """Give every group its guest, and find those that are to be written.

    `touched`: records that came or changed; `robbed`: guests that a record was erased from; `links`: those
    of these records, where the caller read them.

    Together stand groups that take records from each other's guests: a guest that a record leaves is written
    with the one that it goes to. Those with `touched` records come last, so that a run killed before its end
    is begun again with the same records.
    """
    by_label: dict[int, list[int]] = defaultdict(list)
    for index, label in enumerate(partition.labels.tolist()):
        by_label[label].append(index)
    groups = list(by_label.values())
    links = links_of(session, loaded.ids) if links is None else links
    ids = [[loaded.ids[i] for i in group] for group in groups]
    guests = {record_id: link.guest_id for record_id, link in links.items()}
    assignment = assign(ids, guests, former_guests(session, contested(ids, guests)), touched)
    taken_from: dict[str, set[str]] = defaultdict(set)
    for group, guest in zip(groups, assignment.guests, strict=True):
        for i in group:
            link = links.get(loaded.ids[i])
            if link is not None and link.guest_id != guest:
                taken_from[guest].add(link.guest_id)
    losers = set().union(*taken_from.values())
    parent: dict[str, str] = {}

    def root(guest: str) -> str:
        while (above := parent.get(guest, guest)) != guest:
            guest = above
        return guest

    stale = []
    for group, guest in zip(groups, assignment.guests, strict=True):
        if guest in losers or guest in robbed or _is_stale(loaded, partition, group, guest, links, touched):
            stale.append(Group(guest, group))
            for other in taken_from.get(guest, ()):
                parent[root(other)] = root(guest)
    together: dict[str, list[Group]] = defaultdict(list)
    for member in stale:
        together[root(member.guest_id)].append(member)

    def waits(exchange: Sequence[Group]) -> bool:
        return any(loaded.ids[i] in touched for group in exchange for i in group.places)

    guest_of = {
        record: guest for group, guest in zip(ids, assignment.guests, strict=True) for record in group
    }
    return Plan(sorted(together.values(), key=waits), assignment, guest_of)


def _is_stale(
    loaded: Loaded,
    partition: Partition,
    group: list[int],
    guest: str,
    links: Mapping[int, Before],
    touched: Collection[int],
) -> bool:
    for i in group:
        record_id = loaded.ids[i]
        link = links.get(record_id)
        if record_id in touched or link is None or link.guest_id != guest or link.said != loaded.saids[i]:
            return True
        nearest = int(partition.nearest[i])
        if link.nearest_record_id != (loaded.ids[nearest] if nearest >= 0 else None):
            return True
    return False


MembersOf = Callable[[Sequence[int]], Mapping[int, Member]]


@dataclass(frozen=True, slots=True)
class Work:
    """What one transaction writes, made ready before it begins, so that it keeps the desk waiting less."""

    groups: Sequence[Group]
    members: Mapping[int, Member]  # by record id
    reasons: Mapping[int, Sequence[Evidence]]  # by place, of links that are written
    links: Mapping[int, Before] | None  # by record id; None: not known yet


def make_ready(
    loaded: Loaded,
    partition: Partition,
    groups: Sequence[Group],
    members: MembersOf,
    *,
    links: Mapping[int, Before] | None = None,
    touched: Collection[int] = (),
) -> Work:
    """Read and derive what writing these groups needs; `members` tells what values are chosen from.

    `links`: those that the records have, where the caller holds the linker's lock: of the records that are
    not `touched`, a link that says what it would say again stays as it is.
    """
    places = [(group.guest_id, i) for group in groups for i in group.places]
    found = members([loaded.ids[i] for _, i in places])
    if links is None:
        written = [i for _, i in places]
    else:
        written = [i for guest, i in places if not _stays(loaded, partition, i, guest, links, touched)]
    return Work(groups, found, dict(zip(written, partition.reasons(written), strict=True)), links)


def _stays(
    loaded: Loaded,
    partition: Partition,
    i: int,
    guest: str,
    links: Mapping[int, Before],
    touched: Collection[int],
) -> bool:
    """Whether a link is what it was: its evidence depends on the contents of two records and on the model."""
    link, nearest = links.get(loaded.ids[i]), int(partition.nearest[i])
    beside = loaded.ids[nearest] if nearest >= 0 else None
    if loaded.ids[i] in touched or (beside is not None and beside in touched):
        return False
    probability = float(partition.probability[i]) if nearest >= 0 else None
    said, model = loaded.saids[i], partition.model.version
    return link == Before(guest, beside, said, probability, model)


def write(
    session: Session,
    loaded: Loaded,
    partition: Partition,
    work: Work,
    *,
    touched: Collection[int],
    assignment: Assignment,
    cause: str,
    now: datetime,
    reader: Reader | None = None,
    robbed: Collection[str] = (),
) -> Written:
    """Write links, events and values of whole guests, in the caller's transaction.

    Records of `touched` no longer wait, unless a newer version of them came meanwhile. `reader`: what read
    these records, where the caller did so in this transaction. `robbed`: guests that records were erased
    from; what these told of a home must go before others are compared with who is left there.
    """
    guests = [group.guest_id for group in work.groups]
    all_ids = sorted(loaded.ids[i] for group in work.groups for i in group.places)
    links = links_of(session, all_ids) if work.links is None else work.links
    if work.links is None:
        present = {row[0] for row in rows_with(session, _PRESENT, all_ids)}
    else:
        present = set(loaded.ids)
    minted = {g: assignment.minted[g] for g in guests if g in assignment.minted}
    insert_rows(
        session,
        Guest,
        [{"id": g, "merged_into": None, "split_from": of, "created_at": now} for g, of in minted.items()],
    )
    revive(session, assignment.revived & set(guests), cause=cause, now=now)
    link_rows: list[dict[str, Any]] = []
    chosen: dict[str, list[Member]] = {}
    events = [
        event_row("split" if of else "made", g, cause=cause, now=now, from_guest_id=of)
        for g, of in minted.items()
    ]
    moved: dict[int, tuple[str | None, str]] = {}
    settled: list[tuple[int, int]] = []
    for group in work.groups:
        members = []
        for i in group.places:
            record_id = loaded.ids[i]
            if record_id not in present or record_id not in work.members:  # erased meanwhile
                continue
            members.append(work.members[record_id])
            if i in work.reasons:
                row = _link_row(loaded, partition, i, work, group.guest_id, now)
                if row["nearest_record_id"] not in present:  # erased meanwhile: linked again, see `linking`
                    row["nearest_record_id"] = None
                link_rows.append(row)
            before = links.get(record_id)
            if before is None or before.guest_id != group.guest_id:
                moved[record_id] = (before.guest_id if before else None, group.guest_id)
            events += _events(record_id, group.guest_id, before, record_id in touched, cause, now)
            if record_id in touched:
                settled.append((record_id, loaded.versions[i]))
        chosen[group.guest_id] = members
    change_with(session, _DROP_LINKS, [row["record_id"] for row in link_rows if row["record_id"] in links])
    insert_rows(session, Link, link_rows)
    insert_rows(session, GuestEvent, events)
    choose_values(session, chosen, minted=minted, cause=cause, now=now)
    settle(session, settled)
    losers = {before for before, _ in moved.values() if before is not None}
    had_one = [record for record, (before, _) in moved.items() if before is not None]
    emptied = resolve_emptied(session, had_one, losers - set(guests), cause=cause, now=now)
    change_with(session, _DROP_VALUES, emptied)
    told_anew = [i for i in all_ids if i in touched and i in links]
    recount_stays(session, losers | set(guests), told_anew, cause=cause, now=now)
    are_new = not losers and not robbed and minted.keys() == set(guests)
    recount_households(
        session,
        losers | set(guests) | set(robbed),
        partition.model,
        reader,
        {record: guest for record, (_, guest) in moved.items()} if are_new else None,
    )
    return Written(moved, frozenset(guests) | losers)


def settle(session: Session, versions: Iterable[tuple[int, int]]) -> None:
    """Let records wait no longer, each if the version that was looked at is current still.

    The condition stands in the statement: on PostgreSQL an import may be bringing a newer one right now.
    """
    by_version: dict[int, list[int]] = defaultdict(list)
    for record_id, version in versions:
        by_version[version].append(record_id)
    ids = [record_id for mine in by_version.values() for record_id in mine]
    if len(ids) > MANY and session.connection().dialect.name == "postgresql":
        current = [version for version, mine in by_version.items() for _ in mine]
        session.execute(_SETTLE_MANY, {"ids": ids, "versions": current})
        return
    if len(ids) > 1:
        hold_records(session, ids)
    for version, ids in sorted(by_version.items()):
        change_with(session, _SETTLE, ids, version=version)


def _link_row(
    loaded: Loaded, partition: Partition, i: int, work: Work, guest_id: str, now: datetime
) -> dict[str, Any]:
    nearest, evidence = int(partition.nearest[i]), work.reasons[i]
    return {
        "record_id": loaded.ids[i],
        "guest_id": guest_id,
        "author": "engine",
        "reason": "alone" if nearest < 0 else "evidence" if evidence else "decision",
        "nearest_record_id": loaded.ids[nearest] if nearest >= 0 else None,
        "evidence": [[code, dict(params), bits] for code, params, bits in evidence],
        "probability": float(partition.probability[i]) if nearest >= 0 else None,
        "model": partition.model.version,
        "said": loaded.saids[i],
        "made_at": now,
    }


def _events(
    record_id: int, guest_id: str, before: Before | None, was_touched: bool, cause: str, now: datetime
) -> list[dict[str, Any]]:
    if before is None:
        return [event_row("linked", guest_id, cause=cause, now=now, record_id=record_id)]
    if before.guest_id != guest_id:
        was = before.guest_id
        return [event_row("moved", guest_id, cause=cause, now=now, record_id=record_id, from_guest_id=was)]
    if was_touched:
        return [event_row("changed", guest_id, cause=cause, now=now, record_id=record_id)]
    return []

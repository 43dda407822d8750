"""Which guest a group of records is: ids are minted once and stay with the larger part.

Pure: groups and the guests their records had before in, guests out.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass


def mint_id() -> str:
    """A new guest id: 32 hex digits, a UUIDv7 (RFC 9562 §5.7), so that ids sort by age."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return f"{value:032x}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The guest of each group, by the group's place; what became of guests.

    `merged`: guests that went into others. `minted`: new ones, each with the guest that most of its records
    were with before, None where none was. `revived`: guests that had gone into another and stand for
    themselves again.
    """

    guests: tuple[str, ...]
    merged: Mapping[str, str]
    minted: Mapping[str, str | None]
    revived: frozenset[str]


def contested(groups: Sequence[Sequence[int]], before: Mapping[int, str]) -> set[int]:
    """The records of all groups that share a guest with another group: of a guest that is split."""
    wanted = Counter(guest for group in groups for guest in {before[r] for r in group if r in before})
    return {
        record
        for group in groups
        if any(wanted[before[r]] > 1 for r in group if r in before)
        for record in group
    }


def assign(
    groups: Sequence[Sequence[int]],
    before: Mapping[int, str],
    former: Mapping[int, Collection[str]] | None = None,
    changed: Collection[int] = (),
) -> Assignment:
    """Give every group of record ids its guest.

    A group takes the guest that most of its records had (the oldest among equals); where two groups want
    one guest, the one with more of its records keeps it, of equal parts the one with fewer `changed` ones: a
    guest does not follow a record whose source now means somebody else. A group that gets none takes back the
    guest that most of its records once were with, if that one had gone into another (`former`, by record).
    The rest are new guests. A guest left without records went into the group that took most of them.
    """
    wishes = []
    for place, group in enumerate(groups):
        counts = Counter(before[r] for r in group if r in before)
        news = sum(r in changed for r in group)
        wishes += [(-count, guest, news, min(group), place) for guest, count in counts.items()]
    guests: list[str | None] = [None] * len(groups)
    taken: set[str] = set()
    for _, guest, _, _, place in sorted(wishes):
        if guests[place] is None and guest not in taken:
            guests[place] = guest
            taken.add(guest)
    revived = _revive(groups, guests, former or {}, taken)
    origins: dict[int, str] = {}
    for _, guest, _, _, place in sorted(wishes):
        origins.setdefault(place, guest)
    minted = {place: mint_id() for place, guest in enumerate(guests) if guest is None}
    final = tuple(guest or minted[place] for place, guest in enumerate(guests))
    merged: dict[str, str] = {}
    for _, guest, _, _, place in sorted(wishes):
        if guest not in taken:
            merged.setdefault(guest, final[place])
    return Assignment(
        final, merged, {guest: origins.get(place) for place, guest in minted.items()}, frozenset(revived)
    )


def _revive(
    groups: Sequence[Sequence[int]],
    guests: list[str | None],
    former: Mapping[int, Collection[str]],
    taken: Collection[str],
) -> set[str]:
    """Fill places that are still empty with guests that were; returns those."""
    wishes = []
    for place, group in enumerate(groups):
        if guests[place] is None:
            counts = Counter(guest for r in group for guest in former.get(r, ()) if guest not in taken)
            wishes += [(-count, guest, min(group), place) for guest, count in counts.items()]
    revived: set[str] = set()
    for _, guest, _, place in sorted(wishes):
        if guests[place] is None and guest not in revived:
            guests[place] = guest
            revived.add(guest)
    return revived

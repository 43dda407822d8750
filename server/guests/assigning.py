"""Which guest a group of records is: ids are minted once and stay with the larger part.

Pure: groups and the guests their records had before in, guests out.
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


def mint_id() -> str:
    """A new guest id: 32 hex digits, a UUIDv7 (RFC 9562 §5.7), so that ids sort by age."""
    stamp = time.time_ns() // 1_000_000
    value = (stamp << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return f"{value:032x}"


@dataclass(frozen=True, slots=True)
class Assignment:
    """The guest of each group, by the group's place; the guests that went into others; the new ones."""

    guests: tuple[str, ...]
    merged: Mapping[str, str]
    minted: frozenset[str]


def assign(groups: Sequence[Sequence[int]], before: Mapping[int, str]) -> Assignment:
    """Give every group of record ids its guest.

    A group takes the guest that most of its records had (the oldest among equals); where two groups want
    one guest, the one with more of its records keeps it. The rest are new guests. A guest left without
    records went into the group that took most of them.
    """
    wishes = []
    for place, group in enumerate(groups):
        counts = Counter(before[r] for r in group if r in before)
        wishes += [(-count, guest, min(group), place) for guest, count in counts.items()]
    guests: list[str | None] = [None] * len(groups)
    taken: set[str] = set()
    for _, guest, _, place in sorted(wishes):
        if guests[place] is None and guest not in taken:
            guests[place] = guest
            taken.add(guest)
    minted = {place: mint_id() for place, guest in enumerate(guests) if guest is None}
    final = tuple(guest or minted[place] for place, guest in enumerate(guests))
    merged: dict[str, str] = {}
    for _, guest, _, place in sorted(wishes):
        if guest not in taken:
            merged.setdefault(guest, final[place])
    return Assignment(final, merged, frozenset(minted.values()))

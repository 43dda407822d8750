"""Households: links between persons who are not one, yet share a home, a contact or a booking.

A link is made between two groups of records, never between records, and is no chain: whoever shared a home
with a flat-mate and shares a telephone with a parent does not join the two to each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from server.matching.columns import NO_KEY, Ints, Levels, Longs, digests, gather, mix, number_key
from server.matching.evidence._parts import INITIAL, NICKNAME
from server.matching.model import Model
from server.matching.records import Records
from server.matching.shared_values import (
    HANDFUL,
    Shared,
    are_numbered,
    compared,
    emails_in,
    faces_of,
    phones_in,
)


@dataclass(frozen=True, slots=True)
class Households:
    """Links of two persons with one reason each, sorted, each once; two persons may be linked by several.

    `one` and `other` are the labels of two groups, as the caller's rows. `reason` counts into REASONS;
    `value` is the code of what is shared, in that reason's column (a home's: the position of a record there).
    """

    one: Ints
    other: Ints
    reason: Levels
    value: Ints

    @classmethod
    def none(cls) -> Households:
        """No links."""
        none = np.zeros(0, dtype=np.int32)
        return cls(none, none, np.zeros(0, dtype=np.int8), none)

    def __len__(self) -> int:
        return len(self.one)

    def counts(self) -> dict[str, int]:
        """How many links there are by reason; reasons without one are left out."""
        times = np.bincount(self.reason, minlength=len(REASONS)).tolist()
        return {code: count for code, count in zip(REASONS, times, strict=True) if count}

    def told(self, records: Records) -> Iterator[tuple[int, int, str, dict[str, str]]]:
        """(one, other, code, parameters) of every link, as `sentences` words them."""
        links = (self.one.tolist(), self.other.tolist(), self.reason.tolist(), self.value.tolist())
        for one, other, reason, value in zip(*links, strict=True):
            yield one, other, REASONS[reason], _SHARED[REASONS[reason]][1](records, value)


def households_of(
    records: Records,
    model: Model,
    label: Longs,
    apart: Sequence[tuple[str, str]] = (),
    asked: Sequence[tuple[int, int, float]] = (),
    circles: Ints | None = None,
) -> Households:
    """The household links between groups; the same for any order of the records.

    `label`: the group of each record, `circles`: what must never be linked across, both by position.
    `apart`: ids of records that people decided are two persons, who need no other proof of it. `asked`: open
    questions, positions first, whose two sides may yet be one person. A value that is nobody's, or on more
    than a handful of persons (in these records, or as the model counted), links no one, so a value gives
    fifteen links at most. One that stands beside a company's name links those of one surname only: the others
    are colleagues.
    """
    face = faces_of(records, label)
    where = {name: at for at, name in enumerate(records.ids)} if apart else {}
    decided = _of_groups(label, [(where[x], where[y]) for x, y in apart if x in where and y in where])
    in_doubt = _of_groups(label, [(i, j) for i, j, _ in asked])
    found = [np.zeros((4, 0), dtype=np.int64)]
    for reason, (shared_by, _) in enumerate(_SHARED.values()):
        shared = shared_by(records, model)
        keys = shared.keys if circles is None else mix(shared.keys, circles[shared.rows].astype(np.int64) + 1)
        first, second = _of_two_persons(label[shared.rows], keys)
        at_work = np.isin(keys[first], keys[records.company.codes[shared.rows] >= 0])
        at_work &= REASONS[reason] != "household_room"  # colleagues take two
        left, right = shared.rows[first], shared.rows[second]
        one, other = label[left], label[right]
        unlike, surname = compared(records, model, face[one], face[other])
        joint = one * len(records) + other
        keep = (unlike | np.isin(joint, decided)) & ~np.isin(joint, in_doubt)
        keep &= ~at_work | (surname >= INITIAL)
        if REASONS[reason] == "household_home":
            keep &= are_numbered(records)[records.street.codes[left]] | (surname >= NICKNAME)
        kind, value = np.full(len(one), reason, dtype=np.int64), shared.value[first].astype(np.int64)
        found.append(np.stack([one, other, kind, value])[:, keep])
    links = np.concatenate(found, axis=1)
    links = links[:, np.lexsort(links[::-1])]
    fresh = np.ones(links.shape[1], dtype=np.bool_)
    fresh[1:] = (links[:3, 1:] != links[:3, :-1]).any(axis=0)
    one, other, kind, value = links[:, fresh]
    return Households(records.order[one], records.order[other], kind.astype(np.int8), value.astype(np.int32))


def _of_two_persons(labels: Longs, keys: Longs) -> tuple[Longs, Longs]:
    """Every two persons of each key that has two to a handful of them, as places in `keys`, labels rising."""
    has = np.flatnonzero(keys != NO_KEY)
    order = has[np.lexsort((has, labels[has], keys[has]))]
    key, person = keys[order], labels[order]
    once = np.ones(len(order), dtype=np.bool_)
    once[1:] = (key[1:] != key[:-1]) | (person[1:] != person[:-1])
    order, key = order[once], key[once]
    starts = np.flatnonzero(np.concatenate([np.ones(min(len(key), 1), np.bool_), key[1:] != key[:-1]]))
    sizes = np.diff(np.append(starts, len(key)))
    first, second = [order[:0]], [order[:0]]
    for size in range(2, HANDFUL + 1):
        begin = starts[sizes == size]
        i, j = np.triu_indices(size, 1)
        first.append(order[(begin[:, None] + i).ravel()])
        second.append(order[(begin[:, None] + j).ravel()])
    return np.concatenate(first), np.concatenate(second)


def _of_groups(label: Longs, pairs: Sequence[tuple[int, int]]) -> Longs:
    """The groups of pairs of records, each as lower label x records + higher label."""
    groups = label[np.array(pairs, dtype=np.int64).reshape(-1, 2)]
    return np.asarray(groups.min(axis=1) * len(label) + groups.max(axis=1), dtype=np.int64)


def _filled(base: Longs, more: Longs) -> Longs:
    """What stands beside each base; where a record does not say, the only one known beside that base."""
    said = (base != NO_KEY) & (more != NO_KEY)
    pairs = np.unique(np.stack([base[said], more[said]]), axis=1)
    bases, at, times = np.unique(pairs[0], return_index=True, return_counts=True)
    bases, only = bases[times == 1], pairs[1][at[times == 1]]
    open_ = np.flatnonzero((base != NO_KEY) & (more == NO_KEY))
    filled = more.copy()
    if len(bases) and len(open_):
        found = np.minimum(np.searchsorted(bases, base[open_]), len(bases) - 1)
        filled[open_] = np.where(bases[found] == base[open_], only[found], NO_KEY)
    return filled


def _homes(records: Records, model: Model) -> Shared:
    """Street, its words in any order, with the postal code; the town where no code is known there."""
    streets = digests(" ".join(sorted(value.split())) for value in records.street.values)
    street = gather(streets, records.street.codes, NO_KEY)
    in_town = mix(street, records.city.keys())
    postal = _filled(in_town, np.where(street != NO_KEY, records.postal.keys(), NO_KEY))
    everyone = np.arange(len(records), dtype=np.int32)
    return Shared(everyone, np.where(postal != NO_KEY, mix(street, postal), in_town), everyone)


def _bookings(records: Records, model: Model) -> Shared:
    """Booking references with their arrival, since numbers of two systems can be equal."""
    rows, reference = records.reference_rows, records.reference.keys()
    arrival = _filled(reference, number_key(records.stay_from[rows]))
    return Shared(
        rows, np.where(arrival != NO_KEY, mix(reference, arrival), reference), records.reference.codes
    )


def _rooms(records: Records, model: Model) -> Shared:
    """A room of a property from one arrival to one departure."""
    everyone = np.arange(len(records), dtype=np.int32)
    start, end = records.stay_from, records.stay_to
    nights = np.where(end > start, number_key(end), NO_KEY)
    place = gather(records.place.digests, records.place.codes, 1)
    return Shared(everyone, mix(records.room.keys(), place, number_key(start), nights), records.room.codes)


def _address(records: Records, at: int) -> dict[str, str]:
    columns = (records.street, records.postal, records.city)
    return {"address": " ".join(c.values[c.codes[at]] for c in columns if c.codes[at] >= 0)}


_SHARED: Mapping[str, tuple[Callable[[Records, Model], Shared], Callable[[Records, int], dict[str, str]]]] = {
    "household_home": (_homes, _address),
    "household_email": (emails_in, lambda records, code: {"email": records.email.values[code]}),
    "household_phone": (phones_in, lambda records, code: {"phone": records.phone.values[code]}),
    "household_booking": (_bookings, lambda records, code: {"reference": records.reference.values[code]}),
    "household_room": (_rooms, lambda records, code: {"room": records.room.values[code]}),
}

REASONS = tuple(_SHARED)
"""What two persons share, in the order in which it is told."""

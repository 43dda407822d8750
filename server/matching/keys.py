"""Look-up keys of records, and the pairs that share one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from server.matching.columns import Flags, Ints, Longs, digest, mix
from server.matching.kinds import kinds_of_evidence
from server.matching.levels import Keyed
from server.matching.model import Crowds, Model, Table
from server.matching.records import Records
from server.matching.saying import contents

CAP = 60
"""Records on one key of which every two are compared; above, a second and third field must agree too."""

REFINEMENTS = 3
"""How many further fields, one after the other, must agree in a crowded block."""

NEIGHBOURS = 12
"""Where even the refined key is over the cap, each record meets this many next ones in a fixed order."""


PORTION = 24
"""Records on average of a portion of a key that is crowded however refined, under a model that froze it."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs of positions, left < right, each once, sorted; and what each kind of key gave."""

    left: Ints
    right: Ints
    pairs: dict[str, int]
    refined: dict[str, int]
    capped: dict[str, int]


def _all_keys(records: Records) -> Iterator[Keyed]:
    """The keys of every kind of evidence, in a fixed order."""
    for kind in kinds_of_evidence().values():
        yield from kind.keys(records)


def keys_of(records: Records) -> tuple[Ints, Longs]:
    """Every look-up key of every record: the caller's rows beside signed 64-bit digests, each pair once.

    The same on every machine; a key's kind is part of its digest, so kinds never meet each other.
    """
    rows = [np.zeros(0, dtype=np.int32)]
    keys = [np.zeros(0, dtype=np.int64)]
    for keyed in _all_keys(records):
        rows.append(records.order[keyed.rows])
        keys.append(_of_kind(keyed))
    both = np.unique(np.stack([np.concatenate(rows).astype(np.int64), np.concatenate(keys)]), axis=1)
    return both[0].astype(np.int32), both[1]


def _of_kind(keyed: Keyed) -> Longs:
    return mix(keyed.keys, digest(keyed.kind))


def blocks_of(records: Records) -> list[Keyed]:
    """The keys whose blocks are paired, by record position.

    The same on every machine and for any batch of records: which kind a key is of is part of its digest.
    Those of one kind meet each other, whichever of a record's telephones or weeks they come from.
    """
    found: dict[str, list[Keyed]] = {}
    for keyed in _all_keys(records):
        if len(keyed.rows):
            found.setdefault(keyed.kind, []).append(keyed)
    return [
        Keyed(kind, np.concatenate([one.rows for one in of]), np.concatenate([_of_kind(one) for one in of]))
        for kind, of in found.items()
    ]


def candidates(records: Records, among: Flags | None = None, model: Model | None = None) -> Candidates:
    """All pairs that share a key, with crowded keys refined and, at the last, capped.

    `among`: which records, by position, are paired at all; else all. A `model` that froze which keys are
    crowded says where to refine: then two records meet exactly when they share one of their `lookups`,
    whoever else is here. Else that is counted in these records.
    """
    if model is not None and model.crowds is not None:
        return _sharing(records, among, model)
    n = len(records)
    refined_by = refiners(records)
    gathered = [np.zeros(0, dtype=np.int64)]
    pairs: dict[str, int] = {}
    refined: dict[str, int] = {}
    capped: dict[str, int] = {}
    for keyed in blocks_of(records):
        rows, keys = keyed.rows, keyed.keys
        if among is not None:
            kept = among[rows]
            rows, keys = rows[kept], keys[kept]
        for refiner in (*refined_by, None):
            rows, keys, starts, sizes = _blocks(rows, keys)
            fits = sizes <= CAP
            made = _within(rows, starts[fits], sizes[fits], n)
            gathered.append(made)
            pairs[keyed.kind] = pairs.get(keyed.kind, 0) + len(made)
            crowded = np.flatnonzero(~fits)
            if not len(crowded):
                break
            inside = np.concatenate([np.arange(starts[k], starts[k] + sizes[k]) for k in crowded])
            rows, keys = rows[inside], keys[inside]
            if refiner is None:
                gathered.append(_neighbours(rows, keys, n))
                capped[keyed.kind] = capped.get(keyed.kind, 0) + len(crowded)
                break
            refined[keyed.kind] = refined.get(keyed.kind, 0) + len(crowded)
            keys = refine(keys, refiner[rows])
    return Candidates(*_once(gathered, n), pairs, refined, capped)


def _once(gathered: list[Longs], n: int) -> tuple[Ints, Ints]:
    """Left and right of pairs given as left x n + right, each once, sorted."""
    joint = np.concatenate(gathered)
    gathered.clear()
    joint.sort()  # in its place: np.unique's table of ten million took six times as long and 170 MB more
    joint = joint[np.concatenate([[True], joint[1:] != joint[:-1]])] if len(joint) else joint
    return (joint // max(n, 1)).astype(np.int32), (joint % max(n, 1)).astype(np.int32)


def crowds_of(records: Records, among: Flags | None = None) -> Crowds:
    """Which keys are crowded in these records, at each step of refining; what a model freezes."""
    refined_by = refiners(records)
    crowded = [np.zeros(0, dtype=np.int64)]
    capped, portions = [np.zeros(0, dtype=np.int64)], [np.zeros(0, dtype=np.int64)]
    for keyed in blocks_of(records):
        rows, keys = keyed.rows, keyed.keys
        if among is not None:
            kept = among[rows]
            rows, keys = rows[kept], keys[kept]
        for refiner in (*refined_by, None):
            rows, keys, starts, sizes = _blocks(rows, keys)
            many = np.flatnonzero(sizes > CAP)
            if not len(many):
                break
            if refiner is None:
                capped.append(keys[starts[many]])
                portions.append(-(-sizes[many] // PORTION))
                break
            crowded.append(keys[starts[many]])
            inside = np.concatenate([np.arange(starts[k], starts[k] + sizes[k]) for k in many])
            rows, keys = rows[inside], keys[inside]
            keys = refine(keys, refiner[rows])
    last, times = np.concatenate(capped), np.concatenate(portions)
    order = np.argsort(last)
    last, times = last[order], times[order]
    table = Table(last, times.astype(np.int32), int(times.sum()))
    return Crowds(np.unique(np.concatenate(crowded)), table)


def lookups(records: Records, model: Model) -> tuple[Ints, Longs, Flags]:
    """The keys by which each record is looked up under a model that froze its crowds: the caller's rows, the
    keys, and which of them are not among `keys_of` because they were refined.

    A function of the record and the model only: two records are compared exactly when they share one.
    """
    rows, keys = [np.zeros(0, dtype=np.int32)], [np.zeros(0, dtype=np.int64)]
    refined = [np.zeros(0, dtype=np.bool_)]
    for _, at, found, deeper in _looked_up(records, model):
        rows.append(at)
        keys.append(found)
        refined.append(deeper)
    return records.order[np.concatenate(rows)], np.concatenate(keys), np.concatenate(refined)


def _looked_up(records: Records, model: Model) -> Iterator[tuple[str, Ints, Longs, Flags]]:
    """(kind, positions, keys, which were refined) for each kind of key, under the model's crowds."""
    crowds = model.crowds
    if crowds is None:
        raise ValueError("the model did not freeze which keys are crowded")
    said, refined_by = contents(records), refiners(records)
    for keyed in blocks_of(records):
        rows, keys = keyed.rows, keyed.keys.copy()
        refined = np.zeros(len(keys), dtype=np.bool_)
        for refiner in refined_by:
            crowded = crowds.is_crowded(keys)
            if not crowded.any():
                break
            refined |= crowded
            keys[crowded] = refine(keys[crowded], refiner[rows[crowded]])
        portions = crowds.capped.count(keys)
        many = portions > 1
        if many.any():
            nth = said[rows[many]].view(np.uint64) % portions[many].astype(np.uint64)
            keys[many] = mix(keys[many], 1 + nth.astype(np.int64))
        yield keyed.kind, rows, keys, refined


def _sharing(records: Records, among: Flags | None, model: Model) -> Candidates:
    """All pairs that share a look-up key under the model's crowds."""
    n = len(records)
    gathered = [np.zeros(0, dtype=np.int64)]
    pairs: dict[str, int] = {}
    refined: dict[str, int] = {}
    for kind, rows, keys, deeper in _looked_up(records, model):
        times = int(deeper.sum())
        if among is not None:
            kept = among[rows]
            rows, keys = rows[kept], keys[kept]
        rows, keys, starts, sizes = _blocks(rows, keys)
        made = _within(rows, starts, sizes, n)
        gathered.append(made)
        pairs[kind] = len(made)
        if times:
            refined[kind] = times
    return Candidates(*_once(gathered, n), pairs, refined, {})


def refine(keys: Longs, refiner: Longs) -> Longs:
    """The keys of crowded blocks, row by row, with one more field that must agree."""
    return mix(keys, refiner)


def refiners(records: Records) -> tuple[Longs, ...]:
    """What must agree too in a crowded block, field after field, by position; REFINEMENTS of them.

    A record without the field keeps a place of its own kind. Never 0, so refining loses no record.
    """
    parts = records.parts
    last = mix(records.part_keys(records.last, parts.sounds) | 1, 1)
    first = mix(records.part_keys(records.first, parts.initials) | 1, 2)
    contact = records.email.keys()
    phone = np.zeros(len(records), dtype=np.int64)
    has = records.phones[:, 0] >= 0
    phone[has] = records.phone.digests[records.phones[has, 0]]
    place = np.where(contact != 0, contact, np.where(phone != 0, phone, records.city.keys()))
    return last, mix(first, last), mix(first, place | 1)


def _blocks(rows: Ints, keys: Longs) -> tuple[Ints, Longs, Longs, Longs]:
    """Rows and keys sorted by key, and where each key with two rows or more starts and how many it has."""
    order = np.lexsort((rows, keys))
    rows, keys = rows[order], keys[order]
    once = np.ones(len(rows), dtype=np.bool_)
    once[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    rows, keys = rows[once], keys[once]
    first = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]])) if len(keys) else np.zeros(0, int)
    sizes = np.diff(np.append(first, len(keys)))
    several = sizes > 1
    return rows, keys, first[several].astype(np.int64), sizes[several].astype(np.int64)


def _within(rows: Ints, starts: Longs, sizes: Longs, n: int) -> Longs:
    """All pairs inside each block, as left x n + right."""
    made = [np.zeros(0, dtype=np.int64)]
    for size in np.unique(sizes).tolist():
        begin = starts[sizes == size]
        i, j = np.triu_indices(size, 1)
        a = rows[(begin[:, None] + i).ravel()].astype(np.int64)
        b = rows[(begin[:, None] + j).ravel()].astype(np.int64)
        made.append(np.minimum(a, b) * n + np.maximum(a, b))
    return np.concatenate(made)


def _neighbours(rows: Ints, keys: Longs, n: int) -> Longs:
    """Each row with the next few of its block."""
    made = [np.zeros(0, dtype=np.int64)]
    for step in range(1, NEIGHBOURS + 1):
        together = keys[step:] == keys[:-step]
        a, b = rows[:-step][together].astype(np.int64), rows[step:][together].astype(np.int64)
        made.append(np.minimum(a, b) * n + np.maximum(a, b))
    return np.concatenate(made)

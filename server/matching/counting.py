"""What is counted of a house's records: names by distinct persons, contacts by unlike bearers."""

from __future__ import annotations

from itertools import pairwise
from operator import contains

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from server.matching.columns import Flags, Ints, Longs, distinct_pairs, gather, mix, number_key, pick
from server.matching.model import Model, Priors, Table, shipped, shipped_priors
from server.matching.records import Records

MANY_UNLIKE = 4
"""So many unlike bearers of three surnames or more make a value an agency's or a desk's, nobody's own."""

SLIPPED_DATES = 10
"""Birth dates on one full name that may be one regular's, with slips."""

MOST_NAMES = 64
"""Different names on one value that are held against each other; one with more is nobody's long before."""


def count(records: Records, priors: Priors = shipped) -> Model:
    """The tables of a model: how common names and values are here, and whose the contacts are."""
    first, last, person = names_of(records)
    names, one_each = np.unique(person, return_index=True)
    names, one_each = names[names != 0], one_each[names != 0]
    times = _bearers_of_names(records, person, names)
    tables = {"first": Table.of(first[one_each], times), "last": Table.of(last[one_each], times)}
    for name, values, persons in told_of_persons(records):
        tables[name] = Table.of(_by_person(values, persons))
    shared = [np.zeros(0, dtype=np.int64)]
    for name, rows, values in contacts_of(records):
        tables[name], nobodys = bearers(records, rows, values)
        shared.append(nobodys)
    days = records.stay_from[records.stay_from >= 0]
    return Model(
        records=len(records),
        persons=int(times.sum()),
        days=int(days.max() - days.min()) + 1 if len(days) else 0,
        rooms=len(records.room.values),
        tables=tables,
        shared=np.unique(np.concatenate(shared)),
        weights=dict(priors) or dict(shipped_priors()),
    )


def names_of(records: Records) -> tuple[Longs, Longs, Longs]:
    """By position: the digests of first and last name, and one for whose name it is (0 where there is none).

    Of a name in one part the first record with it tells whether it is counted as a first or a last name.
    """
    first, last = (gather(records.parts.digests, codes, 0) for codes in (records.first, records.last))
    both = mix(first, last)
    return first, last, np.where(both != 0, both, mix(first | last, 1))


def born(records: Records) -> Longs:
    """What tells two bearers of one name apart, by position: the birth date; 0 where it is not known."""
    return number_key(records.birth)


def _bearers_of_names(records: Records, person: Longs, names: Longs) -> Longs:
    """How many persons bear each full name: as many as it has birth dates, where those are many, else one.

    Names are sorted. A regular's few dates may be slips, and two namesakes hardly make a name common; what
    stands on dozens of dates is a common name, or one that a desk types for everybody.
    """
    day = born(records)
    known = np.unique(np.stack([person, day])[:, (person != 0) & (day != 0)], axis=1)[0]
    times = np.ones(len(names), dtype=np.int64)
    bearers, dates = np.unique(known, return_counts=True)
    times[np.searchsorted(names, bearers)] = np.where(dates > SLIPPED_DATES, dates, 1)
    return times


def told_of_persons(records: Records) -> list[tuple[str, Longs, Longs]]:
    """(table, values, persons), by position: values that are counted once for each person that says them."""
    first, last, _ = names_of(records)
    both, address = mix(first, last), records.email.keys()
    return [
        ("birth", records.birth.astype(np.int64) * (records.birth >= 0), both),
        ("city", records.city.keys(), both),
        ("nationality", records.nationality.keys(), both),
        ("company", records.company.keys(), both),
        ("domain", records.domain.keys(), address),
        ("mailbox", records.mailbox.keys(), address),
    ]


def contacts_of(records: Records) -> list[tuple[str, Ints, Longs]]:
    """(table, positions, values): values whose bearers are counted; 0 where a record has none."""
    everyone = np.arange(len(records), dtype=np.int32)
    numbers = [gather(records.phone.digests, records.phones[:, side], 0) for side in (0, 1)]
    return [
        ("email bearers", everyone, records.email.keys()),
        ("phone bearers", np.concatenate([everyone, everyone]), np.concatenate(numbers)),
        ("document bearers", everyone, records.document.keys()),
        ("loyalty bearers", everyone, records.loyalty.keys()),
    ]


def is_borne(records: Records, rows: Ints, values: Longs) -> Flags:
    """Which of the values at these positions are borne under a name that was written, not guessed.

    Nor typed by whoever stood at a tablet: four made-up names would make a guest's own address nobody's.
    """
    written = (records.first[rows] >= 0) | (records.last[rows] >= 0)
    sure = written & ~records.named_by_mailbox[rows] & ~records.typed[rows]
    return np.asarray((values != 0) & sure, dtype=np.bool_)


def _by_person(values: Longs, person: Longs) -> Longs:
    """The value once for each different name that bears it, so that a regular does not make it common."""
    said = values != 0
    values, person = values[said], person[said]
    order = np.lexsort((person, values))  # np.unique of rows takes four times as long
    values, person = values[order], person[order]
    once = np.ones(len(values), dtype=np.bool_)
    once[1:] = (values[1:] != values[:-1]) | (person[1:] != person[:-1])
    return values[once]


def bearers(records: Records, rows: Ints, values: Longs) -> tuple[Table, Longs]:
    """How many unlike persons bear each value, for those with more than one; and the values of nobody.

    The names on a value are heard one by one, the fullest first: one that is unlike all persons so far is
    another. By spelling, as codes depend on which other records are at hand.
    """
    borne = is_borne(records, rows, values)
    value, first, last = values[borne], records.first[rows[borne]], records.last[rows[borne]]
    rank = records.once("name, rank", lambda: _ranks(records.parts.values))
    length = records.once(
        "name, length", lambda: np.array([*map(len, records.parts.values), 0], dtype=np.int32)
    )
    known = (first >= 0).astype(np.int8) + (last >= 0)
    order = np.lexsort((rank[last], rank[first], -(length[first] + length[last]), -known, value))
    value, first, last = value[order], first[order], last[order]
    once = np.ones(len(value), dtype=np.bool_)
    once[1:] = (value[1:] != value[:-1]) | (first[1:] != first[:-1]) | (last[1:] != last[:-1])
    value, first, last = value[once], first[once], last[once]
    keys, starts, sizes = np.unique(value, return_index=True, return_counts=True)
    nth = np.arange(len(value)) - np.repeat(starts, sizes)
    heard = np.repeat(sizes > 1, sizes) & (nth < MOST_NAMES)
    of, nth, first, last = (
        np.repeat(np.arange(len(keys)), sizes)[heard],
        nth[heard],
        first[heard],
        last[heard],
    )
    persons, surnames = _unlike(records, nth, first, last)
    count_of = np.bincount(of, weights=persons, minlength=len(keys)).astype(np.int32)
    surnames_of = np.bincount(of, weights=surnames, minlength=len(keys))
    several = count_of > 1
    nobodys = keys[(count_of >= MANY_UNLIKE) & (surnames_of >= MANY_UNLIKE - 1)]
    return Table(keys[several], count_of[several], len(keys)), nobodys


def _ranks(texts: tuple[str, ...]) -> Ints:
    """The place of each text among all by their letters; -1, at the end, for none."""
    ranks = np.empty(len(texts) + 1, dtype=np.int32)
    ranks[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
    ranks[-1] = -1
    return ranks


def _unlike(records: Records, nth: Longs, first: Ints, last: Ints) -> tuple[Flags, Flags]:
    """Of the names on each value (`nth` of them): which is a person, which a surname, not heard before."""
    after = np.repeat(np.arange(len(nth)), nth)
    before = after - 1 - (np.arange(len(after)) - np.repeat(np.cumsum(nth) - nth, nth))
    straight = _alike(records, first[after], first[before]) & _alike(records, last[after], last[before])
    crossed = _alike(records, first[after], last[before]) & _alike(records, last[after], first[before])
    one_person = straight | crossed
    short = np.append(records.parts.initial_only, True)
    spelled = ~short[last]
    one_surname = _alike(records, last[after], last[before]) & spelled[before]
    person, surname = np.ones(len(nth), dtype=np.bool_), spelled.copy()
    turn = np.argsort(nth[after], kind="stable")
    ends = np.searchsorted(nth[after][turn], np.arange(int(nth.max(initial=0)) + 2))
    for begin, end in pairwise(ends[1:].tolist()):
        now = turn[begin:end]
        a, b = after[now], before[now]
        person[a[one_person[now] & person[b]]] = False
        surname[a[one_surname[now] & surname[b]]] = False
    return person, surname


def _alike(records: Records, a: Ints, b: Ints) -> Flags:
    """Whether two name parts can be one person's: by sound, as initials, short for it, a slip apart."""
    parts = records.parts
    alike = (a < 0) | (b < 0) | (a == b)
    pairs = distinct_pairs(a, b, len(parts.values))
    if not len(pairs.left):
        return np.asarray(alike, dtype=np.bool_)
    p, q = pairs.left, pairs.right
    found = (parts.sounds[p] == parts.sounds[q]) | parts.nicks.meet(p, q)
    open_ = np.flatnonzero(~found)
    turned = parts.lengths[p[open_]] > parts.lengths[q[open_]]
    shorter = np.where(turned, q[open_], p[open_]).astype(np.int32)
    longer = np.where(turned, p[open_], q[open_]).astype(np.int32)
    x, y = pick(parts.core_texts, shorter), pick(parts.core_texts, longer)
    apart = cpdist(x, y, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)
    found[open_] = apart <= np.where(parts.lengths[shorter] < 7, 1, 2)
    found[open_] |= np.fromiter(map(contains, y, x), dtype=np.bool_, count=len(open_))
    short = (parts.initial_only[p] | parts.initial_only[q]) & (parts.sounds[p] != parts.sounds[q])
    found[short] = (parts.initials[p] == parts.initials[q])[short]
    pairs.spread(found, alike)
    return np.asarray(alike, dtype=np.bool_)

"""What tells households: the values that persons share, who stands for a person, what tells two apart."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from server.matching.columns import NO_KEY, Flags, Ints, Levels, Longs, gather, places_of
from server.matching.kinds import kinds_of_evidence
from server.matching.model import Model
from server.matching.records import Records

HANDFUL = 6
"""Persons on one value, up to which it is a household's; more share a block of flats, a desk or a tour."""

_DIGIT = re.compile(r"\d")

UNLIKE = -2.0
"""Bits within a household from which evidence tells two persons apart; nearer ones may yet be one person."""

TELLS_APART = ("name", "birth_date", "document", "gender")
"""Evidence that two persons of one household do not share."""


@dataclass(frozen=True, slots=True)
class Shared:
    """What records say that a household may share: positions, a key (0: none) and a code to show each by."""

    rows: Ints
    keys: Longs
    value: Ints


def faces_of(records: Records, label: Longs) -> Ints:
    """By label: the record that says most of its person (a full name first, then a birth date)."""
    face = np.arange(len(records), dtype=np.int32)
    several = places_of(np.bincount(label, minlength=len(records))[label] > 1)
    if not len(several):
        return face
    full = ~np.append(records.parts.initial_only, True)  # of none too: the place -1
    first, last = full[records.first[several]], full[records.last[several]]
    said = 4 * (first & last) + 2 * first.astype(np.int8) + (records.birth[several] >= 0)
    order = np.lexsort((several, -said, label[several]))
    several = several[order]
    groups = label[several]
    best = np.ones(len(groups), dtype=np.bool_)
    best[1:] = groups[1:] != groups[:-1]
    face[groups[best]] = several[best]
    return face


def compared(records: Records, model: Model, left: Ints, right: Ints) -> tuple[Flags, Levels]:
    """Whether any evidence tells the two apart within a household; and how their surnames compare."""
    kinds = kinds_of_evidence()
    unlike = np.zeros(len(left), dtype=np.bool_)
    surname = np.zeros(len(left), dtype=np.int8)
    for name in TELLS_APART:
        found = kinds[name].compare(records, model, left, right)
        kin = model.bits[name][found.level, 1] + found.kin
        unlike |= (found.level > 0) & (kin <= UNLIKE)
        if name == "name":
            surname = found.level % 10
    return unlike, surname


def are_numbered(records: Records) -> Flags:
    """Which streets come with a number; without one, half a village has the address."""
    said = [bool(_DIGIT.search(value)) for value in records.street.values]
    return np.array([*said, False], dtype=np.bool_)


def emails_in(records: Records, model: Model) -> Shared:
    """Addresses of persons, not of desks; those that a booking site lends are in another column."""
    everyone = np.arange(len(records), dtype=np.int32)
    address = np.where(records.desk, NO_KEY, records.email.keys())
    return Shared(everyone, _own(model, "email bearers", address), records.email.codes)


def phones_in(records: Records, model: Model) -> Shared:
    """Both numbers of each record."""
    everyone = np.arange(len(records), dtype=np.int32)
    codes = np.concatenate([records.phones[:, 0], records.phones[:, 1]])
    keys = _own(model, "phone bearers", gather(records.phone.digests, codes, NO_KEY))
    return Shared(np.concatenate([everyone, everyone]), keys, codes)


def _own(model: Model, table: str, keys: Longs) -> Longs:
    """The keys without those of values that are nobody's, or more than a handful's as the model knows."""
    nobodys = model.is_shared(keys) | (model.bearers(table, keys) > HANDFUL)
    return np.where(nobodys, NO_KEY, keys)

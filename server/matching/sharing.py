"""What records say that a household may share, each record by itself, and whether two persons are told apart.

`households_of` looks at all records together and fills a missing postal code from a neighbour's. Where guests
come one by one, the answer must not hang on who came before: here a home is a street with its postal code,
and a street with its town, whichever a record tells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from server.matching.columns import NO_KEY, Flags, Ints, Levels, Longs, digests, gather, in_order, mix
from server.matching.evidence._parts import INITIAL, NICKNAME
from server.matching.model import Model
from server.matching.records import Records
from server.matching.shared_values import are_numbered, compared, emails_in, faces_of, phones_in

REASONS = ("household_home", "household_email", "household_phone")
"""What makes a household, in the order in which it is told; a booking or a room makes companions."""


@dataclass(frozen=True, slots=True)
class Sharing:
    """Values that may be a household's: the caller's row, a key, its reason (of REASONS), and two facts.

    `at_work`: the record names a company beside it. `numbered`: not a home, or one in a street with a number.
    """

    rows: Ints
    keys: Longs
    reason: Levels
    at_work: Flags
    numbered: Flags


def sharing_of(records: Records, model: Model) -> Sharing:
    """All such values of the records, less those that are nobody's or a crowd's by the model."""
    everyone = np.arange(len(records), dtype=np.int32)
    codes, standing = in_order(records.street.codes, len(records.street.values))
    written = [records.street.values[code] for code in standing.tolist()]
    street = gather(digests(" ".join(sorted(value.split())) for value in written), codes, NO_KEY)
    emails, phones = emails_in(records, model), phones_in(records, model)
    parts = (
        (everyone, mix(street, records.postal.keys(), 1), 0),
        (everyone, mix(street, records.city.keys(), 2), 0),
        (emails.rows, mix(emails.keys, 3), 1),
        (phones.rows, mix(phones.keys, 4), 2),
    )
    rows = np.concatenate([part[0] for part in parts])
    keys = np.concatenate([part[1] for part in parts])
    reason = np.concatenate([np.full(len(part[0]), part[2], dtype=np.int8) for part in parts])
    has = keys != NO_KEY
    rows, keys, reason = rows[has], keys[has], reason[has]
    numbered = are_numbered(records)[records.street.codes[rows]] | (reason != 0)
    return Sharing(records.order[rows], keys, reason, records.company.codes[rows] >= 0, numbered)


def told_apart(
    records: Records, model: Model, persons: Sequence[int], pairs: Sequence[tuple[int, int]]
) -> tuple[Flags, Flags, Flags]:
    """Of pairs of persons: whether evidence tells them apart; whether their surnames fit as two initials or
    better (colleagues' do not); whether as well as nicknames do (a village's do not).

    `persons`: the number of the person of each row, from 0 without gaps; `pairs` are of such numbers.
    """
    person = np.asarray(persons, dtype=np.int64)[records.order]
    _, first = np.unique(person, return_index=True)
    faces = faces_of(records, first[person])[first]
    left = faces[np.array([one for one, _ in pairs], dtype=np.int64)]
    right = faces[np.array([other for _, other in pairs], dtype=np.int64)]
    unlike, surname = compared(records, model, left, right)
    return unlike, surname >= INITIAL, surname >= NICKNAME

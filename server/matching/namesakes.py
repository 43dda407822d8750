"""How often one full name is one person in this house, told by its own birth dates; no labels are used."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from server.matching.columns import Flags, Longs, gather, mix
from server.matching.evidence.birth_date import alike
from server.matching.model import NAMESAKES, Model
from server.matching.records import Records
from server.matching.scoring import of_name, probabilities, weigh

FEWER_NAMESAKES, MORE_NAMESAKES = 2.5, 0.5
"""Bits by which a house's own birth dates may move NAMESAKES down and up."""

NAMESAKES_MET = 12
"""Records of one name and a birth date that each such record is held against; a bound for common names."""

MOST_HEARD = 100_000
"""Pairs that are heard at all; of more, every so many."""

TRUST_IN_NAMESAKES = 0.7
"""Standard deviation, in bits, of NAMESAKES from house to house; few birth dates hardly move it."""

SAME_PERSON_SAME_DATE, TWO_PERSONS_SAME_DATE = 0.97, 0.005
"""Shares of pairs with one birth date, a slip allowed: of one person's records, of two persons'."""


def namesakes_of(records: Records, model: Model) -> tuple[float, int]:
    """The bits to take off a name so that equal full names are one person as often as birth dates say.

    Beside them, how many pairs said so.
    Of records with one full name and a birth date each, the share with one date tells, without labels, how
    often such a name is one person. All else that they say (unlike telephones, towns) is heard as well, or a
    name would be blamed for it. Bounded, and near the shipped value where few dates are known.
    """
    born = np.flatnonzero((records.birth >= 0) & (records.first >= 0) & (records.last >= 0))
    first, last = (gather(records.parts.digests, codes[born], 0) for codes in (records.first, records.last))
    name = mix(first, last)
    order = np.lexsort((born, name))
    born, name = born[order], name[order]
    lefts, rights = [born[:0]], [born[:0]]
    for step in range(1, NAMESAKES_MET + 1):
        together = name[step:] == name[:-step]
        lefts.append(born[:-step][together])
        rights.append(born[step:][together])
    left, right = np.concatenate(lefts), np.concatenate(rights)
    alone = ~_share_more_than_a_name(records, left, right)
    every = max(1, -(-int(alone.sum()) // MOST_HEARD))
    heard = np.flatnonzero(alone)[::every]
    one, two = left[heard].astype(np.int32), right[heard].astype(np.int32)
    if not len(one):
        return NAMESAKES, 0
    agree = alike(records, one, two)
    undated = replace(records, birth=np.full(len(records), -1, dtype=np.int32), derived={})
    told = weigh(undated, model, one, two)
    names = told.outcomes["name"].stranger
    beside = told.stranger - of_name(model, names, model.namesakes)
    steps = np.arange(-FEWER_NAMESAKES, MORE_NAMESAKES + 0.01, 0.05)
    found = []
    for step in steps.tolist():
        stranger = of_name(model, names, NAMESAKES + step) + beside
        sure = probabilities(-np.logaddexp2(-stranger, -told.kin))
        same = sure * SAME_PERSON_SAME_DATE + (1 - sure) * TWO_PERSONS_SAME_DATE
        likely = np.where(agree, np.log(same), np.log1p(-same))
        found.append(float(likely.sum()) - step**2 / (2 * TRUST_IN_NAMESAKES**2))
    return NAMESAKES + round(float(steps[int(np.argmax(found))]), 2), len(one)


def _share_more_than_a_name(records: Records, left: Longs, right: Longs) -> Flags:
    """Whether two records say one thing more that two namesakes would not: contact, document, room."""
    found = np.zeros(len(left), dtype=np.bool_)
    for column in (
        records.email,
        records.document,
        records.loyalty,
        records.street,
        records.card,
        records.room,
    ):
        found |= (column.codes[left] >= 0) & (column.codes[left] == column.codes[right])
    for one in (0, 1):
        for two in (0, 1):
            a, b = records.phones[left, one], records.phones[right, two]
            found |= (a >= 0) & (a == b)
    return found

"""What comparing found of pairs, kept while the same few records are asked about again and again.

One record that arrives is weighed against all it meets; then its groups hear some of those pairs once more,
and the desk is told why. The outcome of a pair hangs on what the two records say and on the model only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from server.matching.columns import Ints
from server.matching.levels import Compared
from server.matching.model import Model
from server.matching.records import Records
from server.matching.saying import contents

FEW = 256
"""Pairs up to which it is looked whether they were compared before."""

MOST_RECORDS = 5_000
"""Records in a batch of which pairs are remembered: in a whole house hardly one is asked for again."""

Outcomes = dict[str, Compared]
"""By kind of evidence."""

Pair = tuple[int, int, bool, bool]
"""What the left and the right record say, and whether the address of each is a desk's."""


@dataclass(slots=True)
class _Table:
    """Outcomes of some kinds, of pairs by their places."""

    places: dict[Pair, int] = field(default_factory=dict)
    outcomes: Outcomes = field(default_factory=dict)

    def add(self, pairs: Sequence[Pair], found: Outcomes) -> None:
        """Keep what was found of pairs that are not here."""
        start = len(self.places)
        self.places.update({pair: start + nth for nth, pair in enumerate(pairs)})
        if start:
            found = {kind: _joined(self.outcomes[kind], outcome) for kind, outcome in found.items()}
        self.outcomes = found

    def told(self, pairs: Sequence[Pair], kinds: Sequence[str]) -> Outcomes:
        """The outcomes of pairs that are all here."""
        at = np.array([self.places[pair] for pair in pairs], dtype=np.int64)
        told = ((kind, self.outcomes[kind]) for kind in kinds)
        return {kind: Compared(of.level[at], of.stranger[at], of.kin[at]) for kind, of in told}


def _joined(one: Compared, other: Compared) -> Compared:
    return Compared(
        np.concatenate([one.level, other.level]),
        np.concatenate([one.stranger, other.stranger]),
        np.concatenate([one.kin, other.kin]),
    )


def remembered(
    records: Records,
    model: Model,
    left: Ints,
    right: Ints,
    kinds: tuple[str, ...],
    compare: Callable[[Ints, Ints], Outcomes],
) -> Outcomes:
    """The outcomes of some kinds for these pairs; those that were never asked for are found by `compare`."""
    if not 0 < len(left) <= FEW or len(records) > MOST_RECORDS:
        return compare(left, right)
    tables: dict[tuple[str, ...], _Table] = records.pairs_under(model)
    said, desk = contents(records), records.desk
    columns = (said[left], said[right], desk[left], desk[right])
    pairs: list[Pair] = list(zip(*(column.tolist() for column in columns), strict=True))
    for known, table in tables.items():
        if set(kinds) <= set(known) and table.places.keys() >= set(pairs):
            return table.told(pairs, kinds)
    table = tables.setdefault(kinds, _Table())
    new = {pair: at for at, pair in enumerate(pairs) if pair not in table.places}
    at = np.array(list(new.values()), dtype=np.int64)
    table.add(list(new), compare(left[at], right[at]))
    return table.told(pairs, kinds)

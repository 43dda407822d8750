"""The frozen statistics that weigh evidence: how common a name is, whose a contact is, weights and cuts.

Same model + same records + same decisions = same groups. Nothing here is read from the batch that is matched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType

import numpy as np

from server.matching.columns import Bits, Flags, Ints, Longs
from server.matching.kinds import kinds_of_evidence
from server.matching.learnt import Learnt
from server.matching.levels import Level

ENGINE = "3"
"""Changes whenever the same model could give other groups."""


class OtherEngine(ValueError):
    """The model was made by another engine, whose digests and weights mean something else."""

    def __init__(self, engine: str) -> None:
        super().__init__(f"the model is of engine {engine}, this is engine {ENGINE}")
        self.engine = engine


FEWEST_PERSONS = 4_000
"""A house's records are a draw from its guests to come: no name is rarer than in a small hotel's year."""

SHIPPED_CUT = 0.85
"""Below this, a person decides (the product's line)."""

NAMESAKES = 2.0
"""Bits taken off a name: first and last names go together (country, family), so they are not independent."""

MOST_BY_NAME = 5.0
"""Bits beyond the prior that a full name alone may reach, however rare: children are named after parents."""


@dataclass(frozen=True, slots=True)
class Table:
    """How often each value stands, by its digest: sorted `keys` beside `counts`. Single ones are left out."""

    keys: Longs
    counts: Ints
    total: int

    @classmethod
    def of(cls, values: Longs, times: Longs | None = None) -> Table:
        """Count digests, each `times` over where that is given; 0 (no value) is not counted."""
        said = values != 0
        keys, inverse = np.unique(values[said], return_inverse=True)
        counts = np.bincount(inverse, weights=None if times is None else times[said], minlength=len(keys))
        counts = counts.astype(np.int64)
        often = counts > 1
        return cls(keys[often], counts[often].astype(np.int32), int(counts.sum()))

    def count(self, values: Longs) -> Ints:
        """How often each digest stands; 1 for a value not in the table."""
        found = np.ones(values.shape, dtype=np.int32)
        if len(self.keys):
            at = np.minimum(np.searchsorted(self.keys, values), len(self.keys) - 1)
            hit = self.keys[at] == values
            found[hit] = self.counts[at[hit]]
        return found


@dataclass(frozen=True, slots=True)
class Crowds:
    """Which look-up keys too many records share, frozen with a model.

    `keys`: sorted digests of those that a further field refines. `capped`: those crowded however refined,
    with how many portions each is split into.
    """

    keys: Longs
    capped: Table

    def is_crowded(self, keys: Longs) -> Flags:
        """Whether each key is refined."""
        return _among(self.keys, keys)


def _among(known: Longs, values: Longs) -> Flags:
    """Whether each value is one of the known, which are sorted."""
    if not len(known):
        return np.zeros(values.shape, dtype=np.bool_)
    at = np.minimum(np.searchsorted(known, values), len(known) - 1)
    return np.asarray(known[at] == values, dtype=np.bool_)


@dataclass(frozen=True)
class Model:
    """Statistics, weights and cut. `tables` by name, `shared` sorted digests of values that are nobody's."""

    records: int
    persons: int
    days: int
    rooms: int
    tables: Mapping[str, Table]
    shared: Longs
    weights: Mapping[str, tuple[tuple[float, float], ...]]
    cut: float = SHIPPED_CUT
    namesakes: float = NAMESAKES
    noise: Mapping[str, float] = field(default_factory=dict)
    met: Mapping[str, int] = field(default_factory=dict)  # pairs that noise and namesakes were learnt from
    crowds: Crowds | None = None  # None: counted in the batch that is matched
    learnt: Learnt | None = None  # None: nobody's answers

    @property
    def prior(self) -> float:
        """Bits against any two records being one person: a guest has few records among all."""
        return float(np.log2(max(self.persons, FEWEST_PERSONS)))

    @property
    def link_cut(self) -> float:
        """The probability from which the engine links by itself."""
        return max(self.cut, SHIPPED_CUT)

    def rarity(self, table: str, values: Longs, commonest: float) -> Bits:
        """Bits that an agreement on each value is worth: rarer ones more.

        `commonest` is what is believed of a value before it is counted, as a share of all: it steadies the
        first weeks, when a hotel has seen few names.
        """
        known = self.tables.get(table)
        if known is None:
            return np.full(values.shape, -np.log2(commonest), dtype=np.float32)
        steady = 400.0
        share = (known.count(values) + steady * commonest) / (known.total + steady)
        return np.asarray(-np.log2(np.minimum(share, 1.0)), dtype=np.float32)

    def bearers(self, table: str, values: Longs) -> Ints:
        """How many unlike persons bear each contact value; 1 when nothing is known."""
        known = self.tables.get(table)
        return known.count(values) if known is not None else np.ones(values.shape, dtype=np.int32)

    def is_shared(self, values: Longs) -> Flags:
        """Whether each value was found to be nobody's own."""
        return _among(self.shared, values)

    def to_json(self) -> str:
        """The model as text; the same model always gives the same text."""
        crowds = self.crowds
        frozen = (
            {}
            if crowds is None
            else {
                "crowds": {
                    "keys": crowds.keys.tolist(),
                    "capped": crowds.capped.keys.tolist(),
                    "portions": crowds.capped.counts.tolist(),
                }
            }
        )
        taught = {} if self.learnt is None else {"learnt": self.learnt.to_data()}
        return json.dumps(
            frozen
            | taught
            | {
                "engine": ENGINE,
                "records": self.records,
                "persons": self.persons,
                "days": self.days,
                "rooms": self.rooms,
                "cut": self.cut,
                "namesakes": self.namesakes,
                "noise": dict(sorted(self.noise.items())),
                "met": dict(sorted(self.met.items())),
                "shared": self.shared.tolist(),
                "weights": {name: [list(pair) for pair in w] for name, w in sorted(self.weights.items())},
                "tables": {
                    name: {"total": t.total, "keys": t.keys.tolist(), "counts": t.counts.tolist()}
                    for name, t in sorted(self.tables.items())
                },
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Model:
        """Read what to_json wrote, unexamined; see `guard.read_model`.

        Raises OtherEngine when another engine made it, ValueError, KeyError, TypeError, AttributeError or
        OverflowError when it is no model.
        """
        data = json.loads(text)
        if data.get("engine") != ENGINE:
            raise OtherEngine(str(data.get("engine")))
        return cls(
            records=int(data["records"]),
            persons=int(data["persons"]),
            days=int(data["days"]),
            rooms=int(data["rooms"]),
            cut=float(data["cut"]),
            namesakes=float(data["namesakes"]),
            noise={what: float(bits) for what, bits in data["noise"].items()},
            met={what: int(pairs) for what, pairs in data["met"].items()},
            shared=np.array(data["shared"], dtype=np.int64),
            crowds=_crowds_from(data.get("crowds")),
            learnt=Learnt.from_data(data["learnt"]) if data.get("learnt") is not None else None,
            weights={name: tuple((float(a), float(b)) for a, b in w) for name, w in data["weights"].items()},
            tables={
                name: Table(
                    np.array(t["keys"], dtype=np.int64),
                    np.array(t["counts"], dtype=np.int32),
                    int(t["total"]),
                )
                for name, t in data["tables"].items()
            },
        )

    @cached_property
    def bits(self) -> Mapping[str, Bits]:
        """The weights as arrays, made once: by kind of evidence, levels x (stranger, kin)."""
        return {name: np.array(weights, dtype=np.float32) for name, weights in self.weights.items()}

    @cached_property
    def version(self) -> str:
        """Names the model by its content."""
        return f"{ENGINE}-{sha256(self.to_json().encode()).hexdigest()[:16]}"


def _crowds_from(data: Mapping[str, list[int]] | None) -> Crowds | None:
    if data is None:
        return None
    counts = np.array(data["portions"], dtype=np.int32)
    table = Table(np.array(data["capped"], dtype=np.int64), counts, int(counts.sum()))
    return Crowds(np.array(data["keys"], dtype=np.int64), table)


Priors = Mapping[str, tuple[tuple[float, float], ...]]


def shipped_priors() -> Priors:
    """The weights that come with the engine: (stranger, kin) bits of every level of every evidence."""
    return {
        name: tuple((float(level.stranger), float(level.kin)) for level in levels)
        for name, levels in shipped_levels().items()
    }


def shipped_levels() -> Mapping[str, tuple[Level, ...]]:
    """The levels of every kind of evidence, as they come with the engine."""
    return {name: kind.LEVELS for name, kind in kinds_of_evidence().items()}


shipped: Priors = MappingProxyType({})
"""Stands for `shipped_priors()`, read when a model is made."""

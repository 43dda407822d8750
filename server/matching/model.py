"""The frozen statistics that weigh evidence: how common a name is, whose a contact is, weights and cuts.

Same model + same records + same decisions = same groups. Nothing here is read from the batch that is matched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType

import numpy as np

from server.discovery import discover
from server.matching.columns import Bits, Flags, Ints, Longs, gather, mix
from server.matching.levels import REQUIRED, Level
from server.matching.records import Records

ENGINE = "2"
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

MANY_UNLIKE = 4
"""So many unlike bearers of three surnames or more make a value an agency's or a desk's, nobody's own."""


NAMESAKES = 2.0
"""Bits taken off a name: first and last names go together (country, family), so they are not independent."""

FEWER_NAMESAKES, MORE_NAMESAKES = 2.0, 0.5
"""Bits by which a house's own birth dates may move NAMESAKES down and up."""

NAMESAKES_MET = 12
"""Records of one name and a birth date that each such record is held against; a bound for common names."""

TRUST_IN_NAMESAKES = 0.5
"""Standard deviation, in bits, of NAMESAKES from house to house; few birth dates hardly move it."""

SAME_PERSON_SAME_DATE, TWO_PERSONS_SAME_DATE = 0.97, 0.005
"""Shares of pairs with one birth date, a slip allowed: dates of two persons' records, and desk's favourites."""


@dataclass(frozen=True, slots=True)
class Table:
    """How often each value stands, by its digest: sorted `keys` beside `counts`. Single ones are left out."""

    keys: Longs
    counts: Ints
    total: int

    @classmethod
    def of(cls, values: Longs) -> Table:
        """Count digests; 0 (no value) is not counted."""
        keys, counts = np.unique(values[values != 0], return_counts=True)
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
        if not len(self.shared):
            return np.zeros(values.shape, dtype=np.bool_)
        at = np.minimum(np.searchsorted(self.shared, values), len(self.shared) - 1)
        return np.asarray(self.shared[at] == values, dtype=np.bool_)

    def to_json(self) -> str:
        """The model as text; the same model always gives the same text."""
        return json.dumps(
            {
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
    def version(self) -> str:
        """Names the model by its content."""
        return f"{ENGINE}-{sha256(self.to_json().encode()).hexdigest()[:16]}"


Priors = Mapping[str, tuple[tuple[float, float], ...]]


def shipped_priors() -> Priors:
    """The weights that come with the engine: (stranger, kin) bits of every level of every evidence."""
    return {
        name: tuple((float(level.stranger), float(level.kin)) for level in levels)
        for name, levels in shipped_levels().items()
    }


def shipped_levels() -> Mapping[str, tuple[Level, ...]]:
    """The levels of every kind of evidence, as they come with the engine."""
    return {name: kind.LEVELS for name, kind in discover("server.matching.evidence", REQUIRED).items()}


shipped: Priors = MappingProxyType({})
"""Stands for `shipped_priors()`, read when a model is made."""


def make_model(records: Records, priors: Priors = shipped) -> Model:
    """Count what the records of a house say: names by distinct persons, contacts by unlike bearers."""
    first, last, person = names_of(records)
    _, one_each = np.unique(person, return_index=True)
    named = one_each[person[one_each] != 0]
    tables = {"first": Table.of(first[named]), "last": Table.of(last[named])}
    for name, values, persons in told_of_persons(records):
        tables[name] = Table.of(_by_person(values, persons))
    shared: list[int] = []
    for name, rows, values in contacts_of(records):
        tables[name], nobodys = bearers(records, rows, values)
        shared += nobodys
    days = records.stay_from[records.stay_from >= 0]
    model = Model(
        records=len(records),
        persons=len(named),
        days=int(days.max() - days.min()) + 1 if len(days) else 0,
        rooms=len(records.room.values),
        tables=tables,
        shared=np.array(sorted(set(shared)), dtype=np.int64),
        weights=dict(priors) or dict(shipped_priors()),
    )
    from server.matching.noise import contradictions, noise_of

    seen = contradictions(records, model)
    model = replace(model, noise=noise_of(seen))
    namesakes, pairs = _namesakes(records, model)
    met = {what: heard for what, (_, heard) in seen.items()} | {"namesakes": pairs}
    return replace(model, namesakes=namesakes, met=met)


def _namesakes(records: Records, model: Model) -> tuple[float, int]:
    """The bits to take off a name so that equal full names are one person as often as birth dates say.

    Beside them, how many pairs said so.

    Of records with one full name and a birth date each, the share with one date tells, without labels, how
    often such a name is one person. Bounded, and near the shipped value where few dates are known.
    """
    from server.matching.evidence.birth_date import alike
    from server.matching.evidence.name import full_name_bits

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
    left, right = left[alone], right[alone]
    if not len(left):
        return NAMESAKES, 0
    agree = alike(records, left, right)
    bits = full_name_bits(records, model, left) - model.prior
    steps = np.arange(-FEWER_NAMESAKES, MORE_NAMESAKES + 0.01, 0.05)
    found = []
    for step in steps.tolist():
        one = 1 / (1 + np.exp2(-np.minimum(bits - NAMESAKES - step, 30)))
        same = one * SAME_PERSON_SAME_DATE + (1 - one) * TWO_PERSONS_SAME_DATE
        likely = np.where(agree, np.log(same), np.log1p(-same))
        found.append(float(likely.sum()) - step**2 / (2 * TRUST_IN_NAMESAKES**2))
    return NAMESAKES + round(float(steps[int(np.argmax(found))]), 2), len(left)


def _share_more_than_a_name(records: Records, left: Longs, right: Longs) -> Flags:
    """Whether two records say one thing more that two namesakes would not: contact, document, number, room."""
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


def names_of(records: Records) -> tuple[Longs, Longs, Longs]:
    """By position: the digests of first and last name, and one for whose name it is (0 where there is none).

    Of a name in one part the first record with it tells whether it is counted as a first or a last name.
    """
    first, last = (gather(records.parts.digests, codes, 0) for codes in (records.first, records.last))
    both = mix(first, last)
    return first, last, np.where(both != 0, both, mix(first | last, 1))


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
    """Which of the values at these positions are borne under a name that was written, not guessed."""
    written = (records.first[rows] >= 0) | (records.last[rows] >= 0)
    return np.asarray((values != 0) & ~records.named_by_mailbox[rows] & written, dtype=np.bool_)


def _by_person(values: Longs, person: Longs) -> Longs:
    """The value once for each different name that bears it, so that a regular does not make it common."""
    pairs = np.unique(np.stack([values, person], axis=1)[values != 0], axis=0)
    return pairs[:, 0]


def bearers(records: Records, rows: Ints, values: Longs) -> tuple[Table, list[int]]:
    """How many unlike persons bear each value, for those with more than one; and the values of nobody."""
    joint = np.stack(
        [values, records.first[rows].astype(np.int64), records.last[rows].astype(np.int64)], axis=1
    )
    borne = np.unique(joint[is_borne(records, rows, values)], axis=0)
    keys, starts, sizes = np.unique(borne[:, 0], return_index=True, return_counts=True)
    found: list[tuple[int, int]] = []
    nobodys: list[int] = []
    for at in np.flatnonzero(sizes > 1).tolist():
        names = borne[starts[at] : starts[at] + sizes[at], 1:].tolist()
        persons, surnames = _unlike(records, names)
        if persons > 1:
            found.append((int(keys[at]), persons))
        if persons >= MANY_UNLIKE and surnames >= MANY_UNLIKE - 1:
            nobodys.append(int(keys[at]))
    table = Table(
        np.array([key for key, _ in found], dtype=np.int64),
        np.array([count for _, count in found], dtype=np.int32),
        len(keys),
    )
    return table, nobodys


def _unlike(records: Records, names: Sequence[Sequence[int]]) -> tuple[int, int]:
    """How many persons a set of (first, last) codes must be, and of how many surnames."""
    sounds, initials = records.parts.sounds, records.parts.initials
    short = records.parts.initial_only
    nicknames = records.parts.nicknames

    def alike(a: int, b: int) -> bool:
        if a < 0 or b < 0 or a == b or sounds[a] == sounds[b]:
            return True
        if short[a] or short[b]:
            return bool(initials[a] == initials[b])
        x, y = records.parts.cores[a], records.parts.cores[b]
        return x in y or y in x or not nicknames[a].isdisjoint(nicknames[b]) or _few_slips(x, y)

    def fullest(name: Sequence[int]) -> tuple[int, int, list[str]]:
        # an initial after the names it fits; by spelling, as codes depend on which other records are at hand
        spelled = [records.parts.values[code] if code >= 0 else "" for code in name]
        return -sum(code >= 0 for code in name), -sum(map(len, spelled)), spelled

    persons: list[Sequence[int]] = []
    surnames: list[int] = []
    for first, last in sorted(names, key=fullest):
        if not any(
            (alike(first, f) and alike(last, s)) or (alike(first, s) and alike(last, f)) for f, s in persons
        ):
            persons.append((first, last))
        if last >= 0 and not short[last] and not any(alike(last, s) for s in surnames):
            surnames.append(last)
        if len(persons) > 200:
            break
    return len(persons), len(surnames)


def _few_slips(x: str, y: str) -> bool:
    from rapidfuzz.distance import OSA

    return OSA.distance(x, y, score_cutoff=2) <= (1 if min(len(x), len(y)) < 7 else 2)

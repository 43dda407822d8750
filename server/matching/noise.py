"""How often one person's records contradict each other here, seen where other evidence is beyond doubt.

Where document and birth date agree, an unlike first name is a slip of the desk, not another guest; where
document and full name agree, so is an unlike birth date. A house that types carelessly shows more of these,
and each contradiction then says less. In the same way two of one home and surname with unlike first names and
unlike birth dates are a family; where hardly any are seen, two who share a home are more often one person. No
labels are used, few such pairs hardly move anything, and the bounds hold.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from server.matching.columns import Flags, Ints, Longs, gather, mix
from server.matching.levels import Compared
from server.matching.model import Model
from server.matching.records import Records

EXPECTED: Mapping[str, float] = {
    "first": 0.004,
    "last": 0.03,
    "birth_date": 0.015,
    "document": 0.06,
    "family": 0.2,
}
"""Share of one person's pairs of records that contradict each other, as the shipped weights take it.

"family": of pairs of one home and surname, the share with unlike first names and unlike birth dates.
"""

FEWER_FAMILIES = 3.0
"""Bits by which a house without families may believe less in them."""

SURE_OF = 50
"""Pairs' worth of belief in EXPECTED."""

MOST = 6.0
"""Bits that a careless desk can take off a contradiction; a careful one adds none."""

MET = 3
"""Neighbours on one anchor that each record is held against."""

Met = Mapping[str, tuple[int, int]]
"""By what contradicts (first, last, birth_date, document): pairs that do, among all of proven persons."""


def contradictions(records: Records, model: Model) -> Met:
    """How often records that are beyond doubt one person's contradict each other here."""
    from server.matching.evidence import birth_date, document, name
    from server.matching.evidence._parts import KNOWN_NEAR, SLIP, UNLIKE

    contradicts: dict[str, tuple[int, int]] = {}
    left, right = _neighbours(records.document.keys())
    first, last = np.divmod(name.compare(records, model, left, right).level, 10)
    dates = birth_date.levels(records, left, right)
    proven = dates == birth_date.SAME
    for part, level in (("first", first), ("last", last)):
        heard = proven & (level > 0)
        contradicts[part] = _counted(heard, (level == UNLIKE) | (level == KNOWN_NEAR))
    proven = (first >= SLIP) & (last >= SLIP) & (dates > 0)
    contradicts["birth_date"] = _counted(proven, dates == birth_date.UNLIKE)
    known = (records.first >= 0) & (records.last >= 0) & (records.birth >= 0)
    cores = records.parts.digests
    person = mix(
        gather(cores, records.first, 0), gather(cores, records.last, 0), records.birth.astype(np.int64) + 1
    )
    left, right = _neighbours(np.where(known, person, 0))
    numbers = document.compare(records, model, left, right).level
    proven = _share_contact(records, left, right) & (numbers > 0)
    contradicts["document"] = _counted(proven, numbers == document.UNLIKE)
    left, right = _neighbours(np.where(known, mix(gather(cores, records.last, 0), _home(records)), 0))
    first = name.compare(records, model, left, right).level // 10
    contradicts["family"] = _counted(
        first > 0,
        ((first == UNLIKE) | (first == KNOWN_NEAR))
        & (birth_date.levels(records, left, right) == birth_date.UNLIKE),
    )
    return contradicts


def noise_of(met: Met) -> dict[str, float]:
    """Bits to add to a contradiction's (negative) weight, by what contradicts."""
    more = {
        what: float(np.log2((seen + SURE_OF * share) / (heard + SURE_OF) / share))
        for what, share in EXPECTED.items()
        for seen, heard in (met[what],)
    }
    more["family"] = min(-more["family"], FEWER_FAMILIES)
    return {what: round(float(np.clip(bits, 0, MOST)), 2) for what, bits in more.items()}


def soften(model: Model, outcomes: Mapping[str, Compared]) -> Mapping[str, Compared]:
    """The outcomes with contradictions weighed as this house deserves, beside a proof of the person.

    An unlike name is softened beside an agreeing birth date or document, an unlike birth date beside a
    document, a document beside a birth date: what `contradictions` counted. A couple that shares contact
    only is never softened.
    """
    from server.matching.evidence import birth_date, document
    from server.matching.evidence._parts import KNOWN_NEAR, UNLIKE

    if not any(model.noise.values()):
        return outcomes
    born = outcomes["birth_date"].level >= birth_date.SLIP
    papers = outcomes["document"].level >= document.SLIP
    first, last = np.divmod(outcomes["name"].level, 10)
    softened = dict(outcomes)
    for what, kind, where in (
        ("first", "name", ((first == UNLIKE) | (first == KNOWN_NEAR)) & (born | papers)),
        ("last", "name", ((last == UNLIKE) | (last == KNOWN_NEAR)) & (born | papers)),
        ("birth_date", "birth_date", (outcomes["birth_date"].level == birth_date.UNLIKE) & papers),
        ("document", "document", (outcomes["document"].level == document.UNLIKE) & born),
    ):
        bits = np.where(where, model.noise.get(what, 0.0), 0).astype(np.float32)
        found = softened[kind]
        softened[kind] = Compared(found.level, found.stranger + bits, found.kin + bits)
    return softened


def _counted(heard: Flags, contradicts: Flags) -> tuple[int, int]:
    return int((heard & contradicts).sum()), int(heard.sum())


def _neighbours(keys: Longs) -> tuple[Ints, Ints]:
    """Each record beside the next few of its key, in stable order."""
    rows = np.flatnonzero(keys != 0)
    rows = rows[np.lexsort((rows, keys[rows]))]
    lefts, rights = [rows[:0]], [rows[:0]]
    for step in range(1, MET + 1):
        together = keys[rows][step:] == keys[rows][:-step]
        lefts.append(rows[:-step][together])
        rights.append(rows[step:][together])
    return np.concatenate(lefts).astype(np.int32), np.concatenate(rights).astype(np.int32)


def _home(records: Records) -> Longs:
    """Where each record is at home: its street, else its telephone; 0 where neither is known."""
    number = gather(records.phone.digests, records.phones[:, 0], 0)
    return np.where(records.street.codes >= 0, records.street.keys(), number)


def _share_contact(records: Records, left: Ints, right: Ints) -> Flags:
    found = np.zeros(len(left), dtype=np.bool_)
    for codes in (records.email.codes, records.street.codes, records.phones[:, 0]):
        found |= (codes[left] >= 0) & (codes[left] == codes[right])
    return found

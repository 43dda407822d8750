"""How common the values of two records are here: a name of hundreds of guests says less than a rare one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

import numpy as np

from server.matching.columns import Column
from server.matching.evidence._number import last_characters
from server.matching.model import Model
from server.matching.records import Records

Sentence = tuple[str, dict[str, str]]

Said = tuple[str, str, int]
"""(table of the model, the value as it may be shown, its digest)."""


def rarity_of(records: Records, model: Model, kind: str, i: int, j: int) -> list[Sentence]:
    """How many guests here bear the values of a kind of evidence, for the records at positions i and j.

    Each value once, in the order of the two records; nothing for kinds whose values are not counted.
    """
    tell = _SAID.get(kind)
    if tell is None:
        return []
    found: dict[tuple[str, int], Sentence] = {}
    for at in (i, j):
        for table, shown, value in tell(records, at):
            known = model.tables.get(table)
            if known is None or not known.total or (table, value) in found:
                continue
            count = int(known.count(np.array([value], dtype=np.int64))[0])
            numbers = {"value": shown, "count": str(count), "total": str(known.total)}
            if not table.endswith("bearers"):
                code = "rarity_among"
            elif model.is_shared(np.array([value], dtype=np.int64))[0]:
                code = "rarity_nobodys"
            else:
                code = "rarity_bearers" if count > 1 else "rarity_one"
            found[table, value] = (code, numbers)
    return list(found.values())


def _names(records: Records, at: int) -> Iterator[Said]:
    for table, codes in (("first", records.first), ("last", records.last)):
        if (code := int(codes[at])) >= 0 and not records.parts.initial_only[code]:
            yield table, records.parts.values[code].title(), int(records.parts.digests[code])


def _birth(records: Records, at: int) -> Iterator[Said]:
    if (day := int(records.birth[at])) > 0:
        yield "birth", date.fromordinal(day).isoformat(), day


def _phones(records: Records, at: int) -> Iterator[Said]:
    for code in records.phones[at].tolist():
        if code >= 0:
            yield "phone bearers", records.phone.values[code], int(records.phone.digests[code])


def _of(
    table: str, column: Callable[[Records], Column], *, hide: bool = False
) -> Callable[..., Iterator[Said]]:
    def tell(records: Records, at: int) -> Iterator[Said]:
        values = column(records)
        if (code := int(values.codes[at])) >= 0:
            shown = last_characters(values, at, at)["number"] if hide else values.values[code]
            yield table, shown, int(values.digests[code])

    return tell


_SAID: dict[str, Callable[[Records, int], Iterator[Said]]] = {
    "name": _names,
    "birth_date": _birth,
    "phone": _phones,
    "email": _of("email bearers", lambda records: records.email),
    "document": _of("document bearers", lambda records: records.document, hide=True),
    "loyalty": _of("loyalty bearers", lambda records: records.loyalty, hide=True),
    "address": _of("city", lambda records: records.city),
    "nationality": _of("nationality", lambda records: records.nationality),
    "company": _of("company", lambda records: records.company),
}

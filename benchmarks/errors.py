"""The errors that remain, laid open for reading. Of the public set only the half that may be looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import md5

import numpy as np

from benchmarks.measuring import Stages, columns
from benchmarks.sets import Flags, LabelledSet, Longs, Truth
from server.matching import Explanation, Partition, explain, make_model, match
from server.resolving import Row, read_rows
from server.sentences import say


@dataclass(frozen=True, slots=True)
class Mistake:
    """Two records (rows) that are together and must not be, or apart and must be one."""

    kind: str
    one: int
    other: int


def mistakes(labels: Longs, truth: Truth, among: Flags) -> list[Mistake]:
    """Every mistake once: two persons in a cluster, or two clusters of one group, by their first records.

    Only records `among` these and decidable are looked at.
    """
    scored = np.flatnonzero(truth.decidable & among)
    glued = _first_of_each(scored, labels, truth.person)
    missed = _first_of_each(scored, truth.group, labels)
    return [
        *(Mistake("two persons in one group", i, j) for i, j in glued),
        *(Mistake("one person in two groups", i, j) for i, j in missed),
    ]


def _first_of_each(rows: Longs, within: Longs, apart: Longs) -> Iterator[tuple[int, int]]:
    """Inside each `within`, every two different values of `apart`, by the first row of each."""
    order = rows[np.lexsort((rows, apart[rows], within[rows]))]
    held: dict[int, dict[int, int]] = {}
    for row in order.tolist():
        held.setdefault(int(within[row]), {}).setdefault(int(apart[row]), row)
    for firsts in held.values():
        several = list(firsts.values())
        yield from ((i, j) for at, i in enumerate(several) for j in several[at + 1 :])


def drawn(found: list[Mistake], ids: list[str], count: int) -> list[Mistake]:
    """So many of them, drawn by a digest of their ids: the same ones while they remain."""

    def lot(mistake: Mistake) -> str:
        return md5(f"{ids[mistake.one]} {ids[mistake.other]}".encode(), usedforsecurity=False).hexdigest()

    return sorted(found, key=lot)[:count]


def laid_open(found: LabelledSet, count: int) -> Iterator[str]:
    """The lines that show the remaining errors of a set: both records, and the engine's words."""
    records, truth = columns(found, Stages())
    model = make_model(records)
    partition = match(records, model)
    rows = read_rows(found.file)
    ids = [row["record_id"] for row in rows]
    all_of_them = mistakes(partition.labels.astype(np.int64), truth, truth.part("dev"))
    yield f"{found.name}: {len(all_of_them)} errors in the half that may be looked at; {count} of them:"
    for number, mistake in enumerate(drawn(all_of_them, ids, count), start=1):
        yield ""
        yield f"{number}. {mistake.kind}"
        yield f"   {shown(rows[mistake.one])}"
        yield f"   {shown(rows[mistake.other])}"
        yield from explained(partition, explain(records, model, mistake.one, mistake.other))


def shown(row: Row) -> str:
    """A record as it came, without what it does not say."""
    return "; ".join(f"{column}={value}" for column, value in row.items() if value)


def explained(partition: Partition, told: Explanation) -> Iterator[str]:
    """The engine's verdict on the pair, and its sentences."""
    cut = partition.report.get("cut")
    yield f"   {told.verdict}: p {told.probability:.4f} (cut {cut}), prior -{told.prior:.1f} bits"
    for code, params in told.sentences:
        yield f"     {say(code, params)}"
    for kind, (stranger, kin) in told.weights.items():
        if stranger or kin:
            yield f"     {told.levels[kind]}: {stranger:+.1f} against strangers, {kin:+.1f} in a household"

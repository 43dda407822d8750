"""The errors that remain, laid open for reading. Of the public set only the half that may be looked at."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import md5

import numpy as np
import numpy.typing as npt

from benchmarks.cuts import Compared
from benchmarks.measuring import Stages, columns
from benchmarks.sets import Flags, LabelledSet, Longs, Truth
from server.matching import Explanation, Partition, explain, make_model, match
from server.resolving import Row, read_rows
from server.sentences import say

GLUED, MISSED = "two persons in one group", "one person in two groups"

Proposed = tuple[npt.NDArray[np.integer], npt.NDArray[np.integer], npt.NDArray[np.floating]]
"""Pairs of rows that the engine compared, and the probability of each."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """Two records (rows) that are together and must not be, or apart and must be one."""

    kind: str
    one: int
    other: int


def mistakes(labels: Longs, truth: Truth, among: Flags, proposed: Proposed | None = None) -> list[Mistake]:
    """Every mistake once: two persons in a cluster, or two clusters of one group.

    Each is shown by the likeliest pair of its records that was compared, or by its first records where none
    was. Only records `among` these and decidable are looked at.
    """
    scored = truth.decidable & among
    glued = _by_two(scored, labels, truth.person, proposed)
    missed = _by_two(scored, truth.group, labels, proposed)
    return [*(Mistake(GLUED, i, j) for i, j in glued), *(Mistake(MISSED, i, j) for i, j in missed)]


def _by_two(
    scored: Flags, within: Longs, apart: Longs, proposed: Proposed | None
) -> Iterator[tuple[int, int]]:
    """Two rows for every two different values of `apart` inside one of `within`."""
    likeliest = _likeliest(scored, within, apart, proposed) if proposed else {}
    rows = np.flatnonzero(scored)
    held: dict[int, dict[int, int]] = {}
    for row in rows[np.lexsort((rows, apart[rows], within[rows]))].tolist():
        held.setdefault(int(within[row]), {}).setdefault(int(apart[row]), row)
    for whole, firsts in held.items():
        sides = list(firsts)
        for at, one in enumerate(sides):
            for other in sides[at + 1 :]:
                yield likeliest.get((whole, one, other), (firsts[one], firsts[other]))


def _likeliest(
    scored: Flags, within: Longs, apart: Longs, proposed: Proposed
) -> dict[tuple[int, int, int], tuple[int, int]]:
    """The pair of the highest probability for every mistake that a compared pair shows."""
    left, right, p = proposed
    wrong = scored[left] & scored[right] & (within[left] == within[right]) & (apart[left] != apart[right])
    found: dict[tuple[int, int, int], tuple[int, int]] = {}
    at = np.flatnonzero(wrong)
    for k in at[np.lexsort((right[at], left[at], -p[at]))].tolist():
        one, other = sorted((int(left[k]), int(right[k])), key=lambda row: int(apart[row]))
        found.setdefault((int(within[one]), int(apart[one]), int(apart[other])), (one, other))
    return found


def drawn(found: list[Mistake], ids: Sequence[str], count: int) -> list[Mistake]:
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
    labels = partition.labels.astype(np.int64)
    proposed = Compared.of(records, model).probabilities()
    all_of_them = mistakes(labels, truth, truth.part("dev"), proposed)
    yield f"{found.name}: {len(all_of_them)} errors in the half that may be looked at; {count} of them:"
    for number, mistake in enumerate(drawn(all_of_them, ids, count), start=1):
        yield ""
        yield f"{number}. {mistake.kind}: {_groups(partition, mistake)}"
        yield f"   {shown(rows[mistake.one])}"
        yield f"   {shown(rows[mistake.other])}"
        yield f"   {_in_the_match(mistake, proposed)}; by itself:"
        yield from explained(partition, explain(records, model, mistake.one, mistake.other))


def _groups(partition: Partition, mistake: Mistake) -> str:
    """How large the groups are, and whether a person is asked about the two."""
    labels = partition.labels
    one, other = int(labels[mistake.one]), int(labels[mistake.other])
    sizes = [int((labels == label).sum()) for label in (one, other)]
    if one == other:
        return f"of {sizes[0]} records"
    asked = any({int(labels[i]), int(labels[j])} == {one, other} for i, j, _ in partition.questions)
    return f"of {sizes[0]} and {sizes[1]} records, {'asked' if asked else 'not asked'}"


def _in_the_match(mistake: Mistake, proposed: Proposed) -> str:
    """The pair's probability once its rivals were heard."""
    left, right, p = proposed
    pair = ((left == mistake.one) & (right == mistake.other)) | (
        (left == mistake.other) & (right == mistake.one)
    )
    at = np.flatnonzero(pair)
    return (
        f"p {float(p[at[0]]):.4f} in the match, rivals heard"
        if len(at)
        else "no key brought the two together"
    )


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

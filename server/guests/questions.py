"""Doubts between guests: every two that may be one, by their strongest pair. Whoever asks keeps a budget."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
from sqlalchemy import BindParameter, bindparam, delete, func, or_, select, union
from sqlalchemy.orm import Session

from server.guests.graph import Component
from server.guests.loading import Loaded, Reader
from server.guests.models import Decision, Link, Question
from server.matching import Partition
from server.matching.scoring import log_odds, probabilities
from server.records.models import Source, SourceRecord
from server.statements import change_with, insert_rows, rows_with


class _Pair(NamedTuple):
    """Two records of two guests: the strongest pair of those guests sorts first."""

    bits: float  # negative: strongest first
    names: tuple[str, str]
    record_a: int
    record_b: int


class _Bearer(NamedTuple):
    """A record that says certain contents: the engine's name of it first."""

    name: str
    record_id: int
    guest_id: str


_DECIDED = union(
    *(
        select(side).where(
            side.in_(bindparam("values", expanding=True)),
            Decision.verdict.in_(("same", "not_same")),
            Decision.withdrawn_at.is_(None),
        )
        for side in (Decision.record_a, Decision.record_b)
    )
)


_THERE = select(SourceRecord.id).where(SourceRecord.id.in_(bindparam("values", expanding=True)))


def _speaking(
    bearers: Mapping[int, Sequence[_Bearer]], circle: Mapping[int, int], decided: Collection[int]
) -> dict[int, list[_Bearer]]:
    """Those whose pairs are heard, as in `units_of`: the first of equal records, and who is decided about."""
    found: dict[int, list[_Bearer]] = {}
    for said, mine in bearers.items():
        spoken: set[int | None] = set()
        for one in sorted(mine):
            within = circle.get(one.record_id)
            if one.record_id in decided or within not in spoken:
                found.setdefault(said, []).append(one)
            if one.record_id not in decided:
                spoken.add(within)
    return found


def replace_all(session: Session, loaded: Loaded, partition: Partition, guest_of: Mapping[int, str]) -> None:
    """Write the doubts of a whole house in place of those there were, but for those about erased records."""
    session.execute(delete(Question))
    rows = _told(loaded, partition, guest_of)
    asked = {row[side] for row in rows for side in ("record_a", "record_b")}
    there = {found[0] for found in rows_with(session, _THERE, asked)}
    insert_rows(session, Question, [row for row in rows if {row["record_a"], row["record_b"]} <= there])


def write_doubts(
    session: Session,
    loaded: Loaded,
    partition: Partition,
    component: Component,
    guest_of: Mapping[int, str],
    guests: Collection[str],
    reader: Reader,
    minted: Collection[str] = (),
) -> int:
    """Write the doubts of these guests anew, inside the component and beyond it.

    `reader`: what read these records. `minted`: guests that are new, of whom nothing can stand there.

    Returns how many strong pairs lead out of a component that was cut short: questions of kind `unsettled`.
    Those of two guests of whom the same was asked before are not counted: a bulk run settles them no better
    at the second time.
    """
    rows = _told(loaded, partition, guest_of)
    beyond = _beyond(session, loaded, partition, component, guest_of, reader)
    unsettled = {(row["guest_a"], row["guest_b"]) for row in beyond if row["kind"] == "unsettled"}
    known = set(rows_with(session, _KNOWN, {guest for guest, _ in unsettled}))
    change_with(session, _DROP, [guest for guest in guests if guest not in minted], 500)
    likeliest: dict[tuple[str, str], dict[str, Any]] = {}
    for row in rows + beyond:  # a guest of whom not everything was solved is met on both sides
        between = row["guest_a"], row["guest_b"]
        if between not in likeliest or row["probability"] > likeliest[between]["probability"]:
            likeliest[between] = row
    insert_rows(session, Question, list(likeliest.values()))
    return len(unsettled - known)


def _told(loaded: Loaded, partition: Partition, guest_of: Mapping[int, str]) -> list[dict[str, Any]]:
    rows = []
    for doubt in partition.doubts:
        one, other = loaded.ids[doubt.i], loaded.ids[doubt.j]
        kind = "refused" if doubt.refused else "doubt"
        rows.append(_row(guest_of[one], guest_of[other], one, other, doubt.probability, doubt.settles, kind))
    return rows


def _row(
    guest: str, beside: str, one: int, other: int, probability: float, settles: float, kind: str
) -> dict[str, Any]:
    if beside < guest:
        guest, beside, one, other = beside, guest, other, one
    return {
        "guest_a": guest,
        "guest_b": beside,
        "record_a": one,
        "record_b": other,
        "probability": probability,
        "settles": settles,
        "kind": kind,
    }


def _beyond(
    session: Session,
    loaded: Loaded,
    partition: Partition,
    component: Component,
    guest_of: Mapping[int, str],
    reader: Reader,
) -> list[dict[str, Any]]:
    """Doubts between guests of the component and others, by the pairs that lead out of it."""
    outward = list(component.outward())
    if not outward:
        return []
    there = _named(session, {edge.other for edge in outward})
    names = dict(zip(loaded.ids, loaded.records.ids, strict=True))
    here: dict[int, list[_Bearer]] = {}
    for record_id in loaded.ids:
        bearer = _Bearer(names[record_id], record_id, guest_of[record_id])
        here.setdefault(loaded.saying[record_id], []).append(bearer)
    everyone = sorted({one.record_id for side in (here, there) for found in side.values() for one in found})
    circles = reader.circles(everyone)
    circle = {} if circles is None else dict(zip(everyone, circles.tolist(), strict=True))
    asked = everyone if reader.has_decisions() else []
    decided = {row[0] for row in rows_with(session, _DECIDED, asked)}
    here, there = (_speaking(side, circle, decided) for side in (here, there))
    apart = _apart(session, loaded.ids if asked else (), guest_of)
    cut = log_odds(partition.model.link_cut)
    best: dict[tuple[str, str], _Pair] = {}
    for edge in outward:
        for mine, other in product(here.get(edge.said, ()), there.get(edge.other, ())):
            between = (mine.guest_id, other.guest_id)
            is_apart = between in apart or circle.get(mine.record_id) != circle.get(other.record_id)
            if mine.guest_id != other.guest_id and not is_apart:
                low, high = sorted((mine.name, other.name))
                pair = _Pair(-edge.bits, (low, high), mine.record_id, other.record_id)
                best[between] = min(best.get(between, pair), pair)
    sizes = Counter(guest_of.values()) + _sizes(
        session, {guest for _, guest in best} - set(guest_of.values())
    )
    bits = np.array([-pair.bits for pair in best.values()], dtype=np.float32)
    rows = []
    chances = probabilities(bits).astype(np.float64).tolist()
    for (one, two), pair, chance in zip(best, best.values(), chances, strict=True):
        kind = "unsettled" if -pair.bits >= cut else "doubt"
        settles = chance * sizes[one] * sizes[two]
        rows.append(_row(one, two, pair.record_a, pair.record_b, chance, settles, kind))
    return rows


def _named(session: Session, saids: Collection[int]) -> dict[int, list[_Bearer]]:
    """Linked records by what they say."""
    found: dict[int, list[_Bearer]] = {}
    for said, record_id, guest, source, key in rows_with(session, _NAMED, saids, 500):
        found.setdefault(said, []).append(_Bearer(f"{source}\x1f{key}", record_id, guest))
    return found


def _apart(session: Session, ids: Iterable[int], guest_of: Mapping[int, str]) -> set[tuple[str, str]]:
    """Guests of the component beside others that people said are not the same."""
    rows = rows_with(session, _APART, ids, 500)
    return {(guest_of[record], guest) for record, guest in rows}


def _sizes(session: Session, guests: Collection[str]) -> Counter[str]:
    return Counter(dict(rows_with(session, _SIZES, guests, 500)))


_values: BindParameter[Any] = bindparam("values", expanding=True)
_KNOWN = select(Question.guest_a, Question.guest_b).where(
    Question.guest_a.in_(_values), Question.kind.in_(("unsettled", "refused"))
)
_DROP = delete(Question).where(or_(Question.guest_a.in_(_values), Question.guest_b.in_(_values)))
_NAMED = (
    select(Link.said, Link.record_id, Link.guest_id, Source.name, SourceRecord.key)
    .join(SourceRecord, SourceRecord.id == Link.record_id)
    .join(Source, Source.id == SourceRecord.source_id)
    .where(Link.said.in_(_values))
)
_APART = union(
    *(
        select(mine, Link.guest_id)
        .join(Link, Link.record_id == other)
        .where(Decision.withdrawn_at.is_(None), Decision.verdict == "not_same", mine.in_(_values))
        for mine, other in ((Decision.record_a, Decision.record_b), (Decision.record_b, Decision.record_a))
    )
)
_SIZES = select(Link.guest_id, func.count()).where(Link.guest_id.in_(_values)).group_by(Link.guest_id)

"""The pairs that groups are made of, as the tables keep them: contents that are likely one person.

Nodes are contents (`link.said`), edges the pairs of one model. A group never feels what no chain of strong
pairs, equal contents or people's decisions leads to, so whatever is solved again is a whole such component.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, delete, select, union_all
from sqlalchemy.orm import Session

from server.db import insert_tuples, rows_with
from server.guests.loading import parts
from server.guests.models import Decision, Link, Pair
from server.matching.columns import Bits, Longs
from server.records.models import SourceRecord

MOST_PASSES = 9
"""How often what is solved again is widened by whoever is strongly paired with it."""

MOST_CONTENTS = 400
"""Contents that are solved again at once (the largest component seen had 50)."""


class Edge(NamedTuple):
    """A pair of contents and what is said for their being one person."""

    said: int
    other: int
    bits: float


@dataclass
class Component:
    """What is solved together: contents, the records that say them, and every pair that touches them.

    `passes`: rounds of widening until nothing more came in. `is_cut`: it was stopped at the cap before.
    """

    saids: set[int] = field(default_factory=set)
    records: dict[int, int] = field(default_factory=dict)  # id -> contents
    edges: list[Edge] = field(default_factory=list)
    passes: int = 0
    is_cut: bool = False

    def inside(self) -> Iterator[Edge]:
        """Pairs of its own, each once."""
        return (edge for edge in self.edges if edge.said < edge.other and edge.other in self.saids)

    def outward(self) -> Iterator[Edge]:
        """Pairs with contents outside."""
        return (edge for edge in self.edges if edge.other not in self.saids)


_SAIDS = select(Link.record_id, Link.said).where(Link.record_id.in_(bindparam("values", expanding=True)))
_SAYING = select(Link.said, Link.record_id).where(Link.said.in_(bindparam("values", expanding=True)))
_SAYING_AND_SETTLED = _SAYING.join(SourceRecord, SourceRecord.id == Link.record_id).where(
    SourceRecord.needs_linking.is_(False)
)
_EDGES = select(Pair.said, Pair.other, Pair.bits).where(
    Pair.model == bindparam("model"), Pair.said.in_(bindparam("values", expanding=True))
)
_CALLED_THE_SAME = union_all(
    *(
        select(other).where(
            Decision.withdrawn_at.is_(None),
            Decision.verdict == "same",
            own.in_(bindparam("values", expanding=True)),
        )
        for own, other in (
            (Decision.record_a, Decision.record_b),
            (Decision.record_b, Decision.record_a),
        )
    )
)


def saids_of(session: Session, record_ids: Collection[int]) -> dict[int, int | None]:
    """The contents that the links of these records were made of; records without a link are not there."""
    return dict(tuple(row) for row in rows_with(session, _SAIDS, record_ids))


def said_by_others(
    session: Session, saids: Collection[int], but: Collection[int], *, also_waiting: bool
) -> set[int]:
    """Which of these contents linked records say, other than the records of `but`.

    A record that waits is linked by what it said before; `also_waiting` says whether it counts.
    """
    left_out = set(but)
    saying = rows_with(session, _SAYING if also_waiting else _SAYING_AND_SETTLED, saids)
    return {said for said, record_id in saying if record_id not in left_out}


def edges_of(session: Session, model: int, saids: Collection[int]) -> list[Edge]:
    """Every pair of these contents."""
    return [Edge(said, other, bits) for said, other, bits in rows_with(session, _EDGES, saids, model=model)]


def drop_contents(session: Session, model: int, saids: Collection[int]) -> list[Edge]:
    """Take contents that nobody says any more out of the graph; returns the pairs they had."""
    edges = edges_of(session, model, saids)
    pair = cast(Table, Pair.__table__)
    for part in parts(sorted({edge.said for edge in edges}), 5000):
        session.execute(delete(pair).where(pair.c.model == model, pair.c.said.in_(part)))
    if edges:
        back = delete(pair).where(
            pair.c.model == model, pair.c.said == bindparam("of"), pair.c.other == bindparam("to")
        )
        session.connection().execute(back, [{"of": edge.other, "to": edge.said} for edge in edges])
    return edges


def put_edges(session: Session, model: int, edges: Iterable[Edge]) -> None:
    """Add pairs, given from one side, that are not there yet."""
    rows = sorted(
        {
            row
            for said, other, bits in edges
            for row in ((model, said, other, bits), (model, other, said, bits))
        }
    )
    insert_tuples(session, Pair, ("model", "said", "other", "bits"), rows)


def put_rows(session: Session, model: int, said: Longs, other: Longs, bits: Bits) -> None:
    """Add pairs given from both sides, in the order of the tree."""
    rows = zip([model] * len(said), said.tolist(), other.tolist(), bits.tolist(), strict=True)
    insert_tuples(session, Pair, ("model", "said", "other", "bits"), list(rows))


def component_of(
    session: Session, model: int, cut: float, saids: Collection[int], saying: Mapping[int, int]
) -> Component:
    """All that these contents are strongly paired with, directly or through others.

    `cut`: bits from which a pair is strong. Records that people called the same lead to each other too.
    `saying`: what some records say now, whatever their links were made of.
    """
    found = Component()
    by_said: dict[int, list[int]] = {}
    for record_id, said in saying.items():
        by_said.setdefault(said, []).append(record_id)
    coming = set(saids)
    while coming:
        found.passes += 1
        found.saids |= coming
        edges = edges_of(session, model, coming)
        found.edges += edges
        new = {r: said for r, said in _records_saying(session, coming).items() if r not in saying}
        new |= {r: said for said in coming for r in by_said.get(said, ())}
        found.records |= new
        coming = {edge.other for edge in edges if edge.bits >= cut} - found.saids
        coming |= called_the_same(session, new, saying) - found.saids
        if coming and (found.passes >= MOST_PASSES or len(found.saids) + len(coming) > MOST_CONTENTS):
            found.is_cut = True
            break
    return found


def called_the_same(session: Session, record_ids: Collection[int], saying: Mapping[int, int]) -> set[int]:
    """The contents of records that people called the same as one of these."""
    others = {row[0] for row in rows_with(session, _CALLED_THE_SAME, record_ids)}
    found = {saying[r] for r in others if r in saying}
    linked = saids_of(session, [r for r in others if r not in saying])
    return found | {said for said in linked.values() if said is not None}


def _records_saying(session: Session, saids: Collection[int]) -> dict[int, int]:
    return {record_id: said for said, record_id in rows_with(session, _SAYING, saids)}

"""The pairs that groups are made of, as the tables keep them: contents that are likely one person.

Nodes are contents (`link.said`), edges the pairs of one model. A group never feels what no chain of strong
pairs, equal contents or people's decisions leads to, so whatever is solved again is a whole such component.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from typing import cast as typed

from sqlalchemy import REAL, BindParameter, Boolean, Table, bindparam, cast, delete, null, select, union_all
from sqlalchemy.orm import Session

from server.guests.models import Decision, Link, Pair
from server.matching.columns import Bits, Longs
from server.records.models import SourceRecord
from server.statements import change_with, insert_tuples, rows_with

MOST_PASSES = 9
"""How often what is solved again is widened by other guests who are strongly paired with it. What completes a
guest who is in already is no pass: people's words can make a guest of records in a row of any length."""

MOST_CONTENTS = 400
"""Contents that one record brings to be solved again at once (the largest component seen had 50)."""

MORE_CONTENTS = 20
"""And as many more for each further content that is asked about at the same time."""


class Edge(NamedTuple):
    """A pair of contents and what is said for their being one person."""

    said: int
    other: int
    bits: float


@dataclass
class Component:
    """What is solved together: contents, the records that say them, and every pair that touches them.

    `passes`: rounds of widening until nobody else came in. `is_cut`: it was stopped at the cap before. Guests
    are whole all the same: a cut goes between them, never through one, and no person's word is cut.
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


_values: BindParameter[Any] = bindparam("values", expanding=True)
_SAIDS = select(Link.record_id, Link.said).where(Link.record_id.in_(_values))
_FELLOWS = select(Link.said).where(Link.guest_id.in_(_values), Link.said.is_not(None))
_AROUND = union_all(
    select(Pair.said, Pair.other, Pair.bits, cast(null(), Boolean), cast(null(), Link.guest_id.type)).where(
        Pair.model == bindparam("model"), Pair.said.in_(_values)
    ),
    select(Link.said, Link.record_id, cast(null(), REAL), SourceRecord.needs_linking, Link.guest_id)
    .join(SourceRecord, SourceRecord.id == Link.record_id)
    .where(Link.said.in_(_values)),
)
_CALLED_THE_SAME = union_all(
    *(
        select(other).where(Decision.verdict == "same", Decision.withdrawn_at.is_(None), own.in_(_values))
        for own, other in (
            (Decision.record_a, Decision.record_b),
            (Decision.record_b, Decision.record_a),
        )
    )
)
_PAIR = typed(Table, Pair.__table__)
_DROP = delete(_PAIR).where(_PAIR.c.model == bindparam("model"), _PAIR.c.said.in_(_values))
_DROP_BACK = delete(_PAIR).where(
    _PAIR.c.model == bindparam("of_model"),
    _PAIR.c.said == bindparam("of"),
    _PAIR.c.other == bindparam("to"),
)


class Graph:
    """The pairs around some contents, each read once in a touch and kept in step with what is written.

    `model`: the number of the model that the pairs are of; `is_decided_on`: whether colleagues said anything
    of any two records of this house.
    """

    def __init__(self, session: Session, model: int, *, is_decided_on: bool) -> None:
        self._session = session
        self._model = model
        self._is_decided_on = is_decided_on
        self._edges: dict[int, list[Edge]] = {}
        self._saying: dict[int, list[tuple[int, bool]]] = {}  # contents -> linked records, and who waits
        self._guest_of: dict[int, str] = {}  # of those records

    def look(self, saids: Collection[int]) -> None:
        """Read what is there around these contents."""
        new = set(saids) - self._edges.keys()
        for said in new:
            self._edges[said], self._saying[said] = [], []
        for said, other, bits, waits, guest in rows_with(self._session, _AROUND, new, model=self._model):
            if bits is None:
                self._saying[said].append((other, waits))
                self._guest_of[other] = guest
            else:
                self._edges[said].append(Edge(said, other, bits))

    def said_by_others(self, saids: Collection[int], but: Collection[int], *, also_waiting: bool) -> set[int]:
        """Which of these contents linked records say, other than the records of `but`.

        A record that waits is linked by what it said before; `also_waiting` says whether it counts.
        """
        self.look(saids)
        return {
            said
            for said in saids
            if any(r not in but and (also_waiting or not waits) for r, waits in self._saying[said])
        }

    def waiting_in(self, saids: Collection[int]) -> set[int]:
        """Linked records of these contents that wait to be linked again."""
        return {record for said in saids for record, waits in self._saying.get(said, ()) if waits}

    def forget(self, record_ids: Collection[int]) -> None:
        """These records have no link any more."""
        for said, records in self._saying.items():
            self._saying[said] = [row for row in records if row[0] not in record_ids]

    def drop(self, saids: Collection[int]) -> list[Edge]:
        """Take contents that nobody says any more out of the graph; returns the pairs they had."""
        self.look(saids)
        edges = [edge for said in saids for edge in self._edges[said]]
        if not edges:
            return edges
        change_with(self._session, _DROP, {edge.said for edge in edges}, model=self._model)
        back = [{"of_model": self._model, "of": edge.other, "to": edge.said} for edge in edges]
        self._session.connection().execute(_DROP_BACK, back)
        for edge in edges:
            self._edges[edge.said] = []
        for edge in edges:
            if (kept := self._edges.get(edge.other)) is not None:
                self._edges[edge.other] = [one for one in kept if one.other != edge.said]
        return edges

    def put(self, edges: Iterable[Edge]) -> None:
        """Add pairs, given from one side, that are not there yet."""
        both = {
            side for said, other, bits in edges for side in (Edge(said, other, bits), Edge(other, said, bits))
        }
        insert_tuples(
            self._session,
            Pair,
            ("model", "said", "other", "bits"),
            [(self._model, *row) for row in sorted(both)],
        )
        for edge in both:
            if edge.said in self._edges:
                self._edges[edge.said].append(edge)

    def component(self, cut: float, saids: Collection[int], saying: Mapping[int, int]) -> Component:
        """All that these contents are strongly paired with, directly or through others.

        `cut`: bits from which a pair is strong. Records that people called the same lead to each other too.
        `saying`: what some records say now, whatever their links were made of.
        """
        found = Component()
        by_said: dict[int, list[int]] = {}
        for record_id, said in saying.items():
            by_said.setdefault(said, []).append(record_id)
        most = MOST_CONTENTS + MORE_CONTENTS * (len(saids) - 1)
        guests: set[str] = set()
        coming = set(saids)
        while coming:
            found.saids |= coming
            self.look(coming)
            edges = [edge for said in sorted(coming) for edge in self._edges[said]]
            found.edges += edges
            new = {r: said for said in coming for r, _ in self._saying[said] if r not in saying}
            new |= {r: said for said in coming for r in by_said.get(said, ())}
            found.records |= new
            came = {self._guest_of[r] for r in new if r in self._guest_of}
            if not found.passes or not came <= guests:
                found.passes += 1
            guests |= came
            coming = {edge.other for edge in edges if edge.bits >= cut} - found.saids
            called = self.called_the_same(new, saying) - found.saids
            coming |= called
            if coming and (found.passes >= MOST_PASSES or len(found.saids) + len(coming) > most):
                found.is_cut = True
            if found.is_cut:
                fellows = {row[0] for row in rows_with(self._session, _FELLOWS, guests, 500)}
                coming = (called | fellows) - found.saids
        return found

    def called_the_same(self, record_ids: Collection[int], saying: Mapping[int, int]) -> set[int]:
        """The contents of records that people called the same as one of these."""
        if not self._is_decided_on:
            return set()
        others = {row[0] for row in rows_with(self._session, _CALLED_THE_SAME, record_ids)}
        found = {saying[r] for r in others if r in saying}
        linked = saids_of(self._session, [r for r in others if r not in saying])
        return found | {said for said in linked.values() if said is not None}


def saids_of(session: Session, record_ids: Collection[int]) -> dict[int, int | None]:
    """The contents that the links of these records were made of; records without a link are not there."""
    return dict(rows_with(session, _SAIDS, record_ids))


def put_rows(session: Session, model: int, said: Longs, other: Longs, bits: Bits) -> None:
    """Add pairs given from both sides, in the order of the tree."""
    rows = zip([model] * len(said), said.tolist(), other.tolist(), bits.tolist(), strict=True)
    insert_tuples(session, Pair, ("model", "said", "other", "bits"), list(rows))

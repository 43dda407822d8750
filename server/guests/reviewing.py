"""What a person needs to see to decide: two records side by side, the reasons, and what was said before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.cardex import Row, side_by_side
from server.guests.deeds import Pair, deeds_about, fellows_of, seen_of, within_reach, words_between
from server.guests.finding import GuestSeen, RecordSeen, see_guest
from server.guests.linker import newest_model
from server.guests.loading import Reader
from server.guests.models import Deed, Link
from server.guests.within import known_of
from server.matching.explaining import Evidence, evidence_of
from server.properties.reach import Reach

Sentence = tuple[str, dict[str, str]]

HEARD = 8
"""Records of each guest whose contradictions are told beside those of the two that are asked about."""

WORTH_TELLING = 1.0
"""Bits against, from which another record's contradiction is told."""

MOST_TOLD = 4

NOBODYS = frozenset({"alias", "placeholder", "disposable", "invalid"})
"""Classes of addresses and numbers that say nothing by being different."""


TOLD = ("first_name", "last_name", "email", "mobile", "phone", "city")
"""What is told of a guest in a list of pairs."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of two in a list: a record, and what is known of its guest by field."""

    record: int
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class PairSeen:
    """Two records and their guests, as far as they are within reach.

    `elsewhere`: what other records of the two guests contradict. `deeds`: what people did about the two
    guests, newest first. `is_decided`: one of them says that they are the same, or are not, and holds.
    `seen`: what a decision must carry, so that it is refused when something changed meanwhile.
    """

    one: RecordSeen
    other: RecordSeen
    guests: tuple[GuestSeen, GuestSeen]
    rows: tuple[Row, ...]
    speaks_for: tuple[Sentence, ...]
    speaks_against: tuple[Sentence, ...]
    elsewhere: tuple[Sentence, ...]
    deeds: tuple[Deed, ...]
    is_decided: bool
    seen: str

    @property
    def is_one_guest(self) -> bool:
        """Whether the two are one guest already."""
        return self.guests[0].id == self.guests[1].id


def see_pair(session: Session, one: int, other: int, *, reach: Reach) -> PairSeen | None:
    """Two records side by side; None when one of them is not there, not linked, or out of reach."""
    left, right = _record(session, one, reach), _record(session, other, reach)
    if left is None or right is None or one == other:
        return None
    (here, first), (there, second) = left, right
    ones, others = fellows_of(session, one), fellows_of(session, other)
    across = {(min(pair), max(pair)) for pair in product(ones, others)}
    words = words_between(session, {*ones, *others})
    asked, elsewhere = _evidence(session, here, first, there, second)
    visible = {record.id for guest in (here, there) for record in guest.records}
    return PairSeen(
        first,
        second,
        (here, there),
        tuple(_worth_marking(row) for row in side_by_side((first, second), {})),
        tuple((code, params) for code, params, bits in asked if bits > 0),
        tuple((code, params) for code, params, bits in asked if bits <= 0),
        elsewhere,
        tuple(deeds_about(session, visible, reach=reach, both=True)),
        any(word.verdict != "undecided" and (word.record_a, word.record_b) in across for word in words),
        seen_of(session, [one, other]),
    )


def see_some(session: Session, pairs: Sequence[Pair], *, reach: Reach) -> tuple[tuple[Side, Side], ...]:
    """Some pairs of records by what is known of their guests, those within reach."""
    guests = {record: guest_of_record(session, record, reach=reach) for pair in pairs for record in pair}
    known = known_of(session, {guest for guest in guests.values() if guest}, reach, fields=TOLD)

    def side(record: int) -> Side | None:
        guest = guests[record]
        return Side(record, {name: best.value for name, best in known[guest].items()}) if guest else None

    sides = ((side(one), side(other)) for one, other in pairs)
    return tuple((one, other) for one, other in sides if one and other)


def _worth_marking(row: Row) -> Row:
    """The row, not marked as different where one of its values is nobody's own: aliases always differ."""
    is_nobodys = any(cell.value_class in NOBODYS for cell in row.cells)
    return replace(row, differs=False) if is_nobodys else row


def guest_of_record(session: Session, record_id: int, *, reach: Reach) -> str | None:
    """The guest of a record; None when the record is not there, not linked, or out of reach."""
    if not within_reach(session, [record_id], reach):
        return None
    return session.scalar(select(Link.guest_id).where(Link.record_id == record_id))


def _record(session: Session, record_id: int, reach: Reach) -> tuple[GuestSeen, RecordSeen] | None:
    guest_id = guest_of_record(session, record_id, reach=reach)
    guest = see_guest(session, guest_id, reach=reach) if guest_id else None
    record = guest.record(record_id) if guest else None
    return (guest, record) if guest and record else None


def _evidence(
    session: Session, here: GuestSeen, one: RecordSeen, there: GuestSeen, other: RecordSeen
) -> tuple[list[Evidence], tuple[Sentence, ...]]:
    """What speaks for and against the two, heaviest first; what their guests' other records contradict."""
    model = newest_model(session)
    if model is None:
        return [], ()
    ones = [one.id, *(r.id for r in here.records[:HEARD] if r.id != one.id)]
    others = [other.id, *(r.id for r in there.records[:HEARD] if r.id != other.id)]
    loaded = Reader(session).load({*ones, *others})
    place = {record: row for row, record in enumerate(loaded.ids)}
    pairs = [(place[a], place[b]) for a, b in product(ones, others) if a in place and b in place and a != b]
    asked, *rest = evidence_of(loaded.records, model, pairs)
    told = {(code, *sorted(params.items())) for code, params, _ in asked}
    more: dict[tuple[object, ...], Evidence] = {}
    for evidence in rest if here.id != there.id else []:
        for code, params, bits in evidence:
            if bits <= -WORTH_TELLING and (code, *sorted(params.items())) not in told:
                more.setdefault((code, *sorted(params.items())), (code, params, bits))
    heaviest = sorted(more.values(), key=lambda item: item[2])[:MOST_TOLD]
    return asked, tuple((code, params) for code, params, _ in heaviest)

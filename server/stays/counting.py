"""Count stays, visits and purchases once, however many records tell of each.

Pure, and the same for a whole house and for one guest: given all that shares a reference, a room, an amount
or a guest on days that meet, what comes out for it does not depend on what else is given.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

from server.record import StayStatus
from server.stays.crowds import Crowds, crowds_among, names_a_booking
from server.stays.gathering import gather, living_rows
from server.stays.money import Bills, counting_rows, is_redeemed, sold_codes
from server.stays.told import Counted, Place, Role, Source, Told, knows_rank, money_rank
from server.stays.words import Heard, Word, as_one_booking, hear

_LIVELY: tuple[StayStatus, ...] = ("in_house", "left", "booked", "no_show", "cancelled")
"""Of sharers the liveliest speaks: one who cancelled does not cancel the other."""


def count_stays(
    told: Iterable[Told],
    guest_of: Mapping[int, str],
    known: Crowds | None = None,
    words: Collection[Word] = (),
) -> list[Counted]:
    """Each stay, visit and purchase once, with all that tell of it, by the name of its first source.

    `guest_of` is the guest of each record; a record without one tells for itself. `known`: references and
    rooms that more bear than are given here, so many that they tell nothing. `words`: what colleagues said of
    stays; they come before every rule, and only where a stay would be in two houses are they not followed.
    """
    rows = sorted({row.place: row for row in told}.values(), key=lambda row: row.order)
    called = {row.place: row.references[0] for row in rows if row.references}
    crowds = crowds_among(rows) | (known or Crowds())
    alive, replaced = living_rows([_with_bookings(row, crowds) for row in rows])
    if words:
        alive, heard = _follow(words, rows, alive, replaced)
        gathered = gather(alive, guest_of, crowds.rooms, heard)
    else:
        gathered = gather(alive, guest_of, crowds.rooms)
    older: dict[Place, list[Told]] = defaultdict(list)
    for row in rows:
        if row.place in replaced:
            older[replaced[row.place].place].append(row)
    bills, found = Bills(), []
    for members in gathered:
        if members[0].kind == "stay":
            found.append(_stay(members, guest_of))
            bills.add(members, found[-1].counted, found[-1].status, guest_of)
    sold = sold_codes(alive)
    for members in gathered:
        if members[0].kind != "stay":
            visit = _stay(members, guest_of)
            is_told = is_redeemed(members, sold, called) or any(bills.take(row, guest_of) for row in members)
            found.append(visit._replace(counted=[]) if is_told else visit)
    presence = _presences(found, guest_of)
    return [
        _counted(stay, older, guest_of, presence[stay.rows[0].place], called)
        for stay in sorted(found, key=lambda stay: stay.rows[0].order)
    ]


def _with_bookings(row: Told, crowds: Crowds) -> Told:
    """The row with those of its references only that tell one booking from another."""
    telling = tuple(r for r in row.references if names_a_booking(r) and r not in crowds.references)
    return row if telling == row.references else replace(row, references=telling)


def _follow(
    words: Collection[Word], rows: Sequence[Told], alive: Sequence[Told], replaced: Mapping[Place, Told]
) -> tuple[list[Told], Heard]:
    """The rows as words make bookings of them, and the words on those rows."""
    living_of = {row.place: row for row in alive} | dict(replaced)
    booked = as_one_booking(alive, hear(words, rows, living_of))
    now = {row.place: row for row in booked}
    return booked, hear(words, rows, {place: now[row.place] for place, row in living_of.items()})


class _Stay(NamedTuple):
    """A stay as its rows make it: the row that speaks for its main guest, and the rows whose money counts."""

    rows: list[Told]
    main: Told
    counted: list[Told]
    status: StayStatus
    arrives: date | None
    departs: date | None


def _stay(rows: list[Told], guest_of: Mapping[int, str]) -> _Stay:
    ordered = sorted(rows, key=_speaks_first)
    arrives, departs = _days(rows)
    return _Stay(rows, ordered[0], counting_rows(ordered), _status(rows), arrives, departs)


def _speaks_first(row: Told) -> tuple[bool, bool, int, bool, tuple[str, int]]:
    """The leader, then who stays before who booked or paid, then whose system tells the money."""
    rank = money_rank(row.source_kind)
    return (not row.is_leader, row.person != "guest", rank, row.amount is None, row.order)


def _days(rows: Sequence[Told]) -> tuple[date | None, date | None]:
    """From the first arrival to the last departure, as those tell it who know best.

    A stay whose departure they leave out (it is told as the day of arrival) ends when the next best say.
    """
    dated = [row for row in rows if row.arrives is not None]
    if not dated:
        return None, max((row.departs for row in rows if row.departs), default=None)
    ranked: dict[int, list[Told]] = defaultdict(list)
    for row in dated:
        ranked[knows_rank(row.source_kind)].append(row)
    first, *others = (ranked[rank] for rank in sorted(ranked))
    arrives, departs = _span(first)
    if rows[0].kind == "stay" and departs == arrives:
        spans = [_span(told) for told in others]
        departs = next((end for start, end in spans if start <= arrives < end), departs)
    return arrives, departs


def _span(dated: Sequence[Told]) -> tuple[date, date]:
    return min(row.arrives for row in dated if row.arrives), max(r.last_day for r in dated if r.last_day)


def _status(rows: Sequence[Told]) -> StayStatus:
    """How the stay stands, from whoever knows best.

    What was booked and is cancelled where it was booked is cancelled, unless the guest is in the house: a
    reservation system hears of it last.
    """
    by_rank: dict[int, set[StayStatus]] = defaultdict(set)
    for row in rows:
        if row.status != "unknown":
            by_rank[knows_rank(row.source_kind)].add(row.status)
    said: list[StayStatus] = [
        next(status for status in _LIVELY if status in by_rank[rank]) for rank in sorted(by_rank)
    ]
    if not said:
        return "unknown"
    if said[0] == "booked":
        return next((status for status in said if status in ("cancelled", "no_show")), "booked")
    return said[0]


def _presences(stays: Sequence[_Stay], guest_of: Mapping[int, str]) -> dict[Place, Place]:
    """For each stay's first row that of the presence it is part of: one guest and house, no night between."""
    found = {stay.rows[0].place: stay.rows[0].place for stay in stays}
    together: dict[tuple[str, int], list[_Stay]] = defaultdict(list)
    for stay in stays:
        guest = guest_of.get(stay.main.record_id)
        is_there = stay.main.kind == "stay" and stay.arrives and stay.status not in ("cancelled", "no_show")
        if guest is not None and is_there:
            together[guest, _house(stay)].append(stay)
    for mine in together.values():
        chain: list[_Stay] = []
        until = date.min
        for stay in sorted(mine, key=lambda s: (s.arrives or date.min, s.rows[0].order)):
            if chain and stay.arrives is not None and stay.arrives > until:
                chain, until = [], date.min
            chain.append(stay)
            until = max(until, stay.departs or until)
            first = min(chain, key=lambda s: s.rows[0].order).rows[0].place
            found |= {member.rows[0].place: first for member in chain}
    return found


def _house(stay: _Stay) -> int:
    sure = [row.property_id for row in stay.rows if row.property_sure]
    return sure[0] if sure else stay.main.property_id


def _counted(
    stay: _Stay,
    older: Mapping[Place, Sequence[Told]],
    guest_of: Mapping[int, str],
    presence: Place,
    called: Mapping[Place, str],
) -> Counted:
    main, rows = stay.main, stay.rows
    guest = guest_of.get(main.record_id)
    counts = {row.place for row in stay.counted}
    before = [row for living_row in rows for row in older[living_row.place]]
    sources = tuple(
        Source(
            row.record_id,
            row.version,
            _role(row, main, guest, guest_of),
            row.place in counts,
            row.amount,
            row.currency,
        )
        for row in sorted((*rows, *before), key=lambda row: row.order)
    )
    bookers = (row for row in rows if _role(row, main, guest, guest_of) == "booker")
    best = sorted(rows, key=lambda row: (knows_rank(row.source_kind), row is not main, row.order))
    last = sorted(best, key=lambda row: row.arrives or date.min, reverse=True)
    return Counted(
        property_id=_house(stay),
        kind=main.kind,
        status=stay.status,
        arrives=stay.arrives,
        departs=stay.departs,
        room=_room(last),
        reference=next((called[row.place] for row in best if row.place in called), None),
        channel=next((row.channel for row in best if row.channel), None),
        record_id=main.record_id,
        guest_id=guest,
        booker_guest_id=next((guest_of.get(row.record_id) for row in bookers), None),
        sources=sources,
        presence=presence,
    )


def _room(rows: Sequence[Told]) -> str | None:
    """The room the guest has last, as those tell it who know best; a change of room leaves the old one."""
    told = [row for row in rows if row.room]
    best = min((knows_rank(row.source_kind) for row in told), default=0)
    return next((row.room for row in told if knows_rank(row.source_kind) == best), None)


def _role(row: Told, main: Told, guest: str | None, guest_of: Mapping[int, str]) -> Role:
    whose = guest_of.get(row.record_id)
    if row is main or (guest is not None and whose == guest):
        return "guest"
    if row.person == "booker":
        return "booker"
    return "payment" if row.person == "payer" else "companion"

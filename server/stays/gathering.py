"""Which told stays are one: the rules of the house, strongest first.

Every rule looks at pairs in the order of their names, so neither the order of rows nor the house's own ids
make a difference; and only at pairs that share a reference, a room, an amount or a guest on the same days, so
what is told of one stay never hangs on what is told of another month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations

from server.stays.told import Place, Told, overlap, same_amount, touch

CROWD = 100
"""A reference that so many rows bear names no booking: a tour operator's number, a word on every row."""

_FEWEST_DIGITS = 3

Pairs = Iterable[tuple[Told, Told]]


def names_a_booking(reference: str) -> bool:
    """Whether a reference can tell one booking from another: `DIRECT`, `0` and `000000` cannot."""
    digits = [c for c in reference if c.isdigit()]
    return len(digits) >= _FEWEST_DIGITS and len(set(reference)) > 1


def living(rows: Sequence[Told]) -> tuple[list[Told], dict[Place, Told]]:
    """What one record tells now, and by what each of its older tellings was replaced.

    A profile tells of one stay after the other. Where a newer version has the same arrival or departure, the
    stay was changed: prolonged, cut short, paid. Else there were two.
    """
    alive: list[Told] = []
    replaced: dict[Place, Told] = {}
    for row in sorted(rows, key=lambda row: (row.told_at, row.version), reverse=True):
        by = next((kept for kept in alive if _is_changed(row, kept)), None)
        if by is None:
            alive.append(row)
        else:
            replaced[row.place] = by
    return alive, replaced


def _is_changed(older: Told, newer: Told) -> bool:
    if older.property_sure and older.property_id != newer.property_id:
        return False
    if older.arrives is None or newer.arrives is None:
        return older.arrives == newer.arrives
    is_same_night = overlap(older, newer) and older.last_day == newer.last_day
    return older.arrives == newer.arrives or is_same_night


class _Stays:
    """Told stays as they are put together."""

    def __init__(self, rows: Iterable[Told]) -> None:
        self.rows = sorted(rows, key=lambda row: row.order)
        self._members = {row.place: [row] for row in self.rows}
        self._root = {row.place: row.place for row in self.rows}

    def together(self) -> list[list[Told]]:
        """The rows of each stay, by name."""
        return [sorted(rows, key=lambda row: row.order) for rows in self._members.values()]

    def root(self, row: Told) -> Place:
        """What names the stay that a row is put to."""
        return self._root[row.place]

    def join(self, one: Told, other: Told, may: Callable[[list[Told], list[Told]], bool]) -> None:
        """Put two stays together, if `may` finds nothing against it."""
        a, b = self._root[one.place], self._root[other.place]
        if a == b or not may(self._members[a], self._members[b]):
            return
        if len(self._members[a]) < len(self._members[b]):
            a, b = b, a
        for row in self._members.pop(b):
            self._root[row.place] = a
            self._members[a].append(row)


def gather(told: Sequence[Told], guest_of: Mapping[int, str]) -> list[list[Told]]:
    """Put rows of one kind together that tell of the same stay (or, of visits, the same visit).

    `told` are rows that live.
    """
    stays = _Stays(told)
    for pairs, may in _rules(stays, guest_of):
        for one, other in pairs:
            stays.join(one, other, may)
    return stays.together()


_Rule = tuple[Pairs, Callable[[list[Told], list[Told]], bool]]


def _rules(stays: _Stays, guest_of: Mapping[int, str]) -> Iterator[_Rule]:
    rows = [row for row in stays.rows if row.kind == "stay"]
    visits = [row for row in stays.rows if row.kind != "stay"]
    yield _by_reference(rows), _same_house
    yield _by_room(rows), _same_house
    yield _by_guest(rows, guest_of, _in_one_room), _one_booking
    yield _by_guest(rows, guest_of, same_amount), _one_bill
    yield _by_guest(rows, guest_of, _nothing_against), _one_booking
    yield _in_one_room_somewhere(rows), _same_house
    yield _by_channel(rows), _one_bill
    yield _moved(stays, rows), _same_house
    yield _prolonged(rows), _same_house
    yield _visits_by_reference(visits), _same_house
    yield _visits_paid_once(visits, guest_of), _told_by_others


def _same_circle(one: list[Told], other: list[Told]) -> bool:
    return one[0].circle == other[0].circle


def _same_house(one: list[Told], other: list[Told]) -> bool:
    """Two houses never share a stay; a row that names none is of the house of those it is with."""
    places = {row.property_id for row in (*one, *other) if row.property_sure}
    return len(places) < 2 and _same_circle(one, other)


def _one_booking(one: list[Told], other: list[Told]) -> bool:
    """Two rooms, or two bookings that one system holds apart, are two stays, though guest and days agree."""
    return _agree(one, other, lambda row: row.source)


def _one_bill(one: list[Told], other: list[Told]) -> bool:
    """The same, where money agrees: sharers of a room may each have booked, at prices of their own."""
    return _agree(one, other, lambda row: (row.source, row.amount))


def _agree(one: list[Told], other: list[Told], booking: Callable[[Told], Hashable]) -> bool:
    rooms, other_rooms = _rooms(one), _rooms(other)
    if rooms and other_rooms and not rooms & other_rooms:
        return False
    booked, other_booked = _booked(one, booking), _booked(other, booking)
    shared = booked.keys() & other_booked.keys()
    return all(booked[b] & other_booked[b] for b in shared) and _same_house(one, other)


def _rooms(rows: list[Told]) -> set[str]:
    return {row.room for row in rows if row.room}


def _booked(rows: list[Told], booking: Callable[[Told], Hashable]) -> dict[Hashable, set[str]]:
    found: dict[Hashable, set[str]] = defaultdict(set)
    for row in rows:
        for reference in filter(names_a_booking, row.references):
            found[booking(row)].add(reference)
    return found


def _told_by_others(one: list[Told], other: list[Told]) -> bool:
    """A till that lists two payments lists two."""
    return not {row.source for row in one} & {row.source for row in other} and _same_house(one, other)


def _alike(rows: Iterable[Told], key: Callable[[Told], Hashable | None]) -> list[list[Told]]:
    """Rows with the same key, in the order of names; a key of None is none."""
    found: dict[Hashable, list[Told]] = defaultdict(list)
    for row in rows:
        if (value := key(row)) is not None:
            found[value].append(row)
    return [group for group in found.values() if len(group) > 1]


def _in_order(pairs: Pairs) -> list[tuple[Told, Told]]:
    return sorted(pairs, key=lambda pair: (pair[0].order, pair[1].order))


def _bearing(rows: Iterable[Told]) -> dict[str, list[Told]]:
    """Rows by each reference that tells bookings apart, in the order of references."""
    found: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        for reference in row.references:
            if names_a_booking(reference):
                found[reference].append(row)
    return {r: found[r] for r in sorted(found) if 1 < len(found[r]) <= CROWD}


def _by_reference(rows: list[Told]) -> Pairs:
    """One reference, days that meet: one booking, in as many rooms as it took, prolonged or not."""
    for group in _bearing(rows).values():
        for one, other in combinations(group, 2):
            has_no_days = one.arrives is None or other.arrives is None
            if has_no_days or overlap(one, other) or touch(one, other):
                yield one, other


def _by_room(rows: list[Told]) -> Pairs:
    """One room on the same days: sharers. A room that was cancelled may have been let to others."""
    groups = _alike(
        (row for row in rows if row.property_sure and not row.came_to_nothing and row.arrives and row.room),
        lambda row: (row.property_id, row.arrives, row.departs, row.room),
    )
    for group in groups:
        yield from ((group[0], other) for other in group[1:])


def _in_one_room(one: Told, other: Told) -> bool:
    return one.room is not None and one.room == other.room


def _nothing_against(one: Told, other: Told) -> bool:
    return one.came_to_nothing == other.came_to_nothing


def _by_guest(
    rows: list[Told], guest_of: Mapping[int, str], how_alike: Callable[[Told, Told], bool]
) -> Pairs:
    """One guest on the same days. One booked, one cancelled: a new booking, unless the amount is the same."""
    groups = _alike(
        (row for row in rows if row.arrives and row.record_id in guest_of),
        lambda row: (guest_of[row.record_id], row.arrives, row.departs),
    )
    return _in_order(
        (one, other)
        for group in groups
        for one, other in combinations(group, 2)
        if how_alike(one, other) and (_nothing_against(one, other) or same_amount(one, other))
    )


def _in_one_room_somewhere(rows: list[Told]) -> Pairs:
    """A card that names room and days but no house is of the one house that let that room so; where two did,
    of the one where a guest of that name had it."""
    groups = _alike(
        (row for row in rows if row.arrives and row.room and not row.came_to_nothing),
        lambda row: (row.circle, row.arrives, row.departs, row.room),
    )
    for group in groups:
        sure = [row for row in group if row.property_sure]
        for row in group:
            if row.property_sure:
                continue
            there = sure
            if len({other.property_id for other in sure}) > 1:
                there = [other for other in sure if row.surname and other.surname == row.surname]
            if not there:
                there = [o for o in group if not sure and o is not row and o.property_id == row.property_id]
            if len({other.property_id for other in there}) == 1:
                yield from ((row, other) for other in there)


def _by_channel(rows: list[Told]) -> Pairs:
    """What a channel sold: the same days, the same money, the same surname."""
    groups = _alike(
        (row for row in rows if row.arrives and row.amount and row.surname),
        lambda row: (row.circle, row.arrives, row.departs, row.amount, row.currency, row.surname),
    )
    return _in_order(
        (one, other)
        for group in groups
        for one, other in combinations(group, 2)
        if (one.source_kind == "channel") != (other.source_kind == "channel")
    )


def _moved(stays: _Stays, rows: list[Told]) -> Pairs:
    """Other days at the house than where it was booked: the booking was moved, if there is one only."""
    for group in _bearing(rows).values():
        of_house = {stays.root(row) for row in group if row.source_kind in ("folio", "pms")}
        if len(of_house) == 1:
            (home,) = of_house
            here = next(row for row in group if stays.root(row) == home)
            yield from ((here, row) for row in group if row.source_kind not in ("folio", "pms"))


def _prolonged(rows: list[Told]) -> Pairs:
    """A record that tells of days that touch those it told of before: the guest stayed on."""
    for group in _alike(rows, lambda row: row.record_id):
        for one, other in combinations(group, 2):
            if touch(one, other):
                yield one, other


def _visits_by_reference(visits: list[Told]) -> Pairs:
    for group in _bearing(visits).values():
        for one, other in combinations(group, 2):
            if one.arrives == other.arrives:
                yield one, other


def _visits_paid_once(visits: list[Told], guest_of: Mapping[int, str]) -> Pairs:
    """One guest, one day, one amount, two systems: a meal that the booking list and the till tell of."""
    groups = _alike(
        (row for row in visits if row.arrives and row.amount and row.record_id in guest_of),
        lambda row: (guest_of[row.record_id], row.arrives, row.amount, row.currency),
    )
    return _in_order(
        (one, other)
        for group in groups
        for one, other in combinations(group, 2)
        if one.source != other.source and "gift" not in (one.source_kind, other.source_kind)
    )

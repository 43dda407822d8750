"""Which told stays are one: the rules of the house, strongest first.

Every rule looks at pairs in the order of their names, so neither the order of rows nor the house's own ids
make a difference; and only at pairs that share a reference, a room, an amount or a guest on the same days, so
what is told of one stay never hangs on what is told of another month.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, combinations

from server.stays.crowds import CROWD, RoomDays, room_days
from server.stays.together import Joining, May, one_bill, one_booking, same_house, told_by_others
from server.stays.told import Place, Told, overlap, touch
from server.stays.words import Heard

Pairs = Iterable[tuple[Told, Told]]


def living_rows(rows: Iterable[Told]) -> tuple[list[Told], dict[Place, Told]]:
    """What these records tell now, and by what each of their older tellings was replaced (see `living`)."""
    of_record: dict[int, list[Told]] = defaultdict(list)
    for row in rows:
        of_record[row.record_id].append(row)
    alive: list[Told] = []
    replaced: dict[Place, Told] = {}
    for versions in of_record.values():
        now, before = living(versions)
        alive += now
        replaced |= before
    return alive, replaced


def living(rows: Sequence[Told]) -> tuple[list[Told], dict[Place, Told]]:
    """What one record tells now, and by what each of its older tellings was replaced.

    A profile tells of one stay after the other. Where a newer version has the same arrival or departure, the
    stay was changed: prolonged, cut short, paid. Else there were two. A house that was surely told stays the
    stay's, though a newer version does not say whose it is.
    """
    alive: list[Told] = []
    replaced: dict[Place, Told] = {}
    for row in sorted(rows, key=lambda row: (row.told_at, row.version), reverse=True):
        at = next((n for n, kept in enumerate(alive) if _is_changed(row, kept)), None)
        if at is None:
            alive.append(row)
            continue
        if row.property_sure and not alive[at].property_sure:
            alive[at] = replace(alive[at], property_id=row.property_id, property_sure=True)
        replaced[row.place] = alive[at]
    return alive, replaced


def _is_changed(older: Told, newer: Told) -> bool:
    if older.property_sure and older.property_id != newer.property_id:
        return False
    if older.arrives is None or newer.arrives is None:
        return older.arrives == newer.arrives
    is_same_night = overlap(older, newer) and older.last_day == newer.last_day
    return older.arrives == newer.arrives or is_same_night


def gather(
    told: Sequence[Told],
    guest_of: Mapping[int, str],
    crowded: Collection[RoomDays] = (),
    heard: Heard | None = None,
) -> list[list[Told]]:
    """Put rows of one kind together that tell of the same stay (or, of visits, the same visit).

    `told` are rows that live, with such references only as tell one booking from another. `crowded`: rooms
    that are none. `heard`: colleagues' words, which come before every rule.
    """
    heard = heard or Heard()
    joining = Joining(told, heard.apart)
    for one, other in heard.pairs:
        joining.join(one, other, same_house)
    for pairs, may in _rules(joining, guest_of, crowded):
        for one, other in pairs:
            joining.join(one, other, may)
    return joining.stays()


def _rules(
    joining: Joining, guest_of: Mapping[int, str], crowded: Collection[RoomDays]
) -> Iterator[tuple[Pairs, May]]:
    rows = [row for row in joining.rows if row.kind == "stay"]
    visits = [row for row in joining.rows if row.kind != "stay"]
    yield _by_reference(rows), same_house
    yield _by_room(rows, crowded, joining.apart), same_house
    yield _by_guest(rows, guest_of, _room, joining.apart), one_booking
    yield _by_guest(rows, guest_of, _money, joining.apart), one_bill
    yield _by_guest(rows, guest_of, _came, joining.apart), one_booking
    yield _in_one_room_somewhere(rows, crowded), same_house
    yield _by_channel(rows), one_bill
    yield _moved(joining, rows), same_house
    yield _prolonged(rows), same_house
    yield _visits_by_reference(visits), same_house
    yield _visits_paid_once(visits, guest_of), told_by_others


def _alike(rows: Iterable[Told], key: Callable[[Told], Hashable | None]) -> list[list[Told]]:
    """Rows with the same key, in the order of names; a key of None is none."""
    found: dict[Hashable, list[Told]] = defaultdict(list)
    for row in rows:
        if (value := key(row)) is not None:
            found[value].append(row)
    return [group for group in found.values() if len(group) > 1]


def _every_two(groups: Iterable[Sequence[Told]]) -> Pairs:
    """Every two rows of each group that is no crowd, in the order of names over all groups."""
    found = [(one, at, group) for group in groups if len(group) <= CROWD for at, one in enumerate(group, 1)]
    for one, at, others in sorted(found, key=lambda place: place[0].order):
        for other in others[at:]:
            yield one, other


def _each_once(
    groups: Iterable[Sequence[Told]], says: Callable[[Told], Hashable]
) -> tuple[Pairs, list[list[Told]]]:
    """Each row that says the same as one before it in its group, with that one; and the groups less those."""
    pairs: list[tuple[Told, Told]] = []
    fewer: list[list[Told]] = []
    for group in groups:
        firsts: dict[Hashable, Told] = {}
        for row in group:
            first = firsts.setdefault(says(row), row)
            if first is not row:
                pairs.append((first, row))
        fewer.append(list(firsts.values()))
    return pairs, fewer


def _bearing(rows: Iterable[Told]) -> dict[str, list[Told]]:
    """Rows by each reference that tells bookings apart, in the order of references."""
    found: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        for reference in row.references:
            found[reference].append(row)
    return {r: found[r] for r in sorted(found) if len(found[r]) > 1}


def _by_reference(rows: list[Told]) -> Pairs:
    """One reference, days that meet: one booking, in as many rooms as it took, prolonged or not."""
    for group in _bearing(rows).values():
        for one, other in combinations(group, 2):
            has_no_days = one.arrives is None or other.arrives is None
            if has_no_days or overlap(one, other) or touch(one, other):
                yield one, other


def _by_room(rows: list[Told], crowded: Collection[RoomDays], apart: Container[Place]) -> Pairs:
    """One room on the same days: sharers. Who was told apart from one of them may yet share with another."""
    sure = (row for row in rows if row.property_sure and room_days(row) not in crowded)
    for group in _alike(sure, room_days):
        if any(row.place in apart for row in group):
            yield from combinations(group, 2)
        else:
            yield from ((group[0], other) for other in group[1:])


def _room(row: Told) -> Hashable | None:
    """One room; booked and cancelled are two bookings there, unless the amount is the same."""
    return None if row.room is None else (row.room, row.came_to_nothing)


def _money(row: Told) -> Hashable | None:
    """One amount, though one was booked and one cancelled."""
    return None if row.amount is None else (row.amount, row.currency)


def _came(row: Told) -> Hashable | None:
    return row.came_to_nothing


def _by_guest(
    rows: list[Told],
    guest_of: Mapping[int, str],
    alike: Callable[[Told], Hashable | None],
    apart: Container[Place],
) -> Pairs:
    """One guest on the same days, and what is alike too. A crowd of bookings tells nothing: an agency's."""
    groups = _alike(
        (row for row in rows if row.arrives and row.record_id in guest_of and alike(row) is not None),
        lambda row: (guest_of[row.record_id], row.arrives, row.departs, alike(row)),
    )
    same, firsts = _each_once(
        groups, lambda row: (_all_that_joins(row), row.place if row.place in apart else None)
    )
    return chain(same, _every_two(firsts))


def _all_that_joins(row: Told) -> Hashable:
    """What the rules of one guest's days look at: rows that say the same go where the first of them goes."""
    house = row.property_id if row.property_sure else None
    return (
        row.source,
        house,
        row.circle,
        row.room,
        row.references,
        row.amount,
        row.currency,
        row.came_to_nothing,
    )


def _in_one_room_somewhere(rows: list[Told], crowded: Collection[RoomDays]) -> Pairs:
    """A card that names room and days but no house is of the one house that let that room so; where two did,
    of the one where a guest of that name had it."""
    no_rooms = {(room, arrives, departs) for _, _, room, arrives, departs in crowded}
    groups = _alike(
        (row for row in rows if row.arrives and row.room and not row.came_to_nothing),
        lambda row: (row.circle, row.room, row.arrives, row.departs),
    )
    for group in groups:
        if (group[0].room, group[0].arrives, group[0].departs) in no_rooms:
            continue
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
    for one, other in _every_two(groups):
        if (one.source_kind == "channel") != (other.source_kind == "channel"):
            yield one, other


def _moved(joining: Joining, rows: list[Told]) -> Pairs:
    """Other days at the house than where it was booked: the booking was moved, if there is one only."""
    for group in _bearing(rows).values():
        at_house = {id(joining.of(row)): row for row in group if row.source_kind in ("folio", "pms")}
        if len(at_house) == 1:
            (here,) = at_house.values()
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
    for one, other in _every_two(groups):
        if one.source != other.source and "gift" not in (one.source_kind, other.source_kind):
            yield one, other

"""Room and dates: the same room on the same night, the same arrival and departure, a visit during a stay."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from server.matching.columns import Ints, first_true, gather, mix, number_key
from server.matching.levels import Compared, Keyed, Level
from server.matching.model import Model
from server.matching.records import Records

GROUP = "stay"
WITNESS = "booking"
LEVELS = (
    Level("stay_absent"),
    Level("stay_other", 0.0, 0.0),
    Level("stay_other_room", -1.0, -0.5),
    Level("stay_visit_during", 3.0, 0.0),
    Level("stay_dates", 7.0, 0.0),
    Level("stay_dates_amount", 14.0, 0.5),
    Level("stay_room", 14.0, 0.5),
    Level("stay_room_dates", 16.0, 0.5, strong=True),
)
ABSENT, OTHER, OTHER_ROOM, DURING, DATES, DATES_AMOUNT, ROOM, ROOM_DATES = range(8)
LONGEST = 120
"""A stay longer than this says little about which days its guest was there."""


def keys(records: Records) -> Iterator[Keyed]:
    """Room and week, surname's sound and week, for every week the stay touches; name and arrival."""
    last = gather(records.parts.sounds, records.last, 0)
    first = gather(records.parts.sounds, records.first, 0)
    room = records.room.keys()
    start = records.stay_from
    end = np.minimum(records.stay_to, start + LONGEST)
    for nth in range(int(np.max((end + 1) // 7 - (start - 1) // 7, initial=0)) + 1):
        week = (start - 1) // 7 + nth
        touched = (start >= 0) & (week <= (end + 1) // 7)
        if not touched.any():
            break
        on = number_key(np.where(touched, week, -1))
        yield Keyed.of("room, week", mix(room, on))
        yield Keyed.of("surname, week", mix(last, on, 1))
        yield Keyed.of("first name, week", mix(first, on, 2))


def compare(records: Records, model: Model, left: Ints, right: Ints) -> Compared:
    """Nights that overlap by up to a day count as together: a till closes after midnight.

    A room is a property's own: the same number in two houses is no evidence, and who sleeps in one house does
    not sleep in the other.
    """
    sf, st, room, place = records.stay_from, records.stay_to, records.room.codes, records.place.codes
    nothing = np.zeros(len(left), dtype=np.float32)
    both = (sf[left] >= 0) & (sf[right] >= 0)
    if not both.any():
        return Compared(np.zeros(len(left), dtype=np.int8), nothing, nothing)
    together = both & (sf[left] <= st[right] + 1) & (sf[right] <= st[left] + 1)
    elsewhere = (place[left] >= 0) & (place[right] >= 0) & (place[left] != place[right])
    one_room = (room[left] >= 0) & (room[left] == room[right]) & ~elsewhere
    two_rooms = ((room[left] >= 0) & (room[right] >= 0) & ~one_room) | elsewhere
    nights = (st[left] > sf[left]) & (st[right] > sf[right])
    same_dates = both & (sf[left] == sf[right]) & (st[left] == st[right]) & nights
    amount = records.amount
    same_amount = (amount[left] > 0) & (amount[left] == amount[right])
    during = together & ~elsewhere & ((st[left] > sf[left]) != (st[right] > sf[right]))
    # a guest of one house may dine or bathe in its sister
    visits = elsewhere & ~nights
    cases = (
        (~both, ABSENT),
        (one_room & same_dates, ROOM_DATES),
        (one_room & together, ROOM),
        (same_dates & same_amount & ~two_rooms, DATES_AMOUNT),
        (same_dates & ~two_rooms, DATES),
        (two_rooms & together & ~visits, OTHER_ROOM),
        (during, DURING),
    )
    level = first_true(len(left), cases, OTHER)
    return Compared(level, nothing, nothing)


def params(records: Records, i: int, j: int) -> dict[str, str]:
    """The room, when one is known."""
    codes = records.room.codes
    code = max(int(codes[i]), int(codes[j]))
    return {"room": records.room.values[code] if code >= 0 else "—"}

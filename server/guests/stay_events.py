"""What changed about stays, for those who read events: told from the stays before and after a counting.

In the transaction that changed them. Whoever replays the events has each stay that there is, whose it is, and
whether it came to nothing; what else there is to know of a stay they ask again when it `changed`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from server.guests.models import GuestEvent
from server.statements import copy_tuples
from server.stays.told import CAME_TO_NOTHING, Place

STAY_KINDS = (
    "stay.made",
    "stay.parted",
    "stay.moved",
    "stay.changed",
    "stay.cancelled",
    "stay.revived",
    "stay.joined",
    "stay.gone",
)
"""A stay is new; was made out of another; is another guest's; its days, room, house, state or money changed;
came to nothing (cancelled, or nobody came); is to take place again; another went into it; nothing tells of it
any more."""

Row = Mapping[str, Any]

_SHOWN = ("property_id", "kind", "status", "arrives", "departs", "room", "reference", "channel")


class StayEvent(NamedTuple):
    """One change of a stay. `other_stay`: of `joined` the one that went into it, of `parted` the one it was
    made out of. `from_guest_id`: of `moved`, whose it was."""

    kind: str
    stay_id: str
    property_id: int
    guest_id: str
    other_stay: str | None = None
    from_guest_id: str | None = None


def stay_events(
    before: Mapping[str, Row], after: Mapping[str, Row], told: Mapping[Place, Row], tells: Mapping[Place, Row]
) -> list[StayEvent]:
    """What became of stays, by their rows before and after. Pure.

    `told` and `tells`: their sources before and after, by place. Made and parted come first and joined last,
    so that each event names stays that its reader knows.
    """
    found: list[StayEvent] = []
    shares = _shares(told, tells)
    otherwise = _told_otherwise(told, tells)
    money_before, money = (
        _money(row for row in rows.values() if otherwise and row["stay_id"] in otherwise)
        for rows in (told, tells)
    )
    for stay_id in sorted(after.keys() - before.keys()):
        stay = after[stay_id]
        parents = shares.of_new[stay_id]
        event = StayEvent("stay.made", stay_id, stay["property_id"], stay["guest_id"])
        if parents:
            event = event._replace(kind="stay.parted", other_stay=_most(parents))
        found.append(event)
        if stay["status"] in CAME_TO_NOTHING:
            found.append(event._replace(kind="stay.cancelled", other_stay=None))
    for stay_id in sorted(after.keys() & before.keys()):
        old, new = before[stay_id], after[stay_id]
        if old == new and stay_id not in otherwise:
            continue
        event = StayEvent("stay.changed", stay_id, new["property_id"], new["guest_id"])
        if old["guest_id"] != new["guest_id"]:
            found.append(event._replace(kind="stay.moved", from_guest_id=old["guest_id"]))
        was_nothing, is_nothing = (row["status"] in CAME_TO_NOTHING for row in (old, new))
        if was_nothing is not is_nothing:
            found.append(event._replace(kind="stay.cancelled" if is_nothing else "stay.revived"))
        elif any(old[name] != new[name] for name in _SHOWN) or money_before[stay_id] != money[stay_id]:
            found.append(event)
    for stay_id in sorted(before.keys() - after.keys()):
        heirs = shares.of_old[stay_id]
        if heirs:
            heir = after[_most(heirs)]
            joined = StayEvent("stay.joined", heir["id"], heir["property_id"], heir["guest_id"])
            found.append(joined._replace(other_stay=stay_id))
        else:
            old = before[stay_id]
            found.append(StayEvent("stay.gone", stay_id, old["property_id"], old["guest_id"]))
    return found


def write_stay_events(session: Session, events: Iterable[StayEvent], *, cause: str, now: datetime) -> None:
    """Write them, in their order. Whoever calls holds the linker's lock, as for all events."""
    rows = [
        (now, e.kind, e.guest_id, e.from_guest_id, cause, e.property_id, e.stay_id, e.other_stay)
        for e in events
    ]
    copy_tuples(session, GuestEvent, _COLUMNS, rows)


_COLUMNS = (
    "at",
    "kind",
    "guest_id",
    "from_guest_id",
    "cause",
    "property_id",
    "stay_id",
    "other_stay_id",
)


class _Shares(NamedTuple):
    """By stay: of a new one where its tellings stood, of an old one where they stand."""

    of_new: Mapping[str, Counter[str]]
    of_old: Mapping[str, Counter[str]]


def _shares(told: Mapping[Place, Row], tells: Mapping[Place, Row]) -> _Shares:
    """A newer version of a record stands for the one before, where that one is told no more."""
    newest = {place[0]: place for place in sorted(tells)} if told else {}
    of_new: dict[str, Counter[str]] = defaultdict(Counter)
    of_old: dict[str, Counter[str]] = defaultdict(Counter)
    for place, row in told.items():
        now = tells.get(place) or tells.get(newest.get(place[0], place))
        if now is not None and now["stay_id"] != row["stay_id"]:
            of_new[now["stay_id"]][row["stay_id"]] += 1
            of_old[row["stay_id"]][now["stay_id"]] += 1
    return _Shares(of_new, of_old)


def _told_otherwise(told: Mapping[Place, Row], tells: Mapping[Place, Row]) -> set[str]:
    """The stays that were there and are told by other rows now."""
    if not told:
        return set()
    found = {row["stay_id"] for place, row in told.items() if tells.get(place) != row}
    return found | {row["stay_id"] for place, row in tells.items() if told.get(place) != row}


def _most(shares: Counter[str]) -> str:
    return min(shares, key=lambda stay: (-shares[stay], stay))


def _money(rows: Iterable[Row]) -> Mapping[str, Mapping[str, Decimal]]:
    """What counts of each stay's money, by currency."""
    sums: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        if row["counts"] and row["amount"] is not None:
            sums[row["stay_id"]][row["currency"] or ""] += row["amount"]
    return sums

"""The ledger of what came back: chances counted by rule, way, house, team and booking site.

Teams are devices and the desk, by shift, in the order of the alphabet: nobody is ranked, and no colleague
stands here. Every cut adds up to the same whole, since each chance stands in one row of each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from server.prompts.ways import WAYS
from server.properties.reach import Reach
from server.reporting.chances import SHIFTS, Chance, chances

CUTS = ("way", "rule", "source", "team", "property")

Name = tuple[str, ...]


@dataclass(slots=True)
class Row:
    """The numbers of some chances; `old` are the contacts given at least 90 days ago."""

    name: Name
    chances: int = 0
    held_back: int = 0
    not_asked: int = 0
    sent: int = 0
    delivered: int = 0
    answered: int = 0
    given: int = 0
    verified: int = 0
    declined: int = 0
    old: int = 0
    kept: int = 0
    unpriced: int = 0
    by_question: int = 0  # of the chances, those that a message asked
    surveys: int = 0  # of the chances, those that ask for no address
    cost: dict[str, Decimal] = field(default_factory=dict)

    @property
    def asking(self) -> int:
        """The chances that ask for an address."""
        return self.chances - self.surveys

    @property
    def rate(self) -> float | None:
        """Contacts given among the chances that ask for one; None where there was none."""
        return self.given / self.asking if self.asking else None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the page shows: the whole, and the same in each cut."""

    since: date
    until: date
    whole: Row
    cuts: Mapping[str, tuple[Row, ...]]


def ledger(session: Session, reach: Reach, since: date, until: date, *, now: datetime) -> Ledger:
    """The ledger of a period within reach, both days included."""
    return count_chances(chances(session, reach, since, until, now=now), since, until)


def count_chances(found: Iterable[Chance], since: date, until: date) -> Ledger:
    """The same of chances that were read."""
    found = list(found)
    cuts = {cut: _rows(found, name_in) for cut, name_in in _NAMES.items()}
    return Ledger(since, until, _count((), found), cuts)


_NAMES: Mapping[str, Callable[[Chance], Name]] = {
    "way": lambda one: (one.way,),
    "rule": lambda one: (one.rule,),
    "source": lambda one: (one.source,),
    "team": lambda one: ("message", "") if one.team is None else (f"at {one.team}", one.shift),
    "property": lambda one: (str(one.property_id),),
}


def _rows(found: Iterable[Chance], name_in: Callable[[Chance], Name]) -> tuple[Row, ...]:
    by_name: dict[Name, list[Chance]] = defaultdict(list)
    for one in found:
        by_name[name_in(one)].append(one)
    return tuple(_count(name, by_name[name]) for name in sorted(by_name, key=_order))


_WAYS = list(WAYS)
_SHIFTS = [name for _, name in SHIFTS]


def _order(name: Name) -> tuple[object, ...]:
    """Ways in their order, shifts in that of the day, all else by the alphabet."""
    first = name[0]
    way = _WAYS.index(first) if first in _WAYS else len(_WAYS)
    shift = _SHIFTS.index(name[1]) if len(name) > 1 and name[1] in _SHIFTS else -1
    return way, first.casefold(), first, shift


def _is_chance(one: Chance) -> bool:
    return not _is_held_back(one) and not _is_not_asked(one)


def _is_held_back(one: Chance) -> bool:
    return one.state == "held_back"


def _is_not_asked(one: Chance) -> bool:
    return one.state == "closed" and not one.is_asked


OF_CHANCES: Mapping[str, Callable[[Chance], bool]] = {
    "sent": lambda one: one.is_sent,
    "delivered": lambda one: one.is_delivered,
    "answered": lambda one: one.is_answered,
    "given": lambda one: one.given_at is not None,
    "verified": lambda one: one.is_verified,
    "declined": lambda one: one.state == "declined",
    "old": lambda one: one.is_kept is not None,
    "kept": lambda one: one.is_kept is True,
    "by_question": lambda one: bool(one.rule),
    "surveys": lambda one: one.purpose == "survey",
}
"""What each number counts of the chances, once: for the tables, and for the lists behind them."""

COUNTS: Mapping[str, Callable[[Chance], bool]] = {
    "chances": _is_chance,
    "held_back": _is_held_back,
    "not_asked": _is_not_asked,
    **OF_CHANCES,
}


def behind(found: Iterable[Chance], cut: str, name: Name, number: str) -> list[Chance]:
    """The chances that a number of a row counts, the newest first; the whole where `cut` is empty. KeyError
    for a cut or a number that there is not."""
    holds, name_in = COUNTS[number], _NAMES[cut] if cut else None
    if number in OF_CHANCES:
        found = filter(_is_chance, found)
    chosen = [one for one in found if holds(one) and (name_in is None or name_in(one) == name)]
    return sorted(chosen, key=lambda one: (one.at, one.record_id or 0), reverse=True)


def _count(name: Name, found: Iterable[Chance]) -> Row:
    row = Row(name)
    cost: dict[str, Decimal] = defaultdict(Decimal)
    for one in found:
        if not _is_chance(one):
            row.held_back += _is_held_back(one)
            row.not_asked += _is_not_asked(one)
            continue
        row.chances += 1
        for code, holds in OF_CHANCES.items():
            if holds(one):
                setattr(row, code, getattr(row, code) + 1)
        row.unpriced += one.unpriced
        for currency, amount in one.cost.items():
            cost[currency] += amount
    row.cost = {currency: cost[currency] for currency in sorted(cost)}
    return row

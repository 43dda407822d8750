"""What recapturing is worth: later stays of guests whose contact came back, and what asking changed at all.

The first says what they spent, not why they came. The second is the honest one: some guests, drawn by chance,
are not asked, and the difference between them and those who were is what asking brought.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.guests.models import Link
from server.guests.values import USABLE_EMAIL
from server.properties.finding import properties_within, today_at
from server.properties.reach import Reach
from server.records.models import CleanRow, SourceRecord
from server.reporting.chances import Chance
from server.reporting.completeness import Share
from server.reporting.ledger_numbers import ENOUGH, KNOWN_DAYS, WINDOW_DAYS
from server.stays.models import Stay, StaySource
from server.stays.told import CAME_TO_NOTHING


@dataclass(frozen=True, slots=True)
class Later:
    """Later stays within `days` after a contact came back: how many, whose, and what they brought."""

    days: int
    guests: int
    stays: int
    revenue: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Compared:
    """How often an address was known some days later: of those asked, of those held back."""

    days: int
    asked: Share
    held_back: Share

    @property
    def is_enough(self) -> bool:
        """Whether both are so many that the difference says anything."""
        return min(self.asked.whole, self.held_back.whole) >= ENOUGH

    @property
    def difference(self) -> float | None:
        """The points that asking added; None where one of them is empty."""
        if self.asked.rate is None or self.held_back.rate is None:
            return None
        return self.asked.rate - self.held_back.rate


class _Back(NamedTuple):
    """A guest whose contact came back to a house: on that day, about a stay that ended then or ends later."""

    guest_id: str
    property_id: int
    day: date
    after: date
    stay_id: str | None


def later_stays(
    session: Session, found: Iterable[Chance], reach: Reach, *, now: datetime, days: int = WINDOW_DAYS
) -> Later:
    """Revenue of later stays, at the house that got the contact back, of these chances' guests."""
    places = {place.id: place for place in properties_within(session, reach)}
    given = [one for one in found if one.given_at is not None and one.guest_id is not None]
    departures = _departures(session, {one.stay_id for one in given if one.stay_id})
    backs: dict[tuple[str, int], list[_Back]] = defaultdict(list)
    for one in given:
        day = today_at(places[one.property_id], now=one.given_at or now)
        after = max(day, departures.get(one.stay_id or "", day))
        back = _Back(one.guest_id or "", one.property_id, day, after, one.stay_id)
        backs[back.guest_id, back.property_id].append(back)
    counted: dict[str, str] = {}
    for part in parts(sorted({guest_id for guest_id, _ in backs})):
        query = select(Stay.id, Stay.guest_id, Stay.property_id, Stay.arrives, Stay.departs).where(
            Stay.guest_id.in_(part),
            reach.limit(Stay.property_id),
            Stay.kind == "stay",
            Stay.status.not_in(CAME_TO_NOTHING),
        )
        for stay_id, guest_id, property_id, arrives, departs in session.execute(query):
            today = today_at(places[property_id], now=now)
            of = backs.get((guest_id or "", property_id), ())
            if arrives is None or departs is None or departs > today:
                continue
            if any(_is_later(back, stay_id, arrives, departs, days) for back in of):
                counted[stay_id] = guest_id or ""
    money = _money(session, counted)
    return Later(days, len(set(counted.values())), len(counted), money)


def _is_later(back: _Back, stay_id: str, arrives: date, departs: date, days: int) -> bool:
    is_another = stay_id != back.stay_id and arrives > back.after
    return is_another and departs <= back.day + timedelta(days=days)


def _departures(session: Session, stay_ids: Collection[str]) -> dict[str, date]:
    found: dict[str, date] = {}
    for part in parts(sorted(stay_ids)):
        query = select(Stay.id, Stay.departs).where(Stay.id.in_(part), Stay.departs.is_not(None))
        found |= {stay_id: departs for stay_id, departs in session.execute(query) if departs is not None}
    return found


def _money(session: Session, stay_ids: Collection[str]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for part in parts(sorted(stay_ids)):
        query = select(StaySource.currency, StaySource.amount).where(
            StaySource.stay_id.in_(part), StaySource.counts, StaySource.amount.is_not(None)
        )
        for currency, amount in session.execute(query):
            found[currency or ""] += amount or Decimal(0)
    return {currency: found[currency] for currency in sorted(found)}


def compare(session: Session, found: Iterable[Chance], *, now: datetime, days: int = KNOWN_DAYS) -> Compared:
    """Those asked beside those held back, of the questions for an address that were due long enough ago.

    Whose address was known already when the question was due stands on neither side: nobody asks them, and
    among those held back they would make it look as if not asking helped.
    """
    wait = timedelta(days=days)
    due = [
        one
        for one in found
        if one.rule and one.purpose == "email" and one.guest_id is not None and one.at + wait <= now
        if one.is_asked or one.state == "held_back"
    ]
    known_since = _known_since(session, {one.guest_id for one in due if one.guest_id})
    parts_of, wholes = dict.fromkeys((True, False), 0), dict.fromkeys((True, False), 0)
    for one in due:
        since = known_since.get((one.guest_id or "", one.property_id))
        if since is not None and since < one.at:
            continue
        is_held = one.state == "held_back"
        wholes[is_held] += 1
        parts_of[is_held] += since is not None and since <= one.at + wait
    return Compared(days, Share(parts_of[False], wholes[False]), Share(parts_of[True], wholes[True]))


def _known_since(session: Session, guest_ids: Collection[str]) -> dict[tuple[str, int], datetime]:
    """Since when a house surely has a usable address of a guest: the first record that brings one today."""
    found: dict[tuple[str, int], datetime] = {}
    for part in parts(sorted(guest_ids)):
        query = (
            select(Link.guest_id, SourceRecord.property_id, SourceRecord.received_at)
            .join(SourceRecord, SourceRecord.id == Link.record_id)
            .join(CleanRow, CleanRow.record_id == Link.record_id)
            .where(Link.guest_id.in_(part), CleanRow.email_class.in_(USABLE_EMAIL))
        )
        for guest_id, property_id, received_at in session.execute(query):
            known = found.get((guest_id, property_id))
            if known is None or received_at < known:
                found[guest_id, property_id] = received_at
    return found

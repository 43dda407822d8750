"""What is to be handed in by when: by the country's deadline, and by what was handed in already.

No sheet is opened for it: the days stand beside it in clear. What the authority refused is due again, and so
is a sheet that was corrected since.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from holidays import country_holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.properties.finding import today_at
from server.properties.models import Property
from server.properties.reach import Reach
from server.registration.houses import Keeps, houses_with_rules
from server.registration.models import CodeList, HandIn, HandInRow, KeptSheet
from server.registration.output import Codes, outputs
from server.registration.profile import Deadline
from server.registration.sheet import Stay

LISTED = timedelta(days=60)
"""How long after arrival a sheet that was not handed in stands in the list."""

DueState = Literal["due", "refused", "waiting", "accepted"]


@dataclass(frozen=True, slots=True)
class Due:
    """A sheet to hand in. `due_at`: None where the law names no hour. `refused`: the authority's codes."""

    kept: KeptSheet
    place: Property
    state: DueState
    due_at: datetime | None
    refused: tuple[str, ...] = ()

    def hours_left(self, now: datetime) -> int | None:
        """Full hours until it is too late, below zero once it is; None where the law names no hour."""
        return None if self.due_at is None else (self.due_at - now) // timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Queue:
    """What one file of a house's country takes: all that is due, and what waits for its result."""

    keeps: Keeps
    output: str
    dues: tuple[Due, ...]

    def in_state(self, *states: DueState) -> list[Due]:
        return [due for due in self.dues if due.state in states]


def arrival_outputs(keeps: Keeps) -> list[str]:
    """The files that tell the country's authority who arrived."""
    known = outputs()
    return [name for name in keeps.profile.outputs if name in known and known[name].KIND == "arrival"]


def queues(session: Session, reach: Reach, *, now: datetime) -> list[Queue]:
    """What is to be handed in, of each house that keeps sheets and whose country wants files; no sheet is
    opened for it."""
    found = []
    for keeps in houses_with_rules(session, reach):
        today = today_at(keeps.place, now=now)
        for name in arrival_outputs(keeps) if keeps.is_on else ():
            kept = _sheets(session, keeps.place, since=today - LISTED, until=today)
            said = _said(session, name, [one.id for one in kept])
            dues = [_due(one, keeps, said.get(one.id, [])) for one in kept]
            latest = datetime.max.replace(tzinfo=now.tzinfo)
            found.append(
                Queue(keeps, name, tuple(sorted(dues, key=lambda due: (due.due_at or latest, due.kept.id))))
            )
    return found


def overdue(session: Session, reach: Reach, *, now: datetime) -> int:
    """How many sheets should have been handed in by now, and were not or were refused."""
    late = {
        due.kept.id
        for queue in queues(session, reach, now=now)
        for due in queue.in_state("due", "refused")
        if due.due_at is not None and due.due_at < now
    }
    return len(late)


def _sheets(session: Session, place: Property, *, since: date, until: date) -> Sequence[KeptSheet]:
    query = select(KeptSheet).where(
        KeptSheet.property_id == place.id,
        KeptSheet.country == place.country,
        KeptSheet.state != "void",
        KeptSheet.arrives >= since,
        KeptSheet.arrives <= until,
    )
    return session.scalars(query.order_by(KeptSheet.arrives, KeptSheet.id)).all()


def _said(session: Session, output: str, sheet_ids: Sequence[str]) -> Mapping[str, list[HandInRow]]:
    """The rows of the newest file that told of each sheet."""
    found: dict[str, list[HandInRow]] = defaultdict(list)
    for part in parts(sorted(sheet_ids)):
        query = (
            select(HandInRow)
            .join(HandIn, HandIn.id == HandInRow.hand_in_id)
            .where(HandIn.output == output, HandInRow.sheet_id.in_(part))
            .order_by(HandIn.id, HandInRow.number)
        )
        for row in session.scalars(query):
            rows = found[row.sheet_id]
            if rows and rows[0].hand_in_id != row.hand_in_id:
                rows.clear()
            rows.append(row)
    return found


def _due(kept: KeptSheet, keeps: Keeps, rows: Sequence[HandInRow]) -> Due:
    """A sheet that was corrected since is due anew."""
    due_at = due_of(
        keeps.profile.deadline, kept.arrives, kept.departs, kept.received_at, keeps.place.zone, kept.country
    )
    current = [row for row in rows if row.version == kept.version]
    states = {row.state for row in current}
    if "refused" in states:
        codes = tuple(dict.fromkeys(row.code or "" for row in current if row.state == "refused"))
        return Due(kept, keeps.place, "refused", due_at, codes)
    state: DueState = "due" if not states else "waiting" if "waiting" in states else "accepted"
    return Due(kept, keeps.place, state, due_at)


def due_of(
    deadline: Deadline,
    arrives: date,
    departs: date | None,
    received_at: datetime,
    zone: str,
    country: str,
) -> datetime | None:
    """By when a sheet is handed in: hours run from its coming on the day of arrival, and from that day's
    beginning or end where it came before or after; working days end with the last of them."""
    begins = datetime.combine(arrives, time(), ZoneInfo(zone))
    ends = datetime.combine(arrives + timedelta(days=1), time(), ZoneInfo(zone))
    hours = deadline.hours
    nights = Stay(arrives, departs).nights
    if deadline.hours_of_short_stay is not None and nights is not None and nights <= 1:
        hours = deadline.hours_of_short_stay
    if hours is not None:
        return min(max(received_at, begins), ends) + timedelta(hours=hours)
    if deadline.working_days is None:
        return None
    free = country_holidays(country, years=(arrives.year, arrives.year + 1))
    day, left = arrives, deadline.working_days
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5 and day not in free
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def codes_of(session: Session, country: str) -> Codes:
    """The authority's lists that were loaded."""
    lists = session.scalars(select(CodeList).where(CodeList.country == country))
    return {one.name: one.codes for one in lists}


def lists_missing(session: Session, keeps: Keeps, *, now: datetime) -> tuple[str, ...]:
    """The lists without which the country's files cannot be made."""
    codes = codes_of(session, keeps.place.country)
    lacks = [
        lack
        for name in arrival_outputs(keeps)
        for lack in outputs()[name].check(keeps.as_known, [], codes, now=now)
    ]
    names = [dict(lack.params).get("name", "") for lack in lacks if lack.code == "registration.list_missing"]
    return tuple(dict.fromkeys(name for name in names if name))

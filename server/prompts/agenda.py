"""The plan as the desk shows it: the next two weeks by day, whom, by which rule, and what is in the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.guests.loading import parts
from server.guests.models import GuestValue
from server.prompts.allowed import why_not_from
from server.prompts.models import Message, Prompt
from server.prompts.rules import all_rules
from server.properties.finding import today_at
from server.properties.models import Property
from server.stays.models import Stay

DAYS = 14
MOST = 200
"""Rows of a day that are shown; the rest is counted."""
OF_THE_HOUSE = ("not_approved", "not_tested", "feed_old")
"""What a question waited for, and does not when nothing is in the way of its house any more."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the plan at a house, and how many go out on it by channel."""

    day: date
    texts: int
    emails: int


@dataclass(frozen=True, slots=True)
class Row:
    """One question of the plan. `name` is empty for whoever may see no guest. `at`: by the house's clock."""

    prompt: Prompt
    name: str
    title: str
    at: datetime
    arrives: date | None
    departs: date | None
    waits_for: str | None


@dataclass(frozen=True, slots=True)
class Agenda:
    """The plan of a house. `waits_for`: why nothing goes out from it at all just now."""

    days: list[Day]
    planned: int
    held_back: int
    asked: int
    sent_today: int
    waits_for: str | None


def agenda(session: Session, house: Property, *, now: datetime) -> Agenda:
    """The next two weeks of a house, in counts. What is due and was not sent yet counts to today."""
    today = today_at(house, now=now)
    end = _begins(house, today + timedelta(days=DAYS))
    query = select(Prompt.state, Prompt.channel, Prompt.due_at).where(
        Prompt.property_id == house.id,
        Prompt.state.in_(("planned", "held_back")),
        Prompt.due_at < end,
        Prompt.until_at > now,
    )
    counted: Counter[tuple[date, str]] = Counter()
    planned = held_back = 0
    for state, channel, due_at in session.execute(query):
        if state == "held_back":
            held_back += 1
            continue
        planned += 1
        counted[max(today, today_at(house, now=due_at)), channel] += 1
    days = [today + timedelta(days=n) for n in range(DAYS)]
    asked = select(func.count(Prompt.id)).where(Prompt.property_id == house.id, Prompt.state == "asked")
    sent = select(func.count(Message.id)).where(
        Message.property_id == house.id, Message.sending_at >= _begins(house, today)
    )
    return Agenda(
        days=[Day(day, counted[day, "sms"], counted[day, "email"]) for day in days],
        planned=planned,
        held_back=held_back,
        asked=session.scalar(asked) or 0,
        sent_today=session.scalar(sent) or 0,
        waits_for=why_not_from(session, house, now=now),
    )


def rows_of(session: Session, house: Property, day: date, *, with_names: bool, now: datetime) -> list[Row]:
    """The questions of one day of a house, in their order."""
    today = today_at(house, now=now)
    query = select(Prompt).where(
        Prompt.property_id == house.id,
        Prompt.state == "planned",
        Prompt.due_at < _begins(house, day + timedelta(days=1)),
        Prompt.until_at > now,
    )
    if day != today:
        query = query.where(Prompt.due_at >= _begins(house, day))
    prompts = session.scalars(query.order_by(Prompt.due_at, Prompt.id).limit(MOST)).all()
    names = _names(session, {prompt.guest_id for prompt in prompts}) if with_names else {}
    stays = _stays(session, {prompt.stay_id for prompt in prompts})
    house_waits = why_not_from(session, house, now=now)
    rules, zone = all_rules(), ZoneInfo(house.zone)
    return [
        Row(
            prompt,
            names.get(prompt.guest_id, ""),
            rules[prompt.rule].TITLE if prompt.rule in rules else prompt.rule,
            prompt.due_at.astimezone(zone),
            stays[prompt.stay_id].arrives if prompt.stay_id in stays else None,
            stays[prompt.stay_id].departs if prompt.stay_id in stays else None,
            house_waits or (prompt.why if prompt.why not in OF_THE_HOUSE else "") or None,
        )
        for prompt in prompts
    ]


def _begins(house: Property, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(house.zone)).astimezone(UTC)


def _names(session: Session, guest_ids: set[str]) -> dict[str, str]:
    found: dict[str, dict[str, str]] = {}
    for part in parts(sorted(guest_ids)):
        query = select(GuestValue.guest_id, GuestValue.field, GuestValue.value).where(
            GuestValue.guest_id.in_(part), GuestValue.field.in_(("first_name", "last_name"))
        )
        for guest_id, field, value in session.execute(query):
            found.setdefault(guest_id, {})[field] = value
    return {
        guest_id: " ".join(filter(None, (values.get("first_name"), values.get("last_name"))))
        for guest_id, values in found.items()
    }


def _stays(session: Session, stay_ids: set[str]) -> Mapping[str, Stay]:
    found: dict[str, Stay] = {}
    for part in parts(sorted(stay_ids)):
        found |= {stay.id: stay for stay in session.scalars(select(Stay).where(Stay.id.in_(part)))}
    return found

"""A year of twelve hotels that ask, by a clock that jumps from one thing to the next, through the rooms."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import Engine, func, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.prompts.asking import approve, asking_of
from server.prompts.carrying import Listed, Outcome, Outgoing
from server.prompts.following import begin_look, end_look, follow_events, guests_around
from server.prompts.models import Message, Prompt
from server.prompts.planning import plan_guests
from server.prompts.putting import put_due
from server.prompts.replanning import let_expire
from server.prompts.senders import sender_to_country
from server.prompts.sending import hand_over, take_outcomes, take_ready
from server.properties.setup import ensure_properties
from server.work.send_messages import ALLOWING
from tests.builders import take_in
from tests.prompts.test_planned_year import PLACES

SECRET = b"index" * 8
BEGINS = datetime(2026, 1, 1, tzinfo=UTC)
ENDS = datetime(2027, 1, 1, tzinfo=UTC)
LATEST = ENDS + timedelta(days=100)
"""By then the last guest who booked within the year has left, and no question is open."""
SOUNDS = ("ba", "ko", "li", "mar", "nu", "pe", "ri", "sta", "to", "ven", "za", "fro", "gil", "hen", "dus")


@dataclass(slots=True)
class Post:
    """Carries every message, but now and then asks for another try, and refuses some for good."""

    chance: random.Random
    carried: list[tuple[datetime, int]] = field(default_factory=list)
    now: datetime = BEGINS

    def send(self, message: Outgoing) -> Outcome:
        """Take one message."""
        luck = self.chance.random()
        if luck < 0.05:
            return Outcome("again", code="500", wait=timedelta(minutes=7))
        if luck < 0.07:
            return Outcome("failed", code="30006")
        self.carried.append((self.now, message.id))
        return Outcome("sent", provider_id=f"{message.channel}-{message.id}")

    def find(self, to: str, *, since: datetime) -> Sequence[Listed] | None:
        """Nothing is ever unknown here."""
        return ()


@dataclass(frozen=True, slots=True)
class Booking:
    """A row of a hotel's system, and when it comes."""

    at: datetime
    house: str
    row: dict[str, str]


def bookings(stays: int, seed: int) -> list[Booking]:
    """A year's reservations: aliases, own addresses and none, families, guests who return, and who cancel."""
    found: list[Booking] = []
    for number in range(stays):
        chance = random.Random(seed * 1_000_003 + number)
        house = f"h{number % len(PLACES)}"
        seen = BEGINS + timedelta(minutes=chance.randrange(365 * 24 * 60))
        row = _person(number, seed) | {"key": f"R{number}", "reference": f"{house}-R{number}"}
        if (
            number % 12 == 3 and number >= 24
        ):  # of the guest before last in this house, or who lives with them
            other = _person(number - 12, seed)
            home = {name: other[name] for name in ("street", "postal_code", "city", "last_name")}
            row |= home if chance.random() < 0.5 else other
        arrives = seen.date() + timedelta(days=chance.randrange(60))
        row |= _days(arrives, chance)
        row["email"] = chance.choice((f"g.{number}@guest.booking.com",) * 3 + ("", f"me.{number}@posteo.de"))
        row["channel"] = "booking.com"
        found.append(Booking(seen, house, row))
        changes, later = chance.random(), seen + timedelta(hours=chance.randrange(24 * 20))
        if changes < 0.1:
            found.append(Booking(later, house, row | {"status": "cancelled"}))
        elif changes < 0.25:
            moved = row | _days(arrives + timedelta(days=chance.randrange(1, 9)), chance)
            found.append(Booking(later, house, moved))
    return sorted(found, key=lambda one: one.at)


def _days(arrives: date, chance: random.Random) -> dict[str, str]:
    leaves = arrives + timedelta(days=chance.randrange(1, 8))
    return {"stay_from": str(arrives), "stay_to": str(leaves)}


def _person(number: int, seed: int) -> dict[str, str]:
    chance = random.Random(f"{seed} {number}")
    first, last = ("".join(chance.sample(SOUNDS, 4)).title() for _ in range(2))
    born = date(1945, 1, 1) + timedelta(days=chance.randrange(20_000))
    return {
        "first_name": first,
        "last_name": last,
        "birth_date": str(born),
        "mobile": f"+3365{chance.randrange(10**7):07d}",
        "street": f"{1 + chance.randrange(900)} {''.join(chance.sample(SOUNDS, 5))}",
        "postal_code": f"{10_000 + chance.randrange(80_000)}",
        "city": "".join(chance.sample(SOUNDS, 3)).title(),
    }


def open_houses(engine: Engine) -> None:
    """Twelve hotels in twelve zones, each ready to ask."""
    facts = [
        {"code": f"h{n}", "name": f"Hotel {n}", "zone": zone, "country": country, "legal_entity": "One"}
        for n, (zone, country) in enumerate(PLACES)
    ]
    with writing(engine) as session:
        for place in ensure_properties(session, facts):
            place.reception_phone, place.reply_to = "+33142685300", "desk@hotel.example"
            place.senders = {"sms": "Arcades"}
            place.email_reasons, place.test_arrived_at = ["invoice"], BEGINS
            asking_of(session, place).countries = {"FR": "link"}
            approve(session, place, actor="staff:1", now=BEGINS)


def live_through(
    engine: Engine, stays: int, *, seed: int = 1, looks_every: timedelta, rests: timedelta
) -> Post:
    """The whole year, and until nothing is open any more; whoever carried the messages. `rests`: at least so
    long nothing is done after each time."""
    open_houses(engine)
    chance = random.Random(seed)
    post, waiting = Post(random.Random(seed)), bookings(stays, seed)
    looked = BEGINS - looks_every
    with time_machine.travel(BEGINS, tick=False) as clock:
        for now in _moments(engine, waiting, chance, looks_every, rests):
            clock.move_to(now, tick=False)
            post.now = now
            _come_in(engine, waiting, now)
            is_look = now - looked >= looks_every
            _plan(engine, now, is_look=is_look)
            looked = now if is_look else looked
            _carry(engine, post, now)
    return post


def _moments(
    engine: Engine, waiting: list[Booking], chance: random.Random, looks_every: timedelta, rests: timedelta
) -> Iterator[datetime]:
    """When something is to be done; now and then nobody does it for hours, as when the machine was off."""
    now = BEGINS
    while now < LATEST:
        yield now
        with reading(engine) as session:
            due = session.scalar(select(func.min(Prompt.due_at)).where(Prompt.state == "planned"))
            ready = session.scalar(select(func.min(Message.due_at)).where(Message.state == "ready"))
        coming = waiting[0].at if waiting else None
        following = min(one for one in (due, ready, coming, now + looks_every) if one is not None)
        now = max(following, now + rests)
        if chance.random() < 0.1:
            now += timedelta(minutes=chance.randrange(20 * 60))


def _come_in(engine: Engine, waiting: list[Booking], now: datetime) -> None:
    came = [one for one in waiting if one.at <= now]
    del waiting[: len(came)]
    for one in came:
        take_in(engine, one.row, source=one.house, at=one.house, stay_kind="stay", now=now)
    if came:
        link_waiting(engine)


def _plan(engine: Engine, now: datetime, *, is_look: bool) -> None:
    with writing(engine) as session:
        if is_look:
            begin_look(session, now=now)
            plan_guests(session, guests_around(session, now=now), secret=SECRET, now=now)
            end_look(session, now=now)
        while not follow_events(session, secret=SECRET, now=now).is_all:
            pass
        let_expire(session, now=now)


def _carry(engine: Engine, post: Post, now: datetime) -> None:
    words: dict[str, Any] = {
        "secret": SECRET,
        "house_address": "https://hotel.example",
        "allowing": ALLOWING,
        "now": now,
    }
    with writing(engine) as session:
        put_due(session, **words, sender_of=sender_to_country, limit=200)
    with writing(engine) as session:
        taken = take_ready(session, **words, channels=("sms", "email"), limit=200)
    if taken:
        outcomes = hand_over(taken, {"sms": post, "email": post})
        with writing(engine) as session:
            take_outcomes(session, outcomes, secret=SECRET, now=now)

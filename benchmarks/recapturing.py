"""A season of a hotel that asks: python -m benchmarks.recapturing [STAYS] [--database URL]

STAYS reservations of one house, of which 28 % come with the guest's own address, the others with a booking
site's alias or with none. For two months nobody is asked; then guests are, with the response rates below.
Prints the share of stays whose guest can be reached by e-mail, month by month, and ends with 1 unless the
ledger's numbers are those that the simulation counted itself.

`Rooms` is the seam: what asks and answers. `ByTables` leaves in the tables what the rooms leave there.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Protocol

from sqlalchemy import Engine, select

from server.captures.models import Capture
from server.cleaning import clean
from server.db import make_engine, reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.migrating import migrate
from server.prompts.models import Message, Prompt, Reply
from server.properties.context import context_of
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.record import Proof, RawRecord, StayKind
from server.records.arriving import Arrival, Origin, prepare
from server.records.models import Source, SourceRecord
from server.records.storing import store
from server.reporting.completeness import completeness
from server.reporting.counting import count_house, write_counts
from server.reporting.ledger import Row, ledger
from server.stays.models import Stay, StaySource

BEGINS = date(2026, 1, 1)
MONTHS, SILENT_MONTHS = 6, 2
OWN_ADDRESS, HAS_MOBILE, HELD_BACK = 0.28, 0.95, 0.10
PRICE = Decimal("0.07500")
BATCH = 500


@dataclass(frozen=True, slots=True)
class Rates:
    """How guests who are asked by one way respond; whoever is left ignores it."""

    share: float  # of the guests who are asked at all
    given: float
    declined: float
    stop: float


RATES: Mapping[str, Rates] = {
    "sms": Rates(0.35, 0.55, 0.05, 0.02),
    "sms_link": Rates(0.35, 0.55, 0.04, 0.02),
    "tablet": Rates(0.30, 0.82, 0.08, 0.0),
}
"""Assumed for the simulation; no house was measured with these."""

NUMBERS = ("chances", "held_back", "sent", "answered", "given", "declined")


@dataclass(frozen=True, slots=True)
class Booked:
    """A reservation, and what its guest will do when asked."""

    number: int
    arrives: date
    has_own: bool
    has_mobile: bool
    way: str
    response: str  # given, declined, stop, ignored

    @property
    def key(self) -> str:
        """Its number in the reservation system."""
        return f"R-{self.number:06d}"

    @property
    def person(self) -> dict[str, str]:
        """The guest, as any form or system tells them."""
        told = {"first_name": _name(self.number, 7), "last_name": _name(self.number, 13)}
        birth = date(1950, 1, 1) + timedelta(days=self.number * 37 % 15_000)
        told["birth_date"] = str(birth)
        return told | ({"mobile": f"+336{50_000_000 + self.number:08d}"} if self.has_mobile else {})

    @property
    def own(self) -> str:
        """Their own address."""
        return f"{_name(self.number, 7)}.{self.number}@posteo.de".lower()


_SOUNDS = ("ba", "ko", "li", "mar", "nu", "pe", "ri", "sta", "to", "ven", "za", "fro", "gil", "hen", "dus")


def _name(number: int, salt: int) -> str:
    chance = Random(number * 1_000 + salt)
    return "".join(chance.choice(_SOUNDS) for _ in range(4)).title()


class Rooms(Protocol):
    """What asks guests and hears what they say: plans, sends, takes the answer."""

    def ask(self, engine: Engine, stays: Sequence[Booked], held_back: frozenset[int]) -> None:
        """Ask about these stays, all but those held back, and let the guests respond."""


def draw(stays: int, *, seed: int = 1) -> list[Booked]:
    """The season's reservations, evenly over its months."""
    chance, found = Random(seed), []
    ways = list(RATES)
    for number in range(stays):
        way = chance.choices(ways, [RATES[name].share for name in ways])[0]
        rates, said = RATES[way], chance.random()
        bounds = (rates.given, rates.given + rates.declined, rates.given + rates.declined + rates.stop)
        response = next(
            (what for what, to in zip(("given", "declined", "stop"), bounds, strict=True) if said < to),
            "ignored",
        )
        arrives = BEGINS + timedelta(days=number * MONTHS * 30 // stays)
        has_own, has_mobile = chance.random() < OWN_ADDRESS, chance.random() < HAS_MOBILE
        found.append(Booked(number, arrives, has_own, has_mobile or way != "tablet", way, response))
    return found


def take_in(
    engine: Engine,
    source: str,
    kind: str,
    rows: Sequence[Mapping[str, str]],
    *,
    at: datetime,
    proof: Proof = "source",
    stay_kind: StayKind | None = None,
) -> None:
    """Store rows of one source, as an import or a form does."""
    with writing(engine) as session:
        place = default_property(session)
        made = session.scalar(select(Source).where(Source.name == source))
        if made is None:
            made = Source(name=source, layout=source, kind=kind, property_id=place.id)
            session.add(made)
            session.flush()
        origin = Origin(made.id, made.name, stay_kind, proof, of="reservation")
        context = context_of(place, {}, at.date())
        arrivals = [
            Arrival(
                RawRecord(row["key"], dict(row), {n: text for n, text in row.items() if n != "key"}, line),
                clean({n: text for n, text in row.items() if n != "key"}, context),
                place.id,
                place.legal_entity_id,
                place.currency,
            )
            for line, row in enumerate(rows, start=2)
        ]
        store(session, origin, prepare(origin, arrivals), now=at)


def book(engine: Engine, stays: Sequence[Booked]) -> None:
    """All reservations, as the house's own system tells them."""
    for start in range(0, len(stays), BATCH):
        rows = []
        for one in stays[start : start + BATCH]:
            alias = f"g.{one.number}@guest.booking.com" if one.number % 3 else ""
            rows.append(
                one.person
                | {
                    "key": one.key,
                    "reference": one.key,
                    "email": one.own if one.has_own else alias,
                    "channel": "booking.com" if alias else "phone",
                    "status": "left",
                    "stay_from": str(one.arrives),
                    "stay_to": str(one.arrives + timedelta(days=2)),
                    "amount": "200",
                }
            )
        take_in(engine, "pms", "pms", rows, at=_noon(BEGINS - timedelta(days=30)), stay_kind="stay")
    link_waiting(engine)


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


class ByTables:
    """Leaves in the tables what planning, sending and answering leave there."""

    def ask(self, engine: Engine, stays: Sequence[Booked], held_back: frozenset[int]) -> None:
        """Questions with their messages and answers; forms of those who are asked at the tablet."""
        giving = [one for one in stays if one.number not in held_back and one.response == "given"]
        for start in range(0, len(giving), BATCH):
            rows = [
                one.person | {"key": f"form-{one.number}", "email": one.own}
                for one in giving[start : start + BATCH]
            ]
            at = _noon(giving[start].arrives)
            take_in(engine, "link", "link", rows, at=at, proof="booking-bound")
        declining = [one for one in stays if one.way == "tablet" and one.response == "declined"]
        rows = [one.person | {"key": f"form-{one.number}"} for one in declining]
        if rows:
            take_in(engine, "link", "link", rows, at=_noon(stays[0].arrives), proof="booking-bound")
        link_waiting(engine)
        with writing(engine) as session:
            place = default_property(session).id
            told = {
                key: (record_id, stay_id, guest_id)
                for key, record_id, stay_id, guest_id in session.execute(
                    select(SourceRecord.key, SourceRecord.id, Stay.id, Link.guest_id)
                    .join(StaySource, StaySource.record_id == SourceRecord.id)
                    .join(Stay, Stay.id == StaySource.stay_id)
                    .join(Link, Link.record_id == SourceRecord.id)
                )
            }
            forms = dict(
                session.execute(
                    select(SourceRecord.key, SourceRecord.id).where(SourceRecord.key.like("form-%"))
                ).all()
            )
            for one in stays:
                at = _noon(one.arrives)
                if one.way == "tablet" and one.number not in held_back:
                    if one.response in ("given", "declined"):
                        session.add(_form(one, forms[f"form-{one.number}"], place, at, "kiosk"))
                    continue
                prompt = _prompt(one, told[one.key], place, at, is_held=one.number in held_back)
                session.add(prompt)
                session.flush()
                if prompt.asked_at is None:
                    continue
                session.add(_message(one, prompt, at))
                if one.response == "given":
                    session.add(_form(one, forms[f"form-{one.number}"], place, at, "phone"))
                    session.add(
                        Reply(
                            channel="sms",
                            provider_id=f"in-{one.number}",
                            prompt_id=prompt.id,
                            from_key=b"k" * 32,
                            state="taken",
                            capture_id=f"form-{one.number}",
                            received_at=at,
                        )
                    )


def _prompt(one: Booked, told: tuple[int, str, str], place: int, at: datetime, *, is_held: bool) -> Prompt:
    record_id, stay_id, guest_id = told
    ends = {"given": "given", "declined": "declined", "stop": "closed", "ignored": "closed"}
    state = "held_back" if is_held else ends[one.response]
    return Prompt(
        property_id=place,
        stay_id=stay_id,
        guest_id=guest_id,
        record_id=record_id,
        rule="email_by_text",
        purpose="email",
        channel="sms",
        mode="link" if one.way == "sms_link" else "reply",
        language="fr",
        source_channel="booking.com",
        state=state,
        due_at=at,
        until_at=at + timedelta(days=3),
        planned_at=at - timedelta(days=14),
        asked_at=None if is_held else at,
        answered_at=at if state in ("given", "declined") else None,
        settled_at=at if not is_held else None,
    )


def _message(one: Booked, prompt: Prompt, at: datetime) -> Message:
    return Message(
        property_id=prompt.property_id,
        prompt_id=prompt.id,
        kind="question",
        once_key=f"question:{prompt.id}",
        channel="sms",
        sender="Hotel",
        to_key=b"k" * 32,
        language="fr",
        state="delivered",
        cost=PRICE,
        currency="EUR",
        made_at=at,
        due_at=at,
        until_at=at + timedelta(days=3),
        sent_at=at,
    )


def _form(one: Booked, record_id: int, place: int, at: datetime, surface: str) -> Capture:
    return Capture(
        id=f"form-{one.number}",
        form="pre_check_in",
        form_version=2,
        language="fr",
        surface=surface,
        proof="booking-bound",
        property_id=place,
        answers={"email_way_out": "declined"} if one.response == "declined" else {},
        digest=b"1" * 32,
        state="read",
        record_id=record_id,
        received_at=at,
    )


def simulate(engine: Engine, stays: Sequence[Booked], rooms: Rooms) -> dict[str, Counter[str]]:
    """The whole season; what the simulation itself counts, by way."""
    chance = Random(2)
    silent_until = BEGINS + timedelta(days=30 * SILENT_MONTHS)
    asked = [one for one in stays if one.arrives >= silent_until and not one.has_own and one.has_mobile]
    drawn = (one.number for one in asked if one.way != "tablet" and chance.random() < HELD_BACK)
    held_back = frozenset(drawn)
    book(engine, stays)
    for month in range(SILENT_MONTHS, MONTHS):
        since = BEGINS + timedelta(days=30 * month)
        now = [one for one in asked if since <= one.arrives < since + timedelta(days=30)]
        if now:
            rooms.ask(engine, now, held_back)
    return _own_count(asked, held_back)


def _own_count(asked: Iterable[Booked], held_back: frozenset[int]) -> dict[str, Counter[str]]:
    found = {way: Counter[str]() for way in RATES}
    for one in asked:
        of, answers = found[one.way], one.response in ("given", "declined")
        if one.number in held_back:
            of["held_back"] += 1
        elif one.way != "tablet" or answers:
            of["chances"] += 1
            of["sent"] += one.way != "tablet"
            of["answered"] += answers
            of["given"] += one.response == "given"
            of["declined"] += one.response == "declined"
    return found


def differences(counted: Iterable[Row], own: Mapping[str, Counter[str]]) -> list[str]:
    """Where the ledger says another number than the simulation counted."""
    by_way = {row.name[0]: row for row in counted}
    found = []
    for way, numbers in own.items():
        row = by_way.get(way) or Row((way,))
        for name in NUMBERS:
            if getattr(row, name) != numbers[name]:
                found.append(f"{way} {name}: ledger {getattr(row, name)}, simulation {numbers[name]}")
        cost = PRICE * numbers["sent"]
        if row.cost.get("EUR", Decimal(0)) != cost:
            found.append(f"{way} cost: ledger {row.cost}, simulation {cost}")
    return found


def climb(engine: Engine) -> list[tuple[str, float | None]]:
    """The share of stays whose guest can be reached, by month of departure."""
    ends = BEGINS + timedelta(days=30 * MONTHS + 30)
    with reading(engine) as session:
        rows = count_house(session, ends)
    with writing(engine) as session:
        write_counts(session, ends, rows)
    with reading(engine) as session:
        return [(line.name, line.after.rate) for line in completeness(session).by_month]


def main(arguments: list[str] | None = None) -> int:
    """Simulate, print, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stays", nargs="?", type=int, default=5_000)
    parser.add_argument("--database")
    asked = parser.parse_args(arguments)
    with TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'season.db'}"
        migrate(url)
        engine = make_engine(url)
        own = simulate(engine, draw(asked.stays), ByTables())
        until = BEGINS + timedelta(days=30 * MONTHS)
        with reading(engine) as session:
            found = ledger(session, EVERYWHERE, BEGINS, until, now=_noon(until) + timedelta(days=120))
        for month, rate in climb(engine):
            print(f"{month}  {'–' if rate is None else f'{100 * rate:5.1f} %'}")
        for row in found.cuts["way"]:
            print(f"{row.name[0]:10} " + "  ".join(f"{name} {getattr(row, name)}" for name in NUMBERS))
        wrong = differences(found.cuts["way"], own)
        engine.dispose()
    print("\n".join(wrong) or "The ledger's numbers are the simulation's.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

"""A season of a hotel that asks: python -m benchmarks.recapturing [STAYS] [--database URL] [--postgres]

STAYS reservations of one house, of which 28 % come with the guest's own address, the others with a booking
site's alias or with none. For the first third nobody is asked; then the house asks, with all its rooms:
planning, putting, sending by the real Twilio and SMTP code to an invented carrier that loses, doubles and
swaps, its signed callbacks, replies that are read, links that are opened and filled in, proofs that are
clicked.

Guests respond at the rates of benchmarks/season/guests.py, and what they do is counted as they do it. Prints
the share of stays whose guest can be reached by e-mail, month by month, and ends with 1 unless the ledger's
numbers are those of that count.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from datetime import time as hour
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy import Engine

from benchmarks.season.guests import BEGINS, MONTH, MONTHS, draw
from benchmarks.season.house import open_house
from benchmarks.season.living import Season, season_of
from server.db import reading, writing
from server.properties.reach import EVERYWHERE
from server.reporting.chances import chances
from server.reporting.completeness import completeness
from server.reporting.counting import count_house, write_counts
from server.reporting.ledger import Ledger, Name, Row, count_chances

NUMBERS = ("chances", "held_back", "sent", "delivered", "answered", "given", "verified", "declined")
"""What guests can count themselves. `not_asked` they cannot: nobody learns of a question that was closed."""
CUTS = ("way", "rule", "source", "team")

Own = Mapping[str, Mapping[Name, Counter[str]]]
"""The simulation's own count, by cut and row of it."""


def own_count(season: Season) -> tuple[Own, Mapping[str, Mapping[Name, Decimal]]]:
    """What the guests saw and did, and what the carrier took for it, by the ledger's cuts."""
    found: dict[str, dict[Name, Counter[str]]] = {cut: {} for cut in CUTS}
    cost: dict[str, dict[Name, Decimal]] = {cut: {} for cut in CUTS}
    for one in season.chances:
        names = {"way": (one.way,), "rule": (one.rule,), "source": (one.guest.channel,), "team": one.team}
        is_question = bool(one.rule)
        said = Counter(
            chances=1,
            sent=int(is_question),
            delivered=int(is_question and one.is_delivered),
            answered=int(one.is_answered),
            given=int(one.is_given),
            verified=int(one.is_given and season.is_verified(one.guest)),
            declined=int(one.is_declined),
        )
        for cut, name in names.items():
            found[cut].setdefault(name, Counter()).update(said)
            cost[cut][name] = cost[cut].get(name, Decimal(0)) + one.cost
    for guest in season.held_back():
        rule = "email_through_alias" if guest.way == "email" else "email_by_text"
        names = {"way": (guest.way,), "rule": (rule,), "source": (guest.channel,), "team": ("message", "")}
        for cut, name in names.items():
            found[cut].setdefault(name, Counter())["held_back"] += 1
    return found, cost


def differences(counted: Ledger, season: Season) -> list[str]:
    """Where the ledger says another number than the guests counted."""
    own, cost = own_count(season)
    found = []
    for cut in CUTS:
        rows = {row.name: row for row in counted.cuts[cut] if row.chances or row.held_back}
        for name in sorted(rows.keys() | own[cut].keys()):
            row, told = rows.get(name) or Row(name), own[cut].get(name, Counter())
            found += [
                f"{cut} {name} {number}: ledger {getattr(row, number)}, guests {told[number]}"
                for number in NUMBERS
                if getattr(row, number) != told[number]
            ]
            paid, took = row.cost.get("USD", Decimal(0)), cost[cut].get(name, Decimal(0))
            if paid != took:
                found.append(
                    f"{cut} {name} cost: ledger {paid} ({row.unpriced} without a price), carrier {took}"
                )
    return found


def ledger_of(engine: Engine, season: Season, *, days: int = MONTHS * MONTH.days) -> Ledger:
    """The ledger of the whole season, read four months later. Those who were held back are counted from the
    day on which questions go out: of the time before, guests cannot know who was."""
    until = BEGINS + timedelta(days=days + 30)
    now = datetime.combine(until, hour(12), UTC) + timedelta(days=120)
    with reading(engine) as session:
        found = chances(session, EVERYWHERE, BEGINS - timedelta(days=30), until, now=now)
    kept = [one for one in found if one.state != "held_back" or one.at.date() >= season.silent_until]
    return count_chances(kept, BEGINS, until)


def climb(engine: Engine, *, days: int = MONTHS * MONTH.days) -> Iterable[tuple[str, float | None]]:
    """The share of stays whose guest can be reached, by month of departure."""
    ends = BEGINS + timedelta(days=days + 30)
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
    parser.add_argument("--days", type=int, default=MONTHS * MONTH.days)
    parser.add_argument("--database")
    parser.add_argument("--postgres", action="store_true", help="on a PostgreSQL of its own")
    asked = parser.parse_args(arguments)
    start = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        url = asked.database or f"sqlite:///{folder / 'season.db'}"
        if asked.postgres:
            from tests import postgres_server

            url = stack.enter_context(postgres_server.running()).format(database="postgres")
        begins = datetime.combine(BEGINS - timedelta(days=3), hour(8), UTC)
        house = stack.enter_context(open_house(url, folder, begins=begins))
        season = season_of(house, draw(asked.stays, days=asked.days), days=asked.days)
        found = ledger_of(house.engine, season, days=asked.days)
        for month, rate in climb(house.engine, days=asked.days):
            print(f"{month}  {'–' if rate is None else f'{100 * rate:5.1f} %'}")
        for row in found.cuts["way"]:
            print(f"{row.name[0]:10} " + "  ".join(f"{name} {getattr(row, name)}" for name in NUMBERS))
        wrong = differences(found, season)
    print("\n".join(wrong) or "The ledger's numbers are those that the guests counted.")
    print(f"{time.monotonic() - start:.0f} s")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

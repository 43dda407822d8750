"""One of several processes that change one house at random: `python -m tests.faults.changing ...`.

Prints, as JSON, what it wrote last into each record of its own, how many of its words were refused, and the
longest that anything took.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from random import Random
from time import perf_counter

from sqlalchemy import Engine, select

from server.clock import clock
from server.db import make_engine, reading, writing
from server.guests.deciding import decide
from server.guests.deeds import seen_of
from server.guests.erasing import erase_records
from server.guests.linking import link_waiting
from server.guests.models import Deed, Question
from server.guests.undoing import undo
from server.records.models import SourceRecord
from server.refusal import Refused
from tests.builders import take_in

SOURCE = "pms_a"
FIRST = ("Anna", "Jean", "Maria", "Piet", "Olga", "John", "Inès", "Tom")
LAST = ("Martin", "Rossi", "de Vries", "Ivanova", "Smith", "García")


def row_of(key: str, guest: int, city: str, chance: Random) -> dict[str, str]:
    """What a system says of one of some hundred guests: now all, now little."""
    person = Random(guest)
    given, family, mark = person.choice(FIRST), person.choice(LAST), person.randrange(10**6)
    told = {
        "email": f"{given}.{mark}@posteo.example".lower(),
        "mobile": f"+336{mark:08d}",
        "birth_date": f"{1940 + mark % 60}-0{1 + mark % 9}-1{mark % 9}",
    }
    kept = {name: value for name, value in told.items() if chance.random() < 0.7}
    return {"key": key, "first_name": given, "last_name": family, "city": city} | kept


class Changing:
    """One process, and the records that are its own."""

    def __init__(self, engine: Engine, number: int, guests: int, seed: int) -> None:
        self.engine, self.number, self.guests = engine, number, guests
        self.chance = Random(seed * 1000 + number)
        self.written: dict[str, str | None] = {}
        self.happened: Counter[str] = Counter()
        self.longest = 0.0

    def change(self, turn: int) -> None:
        """Do one thing."""
        what = self.chance.choices(("bring", "say", "undo", "erase"), (60, 25, 10, 5))[0]
        started = perf_counter()
        try:
            getattr(self, what)(turn)
            self.happened[what] += 1
        except Refused as refusal:  # somebody was first, or said otherwise
            self.happened[refusal.code] += 1
        self.longest = max(self.longest, perf_counter() - started)

    def bring(self, turn: int) -> None:
        """A record of mine comes or changes, and is linked."""
        guest = self.chance.randrange(self.guests)
        key, city = f"w{self.number}-{self.chance.randrange(self.guests)}", f"Town {self.number} {turn}"
        take_in(self.engine, row_of(key, guest, city, self.chance), source=SOURCE, now=clock())
        self.written[key] = city
        link_waiting(self.engine)

    def say(self, _: int) -> None:
        """I look at a question, or at two records of anybody, and say whether they are one guest."""
        with reading(self.engine) as session:
            asked = session.execute(select(Question.record_a, Question.record_b)).all()
            if asked and self.chance.random() < 0.8:
                one, other = self.chance.choice(asked)
                verdict = self.chance.choice(("same", "not_same", "undecided"))
            else:
                one, other = self._two(session.scalars(select(SourceRecord.id)).all())
                verdict = self.chance.choice(("not_same", "undecided"))
            seen = seen_of(session, [one, other])
        with writing(self.engine) as session:
            author = f"staff:{self.number}"
            decide(session, one, other, verdict, seen=seen, author=author, now=clock())  # type: ignore[arg-type]  # one of the three

    def undo(self, _: int) -> None:
        """I take something back that somebody said."""
        with reading(self.engine) as session:
            deeds = session.scalars(select(Deed.id)).all()
        if deeds:
            with writing(self.engine) as session:
                undo(session, self.chance.choice(deeds), author=f"staff:{self.number}", now=clock())

    def erase(self, _: int) -> None:
        """A record of mine is erased."""
        if not self.written:
            return
        key = self.chance.choice(sorted(self.written))
        with writing(self.engine) as session:
            found = session.scalars(select(SourceRecord.id).where(SourceRecord.key == key)).all()
            erase_records(session, found, cause="erasure", now=clock())
        self.written[key] = None

    def _two(self, ids: object) -> tuple[int, int]:
        one, other = self.chance.sample(sorted(ids), 2)  # type: ignore[call-overload]  # numbers of records
        return one, other


def main(url: str, number: int, guests: int, changes: int, seed: int) -> None:
    """Change the house so often, and tell what came of it."""
    engine = make_engine(url)
    one = Changing(engine, number, guests, seed)
    for turn in range(changes):
        one.change(turn)
    engine.dispose()
    told = {"written": one.written, "happened": one.happened, "longest": round(one.longest, 3)}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:6]))

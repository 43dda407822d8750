"""Make the demo: five exports, the manifest that describes them, and the truth about who is who."""

from __future__ import annotations

import heapq
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from server.demo.draw import Draw
from server.demo.exports import LAYOUTS, Export
from server.demo.group import ARRANGEMENTS, HOUSES
from server.demo.hotels import add_block, add_to_pms_a, add_to_pms_b
from server.demo.outlets import add_to_restaurant, add_to_shop, add_to_spa, during
from server.demo.people import Person, Population
from server.demo.stays import Calendar, Stay
from server.demo.stories import ADDRESSES, tell
from server.demo.telling import Story

LEAST = 100
"""Fewer records could not hold the stories."""


class _Full(Exception):
    """All the rows that were asked for are there."""


@dataclass(frozen=True, slots=True)
class Demo:
    """What was made, and where."""

    folder: Path
    rows: Mapping[str, int]


def generate(records: int, seed: int, folder: Path, *, today: date) -> Demo:
    """Write exports of exactly `records` rows in all, manifest.json and truth.csv into `folder`.

    The same records, seed and today give the same bytes. Raises ValueError below LEAST records.
    """
    if records < LEAST:
        raise ValueError(f"The demo needs at least {LEAST} records; {records} were asked for.")
    exports = {layout.source: Export(layout) for layout in LAYOUTS}
    stories = tell(exports, today)
    _Systems(exports, records, seed, today).fill()
    folder.mkdir(parents=True, exist_ok=True)
    for export in exports.values():
        export.save(folder)
    with (folder / "truth.csv").open("w", encoding="utf-8", newline="") as file:
        file.write("source,source_key,person_id,household_id\n")
        file.writelines(heapq.merge(*(export.truth() for export in exports.values())))
    about = {"records": records, "seed": seed, "today": today.isoformat()}
    manifest = json.dumps(about | _manifest(exports, stories), ensure_ascii=False, indent=1)
    (folder / "manifest.json").write_text(manifest + "\n", encoding="utf-8", newline="\n")
    return Demo(folder, {export.layout.file: export.rows for export in exports.values()})


def _manifest(exports: Mapping[str, Export], stories: list[Story]) -> dict[str, Any]:
    """`broken` rows have a wrong number of cells: they wait at the import and are not in the truth."""
    return {
        "properties": [asdict(house) for house in HOUSES],
        "arrangements": [list(pair) for pair in ARRANGEMENTS],
        "files": [
            {
                "path": export.layout.file,
                "property": export.layout.house.code,
                "source": export.layout.source,
                "rows": export.rows,
                "broken": export.broken,
            }
            for export in exports.values()
        ],
        "stories": [story.as_json() for story in stories],
        "truth": "truth.csv",
    }


class _Systems:
    """The group's five systems, filled by household after household until they hold enough rows."""

    def __init__(self, exports: Mapping[str, Export], records: int, seed: int, today: date) -> None:
        self._a, self._b = exports["pms_a"], exports["pms_b"]
        self._resto, self._spa, self._shop = exports["resto"], exports["spa"], exports["shopify_customers"]
        self._draw = Draw(seed)
        self._today = today
        self._calendar = Calendar(self._draw, today, records)
        self._people = Population(self._draw, today, taken=ADDRESSES)
        self._at_lake = True  # where the last stay was: a child stays with its parents
        self._left = records - sum(export.rows for export in exports.values())

    def fill(self) -> None:
        """Let households come until the last row is written."""
        try:
            for household in self._people.households():
                self._live(household)
        except _Full:
            return

    def _live(self, household: list[Person]) -> None:
        """One household's visits: the one who books, and less often the others."""
        draw = self._draw
        if draw.chance(0.008):
            self._count()
            add_block(self._a if draw.chance(0.58) else self._b, self._calendar.stay(), draw)
        partner = household[1] if len(household) > 1 else None
        stay = self._visit(household[0], partner)
        for place, person in enumerate(household[1:], start=1):
            if self._today.year - person.birth.year < 16:
                if stay is not None and draw.chance(0.15):
                    self._stay(person, at_lake=self._at_lake, stay=stay)
            elif draw.chance(0.35 if place == 1 else 0.45):
                self._visit(person, None)

    def _visit(self, person: Person, partner: Person | None) -> Stay | None:
        """Whatever this person does here; the last stay, when there is one."""
        draw = self._draw
        kind = draw.unit()
        if kind < 0.60:
            return self._passes(person, partner)
        if kind < 0.78:
            return self._returns(person, partner)
        if kind < 0.90:
            self._lives_near(person)
        else:
            self._buys(person)
        return None

    def _passes(self, person: Person, partner: Person | None) -> Stay:
        """Comes once."""
        draw = self._draw
        stay = self._calendar.stay(member=bool(person.loyalty))
        self._stay(person, draw.chance(0.58), stay, partner)
        if draw.chance(0.12):
            self._eat(person, stay)
        if draw.chance(0.05):
            self._treat(person, stay)
        return stay

    def _returns(self, person: Person, partner: Person | None) -> Stay:
        """Comes again, mostly to the same hotel; each booking makes a record of its own."""
        draw = self._draw
        lake = draw.chance(0.58)
        for _ in range(draw.pick((1, 1, 1, 2, 2, 3, 5))):
            stay = self._calendar.stay(member=bool(person.loyalty))
            self._stay(person, lake if draw.chance(0.75) else not lake, stay, partner)
        stay = self._calendar.stay(member=bool(person.loyalty))
        self._stay(person, lake, stay, partner)
        for _ in range(draw.pick((0, 0, 0, 1, 2))):
            self._eat(person, stay)
        if draw.chance(0.2):
            self._treat(person, stay)
        if draw.chance(0.15):
            self._order(person)
        return stay

    def _lives_near(self, person: Person) -> None:
        """Never sleeps here, but eats here."""
        draw = self._draw
        for _ in range(draw.pick((1, 1, 2, 3, 4))):
            self._eat(person, None)
        for _ in range(draw.pick((0, 0, 0, 1, 2))):
            self._treat(person, None)
        if draw.chance(0.2):
            self._order(person)

    def _buys(self, person: Person) -> None:
        """Orders from the shop; a few open a second account."""
        draw = self._draw
        for _ in range(draw.pick((1, 1, 1, 1, 2))):
            self._order(person)
        if draw.chance(0.2):
            self._eat(person, None)

    def _stay(self, person: Person, at_lake: bool, stay: Stay, partner: Person | None = None) -> None:
        self._count()
        self._at_lake = at_lake
        with_ = partner if partner is not None and self._draw.chance(0.07) else None
        if at_lake:
            add_to_pms_a(self._a, person, stay, self._draw, today=self._today, with_=with_)
        else:
            add_to_pms_b(self._b, person, stay, self._draw, today=self._today, with_=with_)

    def _eat(self, person: Person, stay: Stay | None) -> None:
        self._count()
        day = during(stay, self._calendar, self._draw, self._today)
        room = stay.room if stay else ""
        add_to_restaurant(self._resto, person, day, self._calendar, self._draw, room=room)

    def _treat(self, person: Person, stay: Stay | None) -> None:
        self._count()
        day = during(stay, self._calendar, self._draw, self._today)
        room = stay.room if stay else ""
        add_to_spa(self._spa, person, day, self._calendar, self._draw, room=room)

    def _order(self, person: Person) -> None:
        self._count()
        add_to_shop(self._shop, person, self._calendar, self._draw)

    def _count(self) -> None:
        if self._left == 0:
            raise _Full
        self._left -= 1

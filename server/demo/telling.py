"""How a story of the demo is told: what it claims and asks, and rows in the shapes of the systems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from server.demo.exports import Export

GMAIL = "@gmail.com"
SHAPES = {"pms_a": "%d/%m/%Y", "pms_b": "%Y-%m-%d", "resto": "%d/%m/%Y", "spa": "%d.%m.%Y"}
STAY_COLUMNS = {"pms_a": ("Arrivée", "Départ"), "pms_b": ("Arr", "Dep")}
DAY_COLUMN = {"resto": "Meal date", "spa": "Soin le"}
CREATED_COLUMN = {"pms_a": "Créé le", "pms_b": "Insert Date", "resto": "Booked on", "spa": "Saisi le"}


@dataclass(slots=True)
class Story:
    """One told guest (or household), the rows that hold them, and what to do to see the claim."""

    id: str
    claim: str
    people: str
    expect: str
    name: str = ""
    birth_date: str = ""
    mobile: str = ""
    property: str = ""
    reference: str = ""
    arrival: str = ""
    to_type: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """The story for the manifest; what it does not need is left out."""
        told = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in told.items() if value}


class Teller:
    """Adds the rows of one demo's stories."""

    def __init__(self, exports: Mapping[str, Export], today: date) -> None:
        self._exports = exports
        self._today = today
        self._told = 0

    def row(
        self,
        story: Story,
        source: str,
        person: str,
        values: Mapping[str, str],
        *,
        day: int,
        nights: int = 2,
        household: str = "",
    ) -> None:
        """One row of a story: `day` is the arrival or visit, in days from today."""
        self._told += 1
        on = self._today + timedelta(days=day)
        created = datetime.combine(min(on, self._today) - timedelta(days=12), time(9, self._told % 60, 11))
        cells = dict(values)
        if source in STAY_COLUMNS:
            shape = SHAPES[source]
            first, last = STAY_COLUMNS[source]
            cells |= {first: on.strftime(shape), last: (on + timedelta(days=nights)).strftime(shape)}
        if source in DAY_COLUMN:
            cells[DAY_COLUMN[source]] = on.strftime(SHAPES[source])
        if source in CREATED_COLUMN:
            cells[CREATED_COLUMN[source]] = created.strftime(f"{SHAPES[source]} %H:%M:%S")
        export = self._exports[source]
        key_column = export.layout.columns[0]
        key = f"{KEY_PREFIX[source]}{900 + self._told}"
        story.rows.append({"source": source, "key": key.lstrip("'")})
        household = household or f"SH-{story.id}"
        export.add_values({key_column: key, **cells}, created, f"S-{story.id}-{person}", household)


KEY_PREFIX = {
    "pms_a": "A000",
    "pms_b": "GST-000",
    "resto": "tf_story",
    "spa": "S000",
    "shopify_customers": "'6000000000",
}

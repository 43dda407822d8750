"""How a feed's files are read: what a colleague once said yes to, and whether a new file is read alike.

Pure. A file that differs in anything that would change what its rows say is shown to a person first.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from server.db import json_text
from server.sources.reading import Reading

ASSUMED = "dmy"
"""The order of day and month that a reader supposes where no value of a column tells (and says so)."""


def shape_of(reading: Reading) -> str | None:
    """What a file's reading goes by: a layout, or a mapping with its columns. None: nobody has said yet."""
    if reading.needs_mapping:
        return None
    if reading.layout:
        return f"layout:{reading.layout}"
    said = [reading.header_digest, reading.source_name, reading.kind, reading.columns, reading.key_columns]
    return f"mapping:{hashlib.sha256(json_text(said).encode()).hexdigest()[:32]}"


def habit_of(reading: Reading, houses: Sequence[int]) -> dict[str, Any]:
    """What is remembered of a reading that a colleague confirmed, as plain JSON values.

    `houses` are the properties that its rows went to. Of a date column that could be read both ways, the
    order that was assumed was on the page, so that one was confirmed.
    """
    orders: dict[str, str] = {reading.columns[column]: ASSUMED for column in reading.undecidable_dates}
    return {"houses": sorted(houses), "orders": orders | reading.date_orders}


def as_usual(reading: Reading, houses: Sequence[int], habit: Mapping[str, Any]) -> Reading | None:
    """The reading by which a file is imported without being asked about; None when a person has to look.

    Dates that could be read both ways are read as they always were: a file of the first twelve days of a
    month tells no order, and yesterday's told it.
    """
    if not set(houses) <= set(habit["houses"]) or reading.conflicting_dates:
        return None
    orders: Mapping[str, Any] = habit["orders"]
    told = reading.date_orders
    if any(orders.get(field, order) != order for field, order in told.items()):
        return None
    usual = {column: orders.get(reading.columns[column], ASSUMED) for column in reading.undecidable_dates}
    return dataclasses.replace(reading, date_columns={**reading.date_columns, **usual})

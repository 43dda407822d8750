"""A dropped file as staff see it before they import it: what was found, and how its first rows will read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from server.cleaning import clean
from server.cleaning.date import parse
from server.properties.context import context_of
from server.properties.models import Property
from server.record import DATE_FIELDS, CleanRecord
from server.sources.delimited import Cells
from server.sources.layout import Layout, layouts
from server.sources.reading import Reading
from server.sources.rows import BadRow, RowReader

SAMPLES = 3
"""Values shown for a column whose meaning is asked."""


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One of the first rows: as it came (after the door), and how it reads; `reason`, a code, when it would
    wait."""

    raw: Mapping[str, str]
    clean: CleanRecord | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class DateColumn:
    """A column of dates: its order, and one of its values as it will be read."""

    column: str
    field: str
    order: str  # dmy, mdy, ymd; empty: it cannot be told, and the property's custom decides
    conflicting: bool
    example: str
    read: date | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A column of an unknown header: its values, the field suggested for it, and how sure that is."""

    column: str
    samples: tuple[str, ...]
    field: str
    sure: str  # likely, perhaps; empty when nothing is suggested


@dataclass(frozen=True, slots=True)
class Preview:
    """All that the preview shows."""

    reading: Reading
    layout: Layout | None
    alike: tuple[Layout, ...]
    dates: tuple[DateColumn, ...]
    rows: tuple[PreviewRow, ...]
    asked: tuple[Asked, ...]
    taken_out: Mapping[str, int]
    noticed: Mapping[str, int]


def preview(reading: Reading, place: Property, *, today: date) -> Preview:
    """What a reading says, worked out for the page. Reads nothing but the reading's own sample."""
    found = reading.findings
    return Preview(
        reading=reading,
        layout=reading.layout_used,
        alike=tuple(layouts()[name] for name in reading.asked),
        dates=tuple(_date_columns(reading, today)),
        rows=() if reading.needs_mapping else tuple(_rows(reading, place, today)),
        asked=tuple(_asked(reading)) if reading.needs_mapping else (),
        taken_out={code: n for code, n in found.items() if code.startswith("taken-out-")},
        noticed={code: n for code, n in found.items() if not code.startswith("taken-out-")},
    )


def _rows(reading: Reading, place: Property, today: date) -> Sequence[PreviewRow]:
    """The sample once more through the file's own reader, so that the preview cannot read otherwise."""
    reader = RowReader(reading)
    context = context_of(place, reading.date_orders, today)
    rows = []
    for line, raw in enumerate(reading.sample, start=reading.header_line + 1):
        read = reader.read(Cells(line, [raw[name] for name in reading.header]))
        if isinstance(read, BadRow):
            rows.append(PreviewRow(raw, None, read.code))
        else:
            rows.append(PreviewRow(raw, clean(read.values, context), None))
    return rows


def _date_columns(reading: Reading, today: date) -> Sequence[DateColumn]:
    columns = []
    orders = reading.date_orders
    for column, field in reading.columns.items():
        if field not in DATE_FIELDS:
            continue
        order = orders.get(field)
        example = _telling_example(reading.sample, column)
        if not example or column not in reading.date_columns:
            continue
        columns.append(
            DateColumn(
                column,
                field,
                order or "",
                column in reading.conflicting_dates,
                example,
                parse(example, order, today).value if order else None,
            )
        )
    return columns


def _telling_example(sample: Sequence[Mapping[str, str]], column: str) -> str:
    """A value of the column, if possible one that another order would read as another day."""
    values = [row[column].strip() for row in sample if row.get(column, "").strip()]
    both_ways = [
        v for v in values if v[:2].isdigit() and v[3:5].isdigit() and 0 < int(v[:2]) <= 12 >= int(v[3:5])
    ]
    return next((v for v in both_ways if v[:2] != v[3:5]), values[0] if values else "")


def _asked(reading: Reading) -> Sequence[Asked]:
    asked = []
    for column in reading.header:
        values = (row.get(column, "").strip() for row in reading.sample)
        samples = tuple(dict.fromkeys(value for value in values if value))[:SAMPLES]
        field, score = reading.suggested.get(column, ("", 0.0))
        asked.append(Asked(column, samples, field, "likely" if score >= 0.85 else "perhaps" if field else ""))
    return asked

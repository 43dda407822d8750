"""Look at a whole file before a row of it is stored: what it is, how it is written, what its columns mean."""

from __future__ import annotations

import dataclasses
import re
from collections import Counter
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from contextlib import closing
from functools import partial
from hashlib import sha256
from itertools import islice
from pathlib import Path, PurePath

from server.sources import xlsx
from server.sources.card_numbers import is_card_number
from server.sources.container import find_container
from server.sources.date_orders import DateOrders
from server.sources.delimited import LINE_LIMIT, Broken, Cells, find_separator, first_lines
from server.sources.door import CARD, CODES
from server.sources.encoding import find_encoding
from server.sources.layout import fold, layouts, recognise
from server.sources.reading import KeptMapping, Reading
from server.sources.rows import BadRow, RowReader, lines_of
from server.sources.suggestion import suggest
from server.sources.unreadable import Unreadable

SAMPLE = 20
LOOKED_AT = 300
"""Rows by whose values a mapping is suggested."""
HEADER_WITHIN = 12
"""Some programs write a title and a date above the header: it is looked for in so many lines."""
MAX_COLUMNS = 1_000
HEADER_CELL_LIMIT = 300
ENOUGH_NUMBERS = 30
"""From so many long numbers on, a column tells by their check digits whether it holds cards or ids."""
ENOUGH_SEEN = 5_000

_VALUE_NOT_NAME = re.compile(
    r"\s*(?:[^\s@]+@[^\s@]+\.\w+|\+?[\d\s().-]{6,}|\d{1,4}[./-]\d{1,2}[./-]\d{2,4}.*|-?\d+(?:[.,]\d+)?)\s*"
)
_LONG_NUMBER = re.compile(r"['\"\s]*(\d{13,19})['\"\s]*")


def inspect(
    path: Path,
    *,
    name: str,
    kept: Mapping[str, KeptMapping] | None = None,
    layout: str | None = None,
    allowed: Collection[str] = (),
) -> Reading:
    """Find out all about a file, from all of it, in flat memory; nothing of it is believed but its bytes.

    `name` is what the file was called, for sentences only. `kept` are the mappings staff kept, by header
    digest; they win over layouts. `layout` forces one by name. `allowed` are the classes of data that the
    property has switched on at the door.

    Raises:
        Unreadable: the file is refused, with what to do about it.
    """
    name = PurePath(name.replace("\\", "/")).name or "?"
    try:
        return _inspect(path, name, kept or {}, layout, allowed)
    except Unreadable as refused:
        refused.params.setdefault("file", name)
        raise


def _inspect(
    path: Path, name: str, kept: Mapping[str, KeptMapping], layout: str | None, allowed: Collection[str]
) -> Reading:
    if layout is not None and layout not in layouts():
        raise Unreadable("layout-unknown", {"layout": layout})
    written, lines = _find_writing(path, name)
    header_line, cells, ours = _find_header(written, lines, kept, layout)
    header = _column_names(cells)
    reading = dataclasses.replace(
        written,
        header=header,
        header_line=header_line,
        header_digest=header_digest(header),
        findings=_renamed(cells, header),
    )
    reading = _with_meaning(reading, lines, ours, kept, layout)
    return _counted(reading, lines, allowed)


Lines = Callable[[Reading], Generator[Cells | Broken, None, None]]
"""All lines of the file as a reading says, from the first; a sheet is unpacked once for all times."""


def _find_writing(path: Path, name: str) -> tuple[Reading, Lines]:
    """Container, encoding and separator, or sheet, and the lines so read; the header is not known yet."""
    container = find_container(path)
    blank = Reading(name=name, container=container, header=(), header_digest="")
    if container == "xlsx":
        xlsx.check(path)
        sheet = xlsx.find_sheet(path)
        written = dataclasses.replace(blank, sheet=sheet.name, other_sheets=sheet.others, encoding="utf-8")
        return written, lambda _: xlsx.lines_in(sheet.held)
    _refuse_one_endless_line(path)
    encoding = find_encoding(path)
    written = dataclasses.replace(
        blank,
        encoding=encoding.codec,
        encoding_errors=encoding.errors,
        encoding_sure=encoding.sure,
        separator=find_separator(first_lines(path, encoding)),
    )
    return written, partial(lines_of, path)


def _refuse_one_endless_line(path: Path) -> None:
    """A file whose first line does not end has no header; say so before reading all of it."""
    with path.open("rb") as file:
        start = file.read(4 * LINE_LIMIT)
    if len(start) > LINE_LIMIT and b"\n" not in start[:LINE_LIMIT] and b"\r" not in start[:LINE_LIMIT]:
        raise Unreadable("header-endless", {"limit": f"{LINE_LIMIT:,}"})


def _first_cells(written: Reading, lines: Lines) -> list[Cells]:
    with closing(lines(written)) as first:
        return [found for found in islice(first, HEADER_WITHIN) if isinstance(found, Cells)]


def _find_header(
    written: Reading, lines: Lines, kept: Mapping[str, KeptMapping], forced: str | None
) -> tuple[int, list[str], tuple[str, ...]]:
    """The header's line, cells and possible layouts: the first line that is known, else the first line."""
    first = _first_cells(written, lines)
    if written.container == "csv" and first and re.fullmatch(r"sep=.?", "".join(first[0].cells).strip()):
        first = first[1:]
    if not first:
        raise Unreadable("header-missing")
    for found in first:
        names = _column_names(found.cells)
        if len(names) > MAX_COLUMNS:
            raise Unreadable("header-too-wide", {"limit": f"{MAX_COLUMNS:,}"})
        if max(map(len, names), default=0) > HEADER_CELL_LIMIT:
            continue
        if forced is not None and len(layouts()[forced].find(names)) >= 2:
            return found.line, found.cells, (forced,)
        if header_digest(names) in kept:
            return found.line, found.cells, ()
        if forced is None and (ours := recognise(names)):
            return found.line, found.cells, ours
    if forced is not None:
        raise Unreadable("layout-does-not-fit", {"layout": layouts()[forced].title})
    head = first[0]
    named = [cell for cell in head.cells if cell.strip()]
    values = sum(_VALUE_NOT_NAME.fullmatch(cell) is not None for cell in named)
    if 2 * values > len(named) or any("@" in cell for cell in named):
        raise Unreadable("header-missing")
    if any(len(cell) > HEADER_CELL_LIMIT or "\0" in cell for cell in head.cells):
        raise Unreadable("header-missing")
    return head.line, head.cells, ()


def _column_names(cells: Sequence[str]) -> tuple[str, ...]:
    """All columns named, all names different: an empty one is `column 7`, a second `Email` is `Email (2)`."""
    names: list[str] = []
    end = max((at for at, cell in enumerate(cells, 1) if cell.strip()), default=0)
    taken: set[str] = set()
    for at, cell in enumerate(cells[:end], 1):
        wanted = " ".join(cell.replace("\0", "").split()) or f"column {at}"
        unique, copy = wanted, 2
        while unique in taken:
            unique, copy = f"{wanted} ({copy})", copy + 1
        taken.add(unique)
        names.append(unique)
    return tuple(names)


def _renamed(cells: Sequence[str], header: Sequence[str]) -> dict[str, int]:
    changed = sum(" ".join(cell.split()) != name for cell, name in zip(cells, header, strict=False))
    return {"header-renamed": changed} if changed else {}


def header_digest(header: Sequence[str]) -> str:
    """The same for the same columns, in whatever order, case or accents they are written."""
    return sha256("\x1f".join(sorted(fold(name) or name for name in header)).encode()).hexdigest()


def _with_meaning(
    reading: Reading, lines: Lines, ours: tuple[str, ...], kept: Mapping[str, KeptMapping], forced: str | None
) -> Reading:
    """Columns from the kept mapping, the one layout, or only a suggestion."""
    mapping = kept.get(reading.header_digest) if forced is None else None
    if mapping is not None:
        by_fold = {fold(name) or name: name for name in reading.header}
        columns = {by_fold[fold(c) or c]: f for c, f in mapping.columns.items() if (fold(c) or c) in by_fold}
        keys = tuple(by_fold[fold(c) or c] for c in mapping.key_columns if (fold(c) or c) in by_fold)
        return dataclasses.replace(
            reading,
            columns=columns,
            key_columns=keys,
            source_name=mapping.source_name,
            kind=mapping.kind,
        )
    if len(ours) == 1:
        layout = layouts()[ours[0]]
        found = layout.find(reading.header)
        alike = recognise(reading.header) if forced else ours
        columns = {
            name: field for name, column in found.items() if (field := layout.columns[column]) is not None
        }
        return dataclasses.replace(
            reading,
            layout=layout.name,
            layout_said=forced is not None,
            asked=alike if len(alike) > 1 else (),
            columns=columns,
            key_columns=tuple(name for name, column in found.items() if column in layout.key),
            source_name=layout.name,
            kind=layout.kind,
        )
    width = len(reading.header)
    rows = [
        (found.cells + [""] * width)[:width]
        for found in islice(_data(reading, lines), LOOKED_AT)
        if isinstance(found, Cells)
    ]
    return dataclasses.replace(reading, asked=ours, suggested=suggest(reading.header, rows))


def _data(reading: Reading, lines: Lines) -> Generator[Cells | Broken, None, None]:
    return (found for found in lines(reading) if found.line > reading.header_line)


def _counted(reading: Reading, lines: Lines, allowed: Collection[str]) -> Reading:
    """One pass over all rows: their number, the door's findings, dates, id columns; then the first rows."""
    reader = RowReader(_guessed(reading), allowed=allowed)
    width = len(reading.header)
    dates, numbers = DateOrders(width), _LongNumbers(width)
    counts: Counter[str] = Counter(reading.findings)
    cards: Counter[str] = Counter()
    rows = bad = 0
    for found in _data(reading, lines):
        rows += 1
        if isinstance(found, Cells) and len(found.cells) == width:
            dates.watch(found.cells)
            numbers.watch(found.cells)
        record = reader.examine(found)
        for finding in record.findings:
            counts[finding.code] += 1
            if finding.code == CODES[CARD]:
                cards[finding.field] += 1
        if isinstance(record, BadRow):
            bad += 1
            counts[record.code] += 1
    ids = numbers.ids(reading.header)
    counts[CODES[CARD]] -= sum(cards[column] for column in ids)
    counted = dataclasses.replace(
        reading,
        date_columns=dates.verdicts(reading.header),
        number_columns=ids,
        rows=rows,
        bad_rows=bad,
        findings={code: count for code, count in counts.items() if count > 0},
    )
    return dataclasses.replace(counted, sample=_first_rows(counted, lines, allowed))


def _guessed(reading: Reading) -> Reading:
    """The reading as if its suggestion were right: good enough to know which columns the door closes."""
    if not reading.needs_mapping:
        return reading
    return dataclasses.replace(
        reading, columns={name: field for name, (field, _) in reading.suggested.items()}
    )


def _first_rows(reading: Reading, lines: Lines, allowed: Collection[str]) -> tuple[Mapping[str, str], ...]:
    reader = RowReader(_guessed(reading), allowed=allowed)
    with closing(_data(reading, lines)) as first:
        records = [reader.read(found) for found in islice(first, SAMPLE)]
    return tuple(record.row for record in records if not isinstance(record, BadRow))


class _LongNumbers:
    """Tells columns of ids from columns of cards: every card passes the check digit, a tenth of ids does."""

    def __init__(self, width: int) -> None:
        self._long = [0] * width
        self._cards = [0] * width
        self._watched = list(range(width))
        self._rows = 0

    def watch(self, cells: Sequence[str]) -> None:
        """Take one row into account; in time, only columns that hold such numbers and are not told yet."""
        for at in self._watched:
            cell = cells[at]
            if 12 < len(cell) < 24 and (match := _LONG_NUMBER.fullmatch(cell)):
                self._long[at] += 1
                self._cards[at] += is_card_number(match[1])
        self._rows += 1
        if self._rows % 2_000 == 0:
            self._watched = [at for at in self._watched if 0 < self._long[at] < ENOUGH_SEEN]

    def ids(self, header: Sequence[str]) -> tuple[str, ...]:
        return tuple(
            name
            for name, long, cards in zip(header, self._long, self._cards, strict=True)
            if long >= ENOUGH_NUMBERS and cards < 0.4 * long
        )

"""The rows of a file, one by one, each exactly once: as a record behind the door, or with why it waits."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from server.record import PERSON_FIELDS, Finding, RawRecord
from server.sources.delimited import Broken, Cells, open_text, read_lines
from server.sources.door import MARKERS, Door, field_columns
from server.sources.encoding import Encoding
from server.sources.layout import Layout
from server.sources.reading import Reading
from server.sources.unreadable import Unreadable
from server.sources.xlsx import read_sheet

KEY_LIMIT = 180
"""Characters of a source's own key; a longer one is replaced by its digest."""

_JOINS = {"street": ", ", "notes": " ; ", "full_name": " ", "first_name": " ", "last_name": " "}


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that waits for a person: where it stands, why, and its text behind the door."""

    line: int
    code: str
    params: dict[str, str]
    content: str
    findings: tuple[Finding, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Passed:
    """A good row behind the door."""

    key: str
    cells: list[str]
    findings: tuple[Finding, ...]


def lines_of(path: Path, reading: Reading) -> Generator[Cells | Broken, None, None]:
    """Every line of the file as a reading says, the header and what stands before it included."""
    if reading.container == "xlsx":
        yield from read_sheet(path, reading.sheet)
        return
    with open_text(path, Encoding(reading.encoding, reading.encoding_errors)) as file:
        yield from read_lines(file, reading.separator, len(reading.header))


def read_rows(
    path: Path, reading: Reading, *, start: int = 0, allowed: Collection[str] = ()
) -> Iterator[RawRecord | BadRow]:
    """Stream the data rows from row number `start` on (the first is 0), so that an import can go on.

    Whatever the start, row n is the same. The rows given for start 0 are reading.rows in number. `allowed`
    are the classes of data that the property has switched on at the door.

    Raises:
        Unreadable: the columns have no meaning yet, or the file is no longer the one that was inspected.
    """
    if reading.needs_mapping:
        raise Unreadable("mapping-needed", {"file": reading.name})
    reader = RowReader(reading, allowed=allowed)
    number = 0
    for found in lines_of(path, reading):
        if found.line <= reading.header_line:
            continue
        if number >= start:
            yield reader.read(found)
        number += 1


class RowReader:
    """Makes records of one file's lines."""

    def __init__(self, reading: Reading, *, allowed: Collection[str] = ()) -> None:
        self._reading = reading
        self._header = reading.header
        self._width = len(reading.header)
        layout = reading.layout_used
        self._layout = layout
        own = layout.find(reading.header) if layout else {}
        self._own = tuple((name, own.get(name)) for name in self._header)
        closed = {c: layout.taken_out[o] for c, o in own.items() if o in layout.taken_out} if layout else {}
        self._door = Door(
            field_columns(reading.columns, self._header),
            closed=closed,
            allowed=allowed,
            number_columns=reading.number_columns,
            keys=reading.key_columns,
        )
        self._mapped = tuple(
            (at, reading.columns[n]) for at, n in enumerate(self._header) if n in reading.columns
        )
        self._keys = tuple(at for at, name in enumerate(self._header) if name in reading.key_columns)
        self._identifying = _identifying(reading, layout)

    def values_of(self, row: Mapping[str, str]) -> dict[str, str]:
        """What a row means that passed the door long ago: FIELDS name -> raw text, as when it was read."""
        return self._values([row.get(name, "") for name in self._header])

    def read(self, found: Cells | Broken) -> RawRecord | BadRow:
        """One line as a record, or as a row that waits."""
        passed = self.examine(found)
        if isinstance(passed, BadRow):
            return passed
        row = dict(zip(self._header, passed.cells, strict=True))
        values = self._values(passed.cells)
        return RawRecord(passed.key, row, values, found.line, passed.findings)

    def examine(self, found: Cells | Broken) -> Passed | BadRow:
        """One line behind the door, before its values are looked for."""
        if isinstance(found, Broken):
            return self._bad(found.line, found.code, found.params, found.text)
        cells = found.cells
        if len(cells) != self._width:
            fitted = self._fit(cells, found.ended)
            if fitted is None:
                code = "row-cells" if found.ended else "row-cut-off"
                params = {"cells": str(len(cells)), "columns": str(self._width)}
                return self._bad(found.line, code, params, self._joined(cells))
            cells = fitted
        is_short = len(found.cells) < self._width
        cells, findings = self._door.pass_cells(cells)
        if is_short:  # it may have been cut in the middle: read, but not in silence
            findings += (Finding("cells-missing", self._header[len(found.cells)]),)
        key = self._key(cells)
        if key is None:
            return self._bad(found.line, "row-nobody", {}, self._joined(found.cells))
        return Passed(key, cells, findings)

    def _fit(self, cells: list[str], ended: bool) -> list[str] | None:
        """A row with empty cells too many, or with a few at its end left away, as some programs write it."""
        width = self._width
        if len(cells) > width:
            return cells[:width] if not any(cell.strip() for cell in cells[width:]) else None
        if not ended or len(cells) * 2 < width or any(at >= len(cells) for at in self._keys):
            return None
        return cells + [""] * (width - len(cells))

    def _key(self, cells: Sequence[str]) -> str | None:
        """The source's own key, else a digest of the columns that tell this row from others, else None."""
        own = [cells[at].strip().removeprefix("'") for at in self._keys]
        if own and all(own) and not any(part in _MARKER_TEXTS for part in own):
            key = "|".join(own)
            return key if len(key) <= KEY_LIMIT else f"#{_digest(own)}"
        telling = [cells[at].strip() for at in self._identifying]
        if not any(part and part not in _MARKER_TEXTS for part in telling):
            return None
        return f"#{_digest(telling)}"

    def _values(self, cells: Sequence[str]) -> dict[str, str]:
        values: dict[str, str] = {}
        for at, name in self._mapped:
            cell = cells[at]
            if not cell or cell.isspace():
                continue
            if name in values:
                if name in _JOINS:
                    values[name] += _JOINS[name] + cell
            else:
                values[name] = cell
        layout = self._layout
        if layout is None:
            return values
        if layout.read is not None:
            own = {column: cells[at] for at, (_, column) in enumerate(self._own) if column is not None}
            for name, value in layout.read(own).items():
                if value:
                    values[name] = value
                else:
                    values.pop(name, None)
        if layout.channel and "channel" not in values:
            values["channel"] = layout.channel
        return values

    def _bad(self, line: int, code: str, params: dict[str, str], text: str) -> BadRow:
        content, findings = self._door.pass_broken(text, self._reading.separator or "\t")
        return BadRow(line, code, params, content, findings)

    def _joined(self, cells: Sequence[str]) -> str:
        return (self._reading.separator or "\t").join(cells)


_MARKER_TEXTS = frozenset(MARKERS.values())


def _identifying(reading: Reading, layout: Layout | None) -> tuple[int, ...]:
    """Which cells tell a keyless row from others: the layout says so, else all about the person and stay."""
    if layout is not None:
        found = {ours: name for name, ours in layout.find(reading.header).items()}
        wanted = {found[column] for column in layout.identifying if column in found}
    else:
        wanted = {
            c for c, f in reading.columns.items() if f in PERSON_FIELDS or f in ("reference", "stay_from")
        }
    return tuple(at for at, name in enumerate(reading.header) if name in wanted)


def _digest(parts: Sequence[str]) -> str:
    return sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

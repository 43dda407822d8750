"""Lines of a CSV file as cells, streamed, each line once, whatever a broken quote tries to swallow."""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from server.sources.encoding import Encoding

SEPARATORS = (";", ",", "\t", "|")
LINE_LIMIT = 1_000_000
"""Characters of one physical line. What is longer is no row of a guest; only its start is kept in the list of
what waits, the rest stands in the file."""
ENOUGH_OF_A_LINE = 20_000
CELL_LIMIT = 100_000
CONTENT_LIMIT = 2_000
LINES_IN_A_CELL = 60
"""A quoted cell may hold line breaks (an address, a note), but one that goes on longer was never closed."""

_CLOSING_QUOTE = re.compile(r'(?<!")(?:"")*"(?!")')


@dataclass(frozen=True, slots=True)
class Cells:
    """One row as it stands in the file; `line` counts from 1, `ended` is False when the file was cut off."""

    line: int
    cells: list[str]
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Broken:
    """A line that cannot be split into cells, with the code of why and its text."""

    line: int
    code: str
    text: str
    params: dict[str, str] = field(default_factory=dict)


def open_text(path: Path, encoding: Encoding) -> TextIO:
    """Open for reading lines with their own ends untouched."""
    return path.open(encoding=encoding.codec, errors=encoding.errors, newline="")


def first_lines(path: Path, encoding: Encoding, count: int = 60) -> list[str]:
    """The first physical lines, or as much of them as is needed to see how they are written."""
    with open_text(path, encoding) as file:
        lines = [file.readline(LINE_LIMIT)[:ENOUGH_OF_A_LINE] for _ in range(count)]
    return [line for line in lines if line]


def find_separator(lines: Sequence[str]) -> str:
    """The sign that splits most of the lines into the same number of cells, at least two.

    Excel's own first line `sep=;` says it. A single column has no separator; the comma does no harm there
    unless its values hold commas, so the tab is taken.
    """
    if lines and (said := re.fullmatch(r"sep=(.)\s*", lines[0])):
        return said[1]
    best, best_score = "\t", 0.0
    for separator in SEPARATORS:
        counts = [_count_cells(line.rstrip("\r\n"), separator) for line in lines if line.strip()]
        usual, times = max(Counter(counts).items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
        score = times / max(1, len(counts)) * usual**0.5
        if usual > 1 and score > best_score:
            best, best_score = separator, score
    return best


def _count_cells(line: str, separator: str) -> int:
    """Cells that a separator makes of a line; none when it cuts through a quoted cell."""
    if '"' not in line:
        return line.count(separator) + 1
    cells, _ = _parse(line, separator, strict=False)
    return 0 if cells is None or any(cell.count('"') % 2 for cell in cells) else len(cells)


def read_lines(file: TextIO, separator: str, width: int = 0) -> Iterator[Cells | Broken]:
    """Every row of the file in order, the header first; lines without any value are not rows.

    `width` is the number of columns, once known: a quoted cell over several lines must lead to that many.

    A quote that is never closed costs its own line only: what it seemed to swallow is read again as lines of
    their own. Memory holds one line, or the few that a quoted cell spans.
    """
    return iter(_Lines(file, separator, width))


class _Lines:
    """The physical lines of one file, with those that a broken quote had taken given back."""

    def __init__(self, file: TextIO, separator: str, width: int) -> None:
        self._file = file
        self._separator = separator
        self._given_back: deque[str] = deque()
        self._line = 0
        self._width = width

    def __iter__(self) -> Iterator[Cells | Broken]:
        while text := self._next():
            line = self._line
            if len(text) >= LINE_LIMIT and not _ended(text):
                yield self._too_long(line, text)
                continue
            found = self._read(line, text)
            if isinstance(found, Broken) or not _is_blank(found.cells):
                yield found

    def _next(self) -> str:
        text = self._given_back.popleft() if self._given_back else self._file.readline(LINE_LIMIT)
        if text:
            self._line += 1
        return text

    def _read(self, line: int, text: str) -> Cells | Broken:
        body = text.rstrip("\r\n")
        if "\0" in body:
            return Broken(line, "row-nul", body)
        if '"' not in body:
            found = Cells(line, body.split(self._separator), ended=_ended(text))
        else:
            cells = self._read_quoted(text)
            if cells is None:
                return Broken(line, "row-quote", body)
            found = Cells(line, cells, ended=_ended(text))
        if len(body) > CELL_LIMIT and max(map(len, found.cells)) > CELL_LIMIT:
            return Broken(line, "row-cell-too-long", body, {"limit": str(CELL_LIMIT)})
        return found

    def _too_long(self, line: int, start: str) -> Broken:
        length, text = len(start), start
        while text and not _ended(text):
            text = self._file.readline(LINE_LIMIT)
            length += len(text)
        params = {"length": str(length), "kept": str(CONTENT_LIMIT)}
        return Broken(line, "row-too-long", start[:CONTENT_LIMIT], params)

    def _read_quoted(self, text: str) -> list[str] | None:
        body = text.rstrip("\r\n")
        cells, open_quote = _parse(body, self._separator)
        if cells is not None:
            return cells
        if open_quote:
            return self._join(text)
        loose, _ = _parse(body, self._separator, strict=False)
        return loose if loose is not None and self._fits(loose) else None

    def _fits(self, cells: list[str]) -> bool:
        return len(cells) >= self._width and _is_blank(cells[self._width :] if self._width else [])

    def _join(self, text: str) -> list[str] | None:
        """Read on until the open quote closes; give the lines back when it does not close properly."""
        parts = [text]
        size = len(text)
        while len(parts) <= LINES_IN_A_CELL and size < CELL_LIMIT and (more := self._next()):
            parts.append(more)
            size += len(more)
            if "\0" in more:
                break
            if '"' in more and _CLOSING_QUOTE.search(more):
                cells, open_quote = _parse("".join(parts).rstrip("\r\n"), self._separator)
                if cells is not None and self._fits(cells):
                    return cells
                if not open_quote:
                    break
        self._given_back.extendleft(reversed(parts[1:]))
        self._line -= len(parts) - 1
        return None


def _is_blank(cells: list[str]) -> bool:
    return not "".join(cells).strip()


def _ended(text: str) -> bool:
    return text.endswith(("\n", "\r"))


def _parse(text: str, separator: str, *, strict: bool = True) -> tuple[list[str] | None, bool]:
    """The cells of one row; None when its quotes are wrong, with True when a quoted cell goes on after it."""
    try:
        return next(csv.reader([text], delimiter=separator, strict=strict)), False
    except csv.Error as error:
        return None, "unexpected end" in str(error)

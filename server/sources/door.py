"""The door: what we must not hold is taken out of a row before anything is stored, shown or logged.

Card numbers anywhere; identity documents and their images; health and belief; what only the police may ask;
blacklists. A property whose law or guest's consent allows a class switches it on by name; card numbers never.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

from server.record import Finding
from server.sources.card_numbers import MANY_DIGITS, find_cards
from server.sources.door_words import (
    COLUMNS,
    DOCUMENTS,
    IMAGE,
    MACHINE_READABLE,
    PHRASES,
    SPANISH_ID,
    SPANISH_LETTERS,
)
from server.sources.layout import Layout

CARD = "card_number"
SWITCHABLE = ("identity_document", "identity_image", "health", "belief", "police", "blacklist")
"""Classes that a property may switch on."""

MARKERS: Mapping[str, str] = {
    CARD: "[card number taken out]",
    "identity_document": "[document number taken out]",
    "identity_image": "[image taken out]",
    "health": "[health note taken out]",
    "belief": "[belief note taken out]",
    "police": "[police data taken out]",
    "blacklist": "[remark taken out]",
}
CODES: Mapping[str, str] = {kind: f"taken-out-{kind.replace('_', '-')}" for kind in MARKERS}

_FREE = frozenset({None, "notes"})
_NUMBERS = frozenset({"phone", "mobile", "reference", "loyalty_id"})
_BOUNDARY = re.compile(r"[;\n\r|]|[.!?](?=\s|$)| / | - ")
_WORDS = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


class Door:
    """The door for the rows of one file: which columns are closed, which hold free text.

    `columns` maps every header column to its field (None: no field). `closed` adds what the layout says must
    not be held. `number_columns` hold numbers of which only about a tenth pass the card check: ids, no cards.
    `keys` are ids too, so that short numbers in them are left alone.
    """

    def __init__(
        self,
        columns: Mapping[str, str | None],
        *,
        closed: Mapping[str, str] | None = None,
        allowed: Collection[str] = (),
        number_columns: Collection[str] = (),
        keys: Collection[str] = (),
    ) -> None:
        self._header = tuple(columns)
        self._allowed = frozenset(allowed) & frozenset(SWITCHABLE)
        self._fields = tuple(columns.values())
        self.closed: dict[int, str] = {}
        for at, (name, mapped) in enumerate(columns.items()):
            kind = (closed or {}).get(name) or ("identity_document" if mapped == "document_number" else None)
            kind = kind or class_of_column(name)
            if kind is not None and kind not in self._allowed:
                self.closed[at] = kind
        self._free = tuple(
            at for at, mapped in enumerate(self._fields) if mapped in _FREE and at not in self.closed
        )
        self._exempt = frozenset(at for at, name in enumerate(self._header) if name in number_columns)
        self._short = tuple(
            15 if mapped in _NUMBERS or name in keys else 13
            for name, mapped in zip(self._header, self._fields, strict=True)
        )

    def pass_cells(self, cells: list[str]) -> tuple[list[str], tuple[Finding, ...]]:
        """One row's cells, in the header's order, with what must not be held taken out."""
        found: list[Finding] = []
        closed = [at for at in self.closed if cells[at] and not cells[at].isspace()]
        long = "\n".join([c for c, s in zip(cells, self._short, strict=True) if len(c) >= s])
        digits = MANY_DIGITS.search(long) is not None
        words = any(_may_tell(cells[at]) for at in self._free)
        images = len(long) > 80 and IMAGE.search(long) is not None
        if not (closed or digits or words or images):
            return cells, ()
        cells = list(cells)
        for at in closed:
            cells[at] = ""
            found.append(self._finding(self.closed[at], at))
        if digits:
            for at, cell in enumerate(cells):
                if len(cell) >= self._short[at] and MANY_DIGITS.search(cell):
                    cells[at] = self._without_cards(at, cell, found)
        if images and "identity_image" not in self._allowed:
            for at, cell in enumerate(cells):
                if len(cell) > 60 and IMAGE.search(cell):
                    cells[at] = self._put(
                        at, cell, [m.span() for m in IMAGE.finditer(cell)], "identity_image"
                    )
                    found.append(self._finding("identity_image", at))
        if words:
            for at in self._free:
                cells[at], kinds = clean_text(cells[at], self._allowed)
                found += [self._finding(kind, at) for kind in kinds]
        return cells, tuple(found)

    def pass_broken(self, text: str, separator: str) -> tuple[str, tuple[Finding, ...]]:
        """A line that is no proper row: every cell where a closed column may have slipped to is emptied.

        With n cells too many or too few, the value of column i stands between i and i + n.
        """
        cells = text.split(separator)
        shift = len(cells) - len(self._header)
        found: list[Finding] = []
        for at, kind in self.closed.items():
            emptied = False
            for place in range(max(0, at + min(0, shift)), min(len(cells), at + max(0, shift) + 1)):
                if cells[place].strip(' "'):
                    cells[place] = ""
                    emptied = True
            if emptied:
                found.append(self._finding(kind, at))
        rest, kinds = clean_text(separator.join(cells), self._allowed)
        spans = find_cards(rest)
        if spans:
            rest = _replaced(rest, [(*span, MARKERS[CARD]) for span in spans])
            kinds = (CARD, *kinds)
        if "identity_image" not in self._allowed and IMAGE.search(rest):
            rest = IMAGE.sub(MARKERS["identity_image"], rest)
            kinds = ("identity_image", *kinds)
        return rest.replace("\0", "\u2400"), (*found, *(Finding(CODES[kind], "") for kind in kinds))

    def _without_cards(self, at: int, cell: str, found: list[Finding]) -> str:
        if at in self._exempt and cell.strip(" '\"").isdecimal():
            return cell
        spans = find_cards(cell, shortest=self._short[at])
        if not spans:
            return cell
        found.append(self._finding(CARD, at))
        return self._put(at, cell, spans, CARD)

    def _put(self, at: int, cell: str, spans: list[tuple[int, int]], kind: str) -> str:
        """The marker in free text; nothing in a column with a meaning, where it would be read as a value."""
        marker = MARKERS[kind] if self._fields[at] in _FREE else ""
        marked = _replaced(cell, [(*span, marker) for span in spans])
        return (
            "" if marked.strip(" .,;:/-_*#()'\"") in ("", MARKERS[kind]) and not self._is_note(at) else marked
        )

    def _is_note(self, at: int) -> bool:
        return self._fields[at] == "notes"

    def _finding(self, kind: str, at: int) -> Finding:
        return Finding(CODES[kind], self._header[at])


def pass_door(
    row: Mapping[str, str],
    layout_or_columns: Layout | Mapping[str, str | None],
    allowed: frozenset[str] = frozenset(),
) -> tuple[dict[str, str], tuple[Finding, ...]]:
    """Take out of one row what must not be held: the row to keep, and a finding per column without its value.

    The second argument says what the columns are: a layout, or header column -> field. Columns it does not
    name are read as free text. `allowed` are the classes the property has switched on.
    """
    if isinstance(layout_or_columns, Layout):
        layout = layout_or_columns
        known = layout.find(tuple(row))
        columns = {name: layout.columns[known[name]] if name in known else None for name in row}
        closed = {name: layout.taken_out[c] for name, c in known.items() if c in layout.taken_out}
        keys = [name for name, c in known.items() if c in layout.key]
        door = Door(columns, closed=closed, allowed=allowed, keys=keys)
    else:
        door = Door({name: layout_or_columns.get(name) for name in row}, allowed=allowed)
    cells, findings = door.pass_cells(list(row.values()))
    return dict(zip(row, cells, strict=True)), findings


@lru_cache(maxsize=4096)
def class_of_column(name: str) -> str | None:
    """The class of data that a column's name announces, or None: `ID Doc` -> identity_document."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub(" ", name)).encode("ascii", "ignore").decode().lower()
    words = _WORDS.sub(" ", plain).strip()
    return next((kind for kind, pattern in COLUMNS if pattern.search(words)), None)


_STEMS = frozenset(
    max(stem.split(), key=len)
    for stem in (*(stem for _, stem, _ in PHRASES), *(stem for stem, _ in DOCUMENTS))
)
_WORD = re.compile(r"[^\W\d_]{2,60}")


@lru_cache(maxsize=16_384)
def _is_telling(word: str) -> bool:
    lower = word.casefold()
    return any(stem in lower for stem in _STEMS)


def _may_tell(text: str) -> bool:
    """Whether a text holds a word, or a number, that is worth a closer look; most texts do not."""
    if not text:
        return False
    return any(map(_is_telling, _WORD.findall(text))) or "<<" in text or SPANISH_ID.search(text) is not None


def clean_text(text: str, allowed: frozenset[str] = frozenset()) -> tuple[str, tuple[str, ...]]:
    """Free text without what it tells of documents, health, belief, police data, blacklists; and the classes.

    A document loses its number; any other phrase takes its clause with it, up to the next full stop,
    semicolon or line, as the peanuts stand beside the allergy.
    """
    return _clean_short(text, allowed) if len(text) <= SHORT else _clean(text, allowed)


def _clean(text: str, allowed: frozenset[str]) -> tuple[str, tuple[str, ...]]:
    kinds: list[str] = []
    lower = text.casefold()
    if "identity_document" not in allowed and (spans := _document_spans(text, lower)):
        text = _replaced(text, [(*span, MARKERS["identity_document"]) for span in spans])
        kinds.append("identity_document")
        lower = text.casefold()
    clauses: list[tuple[int, int, str]] = []
    stops: list[tuple[int, int]] | None = None
    for kind, stem, pattern in PHRASES:
        if stem not in lower or kind in allowed:
            continue
        for match in pattern.finditer(text):
            if clauses and clauses[-1][0] <= match.start() < clauses[-1][1]:
                continue
            if stops is None:
                stops = [m.span() for m in _BOUNDARY.finditer(text)]
            clauses.append((*_clause(text, stops, match), MARKERS[kind]))
            if kind not in kinds:
                kinds.append(kind)
    return (_replaced(text, clauses) if clauses else text), tuple(kinds)


SHORT = 200
"""Longer notes are seldom the same twice, so their cleaning is not remembered."""
_clean_short = lru_cache(maxsize=4096)(_clean)


def _document_spans(text: str, lower: str) -> list[tuple[int, int]]:
    spans = [
        match.span("number")
        for stem, pattern in DOCUMENTS
        if stem in lower
        for match in pattern.finditer(text)
    ]
    if "<<" in text:
        spans += [match.span() for match in MACHINE_READABLE.finditer(text) if "<<" in match[0]]
    spans += [match.span() for match in SPANISH_ID.finditer(text) if _is_spanish_id(match)]
    return spans


def _is_spanish_id(match: re.Match[str]) -> bool:
    """DNI and NIE end in a letter computed from the number (Orden INT/2058/2008)."""
    first, digits, letter = match[1].upper(), match[2], match[3].upper()
    number = int({"X": "0", "Y": "1", "Z": "2"}.get(first, "") + digits)
    return len(first) + len(digits) == 8 and SPANISH_LETTERS[number % 23] == letter


def _clause(text: str, stops: Sequence[tuple[int, int]], phrase: re.Match[str]) -> tuple[int, int]:
    """The part of a sentence around a phrase: from the comma before it to the sentence's end.

    `stops` are the ends of sentences in the text, as (start, end).
    """
    start, end = phrase.span()
    at = bisect_right(stops, start, key=lambda stop: stop[1])
    begin = stops[at - 1][1] if at else 0
    begin = max(begin, text.rfind(",", begin, start) + 1)
    while begin < start and text[begin].isspace():
        begin += 1
    following = bisect_left(stops, end, key=lambda stop: stop[0])
    stop = stops[following][0] if following < len(stops) else len(text)
    while stop > end and text[stop - 1].isspace():
        stop -= 1
    return begin, stop


def _replaced(text: str, spans: Iterable[tuple[int, int, str]]) -> str:
    """The text with each (start, end, marker) replaced; of spans that overlap, one marker stands for all."""
    parts: list[str] = []
    at = 0
    for start, end, marker in sorted(spans):
        if start >= at:
            parts += [text[at:start], marker]
        at = max(at, end)
    return "".join(parts) + text[at:]


def field_columns(columns: Mapping[str, str], header: Sequence[str]) -> dict[str, str | None]:
    """Every column of a header with its field, or None."""
    return {name: columns.get(name) for name in header}

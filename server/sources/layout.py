"""What we know of one system's export: its columns, its key, and what must stay outside."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Literal

from ftfy import fix_text

from server.discovery import discover
from server.record import FIELDS, StayKind
from server.sources.suggestion import EVERYDAY

Kind = Literal[
    "pms", "channel", "restaurant", "spa", "till", "shop", "newsletter", "wifi", "events", "cards", "gift"
]
Confidence = Literal["confirmed", "third-party", "seen here"]
Person = Literal["guest", "booker", "payer", "subscriber"]
Of = Literal["reservation", "profile"]
"""What a row under one key is: a booking that may change, or a person who comes again."""

ENOUGH = 0.55
"""Share of a layout's telling columns that a header must show: a few may be missing, half may not."""
CLEARLY_BETTER = 0.12
"""By how much the best layout must lead; closer ones are asked about."""


@dataclass(frozen=True)
class Layout:
    """One export of one system.

    `columns` maps every column of the file to one of FIELDS, or to None when it is kept but means nothing to
    us. `key` are the columns that identify a row at its source; a row without them is known by a digest of
    `identifying`. `taken_out` maps columns that must not be held to the door's class for them. `person` says
    whose values these are: a `booker` or `payer` need not be the guest. `of` says what a key stands for: a
    `profile` that comes again with other dates tells of another stay. `read` turns one row, under the
    layout's own column names, into values that replace the plain ones.
    """

    name: str
    title: str
    kind: Kind
    confidence: Confidence
    columns: Mapping[str, str | None]
    key: tuple[str, ...]
    identifying: tuple[str, ...]
    taken_out: Mapping[str, str] = field(default_factory=dict)
    stay_kind: StayKind | None = None
    channel: str | None = None
    person: Person = "guest"
    of: Of = "reservation"
    read: Callable[[Mapping[str, str]], dict[str, str]] | None = None

    def __post_init__(self) -> None:
        unknown = {f for f in self.columns.values() if f is not None} - set(FIELDS)
        strangers = {*self.key, *self.identifying, *self.taken_out} - set(self.columns)
        if unknown or strangers:
            raise ValueError(f"Layout {self.name}: no such field {unknown} or column {strangers}.")

    @property
    def updated_at(self) -> str | None:
        """The column that holds the source's own time of the last change, if the export has one."""
        return next((c for c, f in self.columns.items() if f == "updated_at"), None)

    @cached_property
    def folded(self) -> Mapping[str, str]:
        """Folded column name -> column name."""
        return {fold(c): c for c in self.columns}

    @cached_property
    def skeletons(self) -> Mapping[str, str]:
        """ASCII skeleton -> column name, for headers whose accents were damaged."""
        return {skeleton(c): c for c in self.columns if not c.isascii()}

    def find(self, header: Sequence[str]) -> dict[str, str]:
        """Which columns of a file are which of ours: header column -> layout column, each used once."""
        found: dict[str, str] = {}
        for name in header:
            column = self.folded.get(fold(name)) or self._find_damaged(name)
            if column is not None and column not in found.values():
                found[name] = column
        return found

    def _find_damaged(self, name: str) -> str | None:
        if name.isascii() and "?" not in name:
            return None
        return self.folded.get(fold(fix_text(name))) or self.skeletons.get(skeleton(name))


@lru_cache(maxsize=8192)
def fold(name: str) -> str:
    """A column name without case, accents, spaces and signs: `Né(e) le` -> `neele`."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    return "".join(c for c in plain if c.isalnum())


@lru_cache(maxsize=8192)
def skeleton(name: str) -> str:
    """Only the ASCII letters and digits of a name: what damage to the accents leaves alone.

    `Prénom`, `PrÃ©nom`, `Pr?nom` and `PrŽnom` are all `prnom`.
    """
    return re.sub(r"[^a-z0-9]", "", name.casefold())


@cache
def layouts() -> Mapping[str, Layout]:
    """Every layout of the folder by name; the file's name is the layout's name."""
    found: dict[str, Layout] = {}
    for name, module in discover("server.sources.layouts", ("LAYOUT",)).items():
        if not module.__doc__ or module.LAYOUT.name != name:
            raise ImportError(
                f"server/sources/layouts/{name}.py must name its source in a docstring and its layout {name}."
            )
        found[name] = module.LAYOUT
    return found


@cache
def _weights() -> Mapping[str, float]:
    """How telling a column name is: 1 when only one layout has it, less for what any system may write."""
    shared = Counter(folded for layout in layouts().values() for folded in layout.folded)
    everyday = {fold(word) for word in EVERYDAY}
    return {folded: (0.3 if folded in everyday else 1) / count for folded, count in shared.items()}


def recognise(header: Sequence[str]) -> tuple[str, ...]:
    """The layouts a header may belong to, best first: none, the one, or several that must be asked about.

    A layout fits when the file shows enough of its telling columns. Order, case, accents, damaged accents,
    extra columns and a few missing ones do not matter.
    """
    weights = _weights()
    scores: dict[str, float] = {}
    for name, layout in layouts().items():
        found = set(layout.find(header).values())
        total = sum(weights[f] for f in layout.folded)
        shown = sum(weights[f] for f, column in layout.folded.items() if column in found)
        if shown / total >= ENOUGH and len(found) >= min(3, len(layout.columns)):
            explained = len(found) / len(header)
            scores[name] = 0.7 * shown / total + 0.3 * explained
    if not scores:
        return ()
    best = max(scores.values())
    near = [name for name, score in scores.items() if score > best - CLEARLY_BETTER]
    return tuple(sorted(near, key=lambda name: (-scores[name], name)))

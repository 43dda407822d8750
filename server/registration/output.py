"""What is handed to an authority: files in its own shape, checked while whoever can answer is still there.

A file of `outputs/` is named for what it makes (`es_pv.py`) and holds `COUNTRY`, `KIND`, `check` and `build`.
Both are pure: the same sheets, house and code lists give the same bytes. `check` finds everything that the
authority would refuse; `build` refuses what `check` finds. Code lists are the authority's own, loaded from
its files; none is shipped as law.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from types import ModuleType
from typing import Literal

from server.discovery import discover
from server.refusal import Refused
from server.registration.sheet import Sheet

Whom = Literal["guest", "staff", "house"]
"""Who can answer: the guest, the reception from its own system, or whoever sets the house up."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A kept sheet, by its id. `known_as`: the authority's number of it, once it was taken."""

    id: str
    sheet: Sheet
    known_as: str | None = None


@dataclass(frozen=True, slots=True)
class House:
    """The house as authorities know it; `ids` by the names that the country's output asks for."""

    name: str
    zone: str
    line: str = ""
    postcode: str = ""
    city: str = ""
    country: str = ""
    phone: str = ""
    email: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)


Codes = Mapping[str, Mapping[str, str]]
"""Code lists by the authority's name of the list: code -> what it means."""


@dataclass(frozen=True, slots=True)
class Lack:
    """What the authority would refuse: a question to whoever can answer it.

    `filed` is the sheet, None for the house itself; `person` the place in its people, None for its stay.
    `code` is worded by sentences.py with `params`, which hold no value that anybody typed.
    """

    code: str
    whom: Whom
    filed: str | None = None
    person: int | None = None
    field: str | None = None
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """What one line or communication of a file tells of: a sheet, and a person of it or all.

    `answer` is the place of its result, from 0, where several rows share one: sheets of one stay are one
    communication in Spain. None: the row's own place.
    """

    filed: str
    person: int | None = None
    answer: int | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand in. Its rows stand in the order in which the authority gives its results."""

    name: str  # bears no name of a guest
    media_type: str
    content: bytes
    rows: tuple[Row, ...]


class Lacking(Refused):
    """The file would be refused; `lacks` says why, each a question to somebody."""

    def __init__(self, lacks: Sequence[Lack]) -> None:
        super().__init__("registration.lacking", {"number": str(len(lacks))})
        self.lacks = tuple(lacks)


@cache
def outputs() -> Mapping[str, ModuleType]:
    """Every file for an authority by its name. `COUNTRY`: alpha-2. `KIND`: arrival, booking, cancellation.
    `check(house, filed, codes, *, now) -> list[Lack]`; `build(house, filed, codes, *, now) -> list[File]`,
    which raises Lacking: several files where the authority bounds their length."""
    return discover("server.registration.outputs", ("COUNTRY", "KIND", "check", "build"))


def refuse_lacking(found: Sequence[Lack]) -> None:
    """Raise Lacking where anything was found."""
    if found:
        raise Lacking(found)


def stamp(now: datetime) -> str:
    """How a file's name tells when it was made: 20261124T0351Z."""
    return f"{now:%Y%m%dT%H%MZ}"

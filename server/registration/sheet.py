"""What a guest fills in by law: one sheet, which one person signs, for themselves and those who stand on it.

One vocabulary for every country: a field of a person or of the stay has one name here, in the forms, in the
vault and in what is handed to an authority. Which of them a country asks stands in its own file; what it does
not ask is neither shown nor kept. States are ISO 3166-1 alpha-3, with ICAO's codes for persons without one
(`XXA`, `XXB`, `XXC`, `XXX`: states.py). Pure: it knows no store, no clock and no form.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, time
from typing import Any, Literal

from server.registration.dates import PartialDate, partial_date

Role = Literal["main", "spouse", "child", "member"]
"""How a person stands on a sheet; `main` signs it. `spouse` is any partner whom the country counts as one."""

DocumentType = Literal["passport", "id_card", "residence", "driving", "other"]
Sex = Literal["f", "m", "x"]

CONTENT_VERSION = 1
"""Of the sealed text; a later release reads every earlier one."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `None` is: not asked, or not answered."""

    role: Role = "main"
    family_name: str | None = None  # may be all there is of a name, or be missing
    second_family_name: str | None = None  # Spain
    given_names: str | None = None
    birth_date: PartialDate | None = None
    birth_place: str | None = None
    birth_country: str | None = None
    birth_municipality: str | None = None  # the authority's own code
    sex: Sex | None = None
    nationality: str | None = None
    second_nationality: str | None = None
    home_line: str | None = None
    home_postcode: str | None = None
    home_city: str | None = None
    home_municipality: str | None = None  # the authority's own code
    home_country: str | None = None
    origin_country: str | None = None  # Austria: where the guest comes from
    mobile: str | None = None  # E.164 where it can be read, else as typed
    email: str | None = None
    document_type: DocumentType | None = None
    document_number: str | None = None
    document_support: str | None = None  # Spain: the number of the card itself
    document_issuer: str | None = None  # the state
    document_place: str | None = None  # the place or its code
    document_issued_on: date | None = None
    document_authority: str | None = None
    visa_number: str | None = None
    kinship: str | None = None  # of a child to the adult, by the authority's code
    next_destination: str | None = None  # United Kingdom, on departure

    @property
    def nationalities(self) -> tuple[str, ...]:
        return tuple(code for code in (self.nationality, self.second_nationality) if code)


@dataclass(frozen=True, slots=True)
class Counted:
    """So many persons of a nationality who are counted and not named (Germany: spouse and children)."""

    number: int
    nationality: str | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """The stay itself: what the house knows, and what the guest says of it."""

    arrives: date
    departs: date | None = None  # as planned
    arrival_time: time | None = None
    departure_time: time | None = None
    reference: str | None = None
    purpose: str | None = None  # Czechia, by the authority's code
    rooms: int | None = None
    persons: int | None = None
    contract_date: date | None = None
    internet: bool | None = None
    payment_type: str | None = None  # Spain, by the authority's code
    payment_date: date | None = None
    payment_means: str | None = None
    payment_holder: str | None = None
    payment_expiry: str | None = None  # MM/YYYY

    @property
    def nights(self) -> int | None:
        """How many; None while the departure is not known."""
        return None if self.departs is None else (self.departs - self.arrives).days


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one signer answers for. The first person is `main`."""

    stay: Stay
    people: tuple[Person, ...]
    counted: tuple[Counted, ...] = ()

    @property
    def main(self) -> Person:
        return self.people[0]


PERSON_FIELDS = tuple(field.name for field in fields(Person) if field.name != "role")
STAY_FIELDS = tuple(field.name for field in fields(Stay))
FIELDS = (*PERSON_FIELDS, *STAY_FIELDS, "counted")
"""Every name that a country may ask for."""

_DATES = frozenset({"document_issued_on", "arrives", "departs", "contract_date", "payment_date"})
_TIMES = frozenset({"arrival_time", "departure_time"})


def only(person: Person, asked: Collection[str]) -> Person:
    """The person with nothing but the fields that are asked."""
    dropped: dict[str, Any] = {name: None for name in PERSON_FIELDS if name not in asked}
    return replace(person, **dropped)


def only_stay(stay: Stay, asked: Collection[str]) -> Stay:
    """The stay with nothing but the fields that are asked; the day of arrival is what a sheet hangs on."""
    dropped: dict[str, Any] = {name: None for name in STAY_FIELDS if name not in asked and name != "arrives"}
    return replace(stay, **dropped)


def to_bytes(sheet: Sheet) -> bytes:
    """A sheet as the vault seals it: canonical JSON (sorted keys, no spaces, nothing that is empty)."""
    said = {
        "version": CONTENT_VERSION,
        "stay": _told(sheet.stay),
        "people": [_told(person) for person in sheet.people],
        "counted": [_told(counted) for counted in sheet.counted],
    }
    return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def from_bytes(content: bytes) -> Sheet:
    """The sheet that `to_bytes` wrote; raises ValueError when it is none."""
    said: Any = json.loads(content)
    try:
        return Sheet(
            Stay(**{name: _read(name, value) for name, value in said["stay"].items()}),
            tuple(
                Person(**{name: _read(name, value) for name, value in one.items()}) for one in said["people"]
            ),
            tuple(Counted(**one) for one in said["counted"]),
        )
    except (KeyError, TypeError, AttributeError) as wrong:
        raise ValueError(f"no sheet of this house: {type(wrong).__name__}") from None


def _told(thing: Person | Stay | Counted) -> Mapping[str, Any]:
    found = {field.name: getattr(thing, field.name) for field in fields(thing)}
    return {name: _plain(value) for name, value in found.items() if value is not None}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, PartialDate | date | time) else value


def _read(name: str, value: Any) -> Any:
    if name == "birth_date":
        return partial_date(value)
    if name in _DATES:
        return date.fromisoformat(value)
    return time.fromisoformat(value) if name in _TIMES else value

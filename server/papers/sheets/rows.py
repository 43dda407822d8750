"""The lines of a sheet: which fields stand together in one, and what they say.

A line is drawn where the country asks one of its fields, and shows of them only those. So a new country,
which asks known fields, needs nothing here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.papers.sheets.said import Pair, Words, hour, literal
from server.registration.dates import PartialDate
from server.registration.profile import Duty, Profile
from server.registration.sheet import Counted, Person, Sheet, Stay

PERSON_ROWS: Mapping[str, tuple[str, ...]] = {
    "family_name": ("family_name",),
    "second_family_name": ("second_family_name",),
    "given_names": ("given_names",),
    "birth_date": ("birth_date",),
    "birth_place": ("birth_place", "birth_municipality", "birth_country"),
    "sex": ("sex",),
    "nationality": ("nationality", "second_nationality"),
    "origin": ("origin_country",),
    "home": ("home_line", "home_postcode", "home_city", "home_municipality", "home_country"),
    "mobile": ("mobile",),
    "email": ("email",),
    "document_type": ("document_type",),
    "document_number": ("document_number",),
    "document_support": ("document_support",),
    "document_issuer": ("document_issuer", "document_place"),
    "document_issued_on": ("document_issued_on",),
    "document_authority": ("document_authority",),
    "visa_number": ("visa_number",),
    "kinship": ("kinship",),
    "next_destination": ("next_destination",),
}
STAY_ROWS: Mapping[str, tuple[str, ...]] = {
    "arrives": ("arrives", "arrival_time"),
    "departs": ("departs", "departure_time"),
    "reference": ("reference",),
    "purpose": ("purpose",),
    "rooms": ("rooms",),
    "persons": ("persons",),
    "contract_date": ("contract_date",),
    "internet": ("internet",),
    "payment": ("payment_type", "payment_date", "payment_means", "payment_holder", "payment_expiry"),
    "counted": ("counted",),
}
ROWS = {**PERSON_ROWS, **STAY_ROWS}

WIDE = frozenset({"home", "counted", "next_destination", "payment"})
"""Lines that want the breadth of the page."""
_CHOICES = {"document_type": "type", "sex": "sex"}
_STATES = frozenset(
    {
        "birth_country",
        "nationality",
        "second_nationality",
        "home_country",
        "origin_country",
        "document_issuer",
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a sheet. Without `values` it was asked and not answered, or is to be filled in by hand."""

    row: str
    label: Pair
    values: tuple[Pair, ...]

    @property
    def is_wide(self) -> bool:
        return self.row in WIDE


def asked_of(profile: Profile, person: Person, stay: Stay) -> tuple[str, ...]:
    """The fields of a person that their country asks: of who signs, and of who stands on their sheet."""
    duty = Duty.SHEET if person.role == "main" else Duty.ON_ANOTHERS
    return tuple(question.field for question in profile.questions(person, stay, duty))


def asked_of_stay(profile: Profile, sheet: Sheet) -> tuple[str, ...]:
    """The fields of the stay that the country asks; some ask the signer who is only counted."""
    own = {question.field for question in profile.of_stay}
    return tuple(
        dict.fromkeys((*own, *(name for name in asked_of(profile, sheet.main, sheet.stay) if name in own)))
    )


def person_lines(words: Words, person: Person, asked: Collection[str]) -> list[Line]:
    """What is asked of a person, in the order of the sheet."""
    return _lines(words, PERSON_ROWS, asked, {name: getattr(person, name, None) for name in asked})


def stay_lines(words: Words, sheet: Sheet | None, asked: Collection[str]) -> list[Line]:
    """What is asked of the stay, who is only counted among it."""
    said = {name: getattr(sheet.stay, name, None) for name in asked} if sheet else {}
    if sheet:
        said["counted"] = sheet.counted or None
    return _lines(words, STAY_ROWS, asked, said)


def lines_of(words: Words, fields: Iterable[str]) -> list[Pair]:
    """The labels of the lines that fields stand in."""
    wanted = set(fields)
    return [words.say(f"row.{row}") for row, named in ROWS.items() if wanted.intersection(named)]


def _lines(
    words: Words, rows: Mapping[str, Sequence[str]], asked: Collection[str], said: Mapping[str, Any]
) -> list[Line]:
    found = []
    for row, names in rows.items():
        wanted = [name for name in names if name in asked]
        if wanted:
            values = [pair for name in wanted for pair in _written(words, name, said.get(name))]
            if row == "home":
                values = _address(said, values)
            found.append(Line(row, words.say(f"row.{row}"), tuple(values)))
    return found


def _address(said: Mapping[str, Any], values: list[Pair]) -> list[Pair]:
    """The post code in one line with its town."""
    code, city = (literal(said.get(name) or "") for name in ("home_postcode", "home_city"))
    if not (code and city):
        return values
    parts = [pair for pair in values if pair.own not in (code, city)]
    return (
        [*parts[:1], Pair(f"{code} {city}"), *parts[1:]]
        if said.get("home_line")
        else [
            Pair(f"{code} {city}"),
            *parts,
        ]
    )


def _written(words: Words, name: str, value: Any) -> list[Pair]:
    """What stands for a field; nothing where it says nothing."""
    if value is None or value == "" or value == ():
        return []
    if name == "counted":
        return [_counted(words, one) for one in value]
    if name in _CHOICES:
        key = f"{_CHOICES[name]}.{value}"
        return [words.say(key) if words.has(key) else Pair(literal(str(value)))]
    if name in _STATES:
        return [words.state(value)]
    if isinstance(value, bool):
        return [words.say("yes" if value else "no")]
    if isinstance(value, date | PartialDate):
        return [Pair(words.day(value))]
    if name in ("arrival_time", "departure_time"):
        return [Pair(hour(value))]
    text = literal(str(value))
    return [Pair(text)] if text else []


def _counted(words: Words, counted: Counted) -> Pair:
    state = words.state(counted.nationality or "XXX")
    own = f"{counted.number} × {state.own}"
    return Pair(own, f"{counted.number} × {state.also}" if state.also else "")

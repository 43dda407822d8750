"""What a police form says, in the page's words: line by line, as it is shown, witnessed and printed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

from server.desk.sheet_words import CHOICES, FIELDS, ROLES
from server.desk.words import country_name
from server.language import day, translate
from server.registration.dates import PartialDate
from server.registration.mrz import FILLER
from server.registration.sheet import PERSON_FIELDS, STAY_FIELDS, Person, Sheet, Stay
from server.registration.states import country_of, states
from server.wording import N_

WITHOUT_STATE = {
    "XXA": N_("stateless"),
    "XXB": N_("refugee (Convention of 1951)"),
    "XXC": N_("other refugee"),
    "XXX": N_("nationality not told"),
}
_STATES = frozenset(
    ("birth_country", "nationality", "second_nationality", "home_country", "origin_country")
) | {"document_issuer"}


@dataclass(frozen=True, slots=True)
class Told:
    """The lines of one person, or of the stay: what, and what was said."""

    title: str
    lines: tuple[tuple[str, str], ...]


def told(sheet: Sheet) -> list[Told]:
    """Everything that a sheet says."""
    people = [Told(translate(ROLES[one.role]), tuple(_lines(one))) for one in sheet.people]
    counted = tuple(
        (translate(FIELDS["counted"]), f"{one.number} {state_name(one.nationality or '')}".strip())
        for one in sheet.counted
    )
    return [*people, Told(translate(N_("Stay")), (*_lines(sheet.stay), *counted))]


def as_text(sheet: Sheet) -> str:
    """The same as one text, which a witness stands for."""
    return "\n".join(f"{label}: {value}" for part in told(sheet) for label, value in part.lines)


def state_name(code: str) -> str:
    """A state in the page's language; what is none, in words."""
    if code in WITHOUT_STATE:
        return translate(WITHOUT_STATE[code])
    return country_name(country_of(code)) or code


def state_options() -> list[tuple[str, str]]:
    """Every state to choose from, by name; those without one at the end."""
    named = [(code, state_name(code)) for code in states() if code not in WITHOUT_STATE]
    return [*sorted(named, key=lambda one: one[1].casefold()), *((c, state_name(c)) for c in WITHOUT_STATE)]


def _lines(thing: Person | Stay) -> Iterator[tuple[str, str]]:
    for name in PERSON_FIELDS if isinstance(thing, Person) else STAY_FIELDS:
        value = getattr(thing, name)
        if value is not None:
            yield translate(FIELDS[name]), _shown(name, value)


def _shown(name: str, value: object) -> str:
    if isinstance(value, bool):
        return translate(N_("yes")) if value else translate(N_("no"))
    if isinstance(value, PartialDate):
        return day(value.first) if value.is_whole else str(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, time):
        return value.isoformat("minutes")
    if name in _STATES:
        return state_name(str(value))
    if name in CHOICES:
        return translate(dict(CHOICES[name]).get(str(value), str(value)))
    return str(value).replace(FILLER, " ")

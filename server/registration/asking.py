"""Who of a party owes what, and what is missing: a country's rules applied to a sheet. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from server.registration.output import Lack
from server.registration.profile import Duty, Party, Profile
from server.registration.sheet import (
    PERSON_FIELDS,
    Counted,
    Person,
    Sheet,
    only,
    only_stay,
)
from server.registration.states import is_known

LONGEST = 200
"""Signs of one answer; longer was never a name or a street."""
MOST_MARKS = 4
"""Combining marks on one letter; written languages have three at most."""
OLDEST = 125
STATES = frozenset(
    {
        "nationality",
        "second_nationality",
        "birth_country",
        "home_country",
        "origin_country",
        "document_issuer",
    }
)
OF_STAY = ("arrives", "departs", "purpose", "rooms")


def strip(profile: Profile, sheet: Sheet, party: Party) -> Sheet:
    """The sheet with nothing that its country does not ask: who owes none is not on it, who is counted is a
    number, and of the others only the questions that they are asked."""
    duties = [(person, profile.duty(person, sheet.stay, party)) for person in sheet.people]
    named = tuple(
        _as_adult(only(person, {one.field for one in profile.questions(person, sheet.stay, duty)}), duty)
        for place, (person, duty) in enumerate(duties)
        if duty in (Duty.SHEET, Duty.ON_ANOTHERS) or place == 0
    )
    asked = {question.field for question in profile.of_stay}
    counted = sheet.counted + _count([person for person, duty in duties if duty is Duty.COUNTED])
    return replace(
        sheet,
        stay=only_stay(sheet.stay, asked),
        people=named,
        counted=counted if "counted" in asked else (),
    )


def _as_adult(person: Person, duty: Duty) -> Person:
    """Who owes a sheet of their own is no child there, also where the birth date is not kept."""
    return replace(person, role="member") if duty is Duty.SHEET and person.role == "child" else person


def _count(people: Sequence[Person]) -> tuple[Counted, ...]:
    found: dict[str | None, int] = {}
    for person in people:
        found[person.nationality] = found.get(person.nationality, 0) + 1
    return tuple(Counted(number, nationality) for nationality, number in found.items())


def signers(profile: Profile, sheet: Sheet) -> list[int]:
    """The places of those who sign."""
    return [place for place, person in enumerate(sheet.people) if profile.signs(person, sheet.stay)]


def lacks(profile: Profile, sheet: Sheet, party: Party) -> list[Lack]:
    """What is missing or cannot be, each as a question to who can answer."""
    found = list(_of_stay(profile, sheet))
    for place, person in enumerate(sheet.people):
        found += _of_person(profile, sheet, place, person, profile.duty(person, sheet.stay, party))
    if all(profile.duty(person, sheet.stay, party) is not Duty.SHEET for person in sheet.people):
        found.append(Lack("registration.child_alone", "staff"))
    return found


def _of_stay(profile: Profile, sheet: Sheet) -> Iterator[Lack]:
    for question in profile.of_stay:
        if question.required and getattr(sheet.stay, question.field, None) is None:
            yield Lack("registration.missing", "guest", field=question.field)
    if sheet.stay.departs is not None and sheet.stay.departs < sheet.stay.arrives:
        yield Lack("registration.departs_before", "guest", field="departs")


def _of_person(profile: Profile, sheet: Sheet, place: int, person: Person, duty: Duty) -> Iterator[Lack]:
    for question in profile.questions(person, sheet.stay, duty):
        value = getattr(person, question.field, None)
        if value is None and question.required and not _is_single_name(person, question.field):
            yield Lack("registration.missing", "guest", person=place, field=question.field)
    for name in PERSON_FIELDS:
        value = getattr(person, name)
        if isinstance(value, str) and not is_text(value):
            yield Lack("registration.no_text", "guest", person=place, field=name)
        elif name in STATES and value is not None and not is_known(value):
            yield Lack("registration.unknown_state", "guest", person=place, field=name)
    born = person.birth_date
    if born is not None and not _can_be(born.first, sheet.stay.arrives):
        yield Lack("registration.born_impossible", "guest", person=place, field="birth_date")


def _is_single_name(person: Person, field: str) -> bool:
    """Many people have one name, which may stand in either field."""
    pair = {"family_name": "given_names", "given_names": "family_name"}
    return field in pair and getattr(person, pair[field]) is not None


def _can_be(born: date, arrives: date) -> bool:
    return born <= arrives and arrives.year - born.year <= OLDEST


def is_text(text: str) -> bool:
    """Whether a text is one that a person can have: not too long, no control signs, no flood of marks."""
    if len(text) > LONGEST:
        return False
    marks = 0
    for letter in text:
        kind = unicodedata.category(letter)
        marks = marks + 1 if kind in ("Mn", "Me") else 0
        if kind in ("Cc", "Cs", "Co", "Cn") or marks > MOST_MARKS:
            return False
        if kind == "Cf" and letter not in "\u200c\u200d\u200e\u200f\u00ad":  # joiners and marks of direction
            return False
    return True

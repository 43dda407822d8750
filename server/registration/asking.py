"""Who of a party owes what, and what is missing: a country's rules applied to a sheet. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date

from server.registration.output import Lack
from server.registration.profile import Duty, Party, Profile, is_child
from server.registration.sheet import (
    PERSON_FIELDS,
    STAY_FIELDS,
    Counted,
    Person,
    Sheet,
    Stay,
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


def duties(profile: Profile, stay: Stay, people: Sequence[Person], party: Party) -> list[Duty]:
    """What each of a party owes. Who could stand on another's sheet, and finds none there (a child with a
    parent who is at home in the country), owes one: an adult for the others, else each child."""
    found = [profile.duty(person, stay, party) for person in people]
    if Duty.SHEET in found:
        return found
    beside = [place for place, duty in enumerate(found) if duty in (Duty.ON_ANOTHERS, Duty.COUNTED)]
    adults = [place for place in beside if not _is_minor(profile, people[place], stay)]
    for place in adults[:1] or beside:
        found[place] = Duty.SHEET
    return found


def _is_minor(profile: Profile, person: Person, stay: Stay) -> bool:
    return profile.child_below is not None and is_child(person, stay, profile.child_below)


def strip(profile: Profile, sheet: Sheet, party: Party) -> Sheet:
    """The sheet with nothing that its country does not ask: who owes none is not on it, who is counted is a
    number, and of the others only the questions that they are asked. Where nobody owes any, a person of whom
    nothing is said stands there."""
    owed = list(zip(sheet.people, duties(profile, sheet.stay, sheet.people, party), strict=True))
    named = tuple(
        asked_of(profile, person, sheet.stay, duty)
        for person, duty in owed
        if duty in (Duty.SHEET, Duty.ON_ANOTHERS)
    )
    asked = {question.field for question in profile.of_stay}
    counted = sheet.counted + _count([person for person, duty in owed if duty is Duty.COUNTED])
    return replace(
        sheet,
        stay=only_stay(sheet.stay, asked),
        people=(replace(named[0], role="main"), *named[1:]) if named else (Person(),),
        counted=counted if "counted" in asked else (),
    )


def asked_of(profile: Profile, person: Person, stay: Stay, duty: Duty) -> Person:
    """The person with nothing but what their duty asks. Of two nationalities, where one is kept, it is that
    of the country itself: it decided what was asked."""
    asked = {question.field for question in profile.questions(person, stay, duty)}
    if "second_nationality" not in asked and person.second_nationality == profile.own:
        person = replace(person, nationality=profile.own)
    return _as_adult(only(person, asked), duty)


def _as_adult(person: Person, duty: Duty) -> Person:
    """Who owes a sheet of their own is no child there, also where the birth date is not kept."""
    return replace(person, role="member") if duty is Duty.SHEET and person.role == "child" else person


def _count(people: Sequence[Person]) -> tuple[Counted, ...]:
    found: dict[str | None, int] = {}
    for person in people:
        found[person.nationality] = found.get(person.nationality, 0) + 1
    return tuple(Counted(number, nationality) for nationality, number in found.items())


def signers(profile: Profile, sheet: Sheet, party: Party | None = None) -> list[int]:
    """The places of those who sign: for themselves and for those who stand on their sheet."""
    travelling = party or Party(len(sheet.people) + sum(one.number for one in sheet.counted))
    owed = duties(profile, sheet.stay, sheet.people, travelling)
    return [
        place
        for place, (person, duty) in enumerate(zip(sheet.people, owed, strict=True))
        if duty is Duty.SHEET and profile.signs(person, sheet.stay)
    ]


def lacks(profile: Profile, sheet: Sheet, party: Party) -> list[Lack]:
    """What is missing or cannot be, each as a question to who can answer."""
    found = list(_of_stay(profile, sheet))
    owed = duties(profile, sheet.stay, sheet.people, party)
    for place, (person, duty) in enumerate(zip(sheet.people, owed, strict=True)):
        if duty is not Duty.NONE:
            found += _of_person(profile, sheet, place, person, duty)
    minors = [person for person in sheet.people if _is_minor(profile, person, sheet.stay)]
    is_asked = any(one.code == "registration.born_impossible" for one in found)  # then nobody knows the age
    is_abroad = any(profile.own not in one.nationalities for one in minors)
    if len(minors) == len(sheet.people) and is_abroad and not is_asked:
        found.append(Lack("registration.child_alone", "staff"))
    return found


def _of_stay(profile: Profile, sheet: Sheet) -> Iterator[Lack]:
    for question in profile.of_stay:
        if question.required and getattr(sheet.stay, question.field, None) is None:
            yield Lack("registration.missing", "guest", field=question.field)
    for name in STAY_FIELDS:
        value = getattr(sheet.stay, name)
        if isinstance(value, str) and not is_text(value):
            yield Lack("registration.no_text", "staff", field=name)
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
        elif name in STATES and value is not None and not _is_state(value):
            yield Lack("registration.unknown_state", "guest", person=place, field=name)
    born = person.birth_date
    if born is not None and not _can_be(born.first, sheet.stay.arrives):
        yield Lack("registration.born_impossible", "guest", person=place, field="birth_date")


def _is_state(code: str) -> bool:
    """Germany has two codes in documents; a sheet bears one of them, by which the rules go."""
    return is_known(code) and code != "D"


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

"""From the answers of a country's form to its sheet: each answer is named for the field that it fills.

A person who travels along is one of the form's group, `companion_1_given_names` for the first. What an answer
cannot be (a date that is none) is refused by ValueError: the form said so to the guest, and the answers stay
sealed until somebody looks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from server.forms.questions import YES, Form
from server.forms.rules import answered
from server.registration.asking import asked_of
from server.registration.dates import PartialDate
from server.registration.profile import Duty, Party, Profile, profile_of
from server.registration.sheet import PERSON_FIELDS, STAY_FIELDS, Person, Role, Sheet, Stay, only_stay

SIGNATURE = "signature"
SIGNED_TEXT = "signature_text"
"""SHA-256 of the text that stood above the signature, as the page counted it."""
CANNOT_SIGN = "cannot_sign"
GROUP = "companion"


@dataclass(frozen=True, slots=True)
class Read:
    """What a finished form says. `sheet` is None where none is owed. `strokes`: the signature as it came;
    `text`: the digest of what was shown above it; `cannot_sign`: a colleague is to witness."""

    country: str
    sheet: Sheet | None
    strokes: str = ""
    text: str = ""
    cannot_sign: bool = False


def read_form(form: Form, answers: Mapping[str, str], *, stay: Stay) -> Read:
    """The sheet of a form, with nothing in it that its country does not ask. `stay`: what the house knows of
    it; what the guest says of the departure goes before that. Raises ValueError."""
    country = form.name.removeprefix("police_").upper()
    profile = profile_of(country)
    if profile is None:
        raise ValueError(f"no rules for {country}")
    said = answered(form, answers)
    main = _person(said, "", "main")
    along = tuple(_along(form, said, main))
    stay = replace(stay, **_of_stay(said, stay))
    party = Party(size=1 + len(along))
    if profile.duty(main, stay, party) is Duty.NONE:
        return Read(country, None)
    people = tuple(_asked(profile, person, stay, party) for person in (main, *along))
    asked = {question.field for question in profile.of_stay}
    sheet = Sheet(only_stay(stay, asked), tuple(one for one in people if one is not None))
    return Read(
        country,
        sheet,
        strokes=said.get(SIGNATURE, ""),
        text=answers.get(SIGNED_TEXT, "").strip(),
        cannot_sign=said.get(f"{SIGNATURE}_way_out") == CANNOT_SIGN,
    )


def _asked(profile: Profile, person: Person, stay: Stay, party: Party) -> Person | None:
    """The person with what is asked of them; None for one who stands on no sheet of another."""
    duty = profile.duty(person, stay, party)
    if person.role != "main" and duty is not Duty.ON_ANOTHERS:
        return None
    return asked_of(profile, person, stay, duty)


def _along(form: Form, said: Mapping[str, str], main: Person) -> Iterator[Person]:
    group = next((step for step in form.steps if step.group == GROUP), None)
    for number in range(1, group.most + 1) if group else ():
        if said.get(f"{GROUP}_{number}") == YES:
            found = _person(said, f"{GROUP}_{number}_", "child")
            yield replace(found, family_name=found.family_name or main.family_name)


def _person(said: Mapping[str, str], before: str, role: Role) -> Person:
    found: dict[str, Any] = {name: said.get(before + name) for name in PERSON_FIELDS}
    found["birth_date"] = _partial(said, f"{before}birth_date")
    found["document_issued_on"] = _day(said, f"{before}document_issued_on")
    return Person(role=role, **found)


def _of_stay(said: Mapping[str, str], stay: Stay) -> dict[str, Any]:
    found: dict[str, Any] = {name: _day(said, name) for name in ("arrives", "departs")}
    found |= {name: said.get(name) for name in STAY_FIELDS if name in ("purpose",)}
    return {name: value for name, value in found.items() if value is not None}


def _parts(said: Mapping[str, str], name: str) -> list[int | None]:
    return [
        int(said[f"{name}_{part}"]) if f"{name}_{part}" in said else None for part in ("year", "month", "day")
    ]


def _partial(said: Mapping[str, str], name: str) -> PartialDate | None:
    year, month, day = _parts(said, name)
    return None if year is None else PartialDate(year, month, day)


def _day(said: Mapping[str, str], name: str) -> date | None:
    year, month, day = _parts(said, name)
    return None if year is None or month is None or day is None else date(year, month, day)


def text_digest(text: str) -> str:
    """SHA-256 of a text as the page counts it, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()

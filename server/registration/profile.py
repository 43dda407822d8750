"""What a country wants to know of whom: its rules, as one file of `countries/` gives them.

A file is named for its country (`fr.py`) and holds `PROFILE`. Each rule says its article where one was read;
what the sources do not say is a setting of the house with a default, and `unknown` tells staff so. No country
here was checked by counsel, and each says how sure its layout is. How long sheets are kept stands in
`properties/retention.py`, the one table of all that is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Literal

from server.discovery import discover
from server.registration.dates import age_at
from server.registration.sheet import FIELDS, Person, Stay


class Duty(StrEnum):
    """What a person owes."""

    SHEET = "sheet"  # a sheet of their own
    ON_ANOTHERS = "on_anothers"  # named on the sheet of an adult who travels along
    COUNTED = "counted"  # only counted there
    NONE = "none"


class Layout(StrEnum):
    """How sure the shape of what is handed over is; shown to staff."""

    PROVEN = "proven"  # against the authority's own schema or file
    CLIENTS = "clients"  # built from the code of others who hand in
    NOT_SEEN = "not_seen"  # drawn by us from the list of fields in the law


Signing = Literal["screen", "hand", "none"]
"""On a screen or on paper; by hand on paper only; not at all."""


@dataclass(frozen=True, slots=True)
class Question:
    """A field that is asked. Not `required`: it may stay empty, because the law or life leaves it open."""

    field: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class Party:
    """Who travels together, as far as a country's rules look at it."""

    size: int = 1
    is_group: bool = False  # a travel group with a leader, not a family


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a sheet is handed in: so many hours after arrival, or working days; neither: nothing is handed
    in unasked. `hours_of_short_stay` holds for stays of a day at most (Italy)."""

    hours: int | None = None
    hours_of_short_stay: int | None = None
    working_days: int | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """The rules of one country. `country` is alpha-2, `own` the nationality at home there, alpha-3."""

    country: str
    own: str
    law: tuple[str, ...]  # what was read, in its own words and numbers; not translated
    duty: Callable[[Person, Stay, Party], Duty]
    questions: Callable[[Person, Stay, Duty], tuple[Question, ...]]  # for a person of a duty
    of_stay: tuple[Question, ...]
    signs: Callable[[Person, Stay], bool]
    signing: Signing
    layout: Layout
    outputs: tuple[str, ...]  # of `outputs/`: sheet, register, and the files of authorities
    deadline: Deadline = Deadline()
    child_below: int | None = None  # years: younger ones stand on an adult's sheet
    numbered: bool = False  # sheets bear a running number that never changes (Austria)
    is_checked_by_counsel: bool = False
    unknown: tuple[str, ...] = ()  # sentences for staff: what the sources did not say

    def __post_init__(self) -> None:
        wrong = [question.field for question in self.of_stay if question.field not in FIELDS]
        if wrong:
            raise ValueError(f"{self.country} asks {wrong[0]}, which sheet.py does not know")


def is_child(person: Person, stay: Stay, below: int) -> bool:
    """Whether a person is younger than so many years on the day of arrival. Of whom the birth date is not
    known is an adult, unless they stand as a child there."""
    if person.birth_date is None:
        return person.role == "child"
    return age_at(person.birth_date, stay.arrives) < below


@cache
def profiles() -> Mapping[str, Profile]:
    """Every country there is, by its alpha-2 code."""
    found = [module.PROFILE for module in discover("server.registration.countries", ("PROFILE",)).values()]
    return {profile.country: profile for profile in found}


def profile_of(country: str) -> Profile | None:
    """The rules of a country; None where we claim none."""
    return profiles().get(country)

"""The lines of Ubyport's file, from what a sheet says: record A of the house, records U of foreigners."""

from __future__ import annotations

import re
import string
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime

from server.registration.countries.cz import OF_AGE
from server.registration.output import Codes
from server.registration.profile import is_child
from server.registration.sheet import Person, Stay
from server.registration.states import country_of
from server.registration.transliterating import name_in, text_in

STATES = "Staty"
OTHER_PURPOSE = "99"
"""What the police takes where no purpose is said."""
IN_PASSPORT = "INPASS"

_CP1250 = "".join(bytes([code]).decode("cp1250", "ignore") for code in range(128, 256))
NAME = frozenset(
    string.ascii_letters
    + " '-"
    + "".join(one for one in _CP1250 if unicodedata.name(one).startswith("LATIN"))
)
TEXT = NAME | frozenset(string.digits + "/.,;:()&#@")
NUMBER = frozenset(string.ascii_uppercase + string.digits)
_SEPARATORS = re.compile(r"[\s.\-‐‑–—/]+")


def house_line(fields: Sequence[str], made: datetime) -> str:
    """Record A, format 2, of the house's eleven fields and the local time."""
    return "|".join(("A", "2", *fields, f"{made:%d.%m.%Y %H:%M:%S}", "", ""))


def guest_line(stay: Stay, person: Person, main: Person, codes: Codes) -> str:
    """Record U of a foreigner. The eighth and ninth, and the one before the note, are no longer used."""
    family, given = names_of(person)
    number, note = document_of(person, main, stay)
    birth = person.birth_date
    return "|".join(
        (
            "U",
            f"{stay.arrives:%d.%m.%Y}",
            "" if stay.departs is None else f"{stay.departs:%d.%m.%Y}",
            family,
            given,
            "",
            "" if birth is None else f"{birth.day or 0:02}.{birth.month or 0:02}.{birth.year:04}",
            "",
            "",
            state_code(person.nationality or "", codes.get(STATES, {})),
            home_of(person),
            number,
            number_of(person.visa_number),
            stay.purpose or OTHER_PURPOSE,
            "",
            note,
        )
    )


def names_of(person: Person) -> tuple[str, str]:
    """Family name and given names; who has one name only bears it as family name."""
    family, given = plain_name(person.family_name), plain_name(person.given_names)
    return (family, given) if family else (given, "")


def document_of(person: Person, main: Person, stay: Stay) -> tuple[str, str]:
    """(number, note) of a document: a child in the passport of who signs says so, with that one's number."""
    number = number_of(person.document_number)
    if number == IN_PASSPORT or (not number and person is not main and is_child(person, stay, OF_AGE)):
        return IN_PASSPORT, number_of(main.document_number)
    return number, ""


def home_of(person: Person) -> str:
    """State, town, street and number: the order that the police's manual of 2024 recommends."""
    parts = (person.home_country, person.home_city, person.home_line)
    return ", ".join(found for part in parts if part and (found := text_in(part, TEXT).text))


def state_code(code: str, listed: Mapping[str, str]) -> str:
    """The code of the police's list: ISO's; of kinds of British nationals and Kosovo's several codes, the one
    of the list."""
    if code in listed or not listed:
        return {"D": "DEU"}.get(code, "GBR" if country_of(code) == "GB" else code)
    country = country_of(code)
    return next((one for one in listed if country is not None and country_of(one) == country), code)


def plain_name(name: str | None) -> str:
    return name_in(name or "", NAME).text


def number_of(said: str | None) -> str:
    return _SEPARATORS.sub("", said or "").upper()

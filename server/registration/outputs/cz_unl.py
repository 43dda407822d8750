"""Czechia's file for Ubyport: UNL, a line of the house (A) and one of each foreigner (U).

Shape: the foreign police's page on UNL and its operating rules of 19 December 2018 (file name, 99 lines U at
most); lengths: its description of the web service (annex 5, 19 June 2019), which takes the same data, and the
limits of annex 3 as a client's code quotes them. Windows-1250, CR+LF between lines, `|` between fields, no
blanks at the ends. Spouses and children have lines of their own; nationals of Czechia have none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from server.properties.finding import day_in
from server.refusal import Refused
from server.registration.authority_xml import NoXml, named, read_xml
from server.registration.output import Codes, File, Filed, House, Lack, Row, Whom, refuse_lacking
from server.registration.outputs._unl_lines import (
    IN_PASSPORT,
    NAME,
    NUMBER,
    STATES,
    TEXT,
    document_of,
    guest_line,
    home_of,
    house_line,
    names_of,
    number_of,
    plain_name,
    state_code,
)
from server.registration.results import Result, in_order, said_lines
from server.registration.sheet import Person, Sheet, Stay
from server.registration.states import WITHOUT_STATE, country_of
from server.registration.transliterating import name_in, text_in

COUNTRY = "CZ"
KIND = "arrival"

PURPOSES, ERRORS = "UcelyPobytu", "Chyby"
MOST_LINES = 99
LATE = "112"
"""Handed in late: a remark, the record is taken (annex 5, 5.3.2)."""

LONGEST = {
    "family_name": 50,
    "given_names": 24,
    "home": 128,
    "document_number": 30,
    "visa_number": 15,
    "note": 255,
}
SHORTEST_NUMBER = 4
HOUSE_FIELDS = (
    ("cz_idub", r"[A-Za-z0-9]{12,14}", True),
    ("cz_mark", r"[A-Za-z0-9]{5,6}", True),
    ("cz_name", r".{1,35}", True),
    ("cz_contact", r".{0,50}", False),
    ("cz_district", r".{0,32}", False),
    ("cz_municipality", r".{0,48}", False),
    ("cz_part", r".{0,48}", False),
    ("cz_street", r".{0,48}", False),
    ("cz_house_number", r"(?:E?\d{1,4}|\d{1,4}E)?", False),
    ("cz_orientation_number", r"(?:\d{1,3}[A-Za-z]?)?", False),
    ("cz_postcode", r"(?:\d{5})?", False),
)
"""What the house has from the police and from its registration, as `House.ids` names it, in the file's order.
`cz_name`, `cz_contact`, `cz_municipality`, `cz_street` and `cz_postcode` fall back to what is known of it."""

_Lacking = tuple[str, Whom, str, tuple[tuple[str, str], ...]]


def check(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[Lack]:
    """Everything that Ubyport would refuse."""
    today = day_in(house.zone, now=now)
    found = [
        Lack("registration.house_number", "house", field=name)
        for (name, shape, required), said in zip(HOUSE_FIELDS, _house(house), strict=True)
        if (required and not said) or not re.fullmatch(shape, said)
    ]
    for one in filed:
        foreigners = list(_foreigners(one.sheet))
        if foreigners:
            found += [
                Lack(code, whom, one.id, None, field, params)
                for code, whom, field, params in _stay(one.sheet.stay, today, codes)
            ]
        for place, person in foreigners:
            found += [
                Lack(code, whom, one.id, place, field, params)
                for code, whom, field, params in _person(person, one.sheet, codes)
            ]
    return list(dict.fromkeys(found))


def build(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[File]:
    """The files: one, or as many as 99 lines make."""
    refuse_lacking(check(house, filed, codes, now=now))
    rows = [
        (Row(one.id, place), guest_line(one.sheet.stay, person, one.sheet.main, codes))
        for one in filed
        for place, person in _foreigners(one.sheet)
    ]
    bundles = [rows[start : start + MOST_LINES] for start in range(0, len(rows), MOST_LINES)]
    local = now.astimezone(ZoneInfo(house.zone))
    first = house_line(_house(house), local)
    idub = house.ids.get("cz_idub", "")
    return [
        File(
            # IDUB_date_time_info.unl: letters, digits and _ only (operating rules 9.2)
            f"{idub}_{local:%Y_%m_%d_%H%M}{f'_{number}' if len(bundles) > 1 else ''}.unl",
            "text/plain; charset=windows-1250",
            "\r\n".join((first, *(line for _row, line in bundle))).encode("cp1250"),
            tuple(row for row, _line in bundle),
        )
        for number, bundle in enumerate(bundles, start=1)
    ]


def read_results(text: str, rows: int, codes: Codes) -> list[Result]:
    """What Ubyport said of each row: the XML of its service (`;112;106;` for each record), or lines that a
    person types from the receipt (`3: 106`, `4: ok`). A row of remarks only is taken."""
    if text.lstrip().startswith("<"):
        try:
            root = read_xml(text.strip().encode("utf-8"))
        except NoXml:
            raise Refused("registration.results_unreadable") from None
        records = [record for part in named(root, "ChybyZaznamu") for record in part]
        return [
            _result(row, said, codes)
            for row, said in enumerate(in_order([one.text or "" for one in records], rows))
        ]
    return [_result(row, said, codes) for row, said in said_lines(text, rows)]


def _result(row: int, said: str, codes: Codes) -> Result:
    numbers = [number.lstrip("0") for number in re.findall(r"(?<!\d)\d{1,4}(?!\d)", said)]
    numbers = [number for number in numbers if number]
    faults = [number for number in numbers if not _is_remark(number, codes)]
    if faults:
        return Result(row, False, faults[0])
    if numbers:
        return Result(row, True, numbers[0])
    is_taken = re.sub(r"[\s;]", "", said).casefold() in {"", "ok", "přijat", "přijato", "převzato"}
    return Result(row, is_taken)


def _is_remark(number: str, codes: Codes) -> bool:
    meaning = codes.get(ERRORS, {}).get(number)
    return number == LATE if meaning is None else "(INFORMACE)" in meaning


def _foreigners(sheet: Sheet) -> Iterator[tuple[int, Person]]:
    """Everybody of a sheet whom the duty reaches, with their place on it."""
    return ((place, person) for place, person in enumerate(sheet.people) if "CZE" not in person.nationalities)


def _house(house: House) -> list[str]:
    """The house's fields of record A, in its order, in letters of Windows-1250."""
    known: Mapping[str, str] = {
        "cz_name": house.name,
        "cz_contact": house.email or house.phone,
        "cz_municipality": house.city,
        "cz_street": house.line,
        "cz_postcode": "".join(house.postcode.split()),
    }
    said = (house.ids.get(name) or known.get(name, "") for name, _shape, _required in HOUSE_FIELDS)
    return [text_in(one, TEXT).text for one in said]


def _stay(stay: Stay, today: date, codes: Codes) -> Iterator[_Lacking]:
    if stay.departs is None:
        yield "registration.no_departure", "staff", "departs", ()
    elif stay.departs < stay.arrives:
        yield "registration.departure_first", "staff", "departs", ()
    elif stay.departs == stay.arrives:
        yield "registration.cz_same_day", "staff", "departs", ()
    if stay.arrives > today:
        yield "registration.not_arrived", "staff", "arrives", ()
    if stay.purpose:
        if not codes.get(PURPOSES):
            yield "registration.list_missing", "house", "purpose", (("name", PURPOSES),)
        elif stay.purpose not in codes[PURPOSES]:
            yield "registration.purpose", "guest", "purpose", ()


def _person(person: Person, sheet: Sheet, codes: Codes) -> Iterator[_Lacking]:
    for field in ("family_name", "given_names"):
        written = name_in(getattr(person, field) or "", NAME)
        most = LONGEST[field] if plain_name(person.family_name) else LONGEST["family_name"]
        if not written.is_certain:
            yield "registration.latin_name", "guest", field, ()
        elif len(written.text) > most:
            yield "registration.long_name", "guest", field, (("limit", str(most)),)
    if not names_of(person)[0]:
        said = bool((person.family_name or person.given_names or "").strip())
        yield "registration.latin_name" if said else "registration.missing", "guest", "family_name", ()
    if person.birth_date is None:
        yield "registration.missing", "guest", "birth_date", ()
    elif person.birth_date.first > sheet.stay.arrives:
        yield "registration.born_later", "guest", "birth_date", ()
    yield from _nationality(person, codes)
    for field in ("home_city", "home_country"):
        if not text_in(getattr(person, field) or "", TEXT).is_certain:
            yield "registration.missing", "guest", field, ()
    if len(home_of(person)) > LONGEST["home"]:
        yield "registration.long_address", "guest", "home_line", (("limit", str(LONGEST["home"])),)
    yield from _numbers(person, sheet)


def _nationality(person: Person, codes: Codes) -> Iterator[_Lacking]:
    code, listed = person.nationality, codes.get(STATES, {})
    if not code:
        yield "registration.missing", "guest", "nationality", ()
    elif listed and state_code(code, listed) not in listed and country_of(code) is None:
        yield "registration.no_state", "staff", "nationality", ()
    elif listed and state_code(code, listed) not in listed:
        yield "registration.state_not_listed", "house", "nationality", (("name", STATES),)
    elif not listed and (code in WITHOUT_STATE or country_of(code) is None):
        # how the police writes persons without a state, its own list says only
        yield "registration.list_missing", "house", "nationality", (("name", STATES),)


def _numbers(person: Person, sheet: Sheet) -> Iterator[_Lacking]:
    number, _note = document_of(person, sheet.main, sheet.stay)
    if not number:
        yield "registration.missing", "guest", "document_number", ()
    elif number == IN_PASSPORT:
        if person is sheet.main or not number_of(sheet.main.document_number).replace(IN_PASSPORT, ""):
            yield "registration.cz_parents_passport", "guest", "document_number", ()
    elif set(number) - NUMBER or len(number) < SHORTEST_NUMBER:
        yield "registration.document_number", "guest", "document_number", ()
    elif len(number) > LONGEST["document_number"]:
        limit = (("limit", str(LONGEST["document_number"])),)
        yield "registration.long_number", "guest", "document_number", limit
    visa = number_of(person.visa_number)
    if set(visa) - NUMBER:
        yield "registration.document_number", "guest", "visa_number", ()
    elif len(visa) > LONGEST["visa_number"]:
        yield "registration.long_number", "guest", "visa_number", (("limit", str(LONGEST["visa_number"])),)

"""Italy's file for Alloggiati Web: a line of 168 characters for each guest.

The layout is that of the portal's manual (MANUALEALBERGHI p. 34, MANUALEWS p. 19) as others quote it, checked
on two lines of a client's code. Where the manual is silent, padding follows those lines: days to the left,
the document's number to the right. Lines end with CR+LF, the last with nothing; a file has 1000 at most, and
a party is never parted. Members follow their head's line, with the same arrival, and without a document.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from server.properties.finding import day_in
from server.registration.authority_xml import NoXml, named, read_xml, text_of
from server.registration.countries.it import OF_AGE
from server.registration.output import Codes, File, Filed, House, Lack, Row, Whom, refuse_lacking, stamp
from server.registration.outputs._italian_places import ITALY, LIST, Places
from server.registration.parties import TravelParty, parties
from server.registration.results import Result, in_order, said_lines
from server.registration.sheet import DocumentType, Person, Stay
from server.registration.states import country_of
from server.registration.transliterating import CAPITALS, name_in

COUNTRY = "IT"
KIND = "arrival"

DOCUMENTS = "Tipi_Documento"
ERRORS = "TipoErrore"
MOST_LINES = 1000
MOST_DAYS = 30
FAMILY_NAME, GIVEN_NAMES, NUMBER = 50, 30, 20
LENGTH = 168
_LETTERS = CAPITALS | {" ", "'"}
_NUMBER = frozenset(string.ascii_uppercase + string.digits)
_SEPARATORS = re.compile(r"[\s.\-‐‑–—]+")

_SINGLE, _HEAD_OF_FAMILY, _HEAD_OF_GROUP, _OF_FAMILY, _OF_GROUP = "16", "17", "18", "19", "20"
_TYPES: dict[DocumentType, str] = {"passport": "PASOR", "id_card": "IDENT", "driving": "PATEN"}


@dataclass(frozen=True, slots=True)
class Arrival:
    """What one sending tells of a stay: its first day and its days, 1 to 30."""

    first: date
    days: int


def arrivals(stay: Stay) -> list[Arrival]:
    """The sendings of a stay: of more than 30 nights, every further 30 is a new arrival. A stay without a
    night is one day; nothing while the departure is not known or before the arrival."""
    nights = stay.nights
    if nights is None or nights < 0:
        return []
    left = max(nights, 1)
    starts = range(0, left, MOST_DAYS)
    return [Arrival(stay.arrives + timedelta(start), min(MOST_DAYS, left - start)) for start in starts]


def check(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[Lack]:
    """Everything that the portal would refuse."""
    found = [
        Lack("registration.list_missing", "house", params=(("name", name),))
        for name in (LIST, DOCUMENTS)
        if not codes.get(name)
    ]
    places, today = Places(codes.get(LIST, {})), day_in(house.zone, now=now)
    for party in parties(filed, of_age=OF_AGE):
        head = party.head
        if len(party.people) > MOST_LINES:
            found.append(Lack("registration.party_too_large", "staff", head.filed))
        for sheet in dict.fromkeys(one.filed for one in party.people):
            found += [Lack(code, "staff", sheet, field=field) for code, field in _stay(head.stay, today)]
        for one in party.people:
            asked = (
                *_person(one.person, one.stay, places, codes),
                *(_document(one.person, places, codes) if one is head else ()),
            )
            found += [
                Lack(code, whom, one.filed, one.place, field, params) for code, whom, field, params in asked
            ]
    return list(dict.fromkeys(found))


def build(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[File]:
    """The files: one, or as many as the portal's 1000 lines make."""
    refuse_lacking(check(house, filed, codes, now=now))
    places, today = Places(codes[LIST]), day_in(house.zone, now=now)
    bundles: list[list[tuple[Row, str]]] = []
    for party in parties(filed, of_age=OF_AGE):
        lines = list(_lines(party, places, today))
        if not bundles or len(bundles[-1]) + len(lines) > MOST_LINES:
            bundles.append([])
        bundles[-1] += lines
    return [
        File(
            f"alloggiati-{stamp(now)}{f'-{number}' if len(bundles) > 1 else ''}.txt",
            "text/plain; charset=utf-8",
            "\r\n".join(line for _row, line in bundle).encode("utf-8"),
            tuple(row for row, _line in bundle),
        )
        for number, bundle in enumerate(bundles, start=1)
    ]


def read_results(text: str, rows: int, codes: Codes) -> list[Result]:
    """What the portal said of each row: the XML of `Test` or `Send`, or lines as the portal shows them or a
    person types them (`3: ok`, `4: Cognome non corretto`). Codes are those of its table `TipoErrore`."""
    if text.lstrip().startswith("<"):
        try:
            details = list(named(read_xml(text.strip().encode("utf-8")), "EsitoOperazioneServizio"))
        except NoXml:
            details = []
        said = in_order([(text_of(one, "esito"), text_of(one, "ErroreCod")) for one in details], rows)
        return [
            Result(row, esito.casefold() == "true", (code if re.fullmatch(r"\w{1,20}", code) else None))
            if esito.casefold() != "true"
            else Result(row, True)
            for row, (esito, code) in enumerate(said)
        ]
    known = {_even(meaning): code for code, meaning in codes.get(ERRORS, {}).items()}
    return [
        Result(row, True)
        if _even(words) in {"ok", "si", "corretta", "corretto", "valida", "true", "1"}
        else Result(row, False, _error(words, known, codes))
        for row, words in said_lines(text, rows)
    ]


def _even(text: str) -> str:
    return " ".join(text.casefold().split())


def _error(words: str, known: dict[str, str], codes: Codes) -> str | None:
    """The code that stands in front, or whose words they are; the words may tell of the guest and go."""
    first = re.match(r"\w{1,20}", words)
    if first is not None and (first[0] in codes.get(ERRORS, {}) or first[0].isdigit()):
        return first[0]
    return next((code for meaning, code in known.items() if meaning in _even(words)), None)


_Lacking = tuple[str, Whom, str, tuple[tuple[str, str], ...]]
"""Code, who can answer, the field, parameters."""


def _stay(stay: Stay, today: date) -> Iterator[tuple[str, str]]:
    if stay.departs is None:
        yield "registration.no_departure", "departs"
    elif stay.departs < stay.arrives:
        yield "registration.departure_first", "departs"
    elif stay.arrives > today:
        yield "registration.not_arrived", "arrives"
    elif _sent_today(stay, today) is None:
        yield "registration.it_too_late", "arrives"


def _sent_today(stay: Stay, today: date) -> Arrival | None:
    """The sending whose day it is: the portal takes arrivals of today and of yesterday."""
    return next((one for one in arrivals(stay) if 0 <= (today - one.first).days <= 1), None)


def _person(person: Person, stay: Stay, places: Places, codes: Codes) -> Iterator[_Lacking]:
    yield from _names(person)
    if person.sex is None:
        yield "registration.missing", "guest", "sex", ()
    elif person.sex == "x":
        yield "registration.it_sex", "staff", "sex", ()
    if person.birth_date is None:
        yield "registration.missing", "guest", "birth_date", ()
    elif not person.birth_date.is_whole:
        yield "registration.whole_birth_date", "guest", "birth_date", ()
    elif person.birth_date.first > stay.arrives:
        yield "registration.born_later", "guest", "birth_date", ()
    yield from _state(person.birth_country, "birth_country", places, codes)
    yield from _state(person.nationality, "nationality", places, codes)
    if person.birth_country == ITALY and codes.get(LIST):
        code = places.municipality(person.birth_municipality or "")
        if code is None:
            yield "registration.it_municipality", "guest", "birth_municipality", ()
        elif places.province(code) is None:
            yield "registration.it_no_provinces", "house", "birth_municipality", (("name", LIST),)


def _names(person: Person) -> Iterator[_Lacking]:
    if not _family_name(person):
        said = bool((person.family_name or person.given_names or "").strip())
        yield "registration.latin_name" if said else "registration.missing", "guest", "family_name", ()
    for field, name, most in (
        ("family_name", person.family_name, FAMILY_NAME),
        ("given_names", person.given_names, GIVEN_NAMES),
    ):
        written = name_in(name or "", _LETTERS)
        if not written.is_certain:
            yield "registration.latin_name", "guest", field, ()
        elif len(written.text) > (most if _plain(person.family_name) else FAMILY_NAME):
            yield "registration.long_name", "guest", field, (("limit", str(most)),)


def _state(code: str | None, field: str, places: Places, codes: Codes) -> Iterator[_Lacking]:
    if not code:
        yield "registration.missing", "guest", field, ()
    elif codes.get(LIST) and places.state(code) is None and country_of(code) is None:
        yield "registration.no_state", "staff", field, ()
    elif codes.get(LIST) and places.state(code) is None:
        yield "registration.state_not_listed", "house", field, (("name", LIST),)


def _document(person: Person, places: Places, codes: Codes) -> Iterator[_Lacking]:
    if person.document_type is None:
        yield "registration.missing", "guest", "document_type", ()
    elif person.document_type not in _TYPES:
        yield "registration.it_document_type", "staff", "document_type", ()
    elif codes.get(DOCUMENTS) and _TYPES[person.document_type] not in codes[DOCUMENTS]:
        yield "registration.code_not_listed", "house", "document_type", (("name", DOCUMENTS),)
    number = _number(person.document_number)
    if not number:
        yield "registration.missing", "guest", "document_number", ()
    elif set(number) - _NUMBER:
        yield "registration.document_number", "guest", "document_number", ()
    elif len(number) > NUMBER:
        yield "registration.long_number", "guest", "document_number", (("limit", str(NUMBER)),)
    yield from _state(person.document_issuer, "document_issuer", places, codes)
    if person.document_issuer == ITALY and codes.get(LIST) and _issued(person, places) is None:
        yield "registration.it_municipality", "guest", "document_place", ()


def _lines(party: TravelParty, places: Places, today: date) -> Iterator[tuple[Row, str]]:
    sent = _sent_today(party.head.stay, today)
    assert sent is not None  # noqa: S101  # check found it
    alone = len(party.people) == 1
    head, member = (_HEAD_OF_GROUP, _OF_GROUP) if party.is_group else (_HEAD_OF_FAMILY, _OF_FAMILY)
    for one in party.people:
        is_head = one is party.head
        kind = _SINGLE if alone else head if is_head else member
        yield Row(one.filed, one.place), _line(kind, sent, one.person, places, is_head)


def _line(kind: str, sent: Arrival, person: Person, places: Places, has_document: bool) -> str:
    """The fields of the layout, in its order and of its lengths."""
    birth = person.birth_date
    assert birth is not None  # noqa: S101  # check found it
    municipality = places.municipality(person.birth_municipality or "") or ""
    at_home = person.birth_country == ITALY
    fields = (
        kind,
        f"{sent.first:%d/%m/%Y}",
        f"{sent.days:<2}",
        f"{_family_name(person):<{FAMILY_NAME}}",
        f"{_plain(person.given_names) if _plain(person.family_name) else '':<{GIVEN_NAMES}}",
        "1" if person.sex == "m" else "2",
        f"{birth.day:02}/{birth.month:02}/{birth.year:04}",
        f"{municipality if at_home else '':<9}",
        f"{(places.province(municipality) or '') if at_home else '':<2}",
        places.state(person.birth_country or ""),
        places.state(person.nationality or ""),
        *(_document_fields(person, places) if has_document else (" " * 34,)),
    )
    return "".join(field or "" for field in fields)


def _document_fields(person: Person, places: Places) -> tuple[str, str, str]:
    kind = _TYPES[person.document_type or "other"]
    return kind, f"{_number(person.document_number):>{NUMBER}}", _issued(person, places) or ""


def _issued(person: Person, places: Places) -> str | None:
    """Where a document is from: in Italy the municipality, or a code of the table as it was typed; else the
    state."""
    if person.document_issuer != ITALY:
        return places.state(person.document_issuer or "")
    said = (person.document_place or "").strip()
    return places.municipality(said) or (said if places.has(said) else None)


def _family_name(person: Person) -> str:
    """Who has one name only bears it as family name, as in a machine-readable line."""
    return _plain(person.family_name) or _plain(person.given_names)


def _plain(name: str | None) -> str:
    return name_in(name or "", _LETTERS).text


def _number(said: str | None) -> str:
    return _SEPARATORS.sub("", said or "").upper()

"""Spain's report of travellers (parte de viajeros, PV) for SES.HOSPEDAJES, by the ministry's own schema.

One communication for each stay, with everybody who sleeps there; owed within 24 hours of their arrival.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from server.properties.finding import day_in
from server.registration.output import Codes, File, Filed, House, Lack, refuse_lacking
from server.registration.results import Result
from server.registration.spain import answers
from server.registration.spain.contracts import ARRIVES_FROM, HOUR, LEAVES_BY, Contract, put_contract
from server.registration.spain.draft import Draft, put, root
from server.registration.spain.people import is_minor, put_traveller
from server.registration.spain.requests import CODE, ESTABLISHMENT, establishment, write

COUNTRY = "ES"
KIND = "arrival"
HOUSE_FIELDS = ((ESTABLISHMENT, CODE, True), (ARRIVES_FROM, HOUR, False), (LEAVES_BY, HOUR, False))
"""What the house has from the ministry, and its usual hours, which stand in where nobody noted a guest's."""


def check(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[Lack]:
    """Everything that the ministry would refuse."""
    return _write(house, filed, codes, now)[1]


def build(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[File]:
    """Files of a hundred stays at most. Raises Lacking."""
    files, lacks = _write(house, filed, codes, now)
    refuse_lacking(lacks)
    return files


def read_results(text: str, rows: int, codes: Codes) -> list[Result]:
    """What became of each of so many stays: the service's answer, or lines that a person types."""
    return answers.read_results(text, rows)


def _write(
    house: House, filed: Sequence[Filed], codes: Codes, now: datetime
) -> tuple[list[File], list[Lack]]:
    today = day_in(house.zone, now=now)

    def begin(draft: Draft) -> tuple[Element, Element]:
        document = root("alt", "peticion")
        asked = SubElement(document, "solicitud")
        put(asked, "codigoEstablecimiento", establishment(draft, house))
        return document, asked

    def put_communication(draft: Draft, parent: Element, contract: Contract) -> None:
        element = SubElement(parent, "comunicacion")
        put_contract(draft, element, contract, house, is_booking=False)
        if contract.stay.arrives > today:
            draft.ask("not_arrived", "staff", contract.at, "arrives")
        for at, person, sheet in contract.people():
            put_traveller(draft, element, at, person, sheet)
        _ask_for_adult(draft, contract)

    return write(house, filed, codes, name="es-pv", now=now, begin=begin, put_communication=put_communication)


def _ask_for_adult(draft: Draft, contract: Contract) -> None:
    """A minor stands beside an adult to whom they are kin (3.1.1.1)."""
    people = [(at, is_minor(person, sheet.stay)) for at, person, sheet in contract.people()]
    if people and all(minor for _at, minor in people):
        draft.ask("es_minor_alone", "staff", people[0][0], "birth_date")

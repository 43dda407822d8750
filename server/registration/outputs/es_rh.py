"""Spain's report of a booking (reserva de hospedaje, RH) for SES.HOSPEDAJES, by the ministry's own schema.

Owed within 24 hours of the booking. It names whoever booked and how many come: the travellers themselves
are told on arrival.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement

from server.registration.output import Codes, File, Filed, House, Lack, refuse_lacking
from server.registration.results import Result
from server.registration.spain import answers
from server.registration.spain.contracts import Contract, put_contract
from server.registration.spain.draft import Draft, put, root
from server.registration.spain.lists import DOCUMENTS, PAYMENTS
from server.registration.spain.people import is_minor, put_holder
from server.registration.spain.requests import CODE, ESTABLISHMENT, establishment, write

COUNTRY = "ES"
KIND = "booking"
HOUSE_FIELDS = ((ESTABLISHMENT, CODE, True),)


def check(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[Lack]:
    """Everything that the ministry would refuse."""
    return _write(house, filed, codes, now)[1]


def build(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[File]:
    """Files of a hundred bookings at most. Raises Lacking."""
    files, lacks = _write(house, filed, codes, now)
    refuse_lacking(lacks)
    return files


def read_results(text: str, rows: int, codes: Codes) -> list[Result]:
    """What became of each of so many stays: the service's answer, or lines that a person types."""
    return answers.read_results(text, rows)


def _write(
    house: House, filed: Sequence[Filed], codes: Codes, now: datetime
) -> tuple[list[File], list[Lack]]:
    def begin(draft: Draft) -> tuple[Element, Element]:
        document = root("res", "peticion")
        return document, SubElement(document, "solicitud")

    def put_communication(draft: Draft, parent: Element, contract: Contract) -> None:
        element = SubElement(parent, "comunicacion")
        put(SubElement(element, "establecimiento"), "codigo", establishment(draft, house))
        put_contract(draft, element, contract, house, is_booking=True)
        people = list(contract.people())
        adults = [(at, person) for at, person, sheet in people if not is_minor(person, sheet.stay)]
        for at, person in [*adults, *((at, person) for at, person, _sheet in people)][:1]:
            put_holder(draft, element, at, person)

    return write(
        house,
        filed,
        codes,
        name="es-rh",
        now=now,
        begin=begin,
        put_communication=put_communication,
        lists=(DOCUMENTS, PAYMENTS),
    )

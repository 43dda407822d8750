"""Takes back from SES.HOSPEDAJES what was handed in: the web service's request, by the ministry's numbers.

A house without a program that sends takes stays back on the ministry's pages, by the same numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import SubElement

from server.registration.output import Codes, File, Filed, House, Lack, Row, refuse_lacking, stamp
from server.registration.results import Result
from server.registration.spain import answers
from server.registration.spain.draft import child, root, to_file
from server.registration.spain.requests import (
    CODE,
    LESSOR,
    MOST_COMMUNICATIONS,
    XML,
    enveloped,
    lacks_of_lessor,
)

COUNTRY = "ES"
KIND = "cancellation"
HOUSE_FIELDS = ((LESSOR, CODE, True),)

_MOST = 36


def check(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[Lack]:
    """Everything that the ministry would refuse: it asks for the number that it gave."""
    return [
        *lacks_of_lessor(house),
        *(Lack("registration.es_no_number", "staff", one.id) for one in filed if not _number(one)),
    ]


def build(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[File]:
    """Requests of a hundred stays at most; sheets of one stay have one number. Raises Lacking."""
    refuse_lacking(check(house, filed, codes, now=now))
    stays: dict[str, list[Filed]] = {}
    for one in filed:
        stays.setdefault(_number(one), []).append(one)
    numbers = list(stays)
    files: list[File] = []
    for start in range(0, len(numbers), MOST_COMMUNICATIONS):
        some = numbers[start : start + MOST_COMMUNICATIONS]
        document = root("anul", "comunicaciones")
        for number in some:
            SubElement(document, child("anul", "codigoComunicacion")).text = number
        rows = [Row(one.id, answer=place) for place, number in enumerate(some) for one in stays[number]]
        name = f"es-cancel-{stamp(now)}-{len(files) + 1}.xml"
        files.append(File(name, XML, to_file(document), tuple(rows)))
    return [enveloped(house, file, operation="B", kind=None) for file in files]


def read_results(text: str, rows: int, codes: Codes) -> list[Result]:
    """What became of each of so many stays: the service's answer, or lines that a person types."""
    return answers.read_results(text, rows)


def _number(filed: Filed) -> str:
    number = (filed.known_as or "").strip()
    return number if 0 < len(number) <= _MOST and number.isascii() and number.isprintable() else ""

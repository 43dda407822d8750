"""The files of es_pv in the envelope of the ministry's web service, for a house with a program that sends."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from server.registration.output import Codes, File, Filed, House, Lack, refuse_lacking
from server.registration.outputs import es_pv
from server.registration.results import Result
from server.registration.spain import answers
from server.registration.spain.requests import CODE, LESSOR, enveloped, lacks_of_lessor

COUNTRY = "ES"
KIND = "arrival"
HOUSE_FIELDS = (
    *es_pv.HOUSE_FIELDS,
    (LESSOR, CODE, True),
)


def check(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[Lack]:
    """Everything that the ministry would refuse."""
    return [*lacks_of_lessor(house), *es_pv.check(house, filed, codes, now=now)]


def build(house: House, filed: Sequence[Filed], codes: Codes, *, now: datetime) -> list[File]:
    """A request for each file. Raises Lacking."""
    refuse_lacking(check(house, filed, codes, now=now))
    files = es_pv.build(house, filed, codes, now=now)
    return [enveloped(house, file, operation="A", kind="PV") for file in files]


def read_results(text: str, rows: int, codes: Codes) -> list[Result]:
    """What became of each of so many stays: the service's answer, or lines that a person types."""
    return answers.read_results(text, rows)

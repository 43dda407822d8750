"""Spain's report of a booking, and the envelope of the ministry's web service."""

from __future__ import annotations

import base64
import io
import zipfile
from dataclasses import replace
from datetime import date, time
from types import ModuleType
from typing import Any

import pytest

from server.registration.output import Lacking, outputs
from server.registration.outputs import es_cancel, es_pv, es_pv_request, es_rh, es_rh_request
from server.registration.sheet import Person, Stay
from tests.registration.spain import (
    HOUSE,
    JUAN,
    LENA,
    NOW,
    PEDRO,
    STAY,
    assert_valid,
    codes,
    filed,
    said,
)

BOOKED = replace(STAY, persons=3)
HOLDER = Person(family_name="Müller", given_names="Lena", email="lena@example.com")


def document(*people: Person, stay: Stay = BOOKED) -> Any:
    (file,) = es_rh.build(HOUSE, [filed(*people, stay=stay)], codes(), now=NOW)
    return assert_valid(file, "altaReservaHospedaje")


def asked(person: Person, stay: Stay = BOOKED) -> list[tuple[str, str | None]]:
    found = es_rh.check(HOUSE, [filed(person, stay=stay)], codes(), now=NOW)
    return [(lack.code.removeprefix("registration."), lack.field) for lack in found]


def test_a_booking_tells_who_booked_and_how_many_come() -> None:
    told = document(HOLDER)

    assert (said(told, "rol"), said(told, "nombre"), said(told, "correo")) == (
        ["TI"],
        ["Lena"],
        ["lena@example.com"],
    )
    assert (said(told, "establecimiento/codigo"), said(told, "numPersonas")) == (["1234567890"], ["3"])


def test_an_hour_that_is_not_known_yet_is_midnight() -> None:
    assert said(document(HOLDER), "fechaEntrada") == ["2026-11-23T00:00:00"]
    assert said(document(HOLDER, stay=replace(BOOKED, arrival_time=time(17))), "fechaEntrada") == [
        "2026-11-23T17:00:00"
    ]


def test_a_booking_for_one_day_needs_no_hours() -> None:
    told = document(HOLDER, stay=replace(BOOKED, departs=BOOKED.arrives))

    assert said(told, "fechaSalida") == ["2026-11-23T00:00:00"]


def test_a_booking_tells_no_more_than_it_must() -> None:
    told = document(PEDRO, JUAN)

    assert said(told, "nombre") == ["Juan"]
    assert said(told, "numeroDocumento") == ["00000000T"]
    for name in ("fechaNacimiento", "nacionalidad", "sexo", "direccion", "soporteDocumento", "parentesco"):
        assert said(told, name) == []


@pytest.mark.parametrize(
    ("person", "stay", "wanted"),
    [
        (replace(HOLDER, email=None), BOOKED, ("es_contact", "mobile")),
        (replace(HOLDER, given_names=None), BOOKED, ("es_single_name", "given_names")),
        (replace(JUAN, document_number="1"), BOOKED, ("es_nif", "document_number")),
        (HOLDER, STAY, ("missing", "persons")),
        (HOLDER, replace(BOOKED, departs=date(2026, 1, 1)), ("departure_first", "departs")),
    ],
)
def test_what_a_booking_lacks_is_asked(person: Person, stay: Stay, wanted: tuple[str, str]) -> None:
    assert asked(person, stay) == [wanted]


@pytest.mark.parametrize(
    ("plain", "in_request", "kind"), [(es_pv, es_pv_request, "PV"), (es_rh, es_rh_request, "RH")]
)
def test_the_envelope_holds_the_same_document_packed(
    plain: ModuleType, in_request: ModuleType, kind: str
) -> None:
    sheets = [filed(LENA, stay=BOOKED)]

    (request,), (file,) = (one.build(HOUSE, sheets, codes(), now=NOW) for one in (in_request, plain))

    told = assert_valid(request, "comunicacion")
    heading = [element.text for element in told.find("peticion/cabecera")]
    assert heading == ["0000000123", "OneGuest", "A", kind]
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(said(told, "solicitud")[0]))) as archive:
        assert archive.read(archive.namelist()[0]) == file.content
    assert request.rows == file.rows
    assert request == in_request.build(HOUSE, sheets, codes(), now=NOW)[0]


@pytest.mark.parametrize("in_request", [es_pv_request, es_rh_request])
def test_the_envelope_wants_the_lessors_code(in_request: ModuleType) -> None:
    house = replace(HOUSE, ids={**HOUSE.ids, "codigoArrendador": ""})

    with pytest.raises(Lacking) as refused:
        in_request.build(house, [filed(LENA, stay=BOOKED)], codes(), now=NOW)

    (lack,) = refused.value.lacks
    assert (lack.code, lack.whom, lack.field) == ("registration.house_number", "house", "codigoArrendador")


def test_what_was_handed_in_is_taken_back_by_the_ministrys_number() -> None:
    sheets = [
        replace(filed(LENA, id_=f"s-{number}"), known_as=known)
        for number, known in enumerate(("0f0d2d2e-0001", "0f0d2d2e-0002", "0f0d2d2e-0001"))
    ]

    (request,) = es_cancel.build(HOUSE, sheets, {}, now=NOW)

    told = assert_valid(request, "comunicacion")
    assert [element.text for element in told.find("peticion/cabecera")] == ["0000000123", "OneGuest", "B"]
    with zipfile.ZipFile(io.BytesIO(base64.b64decode(said(told, "solicitud")[0]))) as archive:
        inside = assert_valid(archive.read(archive.namelist()[0]), "anularComunicacion")
    assert [element.text for element in inside] == ["0f0d2d2e-0001", "0f0d2d2e-0002"]
    assert [(row.filed, row.answer) for row in request.rows] == [("s-0", 0), ("s-2", 0), ("s-1", 1)]


def test_nothing_is_taken_back_without_the_ministrys_number() -> None:
    (lack,) = es_cancel.check(HOUSE, [filed(LENA)], {}, now=NOW)

    assert (lack.code, lack.whom, lack.filed) == ("registration.es_no_number", "staff", "s-1")


def test_spains_files_are_found_by_their_names() -> None:
    of_spain = {name for name, module in outputs().items() if module.COUNTRY == "ES"}

    assert of_spain >= {"es_pv", "es_rh", "es_pv_request", "es_rh_request", "es_cancel"}

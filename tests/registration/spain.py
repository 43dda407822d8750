"""A house in Madrid, its guests, the ministry's schemas and lists, as tests of Spain's files use them."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

from lxml import etree

from server.registration.dates import PartialDate
from server.registration.output import Codes, File, Filed, House
from server.registration.sheet import Person, Sheet, Stay

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "police" / "es"
NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HOUSE = House(
    name="Hostal Serrano",
    zone="Europe/Madrid",
    ids={
        "codigoEstablecimiento": "1234567890",
        "codigoArrendador": "0000000123",
        "horaEntrada": "15:00",
        "horaSalida": "11:00",
    },
)
ARRIVES = date(2026, 11, 23)
STAY = Stay(
    arrives=ARRIVES,
    departs=date(2026, 11, 25),
    reference="R-2041",
    contract_date=date(2026, 10, 2),
    payment_type="EFECT",
)
LENA = Person(
    family_name="Müller",
    given_names="Lena",
    birth_date=PartialDate(1988, 4, 30),
    sex="f",
    nationality="DEU",
    document_type="passport",
    document_number="C01X0006H",
    home_line="Hauptstraße 5",
    home_postcode="10115",
    home_city="Berlin",
    home_country="DEU",
    mobile="+49301234567",
)
JUAN = Person(
    family_name="García",
    second_family_name="García",
    given_names="Juan",
    birth_date=PartialDate(1999, 1, 1),
    sex="m",
    nationality="ESP",
    document_type="id_card",
    document_number="00000000-T",
    document_support="999999999",
    home_line="C/Serrano 127\nPortal A. 2ºB",
    home_postcode="28001",
    home_city="Madrid",
    home_municipality="28079",
    home_country="ESP",
    mobile="666666666",
    email="juangarcia@correo.es",
)
PEDRO = Person(
    role="child",
    family_name="García",
    second_family_name="Fernández",
    given_names="Pedro",
    birth_date=PartialDate(2018, 1, 1),
    sex="m",
    nationality="ESP",
    kinship="HJ",
)
SAMPLE_STAY = Stay(
    arrives=date(2022, 9, 19),
    arrival_time=time(1, 18, 33),
    departs=date(2022, 9, 21),
    departure_time=time.fromisoformat("19:27:14+02:00"),
    reference="string",
    contract_date=date(2022, 9, 29),
    rooms=1,
    internet=False,
    payment_type="EFECT",
    payment_date=date(2022, 9, 29),
)


@cache
def codes() -> Codes:
    """Lists as a house loads them; those of which no file is public are invented, with the codes that the
    manual uses."""
    with (DATA / "tipo_parentesco.csv").open(encoding="utf-8") as file:
        kinship = {row["codigo"]: row["descripcion"] for row in csv.DictReader(file)}
    return {
        "TIPO_PARENTESCO": kinship,
        "TIPO_DOCUMENTO": {
            "NIF": "Número de identificación fiscal",
            "NIE": "Número de identidad de extranjero",
            "PAS": "Pasaporte",
            "OTRO": "Otro",
        },
        "SEXO": {"H": "Hombre", "M": "Mujer", "O": "Otro"},
        "TIPO_PAGO": {"EFECT": "Efectivo", "DESTI": "Pago en destino"},
        "MUNICIPIOS": {
            "28079": "Madrid",
            "28127": "Rozas de Madrid, Las",
            "03014": "Alicante/Alacant",
            "08101": "Hospitalet de Llobregat, L'",
        },
    }


def filed(*people: Person, id_: str = "s-1", stay: Stay = STAY) -> Filed:
    return Filed(id_, Sheet(stay, people))


@cache
def schema(name: str) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(DATA / f"{name}.xsd"))


def assert_valid(file: File | bytes, name: str) -> Any:
    """The document, which the ministry's schema accepts."""
    document = etree.fromstring(file if isinstance(file, bytes) else file.content)
    schema(name).assertValid(document)
    return document


def canonical(content: bytes) -> bytes:
    """A document without the blanks and prefixes in which two may differ and be the same."""
    parser = etree.XMLParser(remove_blank_text=True)
    text = etree.tostring(etree.fromstring(content, parser), method="c14n")
    assert isinstance(text, bytes)
    return text


def said(document: Any, path: str) -> list[str]:
    """The texts of elements, each without a namespace."""
    return [element.text or "" for element in document.iterfind(f".//{path}")]

"""What the ministry's service answers, pasted by a house: which stays were taken, and why others were not."""

from __future__ import annotations

import csv
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from server.refusal import Refused
from server.registration.code_lists import read_list
from server.registration.output import Row
from server.registration.outputs import es_pv, es_rh
from server.registration.results import Result, answers_of
from server.registration.spain.answers import read_answer
from tests.registration.spain import DATA, assert_valid

NUMBERS = ("0f0d2d2e-9d5a-4d4e-8a39-1f3c5e4f0001", "0f0d2d2e-9d5a-4d4e-8a39-1f3c5e4f0002")
LOT = "7a1c2f3e-0000-4000-8000-123456789abc"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC).isoformat()
TAKEN = f"<codigoComunicacion>{NUMBERS[0]}</codigoComunicacion>"
REFUSED = "<tipoError>10121</tipoError><error>GARCIA: valor incorrecto</error>"


def answer(state: str, *told: tuple[int, str], code: str = "codigo", head: str = "0") -> str:
    """A lot as the service tells of it, in its envelope."""
    results = "".join(
        f"<resultadoComunicacion><orden>{place}</orden>{said}</resultadoComunicacion>" for place, said in told
    )
    return f"""<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>
<c:comunicacionResponse xmlns:c="http://www.soap.servicios.hospedajes.mir.es/comunicacion"><respuesta>
<{code}>{head}</{code}><descripcion>Ok</descripcion><lote>{LOT}</lote></respuesta><resultado><lote>{LOT}</lote>
<tipoComunicacion>PV</tipoComunicacion><tipoOperacion>A</tipoOperacion><fechaPeticion>{AT}</fechaPeticion>
<fechaProcesamiento>{AT}</fechaProcesamiento><codigoEstado>{state}</codigoEstado><descEstado>x</descEstado>
<identificadorUsuario>u</identificadorUsuario><nombreUsuario>u</nombreUsuario>
<codigoArrendador>0000000123</codigoArrendador><aplicacion>OneGuest</aplicacion>
<resultadoComunicaciones>{results}</resultadoComunicaciones></resultado></c:comunicacionResponse>
</S:Body></S:Envelope>"""


def test_the_answers_of_these_tests_are_such_as_the_schema_knows() -> None:
    envelope = etree.fromstring(answer("6", (1, TAKEN), (2, REFUSED)).encode())

    assert_valid(etree.tostring(envelope[0][0]), "comunicacion")


@pytest.mark.parametrize("code", ["codigo", "codigoRetorno"])
@pytest.mark.parametrize("first", [0, 1])
def test_a_lot_taken_in_part_tells_which_stays_were_refused(code: str, first: int) -> None:
    text = answer("6", (first, TAKEN), (first + 1, REFUSED), code=code)

    assert es_pv.read_results(text, 2, {}) == [Result(0, True, NUMBERS[0]), Result(1, False, "10121")]
    assert read_answer(text).lot == LOT


def test_sheets_of_one_stay_share_its_answer() -> None:
    rows = [Row("s-1", answer=0), Row("s-2", answer=0), Row("s-3", answer=1)]

    assert answers_of(rows) == [0, 0, 1]
    assert answers_of([Row("s-1", 0), Row("s-1", 1)]) == [0, 1]


@pytest.mark.parametrize(
    ("state", "results"),
    [
        ("1", [Result(0, True), Result(1, True)]),
        ("2", [Result(0, False), Result(1, False)]),
        ("3", [Result(0, False), Result(1, False)]),
        ("4", []),
        ("5", []),
        ("6", []),
    ],
)
def test_the_state_of_a_lot_tells_of_stays_that_it_does_not_name(state: str, results: list[Result]) -> None:
    assert es_rh.read_results(answer(state), 2, {}) == results


def test_a_call_that_was_refused_refused_all_of_it() -> None:
    assert es_pv.read_results(answer("1", head="10111"), 2, {}) == [
        Result(0, False, "10111"),
        Result(1, False, "10111"),
    ]


def test_a_lot_that_was_just_sent_says_nothing_yet() -> None:
    text = f"""<comunicacionResponse><respuesta><codigo>0</codigo><descripcion>Ok</descripcion>
    <lote>{LOT}</lote></respuesta></comunicacionResponse>"""

    assert es_pv.read_results(text, 2, {}) == []
    assert read_answer(text).lot == LOT


def test_lines_that_a_person_types_are_read() -> None:
    assert es_pv.read_results("1: ok\n2: 10121 Error de validación\n3: no", 3, {}) == [
        Result(0, True),
        Result(1, False, "10121"),
        Result(2, False),
    ]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("<a/>", "unreadable"),
        ("<html><body>503</body></html>", "unreadable"),
        ("<comunicacionResponse/>", "unreadable"),
        (answer("9"), "unreadable"),
        (answer("6", (1, TAKEN)).replace("<orden>1", "<orden>x"), "unreadable"),
        (answer("6", (3, REFUSED)), "no_such_row"),
        (answer("6", (1, REFUSED), (1, TAKEN)), "twice"),
        (answer("1")[:-20], "unreadable"),
        ('<!DOCTYPE a [<!ENTITY a "b">]><comunicacionResponse/>', "unreadable"),
        ("<" * 2_000_000, "unreadable"),
        ("ok\nok\nok", "count"),
        ("ok\ud800", "count"),
        ("<ok\ud800/>", "unreadable"),
    ],
)
def test_what_is_no_answer_of_this_file_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused, match=f"results_{code}"):
        es_pv.read_results(text, 2, {})


def test_of_several_lots_only_one_is_this_files() -> None:
    text = answer("1")
    lot = text[text.index("<resultado>") : text.index("</resultado>") + len("</resultado>")]

    with pytest.raises(Refused, match="es_several_lots"):
        es_pv.read_results(text.replace(lot, lot * 2), 2, {})


def test_no_name_of_a_guest_comes_back_as_a_code() -> None:
    text = answer("6", (1, "<tipoError>GARCIA PÉREZ</tipoError><error>x</error>"))

    assert es_pv.read_results(text, 1, {}) == [Result(0, False)]


@given(st.text(max_size=200), st.integers(1, 3))
def test_whatever_is_pasted_is_read_or_refused(text: str, rows: int) -> None:
    try:
        results = es_pv.read_results(text, rows, {})
    except Refused:
        return

    assert all(0 <= result.row < rows for result in results)


def test_the_ministrys_lists_load_as_its_service_gives_them() -> None:
    text = """<c:catalogoResponse xmlns:c="http://www.soap.servicios.hospedajes.mir.es/comunicacion"><resultado>
    <codigo>0</codigo><descripcion>Ok</descripcion></resultado><respuesta><resultado>
    <tupla><codigo>H</codigo><descripcion>Hombre</descripcion></tupla>
    <tupla><codigo>M</codigo><descripcion>Mujer</descripcion></tupla>
    </resultado></respuesta></c:catalogoResponse>"""

    assert_valid(text.encode(), "comunicacion")
    assert read_list("SEXO", text.encode()) == {"H": "Hombre", "M": "Mujer"}


def test_the_manuals_error_codes_load_as_a_list() -> None:
    content = (DATA / "error_codes.csv").read_bytes()

    found = read_list("CODIGOS_ERROR", content)

    assert found["10121"] == "Error de validación"
    assert len(found) == len(list(csv.reader(content.decode().splitlines()))) - 1


def test_municipalities_load_as_the_statistical_office_gives_them() -> None:
    lines = (
        "Municipios;;;;",
        "CODAUTO;CPRO;CMUN;DC;NOMBRE",
        "13;28;079;6;Madrid",
        "10;3;14;8;Alicante/Alacant",
    )
    text = "\n".join(lines)

    assert read_list("MUNICIPIOS", text.encode()) == {"28079": "Madrid", "03014": "Alicante/Alacant"}

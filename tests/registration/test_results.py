"""What authorities answer of each guest: pasted, typed or as their services write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.refusal import Refused
from server.registration.outputs import cz_unl, it_alloggiati
from server.registration.results import Result

SOAP = """<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<TestResponse xmlns="AlloggiatiService"><result><SchedineValide>1</SchedineValide><Dettaglio>
<EsitoOperazioneServizio><esito>true</esito><ErroreCod/><ErroreDes/></EsitoOperazioneServizio>
<EsitoOperazioneServizio><esito>false</esito><ErroreCod>12</ErroreCod><ErroreDes>ROSSI MARIO</ErroreDes>
</EsitoOperazioneServizio></Dettaglio></result></TestResponse></soap:Body></soap:Envelope>"""
UBYPORT = """<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><r
 xmlns:a="http://schemas.datacontract.org/2004/07/WS_UBY"><a:ChybyHlavicky>5;6;</a:ChybyHlavicky><a:ChybyZaznamu
 xmlns:b="http://schemas.microsoft.com/2003/10/Serialization/Arrays"><b:string>;112;106;</b:string>
 <b:string>;</b:string><b:string>;112;</b:string></a:ChybyZaznamu></r></s:Body></s:Envelope>"""
ERRORS = {"TipoErrore": {"7": "Cognome non corretto"}}


def test_the_portals_service_answers_in_the_order_of_the_lines() -> None:
    assert it_alloggiati.read_results(SOAP, 2, {}) == [Result(0, True), Result(1, False, "12")]


def test_lines_that_the_portal_shows_or_a_person_types_are_read() -> None:
    text = "Riga 2: Cognome non corretto (ROSSI)\n\n1: OK\n3; 12 ROSSI\n4) non va"

    assert it_alloggiati.read_results(text, 5, ERRORS) == [
        Result(1, False, "7"),
        Result(0, True),
        Result(2, False, "12"),
        Result(3, False, None),
    ]


def test_no_name_of_a_guest_comes_back_as_a_code() -> None:
    assert it_alloggiati.read_results("ROSSI MARIO", 1, ERRORS) == [Result(0, False, None)]


def test_ubyport_takes_a_record_with_remarks_only() -> None:
    assert cz_unl.read_results(UBYPORT, 3, {}) == [
        Result(0, False, "106"), Result(1, True), Result(2, True, "112"),
    ]  # fmt: skip


def test_the_police_list_says_which_codes_are_remarks() -> None:
    codes = {"Chyby": {"1": "Nekorektní koncovka souboru (INFORMACE)", "112": "Oznámeno pozdě (CHYBA)"}}

    assert cz_unl.read_results("1: ERR_CZE_001\n2: 112\n3: ok\n4: nepřijat", 4, codes) == [
        Result(0, True, "1"), Result(1, False, "112"), Result(2, True), Result(3, False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "rows", "code"),
    [
        ("ok\nok", 3, "count"),
        ("", 1, "count"),
        ("7: ok", 3, "no_such_row"),
        ("0: ok", 3, "no_such_row"),
        ("1: ok\n1: 12", 3, "twice"),
        ("ok" * 600_000, 1, "unreadable"),
    ],
)
def test_an_answer_that_fits_no_rows_is_refused_in_words(text: str, rows: int, code: str) -> None:
    for output in (it_alloggiati, cz_unl):
        with pytest.raises(Refused) as refused:
            output.read_results(text, rows, {})

        assert refused.value.code == f"registration.results_{code}"


def test_an_answer_that_is_no_xml_is_refused() -> None:
    for output in (it_alloggiati, cz_unl):
        with pytest.raises(Refused):
            output.read_results("<!DOCTYPE x><x/>", 1, {})


@given(st.text(max_size=200), st.integers(0, 4))
def test_any_text_is_an_answer_of_rows_that_are_there_or_refused(text: str, rows: int) -> None:
    for output in (it_alloggiati, cz_unl):
        try:
            found = output.read_results(text, rows, {})
        except Refused:
            continue
        assert {one.row for one in found} <= set(range(rows))

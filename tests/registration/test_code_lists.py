"""Code lists in the files that authorities give out; what is no list is refused in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.refusal import Refused
from server.registration.code_lists import Place, place, read_list

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "police"
STATES = """<DejMiCiselnikResult xmlns:a="http://schemas.datacontract.org/2004/07/WS_UBY">
<a:CiselnikType><a:Id>104</a:Id><a:Kod2>AF</a:Kod2><a:Kod3>AFG</a:Kod3><a:PlatiDo/><a:TextCZ>Afghánská
islámská republika</a:TextCZ><a:TextKratkyCZ>Afghánistán</a:TextKratkyCZ></a:CiselnikType>
</DejMiCiselnikResult>"""
ERRORS = """<r><CiselnikType><Kod2>ERR_CZE_112</Kod2><Kod3>Oznámeno pozdě</Kod3><TextENG>INFORMACE</TextENG>
</CiselnikType></r>"""


@pytest.mark.parametrize(
    ("path", "entries", "code", "meaning"),
    [
        ("it/stati_2014.csv", 273, "100000246", "CITTA' DEL VATICANO"),
        ("it/tipi_alloggiato.csv", 5, "20", "MEMBRO GRUPPO"),
        ("it/tipi_documento_2014.csv", 89, "PASOR", "PASSAPORTO ORDINARIO"),
        ("cz/ucel_pobytu.csv", 15, "11", "STUDIUM (ŠKOLENÍ, STÁŽ)"),
    ],
)
def test_the_lists_that_were_collected_are_read(path: str, entries: int, code: str, meaning: str) -> None:
    found = read_list("Luoghi", (DATA / path).read_bytes())

    assert len(found) == entries
    assert found[code] == meaning


def test_the_portals_table_keeps_provinces_and_ends() -> None:
    header = b"\xef\xbb\xbfCodice;Descrizione;Provincia;DataFineVal\r\n"
    content = header + b'1;ROMA;RM;\r\n2;"A; B";PV;31/12/2015 00:00\r\n'

    found = read_list("Luoghi", content)

    assert found == {"1": "ROMA (RM)", "2": "A; B (PV) † 31/12/2015"}
    assert place(found["2"]) == Place("A; B", "PV", "31/12/2015")


def test_a_list_without_header_begins_with_a_code() -> None:
    assert read_list("Tipi_Alloggiato", b"16;OSPITE SINGOLO\n17;CAPOFAMIGLIA") == {
        "16": "OSPITE SINGOLO", "17": "CAPOFAMIGLIA",
    }  # fmt: skip


def test_czech_lists_in_the_old_encoding_are_read() -> None:
    assert read_list("UcelyPobytu", "kod;popis\r\n00;ZDRAVOTNÍ\r\n".encode("cp1250")) == {"00": "ZDRAVOTNÍ"}


def test_lists_of_the_czech_service_are_read_from_its_xml() -> None:
    assert read_list("Staty", STATES.encode()) == {"AFG": "Afghánistán"}
    assert read_list("Chyby", ERRORS.encode()) == {"112": "Oznámeno pozdě (INFORMACE)"}
    assert read_list("Chyby", b"kod;popis\nERR_CZE_007;Okres") == {"7": "Okres"}


def test_spains_lists_are_read_from_its_catalogue_and_the_statistical_office() -> None:
    catalogue = b"<r><tupla><codigo>PAS</codigo><descripcion>Pasaporte</descripcion></tupla></r>"
    towns = b"CODAUTO;CPRO;CMUN;DC;NOMBRE\n16;01;051;3;Agurain\n"

    assert read_list("TIPO_DOCUMENTO", catalogue) == {"PAS": "Pasaporte"}
    assert read_list("MUNICIPIOS", towns) == {"01051": "Agurain"}
    assert read_list("CODIGOS_ERROR", (DATA / "es/error_codes.csv").read_bytes())["0"] == "Ok"


def test_a_code_given_again_after_its_end_is_the_new_one() -> None:
    content = b"codice;descrizione;provincia;datafineval\n1;OLD;PV;2015\n1;NEW;PV;\n"

    assert read_list("Luoghi", content) == {"1": "NEW (PV)"}


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \r\n", "empty"),
        (b"codice;descrizione\n", "empty"),
        (b"codice;descrizione\n1\n", "ragged"),
        (b"codice;descrizione\n1;\n", "ragged"),
        (b"codice;descrizione\n1;A\n1;B\n", "twice"),
        (b"what is this", "no_columns"),
        (b"surname;first name\nRossi;Mario\n", "no_columns"),
        (b"\x89PNG\r\n\x1a\n\x00\x00;\x00", "unreadable"),
        (b"<html><p>Login", "unreadable"),
        (b"<html></html>", "empty"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "unreadable"),
    ],
)
def test_what_is_no_list_is_refused_in_words(content: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        read_list("Luoghi", content)

    assert refused.value.code == f"registration.list_{code}"
    assert refused.value.params["name"] == "Luoghi"


def test_a_file_that_is_no_list_by_its_size_is_not_read() -> None:
    with pytest.raises(Refused) as refused:
        read_list("Luoghi", b"1;" + b"a" * 10_000_001)

    assert refused.value.code == "registration.list_too_large"


@given(
    st.one_of(
        st.binary(max_size=300), st.text(alphabet='codicedescrizione;,\n"1A<>/', max_size=80).map(str.encode)
    )
)
def test_any_bytes_are_a_list_or_refused(content: bytes) -> None:
    try:
        found = read_list("Luoghi", content)
    except Refused:
        return

    assert found
    assert all((*found.keys(), *found.values()))

"""The machine-readable lines of travel documents, on public vectors and the specimens of Doc 9303."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.registration.dates import PartialDate
from server.registration.mrz import Layout, NoDocument, check_digit, read_zone

VECTORS = Path(__file__).resolve().parents[3] / "shared" / "data" / "police" / "mrz"
TODAY = date(2026, 11, 24)
GERMAN = "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\nC01X0006H1D<<6408125F1710319<<<<<<<<<<<<<<<0"
LAYOUTS = {
    "TD1": Layout.TD1,
    "TD2": Layout.TD2,
    "TD3": Layout.TD3,
    "FR_ID_2x36": Layout.FRENCH_CARD,
    "MRV-A": Layout.MRV_A,
    "MRV-B": Layout.MRV_B,
}
OF_THE_LINES = {"state", "nationality"}
"""Doubts of a country that does not exist, such as Utopia of the specimens."""


def vectors(name: str) -> list[dict[str, Any]]:
    """Vectors of a file; those for readers that guess at misread letters are not ours."""
    found: list[dict[str, Any]] = json.loads((VECTORS / name).read_text("utf-8"))
    return [one for one in found if "utocorrect" not in one.get("case", "")]


@pytest.mark.parametrize("vector", vectors("mrz_vectors.json"), ids=lambda one: str(one["case"]))
def test_every_vector_is_found_right_or_wrong_as_it_is(vector: dict[str, Any]) -> None:
    try:
        zone = read_zone("\n".join(vector["mrz"]), today=TODAY)
    except NoDocument:
        assert vector["expected_valid"] is False
        return

    assert zone.is_certain is vector["expected_valid"]
    assert zone.layout is LAYOUTS[vector["format"]]
    wanted = vector["expected_fields"] or {}
    if vector["expected_valid"] and wanted:
        assert (zone.surname, zone.given_names) == (wanted["lastName"] or "", wanted["firstName"] or "")
        assert zone.sex == {"male": "m", "female": "f"}.get(wanted["sex"])
        assert zone.birth is not None
        assert f"{zone.birth.year % 100:02}{zone.birth.month:02}{zone.birth.day:02}" == wanted["birthDate"]


@pytest.mark.parametrize("vector", vectors("icao_specimens.json"), ids=lambda one: str(one["mrz"][0]))
def test_the_specimens_of_the_standard_read_without_doubt(vector: dict[str, Any]) -> None:
    zone = read_zone("".join(vector["mrz"]).lower(), today=TODAY)

    assert zone.doubtful <= OF_THE_LINES


def test_a_german_passport_says_what_a_form_needs() -> None:
    zone = read_zone(GERMAN, today=TODAY)

    assert (zone.surname, zone.given_names, zone.nationality) == ("MUSTERMANN", "ERIKA", "D")
    assert (zone.number, zone.birth, zone.sex) == ("C01X0006H", PartialDate(1964, 8, 12), "f")
    assert zone.expires == date(2017, 10, 31)


def test_a_birthday_of_which_only_the_year_is_known_is_read_as_far_as_it_goes() -> None:
    birth = "64<<<<"
    second = "C01X0006H1D<<" + birth + check_digit(birth) + "F1710319" + "<" * 15
    whole = second[0:10] + second[13:20] + second[21:43]
    lines = f"{GERMAN[:44]}\n{second}{check_digit(whole)}"

    zone = read_zone(lines, today=TODAY)

    assert (zone.birth, zone.is_certain) == (PartialDate(1964), True)


@pytest.mark.parametrize(
    ("born", "year"), [("261124", 2026), ("261125", 1926), ("000101", 2000), ("300101", 1930)]
)
def test_nobody_was_born_tomorrow(born: str, year: int) -> None:
    lines = GERMAN.replace("6408125", born + check_digit(born))

    birth = read_zone(lines, today=TODAY).birth

    assert birth is not None
    assert birth.year == year


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("   \n", "empty"),
        ("P<D<<MUSTERMANN", "length"),
        (GERMAN.replace("C01", "Č01"), "characters"),
        (GERMAN.replace("C01", "(script)"), "characters"),
        (GERMAN.replace("<<ERIKA<<", "; DROP TA"), "characters"),
        ("A" * 100_000, "length"),
    ],
)
def test_what_is_no_document_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(NoDocument) as refused:
        read_zone(text, today=TODAY)

    assert refused.value.code == code


@given(st.text(alphabet="ABCFMVID0129<", min_size=72, max_size=90))
def test_whatever_a_reader_types_is_read_or_refused(text: str) -> None:
    try:
        zone = read_zone(text, today=TODAY)
    except NoDocument:
        return

    assert zone.birth is None or zone.birth.year <= TODAY.year


@given(at=st.sampled_from(range(44, 88)), other=st.sampled_from("0123456789"))
def test_a_digit_misread_in_the_second_line_is_noticed(at: int, other: str) -> None:
    line = GERMAN.replace("\n", "")
    if line[at] == other or not line[at].isdigit():
        return

    zone = read_zone(line[:at] + other + line[at + 1 :], today=TODAY)

    assert not zone.is_certain

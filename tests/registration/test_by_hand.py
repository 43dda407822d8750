"""What staff type becomes a sheet with what the country asks, and nothing else, for every country."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as some

from server.registration.by_hand import answers_of, of_zone, read_by_hand
from server.registration.dates import PartialDate
from server.registration.mrz import read_zone
from server.registration.profile import Duty, Party, profiles
from server.registration.sheet import PERSON_FIELDS, Person, Sheet, Stay
from server.registration.states import states
from tests.registration.sheets import ANNA

STAY = Stay(date(2026, 5, 4), date(2026, 5, 6))
GERMAN = "P<D<<MUSTERMANN<<ERIKA<<<<<<<<<<<<<<<<<<<<<<\nC01X0006H1D<<6408125F1710319<<<<<<<<<<<<<<<0"
COUNTRIES = sorted(profiles())
HOSTILE = ("\x00", "٣", "9" * 9, "-1", "<b>", "x" * 500, "a" + "\u0301" * 40, "2026-13-45", "\ud800")


@pytest.mark.parametrize("country", COUNTRIES)
def test_what_a_sheet_says_can_be_typed_again(country: str) -> None:
    profile = profiles()[country]
    asked = {one.field for one in profile.questions(ANNA, STAY, profile.duty(ANNA, STAY, Party()))}
    known = {name: getattr(ANNA, name) for name in PERSON_FIELDS if name in asked}
    sheet = Sheet(STAY, (Person(**known),))

    typed = read_by_hand(profile, answers_of(sheet), STAY)

    assert typed.sheet.main == sheet.main
    assert typed.sheet.stay.arrives == STAY.arrives
    assert "p0_nationality" not in typed.wrong


@pytest.mark.parametrize("country", COUNTRIES)
def test_an_empty_form_tells_what_is_missing(country: str) -> None:
    profile = profiles()[country]

    typed = read_by_hand(profile, {}, STAY)

    required = {one.name for block in typed.blocks for one in block.blanks if one.required}
    # of two names one may be all there is; the days are known
    assert required - {"s_arrives", "s_departs", "p0_given_names"} <= set(typed.wrong) | {"p0_family_name"}


@given(country=some.sampled_from(COUNTRIES), said=some.dictionaries(
    some.sampled_from([
        "people", "p0_family_name", "p0_birth_date_year", "p0_birth_date_month", "p0_birth_date_day",
        "p0_nationality", "p1_role", "p1_family_name", "p1_nationality", "s_arrives", "s_departs", "c_number",
        "p0_document_number", "p0_sex", "s_rooms",
    ]),
    some.sampled_from(["", "0", "2", "TUR", "1990", "2026-05-01", "f", "child", *HOSTILE]),
    max_size=9,
))  # fmt: skip
def test_whatever_is_typed_is_read_or_told_wrong(country: str, said: dict[str, str]) -> None:
    typed = read_by_hand(profiles()[country], said, STAY)

    again = read_by_hand(profiles()[country], answers_of(typed.sheet), STAY)
    assert again.sheet.people == typed.sheet.people


def test_a_documents_lines_give_the_codes_that_a_sheet_holds() -> None:
    found, doubted = of_zone(read_zone(GERMAN, today=date(2026, 5, 4)))

    assert (found["nationality"], found["document_issuer"], found["document_type"]) == (
        "DEU",
        "DEU",
        "passport",
    )
    assert (found["birth_date_year"], found["sex"]) == ("1964", "f")
    assert "nationality" not in doubted
    assert found["nationality"] in states()


def test_a_partial_birth_date_is_typed_as_far_as_it_is_known() -> None:
    said = answers_of(Sheet(STAY, (Person(birth_date=PartialDate(1980, 4)),)))

    assert (said["p0_birth_date_year"], said["p0_birth_date_month"]) == ("1980", "4")
    assert "p0_birth_date_day" not in said
    assert profiles()["FR"].duty(Person(nationality="FRA"), STAY, Party()) is Duty.NONE

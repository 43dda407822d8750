"""The forms of the police: each asks what its country's law lists, and becomes a sheet."""

from __future__ import annotations

from datetime import date

import pytest

from server.forms.definition import find_form, registration_forms
from server.forms.nationalities import NATIONALITIES
from server.forms.questions import Form
from server.forms.rules import answered, asked_steps, check_form
from server.registration.asking import lacks
from server.registration.dates import PartialDate
from server.registration.profile import Duty, Party, Profile, profile_of
from server.registration.reading import GROUP, read_form
from server.registration.sheet import Person, Stay
from server.registration.states import country_of, is_known

TODAY = date(2026, 5, 4)
STAY = Stay(TODAY)
ASKED_BESIDE = {"second_nationality"}
"""It decides who owes a form, also where it is not kept."""
FORMS = registration_forms()


def country(form: Form) -> Profile:
    profile = profile_of(form.name.removeprefix("police_").upper())
    assert profile is not None
    return profile


def the_form() -> Form:
    form = find_form("police_fr")
    assert form is not None
    return form


ANNA = {
    "nationality": "TUR",
    "has_second": "no",
    "given_names": "Anna",
    "family_name": "Öztürk",
    "birth_date_year": "1980",
    "birth_place": "Ankara",
    "home_line": "Atatürk Caddesi 5",
    "home_city": "Ankara",
    "home_country": "TUR",
    "email": "anna@example.com",
    "departs_day": "6",
    "departs_month": "5",
    "departs_year": "2026",
    "signature_way_out": "skipped",
}
LEO = {
    "companion_1": "yes",
    "companion_1_given_names": "Leo",
    "companion_1_birth_date_year": "2019",
    "companion_1_birth_date_month": "3",
    "companion_1_nationality": "DEU",
}


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_a_form_asks_what_the_law_lists_and_nothing_besides(form: Form) -> None:
    profile = country(form)
    abroad = Person(nationality="XXA", birth_date=PartialDate(1980))
    listed = {one.field for one in profile.questions(abroad, STAY, Duty.SHEET)}
    listed |= {one.field for one in profile.of_stay if one.field != "arrives"}
    fields = {field.id for step in form.steps for field in step.fields if not field.member}

    assert fields - {"has_second", "signature"} - ASKED_BESIDE == listed - ASKED_BESIDE


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_a_form_asks_of_a_child_what_the_law_lists(form: Form) -> None:
    profile = country(form)
    child = Person(role="child", nationality="XXA", birth_date=PartialDate(2020))
    listed = {one.field for one in profile.questions(child, STAY, Duty.ON_ANOTHERS)}
    group = next((step for step in form.steps if step.group == GROUP), None)

    asked = {one.id.removeprefix(f"{GROUP}_1_") for one in group.of_member(1)} if group else set()
    assert asked == listed


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.key)
def test_the_nationality_comes_first(form: Form) -> None:
    first = form.steps[0]

    assert [field.id for field in first.fields] == ["nationality"]
    assert first.ends_if is None or first.ends_if.values == (country(form).own,)


def test_who_needs_no_form_is_told_at_once() -> None:
    for answers in (
        {"nationality": "FRA"},
        {"nationality": "TUR", "has_second": "yes", "second_nationality": "FRA"},
    ):
        steps = asked_steps(the_form(), ANNA | answers)

        assert steps[-1].id == "none_owed"
        assert check_form(the_form(), answers, today=TODAY) == {}
        assert answered(the_form(), ANNA | answers) == answers  # and nothing of the rest goes with it
        assert read_form(the_form(), ANNA | answers, stay=STAY).sheet is None


def test_a_second_nationality_that_was_taken_back_ends_nothing() -> None:
    steps = asked_steps(the_form(), ANNA | {"second_nationality": "FRA"})

    assert steps[-1].id == "signature"
    assert "none_owed" not in [step.id for step in steps]


def test_a_mother_and_her_child_become_one_sheet() -> None:
    assert check_form(the_form(), ANNA | LEO, today=TODAY) == {}

    sheet = read_form(the_form(), ANNA | LEO, stay=STAY).sheet

    assert sheet is not None
    assert sheet.stay.departs == date(2026, 5, 6)
    anna, leo = sheet.people
    assert (anna.family_name, anna.birth_date, anna.email) == (
        "Öztürk",
        PartialDate(1980),
        "anna@example.com",
    )
    assert (leo.family_name, leo.birth_date, leo.nationality) == ("Öztürk", PartialDate(2019, 3), "DEU")
    assert lacks(country(the_form()), sheet, Party(2)) == []


def test_a_child_of_fifteen_stands_on_no_sheet_of_another() -> None:
    older = ANNA | LEO | {"companion_1_birth_date_year": "2010"}

    sheet = read_form(the_form(), older, stay=STAY).sheet

    assert sheet is not None
    assert len(sheet.people) == 1


def test_a_parent_is_told_that_a_child_of_fifteen_fills_in_its_own() -> None:
    older = ANNA | LEO | {"companion_1_birth_date_year": "2010"}

    errors = check_form(the_form(), older, today=TODAY)

    assert errors == {"companion_1_birth_date": "date_too_early"}
    [field] = [one for step in the_form().steps for one in step.fields if one.id in errors]
    assert "form of their own" in the_form().text(the_form().error_key("date_too_early", field), "en")


def test_a_signature_of_a_page_goes_with_the_text_above_it() -> None:
    signed = ANNA | {"signature_way_out": "", "signature": "{}", "signature_text": "abc"}

    read = read_form(the_form(), answered(the_form(), signed), stay=STAY)

    assert (read.strokes, read.text, read.cannot_sign) == ("{}", "abc", False)


def test_who_cannot_sign_is_seen_by_a_colleague() -> None:
    assert read_form(the_form(), ANNA | {"signature_way_out": "cannot_sign"}, stay=STAY).cannot_sign


def test_every_nationality_that_is_offered_is_one_of_documents() -> None:
    assert all(is_known(code) for code in NATIONALITIES)
    named = [country_of(code) for code in NATIONALITIES if country_of(code)]
    assert len(named) == len(set(named))  # each once

"""What a property's tablets offer: a guest is never led to a form in a language that it does not speak."""

from __future__ import annotations

from dataclasses import replace

import pytest

from server.forms import offering
from server.forms.offering import forms_in, offered_forms, offered_languages, tablet_forms
from server.forms.questions import Form
from server.properties.models import Property


def house(flows: list[str], languages: list[str]) -> Property:
    return Property(code="main", name="Hôtel", flows=flows, languages=languages)


def names(forms: list[Form]) -> list[str]:
    return [form.name for form in forms]


def test_every_published_form_can_be_offered_in_the_order_of_a_stay() -> None:
    assert names(tablet_forms()) == ["pre_check_in", "wishes", "survey"]


@pytest.mark.parametrize(
    ("flows", "offered"),
    [
        (["pre_check_in"], ["pre_check_in"]),
        (["survey", "pre_check_in"], ["pre_check_in", "survey"]),
        (["withdrawn", "wishes"], ["wishes"]),
        (["withdrawn"], ["pre_check_in"]),
        ([], ["pre_check_in"]),
    ],
)
def test_a_tablet_offers_what_its_house_chose_and_never_nothing(flows: list[str], offered: list[str]) -> None:
    assert names(offered_forms(house(flows, ["en"]))) == offered


@pytest.fixture
def a_survey_in_two_languages(monkeypatch: pytest.MonkeyPatch) -> None:
    """One more survey is one more file: it need not speak all that the others do."""
    survey = next(form for form in tablet_forms() if form.name == "survey")
    small = replace(survey, name="spa", texts={code: survey.texts[code] for code in ("en", "fr")})
    forms = [*tablet_forms(), small]
    monkeypatch.setattr(offering, "tablet_forms", lambda: forms)


@pytest.mark.usefixtures("a_survey_in_two_languages")
@pytest.mark.parametrize(
    ("flows", "languages", "ways"),
    [
        (["pre_check_in", "spa"], ["de", "fr"], {"de": ["pre_check_in"], "fr": ["pre_check_in", "spa"]}),
        (["spa"], ["de", "fr"], {"fr": ["spa"]}),
        (["spa"], ["de"], {"en": ["spa"], "fr": ["spa"]}),
    ],
)
def test_a_language_leads_to_the_forms_that_speak_it(
    flows: list[str], languages: list[str], ways: dict[str, list[str]]
) -> None:
    place = house(flows, languages)

    assert {code: names(forms_in(place, code)) for code in offered_languages(place)} == ways

"""A Japanese guest gives the family name before the given one, and the year before the day."""

from __future__ import annotations

import json

import pytest

from server.forms.definition import find_form
from server.forms.ordering import date_parts, in_order
from server.forms.questions import Form
from server.forms.showing import ShownForm
from server.properties.models import Property


@pytest.fixture
def form() -> Form:
    form = find_form("pre_check_in")
    assert form is not None
    return form


def shown(form: Form, language: str) -> ShownForm:
    return ShownForm(form, language, Property(name="Hôtel", languages=[], sentences={}, tones={}))


@pytest.mark.parametrize(
    ("language", "order"),
    [
        ("fr", "day month year"),
        ("en", "day month year"),
        ("ar", "day month year"),
        ("ja", "year month day"),
        ("zh", "year month day"),
        ("qps", "day month year"),
    ],
)
def test_a_day_is_asked_for_in_the_order_of_the_language(language: str, order: str) -> None:
    assert " ".join(date_parts(language)) == order


def test_a_family_name_comes_before_the_given_one_that_it_belongs_to(form: Form) -> None:
    for step in form.steps:
        ids = [field.id for field in in_order(step.fields, "ja")]
        assert sorted(ids) == sorted(field.id for field in step.fields), "nobody is asked more or less"
        for place, name in enumerate(ids):
            if name.endswith("family_name"):
                assert ids[place + 1] == name.replace("family_name", "given_name")
        assert in_order(step.fields, "de") == step.fields


def test_the_last_look_and_the_tablets_rules_have_the_same_order(form: Form) -> None:
    japanese, name = shown(form, "ja"), next(step for step in form.steps if step.id == "name")
    answers = {"given_name": "花子", "family_name": "山田"}

    assert japanese.summary(name, answers) == "山田 花子"
    assert shown(form, "en").summary(name, answers) == "花子 山田"
    steps = json.loads(japanese.rules_json)["steps"]
    rules = next(step["fields"] for step in steps if step["id"] == "name")
    assert [field["id"] for field in rules] == ["family_name", "given_name"]


def test_no_example_of_a_day_stands_under_fields_in_another_order(form: Form) -> None:
    arrival = next(field for step in form.steps for field in step.fields if field.kind == "date")

    assert shown(form, "fr").hint(arrival).endswith("27 3 2027")
    assert shown(form, "zh").hint(arrival) == ""

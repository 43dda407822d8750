"""The rule vocabulary: one corpus for the server and the browser."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.forms.definition import Form, find_form
from server.forms.rules import CODES, answered, check_form, check_step, with_blanks_skipped

CORPUS = json.loads((Path(__file__).parent / "corpus.json").read_text("utf-8"))
TODAY = date.fromisoformat(CORPUS["today"])


def the_form() -> Form:
    form = find_form("pre_check_in", 1)
    assert form is not None
    return form


@pytest.mark.parametrize("case", CORPUS["cases"], ids=lambda case: case["why"])
def test_the_server_judges_as_the_corpus_says(case: dict[str, Any]) -> None:
    name, _, version = case.get("form", "pre_check_in.v1").partition(".v")
    form = find_form(name, int(version))
    assert form is not None
    step = form.step(case["step"])
    assert step is not None

    assert check_step(step, case["answers"], today=TODAY) == case["errors"]


def test_the_corpus_shows_every_code_that_a_rule_can_find() -> None:
    shown = {code for case in CORPUS["cases"] for code in case["errors"].values()}

    assert shown == {code for codes in CODES.values() for code in codes}


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])  # beside much else
@given(st.dictionaries(st.sampled_from(the_form().names), st.text(max_size=20)))
def test_no_answer_of_any_guest_breaks_the_rules(answers: dict[str, str]) -> None:
    errors = check_form(the_form(), answers, today=TODAY)

    assert set(errors.values()) <= {code for codes in CODES.values() for code in codes}
    assert set(answered(the_form(), answers)) <= set(answers)


def test_an_answer_to_a_question_not_answered_on_purpose_is_not_kept() -> None:
    given = {"given_name": "Anna", "email": "anna@example.com", "email_way_out": "declined", "news": "yes"}

    assert answered(the_form(), given) == {"given_name": "Anna", "email_way_out": "declined"}


def test_a_name_that_the_form_does_not_know_is_not_kept() -> None:
    assert answered(the_form(), {"given_name": "Anna", "csrf_token": "x", "card": "4111"}) == {
        "given_name": "Anna"
    }


def test_a_question_left_blank_on_one_long_page_counts_as_skipped() -> None:
    settled = with_blanks_skipped(
        the_form(),
        {"given_name": "Anna", "mobile_country": "FR", "mobile_way_out": "", "email": "a@b.de"},
    )

    assert settled["mobile_way_out"] == "skipped"
    assert "email_way_out" not in settled
    assert check_form(the_form(), settled, today=TODAY) == {}

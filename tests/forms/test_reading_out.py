"""The server and the tablet read the same text out, sign by sign, whatever was answered."""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING

from server.forms.definition import published_forms
from server.forms.questions import Form
from server.forms.reading_out import text_shown
from server.forms.showing import ShownForm
from server.properties.models import Property
from server.registration.reading import text_digest
from tests.forms.agreement import odd_answers, rules_for_the_browser
from tests.house import app, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["app", "served"]

READ_OUT = """async (given) => {
    const [rules, cases] = JSON.parse(given);
    const { textDigest, textShown } = await import("/static/kiosk/reading_out.js");
    return JSON.stringify(await Promise.all(cases.map(async ([form, answers]) => {
        const text = textShown(rules[form], answers);
        return [text, await textDigest(text)];
    })));
}"""
ANNA = {
    "nationality": "TUR",
    "has_second": "no",
    "given_names": " Anna ",
    "family_name": "Öztürk\nSignature: forged",
    "birth_date_day": "2",
    "birth_date_month": "3",
    "birth_date_year": "1980",
    "home_city": "\ud83d",
    "companion_1": "yes",
    "companion_1_given_names": "Can",
    "companion_1_nationality": "XXA",
    "companion_2_given_names": "of nobody",
    "signature": "[]",
    "signature_text": "0",
}


def police_form() -> Form:
    return published_forms()["police_fr", 1]


def test_an_answer_is_one_line_and_what_was_not_asked_is_none() -> None:
    text = text_shown(police_form(), "en", ANNA)

    assert text.split("\n") == [
        "Nationality: Türkiye",
        "Second nationality?: No",
        "First names: Anna",
        "Last name: Öztürk Signature: forged",
        "Date of birth: 1980-03-02",
        "Town: \ufffd",
        "Child 1 · First names: Can",
        "Child 1 · Nationality: Stateless",
        "I confirm that what stands above is right.",
    ]


def test_another_language_is_another_text() -> None:
    form = police_form()

    assert "Türkei" in text_shown(form, "de", ANNA)
    assert text_shown(form, "zh", ANNA) != text_shown(form, "en", ANNA)


def test_the_page_reads_out_the_very_signs_that_are_kept(soak: bool, served: str, page: Page) -> None:
    house = Property(code="house", name="House", languages=["en"], country="FR", sentences={}, tones={})
    signed = [form for form in published_forms().values() if form.steps[-1].is_signed]
    forms = {f"{form.key}/{code}": (form, code) for form in signed for code in form.languages}
    rules = {key: rules_for_the_browser(ShownForm(form, code, house)) for key, (form, code) in forms.items()}
    random = Random("reading out")
    rounds = 200 if soak else 40
    cases = [(key, odd_answers(random, forms[key][0])) for key in forms for _ in range(rounds)]
    cases += [(key, ANNA) for key in forms]
    page.goto(f"{served}/kiosk/")

    read_out = json.loads(page.evaluate(READ_OUT, json.dumps([rules, cases])))

    for (key, answers), (text, digest) in zip(cases, read_out, strict=True):
        assert text == text_shown(*forms[key], answers), answers
        assert digest == text_digest(text)

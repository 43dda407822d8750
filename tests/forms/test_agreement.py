"""The server and the tablet judge alike, whatever is answered."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from server.forms.definition import parse_form, published_forms
from server.forms.rules import answered, asked_steps, check_step
from tests.forms.agreement import odd_answers, steps_for_the_browser
from tests.house import app, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

__all__ = ["app", "served"]

DAYS = [date(2026, 5, 4), date(2024, 2, 29), date(2026, 12, 31)]
EVERYTHING = Path(__file__).parent / "everything.v1.toml"
JUDGED = """async (given) => {
    const [forms, cases] = JSON.parse(given);
    const { answered, askedSteps, checkStep } = await import("/static/kiosk/rules.js");
    return JSON.stringify(cases.map(([form, answers, [year, month, day]]) => {
        const asked = askedSteps(forms[form], answers);
        const errors = asked.map((step) => checkStep(step, answers, { year, month, day }));
        return [asked.map((step) => step.id), errors, answered(forms[form], answers)];
    }));
}"""


def test_ten_thousand_random_forms_are_judged_alike(soak: bool, served: str, page: Page) -> None:
    """A small share always, all with --soak."""
    invented = parse_form(EVERYTHING.read_bytes(), EVERYTHING.name)
    forms = {form.key: form for form in (*published_forms().values(), invented)}
    random = Random("agreement")
    cases = [
        (key, odd_answers(random, forms[key]), random.choice(DAYS))
        for _ in range((10_000 if soak else 500) // len(forms))
        for key in forms
    ]
    page.goto(f"{served}/kiosk/")

    told = [
        {key: steps_for_the_browser(form) for key, form in forms.items()},
        [(key, answers, (day.year, day.month, day.day)) for key, answers, day in cases],
    ]
    browser = json.loads(page.evaluate(JUDGED, json.dumps(told)))

    found = 0
    for (key, answers, day), (asked, errors, kept) in zip(cases, browser, strict=True):
        steps = asked_steps(forms[key], answers)
        assert asked == [step.id for step in steps], answers
        assert errors == [check_step(step, answers, today=day) for step in steps], answers
        assert kept == answered(forms[key], answers), answers
        found += sum(len(wrong) for wrong in errors)
    assert found > len(cases)  # random answers are mostly wrong ones

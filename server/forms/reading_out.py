"""The text that a guest reads before they sign: what each answer means, line by line, then the declaration.

One text for the page and for us: what is shown, what is hashed on the tablet and what is kept with the
signature are the same signs. It is made of the published texts of a form's version, never of a house's own
words, and of the answers, so it can be made again years later. static/kiosk/reading_out.js says the same;
tests/forms/test_reading_out.py holds both together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from server.forms.nationalities import WITHOUT_STATE, states
from server.forms.questions import SOURCE_TEXTS, YES, Field, Form, Step
from server.forms.rules import answered, asked_steps, is_shown

TICKED = "✓"
_BROKEN = re.compile("[\ud800-\udfff]")
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""What would end a line, or cannot be seen: an answer is one line, so that none passes for another."""


def text_shown(form: Form, language: str, answers: Mapping[str, str]) -> str:
    """The lines `what: answer`, in the order of the form, then the declaration, parted by line feeds."""
    said = answered(form, answers)
    lines = [f"{label}: {value}" for label, value in _lines(form, language, said)]
    return "\n".join((*lines, form.text("signature.declaration", language)))


def reading_of(form: Form, language: str) -> dict[str, Any] | None:
    """What static/kiosk/reading_out.js needs to make the same text; None where a form is not signed.

    What a state is called stands in the page's own lists: `values` is None for it.
    """
    if not form.steps[-1].is_signed:
        return None
    return {
        "declaration": form.text("signature.declaration", language),
        "lines": [
            {
                "step": step.id,
                "field": field.id,
                "label": _label(form, language, step, field),
                "values": None if field.kind == "state" else _values(form, language, field),
            }
            for step in form.steps
            for field in step.fields
            if field.kind not in ("member", "signature")
        ],
    }


def _lines(form: Form, language: str, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    asked = asked_steps(form, said)
    for step in form.steps:
        if step not in asked:
            continue
        for field in step.fields:
            if field.kind in ("member", "signature") or not is_shown(field, said):
                continue
            value = _BREAKS.sub(" ", _BROKEN.sub("\ufffd", _value(form, language, field, said)))
            if value:
                yield _label(form, language, step, field), value


def _label(form: Form, language: str, step: Step, field: Field) -> str:
    """What an answer is to; of one who travels along, also whose it is."""
    key = f"{field.words or field.id}.label"
    own = form.text(key if key in form.texts[SOURCE_TEXTS] else f"{step.id}.short", language)
    return f"{form.text(f'{step.group}.one', language, n=field.member)} · {own}" if field.member else own


def _value(form: Form, language: str, field: Field, said: Mapping[str, str]) -> str:
    """The answer as the guest gave it: dates as year-month-day, what is chosen in its words.

    A state is named, as nobody reads codes: a release that names one otherwise shows another text, and a
    signature that came under the former is asked for again.
    """
    if field.kind == "date":
        parts = (said.get(f"{field.id}_{part}", "") for part in ("year", "month", "day"))
        return "-".join(f"0{part}" if len(part) == 1 else part for part in parts if part)
    value = said.get(field.id, "")
    return _values(form, language, field).get(value, value)


def _states(form: Form, language: str, field: Field) -> dict[str, str]:
    """The states as the guest chose them: the same list as `ShownForm.states`."""
    without = WITHOUT_STATE if field.asks_nationality else ()
    return dict(states(language)) | {code: form.text(f"state.{code}", language) for code in without}


def _values(form: Form, language: str, field: Field) -> dict[str, str]:
    """The words of the answers that have some."""
    if field.kind == "tick":
        return {YES: TICKED}
    if field.kind == "choice":
        words = field.words or field.id
        return {option: form.text(f"{words}.option.{option}", language) for option in field.options}
    if field.kind == "state":
        return _states(form, language, field)
    return {"unknown": form.text("time.unknown", language)} if field.kind == "time" else {}

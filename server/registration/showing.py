"""The text that a guest reads before they sign: what each answer means, line by line, then the declaration.

One text for the page and for us: what is shown, what is hashed on the tablet and what is kept with the
signature are the same signs. It is made of the published texts of a form's version and of the answers, so it
can be made again years later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from server.forms.questions import YES, Field, Form
from server.forms.rules import answered, is_shown
from server.registration.reading import SIGNATURE


def text_shown(form: Form, language: str, answers: Mapping[str, str]) -> str:
    """The lines `what: answer`, in the order of the form, then the declaration, parted by line feeds."""
    said = answered(form, answers)
    lines = [f"{label}: {value}" for label, value in _lines(form, language, said)]
    return "\n".join((*lines, form.text(f"{SIGNATURE}.declaration", language)))


def _lines(form: Form, language: str, said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for step in form.steps:
        if step.id == SIGNATURE or not is_shown(step, said):
            continue
        for field in step.fields:
            if field.kind in ("member", "signature") or not is_shown(field, said):
                continue
            value = _value(form, language, field, said)
            if value:
                yield form.text(f"{field.words or field.id}.label", language), value


def _value(form: Form, language: str, field: Field, said: Mapping[str, str]) -> str:
    """The answer as the guest gave it: dates as year-month-day, a choice in its words, codes as they are."""
    if field.kind == "date":
        parts = (said.get(f"{field.id}_{part}", "") for part in ("year", "month", "day"))
        return "-".join(part.zfill(2) for part in parts if part)
    value = said.get(field.id, "")
    if field.kind == "tick":
        return YES if value == YES else ""
    if value and field.options:
        return form.text(f"{field.words or field.id}.option.{value}", language)
    return value

"""What guests wish and how they scored, in the desk's language: the words of the form that they filled in."""

from __future__ import annotations

from dataclasses import dataclass

from server.captures.models import SurveyAnswer, Wish
from server.captures.wishes import LOW
from server.forms.definition import find_form
from server.forms.questions import Field, Form


@dataclass(frozen=True, slots=True)
class Score:
    """One question of a survey and what was tapped there."""

    question: str
    answer: str
    is_low: bool


def wish_words(wish: Wish, language: str) -> list[str]:
    """What was ticked and chosen; what its form does not know any more as it was stored."""
    form = find_form(wish.form, wish.form_version)
    return [_kind(form, kind, language) for kind in wish.kinds]


def _kind(form: Form | None, kind: str, language: str) -> str:
    name, _, option = kind.partition(":")
    field = _field(form, name)
    if form is None or field is None:
        return kind
    return _said(form, f"{field.words}.option.{option}" if option else f"{field.words}.label", language, kind)


def survey_words(answer: SurveyAnswer, language: str) -> list[Score]:
    """The scales of a survey in their order, then what else was chosen; whether an answer is wanted is told
    by the address."""
    form = find_form(answer.form, answer.form_version)
    if form is None:
        return [Score(name, text, False) for name, text in answer.answers.items()]
    found = []
    for step in form.steps:
        wants_answer = any(field.kind == "email" for field in step.fields)
        for field in step.fields:
            text = answer.answers.get(field.id)
            if text is None or wants_answer:
                continue
            question = _said(form, f"{step.id}.short", language, field.id)
            found.append(_score(form, field, text, question, language))
    return found


def _score(form: Form, field: Field, text: str, question: str, language: str) -> Score:
    if field.kind == "scale" and text in field.options:
        share = 100 * field.options.index(text) / (len(field.options) - 1)
        return Score(question, f"{text} / {field.options[-1]}", share <= LOW)
    return Score(question, _said(form, f"{field.words}.option.{text}", language, text), False)


def form_title(name: str, version: int, language: str) -> str:
    """What a form is called."""
    form = find_form(name, version)
    return name if form is None else form.text("form.title", language)


def _field(form: Form | None, name: str) -> Field | None:
    fields = (field for step in form.steps for field in step.fields) if form else ()
    return next((field for field in fields if field.id == name), None)


def _said(form: Form, key: str, language: str, otherwise: str) -> str:
    return form.text(key, language) if key in form.texts["en"] else otherwise

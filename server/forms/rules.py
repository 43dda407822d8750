"""The closed rule vocabulary: answers in, error codes out. static/kiosk/rules.js says the same.

There is no free pattern among the rules, because regular expressions differ between Python and browsers.
Both sides are held together by one corpus (tests/forms/corpus.json). An error never refuses a finished form:
the guest has left; it is said while the guest can still answer, and again to the reception afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from phonenumbers import SUPPORTED_REGIONS

from server.forms.nationalities import NATIONALITIES, STATES
from server.forms.questions import Field, Form, Step

Answers = Mapping[str, str]

PHONE_PUNCTUATION = frozenset("+()-./ \u00a0")
COUNTRIES = frozenset(SUPPORTED_REGIONS)
"""The regions that have phone numbers, by ISO 3166-1 alpha-2."""


def answered(form: Form, answers: Answers) -> dict[str, str]:
    """Only the answers this form can give, trimmed; empty ones and those of what was not asked left out."""
    kept: dict[str, str] = {}
    known = dict(answers)
    for step in asked_steps(form, answers):
        way_out = answers.get(step.way_out_name, "") if step.ways_out else ""
        if way_out in step.ways_out:
            kept[step.way_out_name] = way_out
            continue
        for field in step.fields:
            if not is_shown(field, known):
                _forget(known, field.names)
                continue
            for name in field.names:
                text = answers.get(name, "").strip()
                if text:
                    kept[name] = text
    return kept


def is_shown(asked: Field | Step, answers: Answers) -> bool:
    """Whether a field or a step is to be asked, given the other answers."""
    return all(answers.get(name, "") == value for name, value in asked.show_if)


def asked_steps(form: Form, answers: Answers) -> list[Step]:
    """The steps that are to be asked, given the answers. What was typed at a step that is not asked any more
    counts for nothing."""
    known = dict(answers)
    found = []
    has_ended = False
    for step in form.steps:
        if step.ending is has_ended and is_shown(step, known):
            found.append(step)
            has_ended = has_ended or _ends(step, known)
        else:
            _forget(known, step.names)
    return found


def _ends(step: Step, answers: Answers) -> bool:
    """Whether an answer of the step, to a field that is shown, leaves nothing more to ask."""
    if step.ends_if is None or answers.get(step.ends_if.field, "").strip() not in step.ends_if.values:
        return False
    return any(step.ends_if.field in field.names and is_shown(field, answers) for field in step.fields)


def _forget(answers: dict[str, str], names: Iterable[str]) -> None:
    for name in names:
        answers.pop(name, None)


def check_form(form: Form, answers: Answers, *, today: date) -> dict[str, str]:
    """All errors of a form: field id -> code. Empty: everything holds."""
    found: dict[str, str] = {}
    for step in asked_steps(form, answers):
        found |= check_step(step, answers, today=today)
    return found


def check_step(step: Step, answers: Answers, *, today: date) -> dict[str, str]:
    """The errors of one step: field id -> code. A step that was not answered on purpose has none."""
    if step.ways_out and answers.get(step.way_out_name, "") in step.ways_out:
        return {}
    found: dict[str, str] = {}
    known = dict(answers)
    for field in step.fields:
        if not is_shown(field, known):
            _forget(known, field.names)
            continue
        code = check_field(field, answers, today=today)
        if code:
            found[field.id] = code
    return found


def check_field(field: Field, answers: Answers, *, today: date) -> str | None:
    """The first rule that does not hold, as its code; None when all do. Empty and not required holds."""
    texts = [answers.get(name, "").strip() for name in field.names]
    if field.kind == "signature":
        texts = texts[:1]
    if not any(texts):
        return "required" if field.required else None
    for rule in field.rules:
        code = _check_date(rule, texts, today) if field.kind == "date" else _check_text(rule, texts[0])
        if code:
            return code
    return None


CODES: Mapping[str, tuple[str, ...]] = {
    "required": ("required",),
    "max_length": ("too_long",),
    "email": ("email_shape",),
    "phone": ("phone_shape",),
    "country": ("country_unknown",),
    "state": ("state_unknown",),
    "nationality": ("state_unknown",),
    "choice": ("choice_unknown",),
    "whole_date": ("date_incomplete", "date_impossible"),
    "partial_date": ("date_incomplete", "date_impossible"),
    "date_range": ("date_incomplete", "date_impossible", "date_too_early", "date_too_late"),
}
"""The whole vocabulary, with the errors that each rule can find."""


def codes_of(field: Field) -> tuple[str, ...]:
    """All errors that a field can have, each once."""
    return tuple(dict.fromkeys(code for rule in field.rules for code in CODES[rule["rule"]]))


def _check_text(rule: Mapping[str, Any], text: str) -> str | None:
    match rule["rule"]:
        case "max_length":
            return "too_long" if len(text) > rule["value"] else None
        case "email":
            return None if _has_email_shape(text) else "email_shape"
        case "phone":
            return None if _has_phone_shape(text) else "phone_shape"
        case "country":
            return None if text in COUNTRIES else "country_unknown"
        case "state":
            return None if text in STATES else "state_unknown"
        case "nationality":
            return None if text in NATIONALITIES else "state_unknown"
        case "choice":
            return None if text in rule["values"] else "choice_unknown"
    return None


def _has_email_shape(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at and local)
        and "@" not in local
        and not any(letter.isspace() for letter in text)
        and len(labels) > 1
        and all(labels)
    )


def _has_phone_shape(text: str) -> bool:
    digits = sum(letter in "0123456789" for letter in text)
    return 5 <= digits <= 15 and all(c in PHONE_PUNCTUATION or c in "0123456789" for c in text)


def _check_date(rule: Mapping[str, Any], texts: list[str], today: date) -> str | None:
    name = rule["rule"]
    if name not in ("whole_date", "partial_date", "date_range"):
        return None
    day, month, year = texts
    if not year or (day and not month) or (name == "whole_date" and not (day and month)):
        return "date_incomplete"
    if any(part and not (part.isascii() and part.isdigit() and len(part) <= 4) for part in texts):
        return "date_impossible"
    if len(year) != 4:
        return "date_impossible"
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        last = first if day else _end(first, whole_year=not month)
    except ValueError:
        return "date_impossible"
    if name == "date_range":
        if last < _years_from(today, rule["from_years"]):
            return "date_too_early"
        if first > _years_from(today, rule["to_years"]):
            return "date_too_late"
    return None


def _end(first: date, *, whole_year: bool) -> date:
    if whole_year or first.month == 12:
        return date(first.year, 12, 31)
    return date(first.year, first.month + 1, 1) - timedelta(days=1)


def _years_from(today: date, years: int) -> date:
    """The same day some years on; 29 February becomes the 28th where the year has none."""
    try:
        return today.replace(year=today.year + years)
    except ValueError:
        return today.replace(year=today.year + years, day=28)


def with_blanks_skipped(form: Form, answers: Answers) -> dict[str, str]:
    """The answers of a form sent as one page: a question left blank that may be skipped counts as skipped."""
    settled = dict(answers)
    for step in form.steps:
        typed = (name for field in step.fields if field.kind != "country" for name in field.names)
        if "skipped" in step.ways_out and not any(answers.get(name, "").strip() for name in typed):
            settled[step.way_out_name] = answers.get(step.way_out_name) or "skipped"
    return settled

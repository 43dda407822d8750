"""The sections of a property's settings page: which columns each holds, and how what was sent becomes them.

A section is saved by itself. Reading is pure: what was sent and the property as it is, to new values of the
property's columns and the errors of the fields.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.properties import checking
from server.properties.checking import Form, needed
from server.properties.models import Property
from server.properties.reasons import EMAIL_REASONS
from server.properties.retention import STARTS, usual_keepings
from server.properties.topics import LONGEST, TOPICS
from server.wording import N_

KINDS: Mapping[str, str] = {
    "hotel": N_("Hotel"),
    "restaurant": N_("Restaurant"),
    "spa": N_("Spa"),
    "shop": N_("Shop"),
}
STEPS: Mapping[str, str] = {
    "attract": N_("Tablet at rest"),
    "greet": N_("A guest opens their link"),
    "name": N_("Asking for the name"),
    "email": N_("Asking for the e-mail"),
    "mobile": N_("Asking for the mobile number"),
    "birth": N_("Asking for the birth date"),
    "stay": N_("Asking for the stay"),
    "thanks": N_("Thanks at the end"),
}
"""Where a house may say it in its own words; what guests agree to is not among them."""

TONES: Mapping[str, tuple[str, str]] = {
    "de": ("Sie", "du"),
    "es": ("usted", "tú"),
    "fr": ("vous", "tu"),
    "it": ("Lei", "tu"),
    "nl": ("u", "je"),
    "pl": ("Pan/Pani", "ty"),
    "pt": ("o senhor/a senhora", "tu"),
    "ru": ("вы", "ты"),
}
"""Formal and familiar, in the language's own words; a language that has one only is not here."""

STAY_KINDS: Mapping[str, str] = {
    "day_use": N_("Day use: a room for some hours, no night"),
    "long_stay": N_("Long stays: a month and more"),
}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page: its title, and how it reads a form for a property."""

    title: str
    read: Callable[[Form, Property], dict[str, Any]]


def _identity(form: Form, place: Property) -> dict[str, Any]:
    return {
        "name": form.read("name", needed(checking.line)),
        "kind": form.read("kind", checking.one_of(KINDS), place.kind),
        "country": form.read("country", checking.country, place.country),
        "zone": form.read("zone", checking.zone, place.zone),
    }


def _reception(form: Form, place: Property) -> dict[str, Any]:
    return {
        "street": form.read("street", checking.line),
        "postal_code": form.read("postal_code", lambda text: checking.line(text, 20)),
        "city": form.read("city", checking.line),
        "reception_phone": form.read("reception_phone", checking.phone),
        "reply_to": form.read("reply_to", checking.email),
    }


def _languages(form: Form, place: Property) -> dict[str, Any]:
    """Languages in the order of the page; those that no form speaks yet stay as they are."""
    wished = [code for code in form.all("languages") if code.isascii() and code.isalpha() and len(code) == 2]
    known = [code for code in form.all("offered") if code in wished]
    unspoken = [code for code in place.languages if code not in form.all("offered")]
    if not known:
        form.wrong("languages", "setting.languages")
    tones = {
        language: form.text(f"tone-{language}")
        for language in TONES
        if form.text(f"tone-{language}") in ("formal", "familiar")
    }
    first = form.text("first")
    ordered = sorted(known, key=lambda code: code != first)
    return {"languages": ordered + unspoken, "tones": {**place.tones, **tones}}


def _flows(form: Form, place: Property) -> dict[str, Any]:
    """Forms in the order of the page, which names those there are; one at least."""
    wished = form.all("flows")
    chosen = [name for name in form.all("offered") if name in wished and checking.FORM_NAME.fullmatch(name)]
    if not chosen:
        form.wrong("flows", "setting.flows")
    return {"flows": chosen}


def _good_to_know(form: Form, place: Property) -> dict[str, Any]:
    """A line for each topic in the property's languages; those in a language it no longer has stay."""
    kept = {
        topic: {code: text for code, text in lines.items() if f"{topic}-{code}" not in form.given}
        for topic, lines in place.good_to_know.items()
    }
    for topic in TOPICS:
        for code in place.languages:
            written = form.read(f"{topic}-{code}", lambda text: checking.line(text, LONGEST))
            if written:
                kept.setdefault(topic, {})[code] = written
    return {"good_to_know": {topic: lines for topic, lines in kept.items() if lines}}


def _look(form: Form, place: Property) -> dict[str, Any]:
    return {"accent": form.read("accent", checking.colour, place.accent)}


def _sentences(form: Form, place: Property) -> dict[str, Any]:
    """Own sentences in the property's languages; those in a language it no longer has stay."""
    kept = {
        step: {code: text for code, text in texts.items() if f"{step}-{code}" not in form.given}
        for step, texts in place.sentences.items()
    }
    for step in STEPS:
        for code in place.languages:
            written = form.read(f"{step}-{code}", checking.sentence)
            if written:
                kept.setdefault(step, {})[code] = written
    return {"sentences": {step: texts for step, texts in kept.items() if texts}}


def _reasons(form: Form, place: Property) -> dict[str, Any]:
    return {"email_reasons": checking.some_of(form.all("email_reasons"), EMAIL_REASONS)}


def _sending(form: Form, place: Property) -> dict[str, Any]:
    start, end = form.read("quiet_from", checking.time_of_day), form.read("quiet_until", checking.time_of_day)
    if bool(start) != bool(end) and not form.errors:
        form.wrong("quiet_from" if end else "quiet_until", "setting.quiet_half")
    senders = {
        "sms": form.read("sms", checking.sms_sender),
        "email_name": form.read("email_name", lambda text: checking.line(text, 60)),
    }
    return {
        "quiet_from": start,
        "quiet_until": end,
        "senders": {name: value for name, value in senders.items() if value},
    }


def _retention(form: Form, place: Property) -> dict[str, Any]:
    kept: dict[str, dict[str, Any]] = {}
    for keeping in usual_keepings(place.country):
        code, own = keeping.code, dict[str, Any]()
        if starts := form.text(f"starts-{code}"):
            own["starts"] = starts
            if starts not in STARTS:
                form.wrong(f"starts-{code}", "setting.choice")
        if not keeping.fixed and (months := form.read(f"months-{code}", checking.months, 0)):
            own["months"] = months
        if own:
            kept[code] = own
    return {"retention": kept}


def _stays(form: Form, place: Property) -> dict[str, Any]:
    return {"stay_kinds": checking.some_of(form.all("stay_kinds"), STAY_KINDS)}


def _own(form: Form, place: Property) -> dict[str, Any]:
    return {
        "own_domains": form.read("own_domains", checking.lines_of(checking.domain), []),
        "own_emails": form.read("own_emails", checking.lines_of(checking.email), []),
        "own_phones": form.read("own_phones", checking.lines_of(checking.phone), []),
    }


SECTIONS: Mapping[str, Section] = {
    "identity": Section(N_("Name and place"), _identity),
    "reception": Section(N_("Address and reception"), _reception),
    "languages": Section(N_("Languages and tone"), _languages),
    "tablets": Section(N_("What tablets offer"), _flows),
    "look": Section(N_("Colour"), _look),
    "sentences": Section(N_("In your own words"), _sentences),
    "good_to_know": Section(N_("Good to know, at the end"), _good_to_know),
    "reasons": Section(N_("Why guests give their e-mail"), _reasons),
    "sending": Section(N_("Sending"), _sending),
    "stays": Section(N_("Kinds of stay"), _stays),
    "retention": Section(N_("How long data is kept"), _retention),
    "own": Section(N_("Your own addresses"), _own),
}
"""Every section by its name, in the order of the page."""


def read_section(
    name: str, given: Mapping[str, Sequence[str]], place: Property
) -> tuple[dict[str, Any], dict[str, checking.Wrong]]:
    """What a section's form means: values of the property's columns, and the errors by field."""
    form = Form(given)
    values = SECTIONS[name].read(form, place)
    return values, form.errors


def read_entity(given: Mapping[str, Sequence[str]]) -> tuple[dict[str, str], dict[str, checking.Wrong]]:
    """What the form of a legal entity means: values of its columns, and the errors by field."""
    form = Form(given)
    values = {
        "name": form.read("name", needed(checking.line)),
        "street": form.read("street", checking.line),
        "postal_code": form.read("postal_code", lambda text: checking.line(text, 20)),
        "city": form.read("city", checking.line),
        "country": form.read("country", lambda text: checking.country(text) if text else ""),
        "registration": form.read("registration", lambda text: checking.line(text, 80)),
        "privacy_contact": form.read("privacy_contact", checking.email),
    }
    return values, form.errors

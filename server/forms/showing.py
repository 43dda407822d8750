"""What a page needs to show a form: its texts in the guest's language, bound to the property."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from server.forms.countries import countries
from server.forms.definition import Field, Form, Step, fill
from server.forms.rules import COUNTRIES, Answers, codes_of, is_shown
from server.forms.suggestion import SHORTEST, known_providers, known_slips
from server.forms.tones import familiar_texts
from server.properties.models import Property
from server.properties.reasons import EMAIL_REASONS
from server.wording import PSEUDO, SOURCE_LANGUAGE, direction, translations

FAMILIAR = "familiar"
OWN_WORDS: Mapping[str, str] = {
    "attract.invite": "attract",
    "name.why": "name",
    "email.why": "email",
    "mobile.why": "mobile",
    "birth.why": "birth",
    "stay.why": "stay",
    "thanks.text": "thanks",
    "received.text": "thanks",
}
"""The text that a house's own sentence of a step takes the place of."""


def own_sentence(house: Property, step: str, language: str) -> str:
    """What a house says at a step in its own words; empty where it says nothing of its own."""
    return house.sentences.get(step, {}).get(language, "")


@dataclass(frozen=True, slots=True)
class ShownForm:
    """A form as one guest sees it: in a language, for a property."""

    form: Form
    language: str
    house: Property

    def text(self, key: str, **params: object) -> str:
        """A text of the form, in the house's own words or tone if it has any; {property} is always known."""
        own = own_sentence(self.house, OWN_WORDS.get(key, ""), self.language)
        if own:
            return own  # as it was written, braces and all
        known = {"property": self.house.name} | params
        if self.house.tones.get(self.language) == FAMILIAR:
            familiar = familiar_texts(self.form.name, self.form.version).get(self.language, {})
            if key in familiar:
                return fill(familiar[key], known)
        return self.form.text(key, self.language, **known)

    def reasons(self, step: Step) -> list[str]:
        """Why to give an e-mail here, at the question for it: what the house ticked, in the guest's words."""
        if not any(field.kind == "email" for field in step.fields):
            return []
        words = translations(self.language, self.house.tones.get(self.language, ""))
        ticked = [reason for code, reason in EMAIL_REASONS.items() if code in self.house.email_reasons]
        return [words.gettext(reason.guest) for reason in ticked]

    def has(self, key: str) -> bool:
        """Whether the form has such a text: hints are optional."""
        return key in self.form.texts[SOURCE_LANGUAGE]

    def error(self, code: str, field: str) -> str:
        """What to do about an error of a field."""
        own = f"error.{code}.{field}"
        return self.text(own if self.has(own) else f"error.{code}")

    @property
    def direction(self) -> str:
        return direction(self.language)

    @property
    def languages(self) -> list[tuple[str, str]]:
        """Code and own name of each language the property offers and the form speaks."""
        offered = [code for code in self.house.languages if code in self.form.texts]
        return [(code, self.form.text("language.name", code)) for code in offered or self.form.languages]

    @property
    def countries(self) -> tuple[tuple[str, str], ...]:
        return countries(self.language)

    @property
    def rules_json(self) -> str:
        """What static/kiosk/form.js needs to step through by itself: rules, errors in words, lists."""
        return json.dumps(
            {
                "version": self.form.version,
                "ways_out": {way: self.text(f"way_out.{way}") for way in ("skipped", "none", "declined")},
                "known": {"providers": known_providers(), "slips": known_slips(), "shortest": SHORTEST},
                "steps": [self._step_rules(step) for step in self.form.steps],
            },
            ensure_ascii=False,
        )

    def _step_rules(self, step: Step) -> dict[str, Any]:
        return {
            "id": step.id,
            "ways_out": step.ways_out,
            "way_out_name": step.way_out_name,
            "fields": [
                {
                    "id": field.id,
                    "kind": field.kind,
                    "names": field.names,
                    "rules": field.rules,
                    "show_if": field.show_if,
                    "label": self.text(f"{field.id}.label"),
                    "errors": {code: self.error(code, field.id) for code in codes_of(field)},
                }
                | ({"countries": sorted(COUNTRIES)} if field.kind == "country" else {})
                for field in step.fields
            ],
        }

    def shown_fields(self, step: Step, answers: Answers) -> list[Field]:
        """The fields of a step that are to be asked, given the answers so far."""
        return [field for field in step.fields if is_shown(field, answers)]

    def summary(self, step: Step, answers: Mapping[str, str]) -> str:
        """What a guest answered at a step, on one line, for the last look before sending."""
        way_out = answers.get(step.way_out_name, "")
        if way_out in step.ways_out:
            return self.text(f"way_out.{way_out}")
        parts = [self._field_summary(field, answers) for field in step.fields if field.kind != "country"]
        return (
            " · ".join(part for part in parts if part) if step.id != "name" else " ".join(filter(None, parts))
        )

    def _field_summary(self, field: Field, answers: Mapping[str, str]) -> str:
        if field.kind != "date":
            return answers.get(field.id, "")
        day, month, year = (answers.get(name, "") for name in field.names)
        try:
            whole = date(int(year), int(month), int(day))
        except (ValueError, OverflowError):  # a day of a hundred digits is an overflow
            return " ".join(part for part in (day, month, year) if part)
        english = self.language in (PSEUDO, SOURCE_LANGUAGE)  # plain `en` would put the month first
        return format_date(whole, "long", locale="en_GB" if english else self.language)

"""What a page needs to show a form: its texts in the guest's language, bound to the property."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, get_args

from babel.dates import format_date, format_time

from server.forms.countries import countries
from server.forms.nationalities import WITHOUT_STATE, states
from server.forms.ordering import date_parts, in_order
from server.forms.parsing import UNKNOWN_TIME
from server.forms.questions import DATE_PARTS, YES, Field, FieldKind, Form, Step, WayOut, fill
from server.forms.reading_out import reading_of
from server.forms.rules import COUNTRIES, Answers, asked_steps, codes_of, is_shown
from server.forms.suggestion import SHORTEST, alias_domains, common_domains, known_providers, known_slips
from server.forms.tones import familiar_texts
from server.properties.models import Property
from server.properties.reasons import EMAIL_REASONS
from server.properties.topics import TOPICS
from server.wording import PSEUDO, SOURCE_LANGUAGE, direction, translations

FAMILIAR = "familiar"
SUMMED_UP: frozenset[FieldKind] = frozenset(
    {"text", "email", "phone", "date", "code", "tick", "choice", "scale", "time", "note", "state"}
)
"""What stands in the last look before sending; the country of a number stands in the number."""

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
    is_held: bool = False
    """For a tablet's store: what stands in a page once is copied there by static/kiosk/form.js."""

    def text(self, key: str, **params: object) -> str:
        """A text of the form, in the house's own words or tone if it has any; {property} is always known."""
        own = own_sentence(self.house, OWN_WORDS.get(key, ""), self.language)
        return own or self.published(key, **params)  # own words as they were written, braces and all

    def published(self, key: str, **params: object) -> str:
        """A text as the form itself says it, in the tone that the house has chosen."""
        known = {"property": self.house.name} | params
        if self.house.tones.get(self.language) == FAMILIAR:
            familiar = familiar_texts(self.form.name, self.form.version).get(self.language, {})
            if key in familiar:
                return fill(familiar[key], known)
        return self.form.text(key, self.language, **known)

    def reasons(self, step: Step) -> list[str]:
        """Why to give an e-mail here, at the question for it: what the house ticked, in the guest's words."""
        if not any(field.autocomplete == "email" for field in step.fields):
            return []
        words = translations(self.language, self.house.tones.get(self.language, ""))
        ticked = [reason for code, reason in EMAIL_REASONS.items() if code in self.house.email_reasons]
        return [words.gettext(reason.guest) for reason in ticked]

    @property
    def good_to_know(self) -> list[tuple[str, str]]:
        """What a guest wants to know next: a topic and the house's line on it, in this language or not at
        all. Whoever answers a survey has their stay behind them."""
        if self.form.flow == "survey":
            return []
        words = translations(self.language, self.house.tones.get(self.language, ""))
        said = self.house.good_to_know
        lines = [(label, said.get(topic, {}).get(self.language, "")) for topic, label in TOPICS.items()]
        return [(words.gettext(label), line) for label, line in lines if line]

    def has(self, key: str) -> bool:
        """Whether the form has such a text: hints are optional."""
        return key in self.form.texts[SOURCE_LANGUAGE]

    def error(self, code: str, field: Field) -> str:
        """What to do about an error of a field."""
        return self.text(self.form.error_key(code, field))

    def label(self, field: Field) -> str:
        """What a field is called; the question itself where that says it all."""
        if self.has(f"{field.words}.label"):
            return self.text(f"{field.words}.label")
        step = next(step for step in self.form.steps if field in step.fields)
        return self.text(f"{step.id}.title")

    def hint(self, field: Field) -> str:
        """What helps to fill a field in; nothing at a day in another order than the example's."""
        key = f"{field.words}.hint"
        is_example_of_other = field.kind == "date" and date_parts(self.language) != DATE_PARTS
        return self.text(key) if self.has(key) and not is_example_of_other else ""

    def fields(self, fields: Sequence[Field]) -> tuple[Field, ...]:
        """Fields of a step in the order of the guest's language."""
        return in_order(fields, self.language)

    @property
    def date_parts(self) -> list[tuple[str, str]]:
        """The parts of a day with what they are called, in the order of the guest's language."""
        return [(part, self.text(f"date.{part}")) for part in date_parts(self.language)]

    def options(self, field: Field) -> list[tuple[str, str]]:
        """What can be chosen: each answer with what the guest reads for it."""
        return [(option, self._option(field, option)) for option in field.options]

    def _option(self, field: Field, option: str) -> str:
        if field.kind == "choice":
            return self.text(f"{field.words}.option.{option}")
        if field.kind == "time":
            if option == UNKNOWN_TIME:
                return self.text("time.unknown")
            hour, minute = (int(part) for part in option.split(":"))
            return format_time(time(hour, minute), "short", locale=self._locale)
        return option

    @property
    def _locale(self) -> str:
        english = self.language in (PSEUDO, SOURCE_LANGUAGE)  # plain `en` would put the month first
        return "en_GB" if english else self.language

    def asked(self, answers: Answers) -> list[Step]:
        """The steps that are to be asked, given the answers so far."""
        return asked_steps(self.form, answers)

    def likely(self, answers: Answers) -> list[Step]:
        """The steps that will be asked as far as can be told: what is not answered yet as most do."""
        firsts = {
            field.id: field.options[0]
            for step in self.form.steps
            for field in step.fields
            if field.kind == "choice" and not field.member
        }
        return asked_steps(self.form, firsts | {name: text for name, text in answers.items() if text})

    def people(self, step: Step, answers: Answers) -> list[int]:
        """The numbers of those of a group who are there."""
        return [number for number in range(1, step.most + 1) if answers.get(step.marker(number)) == YES]

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

    def states(self, field: Field) -> list[tuple[str, str]]:
        """What a field of states offers; persons without one come last, where a nationality is asked."""
        if self.list_of(field):
            return []
        found = [("", self.text("form.choose")), *states(self.language)]
        if field.asks_nationality:
            found += [(code, self.text(f"state.{code}")) for code in WITHOUT_STATE]
        return found

    def list_of(self, field: Field) -> str:
        """The earlier field whose list of states a held page copies for this one; empty where it has its own.

        250 states for each of a family are more than half of the page."""
        if not self.is_held or field.kind != "state":
            return ""
        alike = (
            other
            for step in self.form.steps
            for other in step.fields
            if other.kind == "state" and other.asks_nationality == field.asks_nationality
        )
        first = next(alike)
        return "" if first is field else first.id

    @property
    def domains(self) -> tuple[str, ...]:
        """Where most guests here have their address: one tap each."""
        return common_domains(self.house.country)

    @property
    def rules_json(self) -> str:
        """What static/kiosk/form.js needs to step through by itself: rules, errors in words, lists.

        The names of states are left out: they stand in the page's own lists, where form.js reads them.
        """
        return json.dumps(
            {
                "version": self.form.version,
                "ways_out": {
                    way: self.text(f"way_out.{way}") for way in get_args(WayOut) if self.has(f"way_out.{way}")
                },
                "partial": self.form.partial,
                "known": {
                    "providers": known_providers(),
                    "slips": known_slips(),
                    "shortest": SHORTEST,
                    "aliases": alias_domains(),
                },
                "steps": [self._step_rules(step) for step in self.form.steps],
                "reading": reading_of(self.form, self.language),
            },
            ensure_ascii=False,
        )

    def _step_rules(self, step: Step) -> dict[str, Any]:
        return {
            "id": step.id,
            "ways_out": step.ways_out,
            "way_out_name": step.way_out_name,
            "show_if": step.show_if,
            "group": step.group,
            "ends_if": {"field": step.ends_if.field, "values": step.ends_if.values} if step.ends_if else None,
            "ending": step.ending,
            "fields": [self._field_rules(field) for field in self.fields(step.fields)],
        }

    def _field_rules(self, field: Field) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": field.id,
            "kind": field.kind,
            "names": field.names,
            "rules": field.rules,
            "show_if": field.show_if,
        }
        if field.member:
            found["member"] = field.member
        if field.kind != "member":
            found["label"] = self.label(field)
            found["errors"] = {code: self.error(code, field) for code in codes_of(field)}
        if field.kind == "country":
            found["countries"] = sorted(COUNTRIES)
        if field.kind in ("choice", "scale", "time"):
            found["options"] = dict(self.options(field))
        return found

    def is_asked(self, field: Field, answers: Answers) -> bool:
        """Whether a field is to be asked, given the answers so far."""
        return is_shown(field, answers)

    def summary(self, step: Step, answers: Mapping[str, str]) -> str:
        """What a guest answered at a step, on one line, for the last look before sending."""
        way_out = answers.get(step.way_out_name, "")
        if way_out in step.ways_out:
            return self.text(f"way_out.{way_out}")
        shown = [field for field in self.fields(step.fields) if is_shown(field, answers)]
        if step.group:
            people = (
                self._in_line([field for field in shown if field.member == number], answers, " ")
                for number in self.people(step, answers)
            )
            return " · ".join(person for person in people if person)
        is_name = any(field.autocomplete == "family-name" for field in step.fields)
        return self._in_line(shown, answers, " " if is_name else " · ")

    def _in_line(self, fields: Sequence[Field], answers: Answers, between: str) -> str:
        answered = [field for field in fields if any(answers.get(name) for name in field.names)]
        leading = {
            asked for field in answered for asked, _ in field.show_if
        }  # "another day", and then the day
        said = (
            self._field_summary(field, answers)
            for field in fields
            if field.kind in SUMMED_UP and field.id not in leading
        )
        return between.join(part for part in said if part)

    def _field_summary(self, field: Field, answers: Answers) -> str:
        answer = answers.get(field.id, "")
        if field.kind == "tick":
            return self.label(field) if answer == YES else ""
        if field.kind == "state":
            return dict(self.states(field)).get(answer, "") if answer else ""
        if field.options:
            return "" if field.member or answer not in field.options else self._option(field, answer)
        if field.kind != "date":
            return answer
        day, month, year = (answers.get(name, "") for name in field.names)
        try:
            whole = date(int(year), int(month), int(day))
        except (ValueError, OverflowError):  # a day of a hundred digits is an overflow
            return " ".join(part for part in (day, month, year) if part)
        return format_date(whole, "long", locale=self._locale)

"""What a form is made of: steps (one question a screen), their fields, and texts in every language."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from server.wording import PSEUDO, pseudo

SOURCE_TEXTS = "en"
DATE_PARTS = ("day", "month", "year")
YES = "yes"

FieldKind = Literal[
    "text", "email", "phone", "country", "date", "code", "tick", "choice", "scale", "time", "note", "member",
    "state", "signature",
]  # fmt: skip
"""`choice` and `scale` are answered with one tap, `time` is one of the half hours of a day or `unknown`,
`note` a long text that is bounded, `member` the presence of one more person of a repeatable group, `state`
the code of a nationality or country as documents write it, `signature` the strokes of a hand."""

Purpose = Literal["guest", "registration"]
"""What the answers are for: the guest's records, or the police form alone, whose answers go to the vault and
nowhere else."""

WayOut = Literal["skipped", "none", "declined", "cannot_sign"]
Condition = tuple[str, str]
"""The name of an earlier answer, and the value that it must have."""

_PARAMETER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Field:
    """One thing to type, tick or tap. A date travels as three answers: id_day, id_month, id_year.

    It is asked where all of `show_if` hold. `words` is what its texts are keyed by: a repeated question says
    the same each time. `member` is the number of the person it is about, 0 outside a group.
    """

    id: str
    kind: FieldKind
    rules: tuple[Mapping[str, Any], ...]
    autocomplete: str = "off"
    show_if: tuple[Condition, ...] = ()
    options: tuple[str, ...] = ()
    words: str = ""
    member: int = 0

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the answers that this field gives."""
        if self.kind == "date":
            return tuple(f"{self.id}_{part}" for part in DATE_PARTS)
        # beside the strokes goes the digest of the text that stood above them
        return (self.id, f"{self.id}_text") if self.kind == "signature" else (self.id,)

    @property
    def required(self) -> bool:
        return any(rule["rule"] == "required" for rule in self.rules)

    @property
    def asks_nationality(self) -> bool:
        """Whether a state is whose national somebody is: then persons without one can say so."""
        return any(rule["rule"] == "nationality" for rule in self.rules)

    @property
    def longest(self) -> int | None:
        """Characters that an answer may have, where a rule bounds them."""
        return next((rule["value"] for rule in self.rules if rule["rule"] == "max_length"), None)


@dataclass(frozen=True, slots=True)
class Ends:
    """An answer after which a form asks nothing more: the field, and the values that end it."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """One question on one screen; `ways_out` are the honourable ways not to answer it.

    Without `in_review` it does not stand in the last look before sending: it only leads to other questions.
    After an answer of `ends_if` only the steps that are an `ending` follow, which nobody else sees.
    A step with a `group` asks the same of each of up to `most` people; its fields are those of all of them.
    """

    id: str
    fields: tuple[Field, ...]
    ways_out: tuple[WayOut, ...] = ()
    review: bool = False
    show_if: tuple[Condition, ...] = ()
    group: str = ""
    most: int = 0
    in_review: bool = True
    ends_if: Ends | None = None
    ending: bool = False

    @property
    def way_out_name(self) -> str:
        """The answer that says the step was not answered, and why: skipped, none or declined."""
        return f"{self.id}_way_out"

    @cached_property
    def names(self) -> tuple[str, ...]:
        own = tuple(name for field in self.fields for name in field.names)
        return (*own, self.way_out_name) if self.ways_out else own

    @property
    def one_tap(self) -> Field | None:
        """The only field of a step that one tap answers, so that the tap may go on by itself."""
        first = self.fields[0] if len(self.fields) == 1 else None
        return first if first is not None and first.kind in ("choice", "scale") else None

    @property
    def is_signed(self) -> bool:
        """Whether it is where the guest reads all of it and signs."""
        return self.review and any(field.kind == "signature" for field in self.fields)

    def of_member(self, number: int) -> tuple[Field, ...]:
        """What is asked of one person of the group, the mark of their presence left out."""
        return tuple(field for field in self.fields if field.member == number and field.kind != "member")

    def marker(self, number: int) -> str:
        """The answer that says that a person of the group is there."""
        return f"{self.group}_{number}"


@dataclass(frozen=True)
class Form:
    """One published version of a form. `flow` is what it does once it is finished."""

    name: str
    version: int
    steps: tuple[Step, ...]
    texts: Mapping[str, Mapping[str, str]]
    flow: str
    reviewed: frozenset[str]
    partial: bool = False
    purpose: Purpose = "guest"

    @property
    def key(self) -> str:
        """Name and version as stored with an answer or a consent: pre_check_in.v1."""
        return f"{self.name}.v{self.version}"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.texts)

    @property
    def unreviewed(self) -> tuple[str, ...]:
        """The languages whose texts a machine made and nobody who speaks them has read yet."""
        return tuple(language for language in self.texts if language not in self.reviewed)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all answers this form can give."""
        return tuple(name for step in self.steps for name in step.names)

    def step(self, step_id: str) -> Step | None:
        """The step of that id, or None."""
        return next((step for step in self.steps if step.id == step_id), None)

    def text(self, key: str, language: str, **params: object) -> str:
        """A text of the form in a language, in English where the language is not one of its own."""
        source = self.texts[SOURCE_TEXTS][key]
        text = pseudo(source) if language == PSEUDO else self.texts.get(language, {}).get(key, source)
        return fill(text, params)

    def error_key(self, code: str, field: Field) -> str:
        """The key of what to do about an error: in the field's own words where it has some."""
        own = f"error.{code}.{field.words}"
        if own in self.texts[SOURCE_TEXTS]:
            return own
        return "error.choice_unknown" if code == "required" and field.options else f"error.{code}"


def fill(text: str, params: Mapping[str, object]) -> str:
    """The text with its {named} parameters, all at once: a value that looks like one stays as it is."""
    return _PARAMETER.sub(lambda found: str(params.get(found[1], found[0])), text)

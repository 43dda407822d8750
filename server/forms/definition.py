"""Form definitions: the questions of a form, one immutable version a file, with its texts in every language.

A file is `definitions/<name>.v<version>.toml`. It holds steps (one question a screen), their fields, their
rules (the closed vocabulary of rules.py) and a table of texts for each language. Published versions are
listed with their digest in `definitions/published.toml`: what a guest agreed to can be shown years later.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from server.wording import PSEUDO, pseudo

DEFINITIONS = Path(__file__).parent / "definitions"
SOURCE_TEXTS = "en"
DATE_PARTS = ("day", "month", "year")

FieldKind = Literal["text", "email", "phone", "country", "date", "code", "tick"]
WayOut = Literal["skipped", "none", "declined"]

_PARAMETER = re.compile(r"\{(\w+)\}")
_FILE_NAME = re.compile(r"^([a-z][a-z_]*)\.v(\d+)\.toml$")


class BrokenForm(ValueError):
    """A form definition cannot work; the message names the file and what is missing in it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to type or tick. A date travels as three answers: id_day, id_month, id_year."""

    id: str
    kind: FieldKind
    rules: tuple[Mapping[str, Any], ...]
    autocomplete: str = "off"
    show_if: tuple[str, str] | None = None  # (name of an answer, the value that shows this field)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the answers that this field gives."""
        return tuple(f"{self.id}_{part}" for part in DATE_PARTS) if self.kind == "date" else (self.id,)

    @property
    def required(self) -> bool:
        return any(rule["rule"] == "required" for rule in self.rules)


@dataclass(frozen=True, slots=True)
class Step:
    """One question on one screen; `ways_out` are the honourable ways not to answer it."""

    id: str
    fields: tuple[Field, ...]
    ways_out: tuple[WayOut, ...] = ()
    review: bool = False

    @property
    def way_out_name(self) -> str:
        """The answer that says the step was not answered, and why: skipped, none or declined."""
        return f"{self.id}_way_out"

    @property
    def names(self) -> tuple[str, ...]:
        own = tuple(name for field in self.fields for name in field.names)
        return (*own, self.way_out_name) if self.ways_out else own


@dataclass(frozen=True, slots=True)
class Form:
    """One published version of a form."""

    name: str
    version: int
    steps: tuple[Step, ...]
    texts: Mapping[str, Mapping[str, str]]

    @property
    def key(self) -> str:
        """Name and version as stored with an answer or a consent: pre_check_in.v1."""
        return f"{self.name}.v{self.version}"

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(self.texts)

    @property
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

    def error(self, code: str, field: str, language: str) -> str:
        """What to do about an error, in the field's own words where it has some."""
        own = f"error.{code}.{field}"
        return self.text(own if own in self.texts[SOURCE_TEXTS] else f"error.{code}", language)


def fill(text: str, params: Mapping[str, object]) -> str:
    """The text with its {named} parameters, all at once: a value that looks like one stays as it is."""
    return _PARAMETER.sub(lambda found: str(params.get(found[1], found[0])), text)


def _field(raw: Mapping[str, Any]) -> Field:
    shown = raw.get("show_if")
    return Field(
        id=raw["id"],
        kind=raw["kind"],
        rules=tuple(raw.get("rules", ())),
        autocomplete=raw.get("autocomplete", "off"),
        show_if=(shown["field"], shown["equals"]) if shown else None,
    )


def parse_form(content: bytes, file_name: str) -> Form:
    """Read one definition file; raise BrokenForm naming the file and the first thing wrong with it."""
    raw = tomllib.loads(content.decode("utf-8"))
    steps = tuple(
        Step(
            id=step["id"],
            fields=tuple(_field(field) for field in step["fields"]),
            ways_out=tuple(step.get("ways_out", ())),
            review=step.get("review", False),
        )
        for step in raw["steps"]
    )
    form = Form(raw["name"], raw["version"], steps, raw["texts"])
    if file_name != f"{form.key}.toml":
        raise BrokenForm(f"{file_name} must be named {form.key}.toml, after the name and version inside it.")
    _check_texts(form, file_name)
    return form


def _check_texts(form: Form, file_name: str) -> None:
    source = form.texts.get(SOURCE_TEXTS)
    if source is None:
        raise BrokenForm(f"{file_name} has no texts.{SOURCE_TEXTS}.")
    needed = {f"{step.id}.{part}" for step in form.steps for part in ("title", "why", "short")}
    needed |= {f"{field.id}.label" for step in form.steps for field in step.fields}
    for language, texts in form.texts.items():
        missing = sorted((needed | set(source)) - set(texts))
        if missing:
            raise BrokenForm(f"{file_name} lacks in texts.{language}: {', '.join(missing)}.")


@cache
def published_forms() -> Mapping[tuple[str, int], Form]:
    """Every version that was ever published, by name and version."""
    found: dict[tuple[str, int], Form] = {}
    for path in sorted(DEFINITIONS.glob("*.toml")):
        if _FILE_NAME.match(path.name):
            form = parse_form(path.read_bytes(), path.name)
            found[form.name, form.version] = form
    return found


def find_form(name: str, version: int | None = None) -> Form | None:
    """A form by its name: that version, or the newest; None when there is none."""
    if version is not None:
        return published_forms().get((name, version))
    versions = [form for (known, _), form in published_forms().items() if known == name]
    return max(versions, key=lambda form: form.version, default=None)


def digests() -> dict[str, str]:
    """SHA-256 of every definition file as it is, by form key."""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(DEFINITIONS.glob("*.toml"))
        if _FILE_NAME.match(path.name)
    }


def published_digests() -> dict[str, str]:
    """SHA-256 of every definition file as it was published, by form key."""
    manifest = tomllib.loads((DEFINITIONS / "published.toml").read_text("utf-8"))
    return dict(manifest["sha256"])

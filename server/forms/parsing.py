"""From a definition file to a form, or to the sentence that says what is wrong with the file.

All that a definition may say is closed: kinds, rules with their values, conditions (an earlier answer equals
a value), one level of groups. What is not known is refused at the start rather than passed over, because a
rule that is not understood is a rule that does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from server.forms.nationalities import WITHOUT_STATE
from server.forms.questions import (
    SOURCE_TEXTS,
    YES,
    Condition,
    Ends,
    Field,
    FieldKind,
    Form,
    Purpose,
    Step,
    WayOut,
)

LONGEST_TEXT = 2000
"""Characters that the longest answer may have."""

LONGEST_SIGNATURE = 20_000
"""Characters of the strokes of a signature."""

MOST_OPTIONS = 12
MOST_PEOPLE = 12
UNKNOWN_TIME = "unknown"
SCALES: Mapping[tuple[Any, Any], tuple[str, ...]] = {
    (first, last): tuple(str(number) for number in range(first, last + 1))
    for first, last in ((1, 5), (0, 10))
}

RULES: Mapping[str, tuple[str, ...]] = {
    "required": (),
    "max_length": ("value",),
    "email": (),
    "phone": (),
    "country": (),
    "state": (),
    "nationality": (),
    "choice": ("values",),
    "whole_date": (),
    "partial_date": (),
    "date_range": ("from_years", "to_years"),
}
"""The rules and what each needs beside its name."""

_ID = re.compile(r"^[a-z][a-z0-9_]*$")
_FORM_KEYS = {"name", "version", "flow", "words", "partial", "purpose", "reviewed", "steps", "texts"}
_STEP_KEYS = {
    "id",
    "fields",
    "ways_out",
    "review",
    "show_if",
    "group",
    "most",
    "in_review",
    "ends_if",
    "ending",
}
_FIELD_KEYS = {"id", "kind", "rules", "autocomplete", "show_if", "options", "from", "to", "words"}
_BY_KIND = {"choice": {"options"}, "scale": {"from", "to"}, "time": {"from", "to"}}
_CHOOSING = ("choice", "scale", "time")


class BrokenForm(ValueError):
    """A form definition cannot work; the message names the file and what is wrong in it."""


@dataclass(frozen=True, slots=True)
class _File:
    """The file that is read, to say in every sentence which one it was."""

    name: str

    def broken(self, sentence: str) -> BrokenForm:
        return BrokenForm(f"{self.name}: {sentence}")

    def known(self, raw: Mapping[str, Any], keys: Collection[str], what: str) -> None:
        stray = sorted(set(raw) - set(keys))
        if stray:
            raise self.broken(f"{what} may not have {', '.join(stray)}.")

    def typed(self, raw: Mapping[str, Any], key: str, kind: type, what: str, default: Any = None) -> Any:
        value = raw.get(key, default)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.broken(f"{what} needs {key}, a value of the type {kind.__name__}.")
        return value

    def id(self, raw: Mapping[str, Any], what: str) -> str:
        found: str = self.typed(raw, "id", str, what)
        if not _ID.match(found):
            raise self.broken(f"the id {found!r} of {what} must be small letters, digits and _.")
        return found


def build_form(raw: Mapping[str, Any], words: Mapping[str, Mapping[str, str]], file_name: str) -> Form:
    """A form from what its file and its words hold. Raises BrokenForm with a sentence."""
    file = _File(file_name)
    file.known(raw, _FORM_KEYS, "a form")
    name, version = file.typed(raw, "name", str, "a form"), file.typed(raw, "version", int, "a form")
    steps = tuple(_step(file, step) for step in file.typed(raw, "steps", list, "a form"))
    own: dict[str, dict[str, str]] = file.typed(raw, "texts", dict, "a form")
    texts = {language: {**words.get(language, {}), **said} for language, said in own.items()}
    purpose = file.typed(raw, "purpose", str, "a form", "guest")
    if purpose not in get_args(Purpose):
        raise file.broken(f"the purpose {purpose!r} is not known.")
    reviewed = raw.get("reviewed", dict.fromkeys(texts, True))
    form = Form(
        name=name,
        version=version,
        steps=steps,
        texts=texts,
        flow=file.typed(raw, "flow", str, "a form", name),
        reviewed=frozenset(language for language, is_read in reviewed.items() if is_read is True),
        partial=file.typed(raw, "partial", bool, "a form", False),
        purpose=purpose,
    )
    if file_name != f"{form.key}.toml":
        raise BrokenForm(f"{file_name} must be named {form.key}.toml, after the name and version inside it.")
    if set(reviewed) != set(texts):
        raise file.broken("reviewed must say of each language of the texts, and no other, true or false.")
    _check_steps(file, form)
    _check_texts(form, file_name)
    return form


def _conditions(file: _File, raw: Any, what: str) -> tuple[Condition, ...]:
    found = []
    for one in raw if isinstance(raw, list) else [raw] if raw is not None else []:
        if not isinstance(one, dict) or set(one) != {"field", "equals"}:
            raise file.broken(f"show_if of {what} must be a field and what it equals.")
        found.append((str(one["field"]), str(one["equals"])))
    return tuple(found)


def _step(file: _File, raw: Mapping[str, Any]) -> Step:
    step_id = file.id(raw, "a step")
    what = f"the step {step_id}"
    file.known(raw, _STEP_KEYS, what)
    fields = tuple(_field(file, field, what) for field in file.typed(raw, "fields", list, what))
    ways_out = tuple(file.typed(raw, "ways_out", list, what, []))
    if not set(ways_out) <= set(get_args(WayOut)):
        raise file.broken(f"{what} may be left by {', '.join(get_args(WayOut))} only.")
    group, most = raw.get("group", ""), raw.get("most", 0)
    if group:
        if not (_ID.match(str(group)) and isinstance(most, int) and 1 <= most <= MOST_PEOPLE):
            raise file.broken(f"{what} needs most, from 1 to {MOST_PEOPLE}, and a group named like an id.")
        fields = tuple(_members(group, most, fields))
    elif most:
        raise file.broken(f"{what} has most and no group.")
    return Step(
        step_id,
        fields,
        ways_out,
        file.typed(raw, "review", bool, what, False),
        _conditions(file, raw.get("show_if"), what),
        group,
        most,
        file.typed(raw, "in_review", bool, what, True),
        _ends(file, raw.get("ends_if"), what),
        file.typed(raw, "ending", bool, what, False),
    )


def _ends(file: _File, raw: Any, what: str) -> Ends | None:
    if raw is None:
        return None
    if not isinstance(raw, dict) or set(raw) != {"field", "in"} or not isinstance(raw["in"], list):
        raise file.broken(f"ends_if of {what} must be a field and a list of what it is in.")
    return Ends(str(raw["field"]), tuple(str(value) for value in raw["in"]))


def _members(group: str, most: int, fields: Sequence[Field]) -> Iterable[Field]:
    """What is asked of each person of a group: companion_1, companion_1_given_name, ..., companion_2, ..."""
    own = {name for field in fields for name in field.names}
    for number in range(1, most + 1):
        there = f"{group}_{number}"
        yield Field(
            there, "member", ({"rule": "choice", "values": [YES]},), words=f"{group}.one", member=number
        )
        for field in fields:
            inner = tuple((f"{there}_{name}" if name in own else name, is_) for name, is_ in field.show_if)
            yield replace(
                field,
                id=f"{there}_{field.id}",
                show_if=((there, YES), *inner),
                words=f"{group}_{field.id}",
                member=number,
            )


def _field(file: _File, raw: Mapping[str, Any], step: str) -> Field:
    field_id = file.id(raw, f"a field of {step}")
    what = f"the field {field_id}"
    kind: FieldKind = raw.get("kind", "")
    if kind not in get_args(FieldKind) or kind == "member":
        raise file.broken(f"{what} is of the kind {kind!r}, which there is not.")
    file.known(raw, _FIELD_KEYS - {"options", "from", "to"} | _BY_KIND.get(kind, set()), what)
    options = _options(file, raw, kind, what)
    most = LONGEST_SIGNATURE if kind == "signature" else LONGEST_TEXT
    rules = [_rule(file, rule, what, most) for rule in file.typed(raw, "rules", list, what, [])]
    if options:
        if any(rule["rule"] == "choice" for rule in rules):
            raise file.broken(f"{what} has its choice in its options already.")
        rules.append({"rule": "choice", "values": list(options)})
    field = Field(
        field_id,
        kind,
        tuple(rules),
        file.typed(raw, "autocomplete", str, what, "off"),
        _conditions(file, raw.get("show_if"), what),
        options,
        file.typed(raw, "words", str, what, field_id),
    )
    if kind in ("text", "email", "phone", "code", "note", "signature") and field.longest is None:
        raise file.broken(f"{what} is typed, and has no max_length.")
    return field


def _rule(file: _File, raw: Any, what: str, most: int) -> Mapping[str, Any]:
    needs = RULES.get(raw.get("rule", "")) if isinstance(raw, dict) else None
    if needs is None or set(raw) != {"rule", *needs}:
        raise file.broken(f"{what} has a rule that is not in the vocabulary: {raw}.")
    numbers = [value for key, value in raw.items() if key in ("value", "from_years", "to_years")]
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in numbers):
        raise file.broken(f"{what} has a rule whose number is none: {raw}.")
    if raw["rule"] == "max_length" and not 1 <= raw["value"] <= most:
        raise file.broken(f"{what} may have from 1 to {most} characters.")
    found: Mapping[str, Any] = raw
    return found


def _options(file: _File, raw: Mapping[str, Any], kind: str, what: str) -> tuple[str, ...]:
    """What can be answered where it is chosen, in the order in which it is shown."""
    first, last = raw.get("from"), raw.get("to")
    if kind == "scale":
        if (first, last) not in SCALES:
            raise file.broken(f"{what} is a scale, which goes from 1 to 5 or from 0 to 10.")
        return SCALES[first, last]
    if kind == "time":
        hours = half_hours()
        if first not in hours or last not in hours or hours.index(first) >= hours.index(last):
            raise file.broken(f"{what} needs from and to, two half hours such as 14:30.")
        return (*hours[hours.index(first) : hours.index(last) + 1], UNKNOWN_TIME)
    options = raw.get("options", [])
    if kind == "choice" and not (
        2 <= len(options) <= MOST_OPTIONS
        and len(set(options)) == len(options)
        and all(isinstance(option, str) and _ID.match(option) for option in options)
    ):
        raise file.broken(f"{what} needs from 2 to {MOST_OPTIONS} options, each named like an id, each once.")
    return tuple(options)


def half_hours() -> tuple[str, ...]:
    """The half hours of a day: 00:00, 00:30, ... 23:30."""
    return tuple(f"{half // 2:02}:{half % 2 * 30:02}" for half in range(48))


def _check_steps(file: _File, form: Form) -> None:
    """Names are each one's own, a condition looks back at what can be so, and the last step always comes."""
    if not form.steps or form.steps[-1].show_if or form.steps[-1].ending:
        raise file.broken("a form needs a last step that is asked of everybody, where it is sent.")
    seen: dict[str, Collection[str] | None] = {}
    for step in form.steps:
        _check_conditions(file, step.show_if, seen, f"the step {step.id}")
        for field in step.fields:
            _check_conditions(file, field.show_if, seen, f"the field {field.id}")
            for name in field.names:
                if name in seen:
                    raise file.broken(f"{name} is the name of two answers.")
                seen[name] = (YES,) if field.kind in ("tick", "member") else field.options or None
        if step.ways_out:
            if step.way_out_name in seen:
                raise file.broken(f"{step.way_out_name} is the name of two answers.")
            seen[step.way_out_name] = step.ways_out
        _check_ends(file, step, form)


def _check_ends(file: _File, step: Step, form: Form) -> None:
    ends = step.ends_if
    if ends is None:
        return
    if ends.field not in step.names:
        raise file.broken(f"the step {step.id} ends by {ends.field}, which is no answer of it.")
    after = form.steps[form.steps.index(step) + 1 :]
    if not any(other.ending and not other.show_if for other in after):
        raise file.broken(f"the step {step.id} ends the form, and no ending comes after it.")


def _check_conditions(
    file: _File, conditions: Iterable[Condition], seen: Mapping[str, Collection[str] | None], what: str
) -> None:
    for name, value in conditions:
        if name not in seen:
            raise file.broken(f"{what} depends on {name}, which is no earlier answer.")
        possible = seen[name]
        if value and possible is not None and value not in possible:
            raise file.broken(f"{what} waits for {name} to be {value!r}, which it never is.")


def _check_texts(form: Form, file_name: str) -> None:
    source = form.texts.get(SOURCE_TEXTS)
    if source is None:
        raise BrokenForm(f"{file_name} has no texts.{SOURCE_TEXTS}.")
    needed = {f"{step.id}.{part}" for step in form.steps for part in ("title", "why", "short")}
    needed |= {f"{part}.{way}" for way in _new_ways_out(form) for part in ("form", "way_out")}
    needed |= {key for step in form.steps for key in _texts_of(step)}
    for language, texts in form.texts.items():
        missing = sorted((needed | set(source)) - set(texts))
        if missing:
            raise BrokenForm(f"{file_name} lacks in texts.{language}: {', '.join(missing)}.")
        stray = sorted(set(texts) - set(source))
        if stray:
            raise BrokenForm(f"{file_name} has in texts.{language} and not in English: {', '.join(stray)}.")


def _new_ways_out(form: Form) -> Iterable[str]:
    return ("cannot_sign",) if any("cannot_sign" in step.ways_out for step in form.steps) else ()


def _texts_of(step: Step) -> Iterable[str]:
    if step.group:
        yield from (f"{step.group}.{part}" for part in ("one", "add", "remove"))
    for field in step.fields:
        if field.kind != "member" and step.one_tap is None:
            yield f"{field.words}.label"
        if field.kind == "choice":
            yield from (f"{field.words}.option.{option}" for option in field.options)
        if field.kind == "time":
            yield "time.unknown"
        if field.kind == "signature":
            yield f"{field.words}.declaration"
        if field.asks_nationality:
            yield from (f"state.{code}" for code in WITHOUT_STATE)
        if field.kind == "scale":
            yield from (f"{field.words}.low", f"{field.words}.high")

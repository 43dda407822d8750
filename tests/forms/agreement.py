"""Answers that nobody would think of, and what the tablet's module needs to judge them."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from server.forms.questions import Field, Form
from server.forms.showing import ShownForm
from server.properties.models import Property

ODD = (
    "", " ", "yes", "no", "unknown", "self", "other", "today", "later", "child", "own", "same", "skipped",
    "0", "1", "5", "10", "11", "29", "30", "31", "02", "2", "13", "2024", "2026", "1900", "0000", "99999",
    "17:30", "17:15", "24:00", "anna@example.com", " anna@example.com\u2003", "anna@", "@b.de", "a@b@c.de",
    "a b@c.de", "a\ufeff@c.de", "\ufeff", "a\x85@c.de", "a\x1f@c.de", "\x1c\x1fa@c.de\x85", "a@b..de",
    "用户@例子.广告", "06 52 52 72 72", "+39 (345) 678-90.12", "٠٦٥٢٥٢٧٢٧٢", "1234", "1" * 16, "FR", "fr",
    "XX", "ß" * 100, "FRA", "TUR", "XXA", "XXX", "tur", "D",
    "𝒜" * 100, "𝒜" * 101, "e\u0301" * 51, "a" * 254, "a" * 255, "é" * 500, "é" * 501,
    "\u00a0", "\u180e", "\u200b", "null", "constructor", "__proto__",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",
)  # fmt: skip
"""Values that the rules have an opinion on, and the white space that two languages see differently."""

_HOUSE = Property(code="house", name="House", languages=["en"], country="FR", sentences={}, tones={})


def steps_for_the_browser(form: Form) -> Any:
    """The steps of a form as its page hands them to the module."""
    return rules_for_the_browser(ShownForm(form, "en", _HOUSE))["steps"]


def rules_for_the_browser(shown: ShownForm) -> Any:
    """The rules of a form with the states that form.js reads from the page's lists."""
    rules = json.loads(shown.rules_json)
    offered = {
        field.id: dict(shown.states(field)[1:])
        for step in shown.form.steps
        for field in step.fields
        if field.kind == "state"
    }
    for field in (field for step in rules["steps"] for field in step["fields"]):
        if field["id"] in offered:
            field["states"] = offered[field["id"]]
    return rules


def odd_answers(random: Random, form: Form) -> dict[str, str]:
    """Answers to a form: some right, some odd, some missing, some to questions that are not asked."""
    given: dict[str, str] = {}
    left = random.random()
    for step in form.steps:
        for field in step.fields:
            for name in field.names:
                if random.random() < left:
                    given[name] = _answer(random, field)
        if step.ways_out and random.random() < 0.2:
            given[step.way_out_name] = random.choice((*step.ways_out, *ODD[:12]))
    return given


def _answer(random: Random, field: Field) -> str:
    if field.kind == "state" and random.random() < 0.7:
        return random.choice(("FRA", "TUR", "XXB"))
    likely = ("yes",) if field.kind in ("tick", "member") else field.options
    if likely and random.random() < 0.7:
        return random.choice(likely)
    if random.random() < 0.1:
        return "".join(
            chr(random.choice((32, 64, 46, 48, 97, 0xA0, 0x2028, 0x661, 0xFEFF))) for _ in range(12)
        )
    return random.choice(ODD)

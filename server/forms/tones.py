"""The familiar tone of a form: the same texts said with tu, du or tú, where a house wants to speak so.

A file is `tones/<name>.v<version>.toml`, beside the published version and never instead of it: it holds only
texts whose words change with the tone, and none of what a guest agrees to (the labels of ticks), which stay
as they were published.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from server.forms.definition import SOURCE_TEXTS, BrokenForm, Form, find_form

TONES = Path(__file__).parent / "tones"


@cache
def familiar_texts(name: str, version: int) -> Mapping[str, Mapping[str, str]]:
    """The familiar texts of a form by language; none where nobody has written them.

    Raises BrokenForm for a text that the form does not have, or that a guest agrees to.
    """
    form = find_form(name, version)
    path = TONES / f"{name}.v{version}.toml"
    if form is None or not path.is_file():
        return {}
    texts: dict[str, dict[str, str]] = tomllib.loads(path.read_text("utf-8"))
    allowed = set(form.texts[SOURCE_TEXTS]) - _agreed_to(form)
    for language, own in texts.items():
        stray = sorted(set(own) - allowed)
        if stray or language not in form.texts:
            raise BrokenForm(f"tones/{path.name} may not have in {language}: {', '.join(stray)}.")
    return texts


def _agreed_to(form: Form) -> set[str]:
    return {f"{field.id}.label" for step in form.steps for field in step.fields if field.kind == "tick"}

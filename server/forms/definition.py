"""Form definitions: the questions of a form, one immutable version a file, with its texts in every language.

A file is `definitions/<name>.v<version>.toml`. It holds steps, their fields, their rules (the closed
vocabulary of rules.py) and a table of texts for each language. What every form says alike (Continue, the
errors, "What is your name?") may stand once, in `words/<name>.v<version>.toml`, which a form names as its
`words`, one or a list. Published versions of both are listed with their digest in
`definitions/published.toml`: what a guest agreed to can be shown years later.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from server.forms.parsing import BrokenForm, build_form
from server.forms.questions import SOURCE_TEXTS, Field, Form, Step, fill

__all__ = [
    "DEFINITIONS",
    "SOURCE_TEXTS",
    "WORDS",
    "BrokenForm",
    "Field",
    "Form",
    "Step",
    "digests",
    "fill",
    "find_form",
    "parse_form",
    "published_digests",
    "published_forms",
    "registration_forms",
    "unreviewed_languages",
]

DEFINITIONS = Path(__file__).parent / "definitions"
WORDS = Path(__file__).parent / "words"
_FILE_NAME = re.compile(r"^([a-z][a-z_]*)\.v(\d+)\.toml$")


def parse_form(content: bytes, file_name: str) -> Form:
    """Read one definition file; raise BrokenForm naming the file and the first thing wrong with it."""
    raw = _read(content, file_name)
    named = raw.get("words", [])
    words: dict[str, dict[str, str]] = {}
    for name in named if isinstance(named, list) else [named]:  # of several, the later says it last
        for language, texts in _words(str(name), file_name).items():
            words[language] = {**words.get(language, {}), **texts}
    return build_form(raw, words, file_name)


def _read(content: bytes, file_name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BrokenForm(f"{file_name} is no TOML in UTF-8: {error}.") from None


def _words(name: str, file_name: str) -> Mapping[str, Mapping[str, str]]:
    path = WORDS / f"{name}.toml"
    if not (_FILE_NAME.match(path.name) and path.is_file()):
        raise BrokenForm(f"{file_name} names the words {name}, which are not in server/forms/words.")
    found: Mapping[str, Mapping[str, str]] = _read(path.read_bytes(), path.name)
    return found


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


def registration_forms() -> list[Form]:
    """Every published version of the forms whose answers go to the vault."""
    return [form for form in published_forms().values() if form.purpose == "registration"]


def unreviewed_languages() -> Mapping[str, tuple[str, ...]]:
    """For staff: of the newest version of each form, the languages whose texts a machine made and nobody who
    speaks them has read; forms without such are left out."""
    newest = {name: find_form(name) for name, _ in published_forms()}
    return {form.key: form.unreviewed for form in newest.values() if form is not None and form.unreviewed}


def digests() -> dict[str, str]:
    """SHA-256 of every file of questions and words as it is, by its name and version."""
    return {
        path.stem: hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in (DEFINITIONS, WORDS)
        for path in sorted(folder.glob("*.toml"))
        if _FILE_NAME.match(path.name)
    }


def published_digests() -> dict[str, str]:
    """SHA-256 of every such file as it was published, by its name and version."""
    manifest = tomllib.loads((DEFINITIONS / "published.toml").read_text("utf-8"))
    return dict(manifest["sha256"])

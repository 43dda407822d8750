"""A police form of tests' own, beside those that are published."""

from __future__ import annotations

from pathlib import Path

import pytest

from kiosk import precaching
from server.forms import definition
from server.forms.definition import parse_form
from server.forms.questions import Form

FILE = Path(__file__).parent / "police_fr.v90.toml"


def police_form() -> Form:
    """France's list of fields as a form, in English, Arabic and Chinese."""
    return parse_form(FILE.read_bytes(), FILE.name)


@pytest.fixture
def with_police_form(monkeypatch: pytest.MonkeyPatch) -> Form:
    """The same, known to the house as if it were published."""
    form, published = police_form(), dict(definition.published_forms())
    monkeypatch.setattr(precaching, "_made", {})  # it asks the files which forms there are
    monkeypatch.setattr(definition, "published_forms", lambda: published | {(form.name, form.version): form})
    return form

"""Form definitions: complete in every language, and never changed once published."""

from __future__ import annotations

import pytest

from server.forms.definition import (
    DEFINITIONS,
    BrokenForm,
    digests,
    find_form,
    parse_form,
    published_digests,
    published_forms,
)
from server.forms.rules import codes_of
from server.record import PERSON_FIELDS

V1 = (DEFINITIONS / "pre_check_in.v1.toml").read_bytes()


def test_a_published_version_never_changes() -> None:
    assert digests() == published_digests()


def test_every_form_speaks_each_of_its_languages_completely() -> None:
    for form in published_forms().values():
        assert {"en", "fr"} <= set(form.languages)
        for texts in form.texts.values():
            assert set(texts) == set(form.texts["en"])
            assert all(text.strip() for text in texts.values())


def test_every_error_a_guest_can_make_has_its_words() -> None:
    for form in published_forms().values():
        for step in form.steps:
            for field in step.fields:
                for code in codes_of(field):
                    assert form.text(form.error_key(code, field), "fr")


def test_every_question_gives_its_reason() -> None:
    for form in published_forms().values():
        for step in form.steps:
            for language in form.languages:
                assert form.text(f"{step.id}.why", language).endswith((".", "。"))


def test_no_form_asks_for_documents_or_cards() -> None:
    for form in published_forms().values():
        assert not any(word in name for name in form.names for word in ("document", "passport", "card"))
    assert "document_number" in PERSON_FIELDS


def test_the_box_for_news_starts_unticked_and_comes_last() -> None:
    form = find_form("pre_check_in")
    assert form is not None

    assert form.steps[-1].review
    assert [field.id for field in form.steps[-1].fields] == ["news"]
    assert not form.steps[-1].ways_out


def test_the_contact_may_be_skipped_had_not_or_refused() -> None:
    form = find_form("pre_check_in")
    assert form is not None

    for name in ("email", "mobile"):
        step = form.step(name)
        assert step is not None
        assert step.ways_out == ("skipped", "none", "declined")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ((b'"name.title" = "Comment vous appelez-vous ?"\n', b""), "lacks in texts.fr: name.title"),
        ((b"[texts.en]", b"[texts.de]"), "has no texts.en"),
        ((b"version = 1", b"version = 2"), "must be named pre_check_in.v2.toml"),
    ],
)
def test_a_broken_definition_stops_the_start_by_its_name(change: tuple[bytes, bytes], says: str) -> None:
    with pytest.raises(BrokenForm, match=says) as caught:
        parse_form(V1.replace(*change), "pre_check_in.v1.toml")

    assert "pre_check_in.v1.toml" in str(caught.value)

"""Form definitions: complete in every language, and never changed once published."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from server.forms.definition import (
    DEFINITIONS,
    WORDS,
    BrokenForm,
    digests,
    find_form,
    parse_form,
    published_digests,
    published_forms,
    unreviewed_languages,
)
from server.forms.rules import check_form, codes_of
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
        if form.purpose == "registration":
            continue  # what a law asks goes to the vault
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


BROKEN_V1 = [
    ((b'"name.title" = "Comment vous appelez-vous ?"\n', b""), "lacks in texts.fr: name.title"),
    ((b"[texts.en]", b"[texts.de]"), "has no texts.en"),
    ((b"version = 1", b"version = 2"), "must be named pre_check_in.v2.toml"),
    ((b'kind = "code"', b'kind = "card"'), "the field reference is of the kind 'card'"),
    ((b'{ rule = "partial_date" }', b'{ rule = "pattern", value = ".*" }'), "not in the vocabulary"),
    (
        (b'{ rule = "max_length", value = 40 }', b'{ rule = "max_length", value = "40" }'),
        "whose number is none",
    ),
    (
        (b'ways_out = ["skipped"]', b'ways_out = ["later"]'),
        "may be left by skipped, none, declined, cannot_sign only",
    ),
    ((b'id = "family_name"', b'id = "given_name"'), "given_name is the name of two answers"),
    ((b"[texts.en]", b"[texts.en"), "is no TOML"),
    ((b"review = true", b'review = "yes"'), "needs review, a value of the type bool"),
    ((b'field = "email_way_out"', b'field = "way_out"'), "depends on way_out, which is no earlier answer"),
]


@pytest.mark.parametrize(("change", "says"), BROKEN_V1, ids=[says for _, says in BROKEN_V1])
def test_a_broken_definition_stops_the_start_by_its_name(change: tuple[bytes, bytes], says: str) -> None:
    with pytest.raises(BrokenForm, match=re.escape(says)) as caught:
        parse_form(V1.replace(*change), "pre_check_in.v1.toml")

    assert "pre_check_in.v1.toml" in str(caught.value)


EVERYTHING = Path(__file__).parent / "everything.v1.toml"
BROKEN_NEW = [
    (b"to = 10", b"to = 7", "the field likely is a scale, which goes from 1 to 5 or from 0 to 10"),
    (b'from = "09:00"', b'from = "09:10"', "the field at needs from and to, two half hours"),
    (b'equals = "0" }', b'equals = "11" }', "waits for likely to be '11', which it never is"),
    (b'["often", "once", "never"]', b'["once"]', "the field went needs from 2 to 12 options"),
    (b"most = 3", b"most = 99", "needs most, from 1 to 12"),
    (b"most = 3", b'most = 3\npattern = "x"', "the step treated may not have pattern"),
    (b"en = true", b"fr = true", "reviewed must say of each language"),
    (b'words = "common.v1"', b'words = "../secret"', "names the words ../secret"),
    (b", value = 100 }", b", value = 100000 }", "may have from 1 to 2000 characters"),
    (b'{ rule = "max_length", value = 10 }', b'{ rule = "email" }', "is typed, and has no max_length"),
    (b'"treatment.add" = "One more"', b"", "lacks in texts.en: treatment.add"),
    (b'"at.label" = "When?"', b"", "lacks in texts.en: at.label"),
    (b'"sign.declaration" = "It is true."', b"", "lacks in texts.en: sign.declaration"),
    (b'"state.XXA" = "Stateless"', b"", "lacks in texts.en: state.XXA"),
    (b'"form.cannot_sign" = "I cannot sign"', b"", "lacks in texts.en: form.cannot_sign"),
    (b"value = 20000", b"value = 20001", "may have from 1 to 20000 characters"),
    (b'ends_if = { field = "home"', b'ends_if = { field = "likely"', "ends by likely, which is no answer"),
    (b"ending = true", b"ending = false", "ends the form, and no ending comes after it"),
    (b'id = "end"', b'id = "end"\nshow_if = { field = "late", equals = "yes" }', "a last step that is asked"),
]


@pytest.mark.parametrize(("old", "new", "says"), BROKEN_NEW, ids=[says for _, _, says in BROKEN_NEW])
def test_what_the_vocabulary_does_not_know_is_refused(old: bytes, new: bytes, says: str) -> None:
    content = EVERYTHING.read_bytes()
    assert old in content

    with pytest.raises(BrokenForm, match=re.escape(says)):
        parse_form(content.replace(old, new, 1), EVERYTHING.name)


def test_a_group_asks_the_same_of_each_person() -> None:
    form = parse_form(EVERYTHING.read_bytes(), EVERYTHING.name)
    step = form.step("treated")
    assert step is not None

    assert [field.id for field in step.of_member(2)] == [
        "treatment_2_by",
        "treatment_2_good",
        "treatment_2_phone",
    ]
    assert step.of_member(2)[1].show_if == (("treatment_2", "yes"), ("treatment_2_by", "Anna"))
    assert form.text(f"{step.of_member(2)[0].words}.label", "en") == "By whom?"


def test_staff_can_tell_which_texts_nobody_has_read_yet() -> None:
    others = ("de", "es", "it", "nl", "pt", "pl", "ru", "ar", "zh", "ja")
    assert unreviewed_languages() == {
        **dict.fromkeys(("pre_check_in.v2", "survey.v1", "wishes.v1", "your_email.v1"), others),
        "police_fr.v1": ("fr", *others),
    }


def test_what_a_guest_agrees_to_stands_in_the_form_itself() -> None:
    """The words that forms share may serve many; a consent names one form and version."""
    shared = set(tomllib.loads((WORDS / "common.v1.toml").read_text("utf-8"))["en"])

    for form in published_forms().values():
        ticks = {
            f"{field.words}.label" for step in form.steps for field in step.fields if field.kind == "tick"
        }
        assert not ticks & shared


def test_a_family_of_four_types_little() -> None:
    """What a parent types who brings a partner and two children: text that no tap can give."""
    form = find_form("pre_check_in")
    assert form is not None
    answers = {"staying": "self", "arrives": "today", "arrival_time": "17:30", "wishes_way_out": "skipped"}
    answers |= {f"companion_{n}": "yes" for n in (1, 2, 3)}
    answers |= {"companion_1_reach": "same", "companion_2_reach": "child", "companion_3_reach": "child"}
    typed = {"given_name": "Anna", "family_name": "Rossi", "email": "anna@gmail.com", "mobile": "0652527272"}
    typed |= {f"companion_{n}_given_name": name for n, name in ((1, "Luca"), (2, "Mia"), (3, "Leo"))}

    assert check_form(form, answers | typed | {"mobile_country": "FR"}, today=date(2026, 5, 4)) == {}
    assert len(typed) <= 12

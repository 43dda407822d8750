"""What may be written into each setting, and what is said when it may not."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.properties import checking
from server.properties.checking import UNSEEN, NotSo
from server.properties.lacking import FEATURES, lacking, working
from server.properties.models import LegalEntity, Property
from server.properties.reasons import EMAIL_REASONS
from server.properties.sections import SECTIONS, STEPS, read_entity, read_section
from server.properties.sentences import SENTENCES

DOMAINS = checking.lines_of(checking.domain)


def make_property(**set_: Any) -> Property:
    empty: dict[str, Any] = {
        "sentences": {},
        "good_to_know": {},
        "tones": {},
        "email_reasons": [],
        "senders": {},
        "retention": {},
        "changes": {},
    }
    lists = {
        "own_domains": [],
        "own_emails": [],
        "own_phones": [],
        "stay_kinds": [],
        "languages": ["en", "fr"],
    }
    texts = dict.fromkeys(("street", "city", "postal_code", "reception_phone", "reply_to"), "")
    lists["languages"] = ["en", "fr"]
    plain = {"name": "Hôtel", "kind": "hotel", "country": "FR", "zone": "Europe/Paris", "accent": "#1f5f5b"}
    place = Property(**(empty | lists | texts | plain | {"quiet_from": "", "quiet_until": ""} | set_))
    place.legal_entity = LegalEntity(name="Hôtel SAS", street="", city="", country="", privacy_contact="")
    return place


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (checking.line, "  Hôtel  du Lac ", "Hôtel du Lac"),
        (checking.line, "Ho\u0302tel", "Hôtel"),
        (checking.line, "فندق البحيرة", "فندق البحيرة"),
        (checking.line, "{{7*7}} %(x)s {x} <b>", "{{7*7}} %(x)s {x} <b>"),
        (checking.line, "", ""),
        (checking.email, "Reception@Lac.Example", "reception@lac.example"),
        (checking.email, "", ""),
        (checking.phone, "+33 (0)4 79 00 00 00", "+33479000000"),
        (checking.colour, "#AABBCC", "#aabbcc"),
        (checking.zone, "Asia/Tokyo", "Asia/Tokyo"),
        (checking.time_of_day, "21:30", "21:30"),
        (checking.domain, "Hôtel.Example", "xn--htel-vqa.example"),
        (checking.sms_sender, "HotelDuLac", "HotelDuLac"),
        (checking.sms_sender, "+33 9 37 00 00 00", "+33937000000"),
        (checking.months, "36", 36),
        (checking.code, "hotel-du-lac", "hotel-du-lac"),
        (
            checking.lines_of(checking.domain),
            "a.example\n\nb.example\r\na.example",
            ["a.example", "b.example"],
        ),
    ],
)
def test_a_value_is_kept_in_one_form(kind: Callable[[str], Any], text: str, expected: Any) -> None:
    assert kind(text) == expected


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        (checking.line, "Hôtel\r\nBcc: all@guests.example", "setting.many_lines"),
        (checking.line, "Hôtel\x00", "setting.unseen"),
        (checking.line, "Hôtel \u202egnp.exe", "setting.unseen"),
        (checking.line, "Hô\u200btel", "setting.unseen"),
        (checking.line, "Hotel\u2066 x", "setting.unseen"),
        (checking.line, "H" + "\u0336" * 40, "setting.unseen"),
        (checking.line, "\udcff", "setting.unseen"),
        (checking.line, "x" * 121, "setting.too_long"),
        (checking.line, "x" * 10_000, "setting.too_long"),
        (checking.needed(checking.line), " \u3000", "setting.required"),
        (checking.email, "reception@", "setting.email"),
        (checking.email, "a@b.example, c@d.example", "setting.email"),
        (checking.phone, "04 79 00 00 00", "setting.phone"),
        (checking.phone, "+33 1", "setting.phone"),
        (checking.colour, "red;}body{}", "setting.colour"),
        (checking.zone, "../../etc/passwd", "setting.zone"),
        (checking.country, "XX", "setting.country"),
        (checking.time_of_day, "25:00", "setting.time"),
        (checking.domain, "localhost", "setting.domain"),
        (checking.domain, "-a.example", "setting.domain"),
        (checking.domain, ".." + "a" * 70 + ".example", "setting.domain"),
        (checking.sms_sender, "12345", "setting.sms_sender"),
        (checking.sms_sender, "Hôtel du Lac", "setting.sms_sender"),
        (checking.months, "0", "setting.months"),
        (checking.months, "9999", "setting.months"),
        (checking.months, "٣", "setting.months"),
        (checking.code, "Hotel du Lac", "setting.code"),
        (checking.code, "../x", "setting.code"),
        (
            checking.lines_of(checking.domain),
            "\n".join(f"a{n}.example" for n in range(51)),
            "setting.list_long",
        ),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(kind: Callable[[str], Any], text: str, code: str) -> None:
    with pytest.raises(NotSo) as not_so:
        kind(text)

    assert not_so.value.wrong[0] == code
    assert code in SENTENCES


NAMES = """
    name kind country zone accent languages offered tone-fr email-en sms email_reasons quiet_from quiet_until
    months-contact starts-contact own_domains own_emails own_phones reply_to reception_phone street email_name
"""
ANYTHING = st.dictionaries(
    st.sampled_from(NAMES.split()),
    st.lists(st.text(max_size=60), max_size=3),
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SECTIONS)), ANYTHING)
def test_whatever_is_sent_becomes_settings_or_sentences(name: str, sent: dict[str, list[str]]) -> None:
    values, errors = read_section(name, sent, make_property())

    assert {code for code, _ in errors.values()} <= set(SENTENCES)
    for text in _texts(values):
        assert not any(unicodedata.category(letter) in UNSEEN for letter in text)


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for part in (*value, *value.values()) for text in _texts(part)]
    return [text for part in value for text in _texts(part)] if isinstance(value, list) else []


def test_quiet_hours_are_whole_or_not_at_all() -> None:
    _, errors = read_section("sending", {"quiet_from": ["21:00"]}, make_property())

    assert errors == {"quiet_until": ("setting.quiet_half", {})}


def test_own_sentences_in_a_language_the_house_gave_up_wait_for_its_return() -> None:
    place = make_property(sentences={"email": {"de": "Bitte", "en": "Old"}})

    values, errors = read_section("sentences", {"email-en": ["New"], "name-fr": ["Votre nom"]}, place)

    assert errors == {}
    assert values == {"sentences": {"email": {"de": "Bitte", "en": "New"}, "name": {"fr": "Votre nom"}}}


def test_languages_no_page_speaks_yet_are_kept_and_the_first_one_leads() -> None:
    place = make_property(languages=["de", "en"])
    sent = {"offered": ["en", "fr"], "languages": ["en", "fr"], "first": ["fr"], "tone-fr": ["familiar"]}

    values, _ = read_section("languages", sent, place)

    assert values == {"languages": ["fr", "en", "de"], "tones": {"fr": "familiar"}}


def test_a_house_says_how_long_it_keeps_data_but_not_against_a_law() -> None:
    sent = {"starts-stay": ["departure"], "months-stay": ["24"], "months-police": ["60"]}
    values, errors = read_section("retention", sent, make_property(country="FR"))

    assert values["retention"] == {"stay": {"starts": "departure", "months": 24}}
    assert errors == {}


def test_a_start_that_there_is_not_is_told() -> None:
    _, errors = read_section("retention", {"starts-stay": ["birth"]}, make_property())

    assert errors == {"starts-stay": ("setting.choice", {})}


def test_a_company_needs_a_name_and_nothing_else() -> None:
    assert read_entity({"name": ["Lac SA"]})[1] == {}
    assert read_entity({})[1] == {"name": ("setting.required", {})}


def test_a_house_with_nothing_set_can_still_ask_its_guests() -> None:
    assert "kiosk" in working(make_property())
    assert {code for _, code in lacking(make_property())} <= set(SENTENCES)


@pytest.mark.parametrize(
    ("given", "feature"),
    [
        ({"email_reasons": ["invoice"]}, "email_question"),
        ({"reply_to": "a@b.example"}, "replies"),
        ({"reception_phone": "+33479000000"}, "call"),
        ({"senders": {"sms": "Hotel"}}, "texts"),
        ({"senders": {"email_name": "Hôtel"}, "reply_to": "a@b.example"}, "emails"),
        ({"quiet_from": "21:00", "quiet_until": "08:00"}, "quiet"),
        ({"own_domains": ["b.example"]}, "own_addresses"),
    ],
)
def test_a_setting_lets_its_own_feature_work_and_no_other(given: dict[str, Any], feature: str) -> None:
    before, after = set(working(make_property())), set(working(make_property(**given)))

    assert feature in after - before
    assert after - before <= {feature, "replies"}
    assert feature in FEATURES


def test_every_reason_and_every_step_has_words() -> None:
    assert all(r.label and r.true_if and r.guest for r in EMAIL_REASONS.values())
    assert all(STEPS.values())

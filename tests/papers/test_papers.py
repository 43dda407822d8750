"""The papers say what the house's settings say, all of it, and nothing untrue."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment, FileSystemLoader
from markupsafe import escape
from sqlalchemy.orm import Session

from server.importing.uploads import KEPT
from server.papers.document import Document
from server.papers.facts import Facts, authorities, facts_of
from server.papers.kinds import desk_card
from server.papers.shelf import kinds, shelf, write
from server.papers.texts import texts_of, value
from server.properties.models import Arrangement, LegalEntity, Property
from server.properties.retention import keepings
from server.properties.setup import default_property
from server.records.models import Source
from server.refusal import Refused

TOP = Path(__file__).parents[2]
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TEMPLATES = Environment(loader=FileSystemLoader(TOP / "templates"), autoescape=True)

FACTS = Facts(
    property_id=1,
    name="Hôtel des Arcades",
    address=("1 rue du Lac", "74000 Annecy", "FR"),
    country="FR",
    phone="+33 4 50 00 00 00",
    languages=("en", "fr"),
    entity="Arcades SAS",
    entity_address=("2 quai de l’Isle", "74000 Annecy", "FR"),
    registration="RCS Annecy 123",
    privacy_contact="privacy@arcades.example",
    authority=authorities()["FR"],
    keepings=keepings(Property(country="FR", retention={})),
    sources=("Mews", "TheFork"),
    sends=frozenset(),
    partners=(),
    today=date(2026, 11, 22),
)


def shown(document: Document | None) -> str:
    """A paper as the PDF's process is given it."""
    assert document is not None
    return TEMPLATES.get_template("papers/print.html").render(document=document, towards="ltr", logo=False)


def words(document: Document | None) -> str:
    """A paper's words, without the marks around them and the signs that only keep words together."""
    text = re.sub(r"<[^>]*>", " ", re.sub(r"</?bdi>", "", shown(document)))
    return " ".join(text.replace("\u2060", "").split())


def codes(facts: Facts, paper: str) -> dict[str, bool]:
    found = next(each for each in shelf(facts) if each.code == paper)
    return {lack.code: lack.stops for lack in found.lacks}


def test_the_notice_says_who_answers_what_for_how_long_and_where_to_complain() -> None:
    english, french = (words(write("privacy_notice", FACTS, language)) for language in ("en", "fr"))

    for notice in (english, french):
        for fact in (FACTS.entity, FACTS.registration, FACTS.privacy_contact, FACTS.phone, "www.cnil.fr"):
            assert fact in notice
    assert "Arcades SAS, 2 quai de l’Isle, 74000 Annecy, France" in english
    assert "3 years after the end of your last stay" in english
    assert "3 ans après la fin de votre dernier séjour" in french
    assert "Your consent, Art. 6(1)(a)" in english
    assert "22 novembre 2026" in french


@pytest.mark.parametrize(
    ("changed", "lacking"),
    [
        ({"entity": ""}, "paper.lacks_entity"),
        ({"entity_address": ()}, "paper.lacks_address"),
        ({"privacy_contact": ""}, "paper.lacks_privacy_contact"),
        ({"country": "US", "authority": None}, "paper.lacks_authority"),
    ],
)
def test_a_notice_that_would_hide_who_answers_waits_and_the_other_papers_do_not(
    changed: dict[str, object], lacking: str
) -> None:
    facts = replace(FACTS, **changed)  # type: ignore[arg-type]  # keyword by keyword, as the table says

    assert codes(facts, "privacy_notice") == {lacking: True}
    assert codes(facts, "register") == {lacking: False}
    with pytest.raises(Refused, match=r"paper\.stopped"):
        write("privacy_notice", facts, "en")
    assert write("register", facts, "en") is not None
    assert write("desk_card", facts, "fr") is not None


def test_a_missing_phone_is_said_and_stops_nothing() -> None:
    facts = replace(FACTS, phone="")

    assert codes(facts, "privacy_notice") == {"paper.lacks_phone": False}
    assert "Reception" not in words(write("privacy_notice", facts, "en"))


def test_what_is_not_set_stands_in_the_register_as_not_set() -> None:
    facts = replace(FACTS, privacy_contact="", registration="", sources=())

    register = words(write("register", facts, "en"))

    assert "Data protection not set" in register
    assert "Systems that deliver records none" in register


def test_messages_are_named_only_where_somebody_sends_them() -> None:
    silent = words(write("privacy_notice", FACTS, "en"))
    sending = words(write("privacy_notice", replace(FACTS, sends=frozenset({"sms"})), "en"))

    assert "provider of text messages" not in silent
    assert "Messages about your stay" not in silent
    assert "provider of text messages" in sending
    assert "provider of e-mail" not in sending
    assert "Messages about your stay" in sending


def test_companies_that_share_guests_are_named() -> None:
    facts = replace(FACTS, partners=("Table du Lac SARL", "Spa des Rives SAS"))

    for paper in ("privacy_notice", "register"):
        assert "Table du Lac SARL, Spa des Rives SAS" in words(write(paper, facts, "en"))


def test_the_card_names_only_keys_that_the_desk_answers_to() -> None:
    script = (TOP / "static" / "desk.js").read_text("utf-8")
    of_every_browser = {"Tab", "Enter"}

    answered = {key for key in desk_card.KEYS if re.search(rf'"{re.escape(key)}"(:| &&)', script)}
    assert answered == set(desk_card.KEYS) - of_every_browser == {"/", "Escape", "?"}


def test_guests_languages_that_a_notice_is_not_written_in_are_said_not_replaced() -> None:
    facts = replace(FACTS, languages=("fr", "de", "ar"))
    notice, register = (
        {paper.code: paper for paper in shelf(facts)}[code] for code in ("privacy_notice", "register")
    )

    assert notice.wanted == ("de", "ar")
    assert register.wanted == ()
    assert write("privacy_notice", facts, "de") is None


def test_every_paper_is_whole_in_every_language_it_is_written_in() -> None:
    for code in kinds():
        written = texts_of(code)  # raises when a key or a parameter differs
        assert {"en", "fr"} <= written.keys()
        everything = replace(FACTS, sends=frozenset({"sms", "email"}), partners=("Other SAS",))
        for language in (*written, "qps"):
            assert "{" not in words(write(code, everything, language))


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=http://evil.example/x>",
    "{{ config }} {entity} {contact} {% raw %}",
    "</article></body><a href='javascript:x'>&lt;b&gt;",
    "=cmd|' /C calc'!A0",
    "\u202egnirts desrever\u202c فندق الواحة",
    "a\x00b\x1bc\ud800d",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_setting_stands_on_the_paper_as_it_was_typed(text: str) -> None:
    facts = replace(
        FACTS,
        name=text,
        address=(text, text, "FR"),
        phone=text,
        entity=text,
        entity_address=(text, text, text),
        registration=text,
        privacy_contact=text,
        sources=(text,),
        partners=(text, text),
    )
    literal = str(escape(re.sub(r"[\x00\x1b\ud800]", "\ufffd", text)))

    for code in ("privacy_notice", "register"):
        for language in ("en", "fr"):
            page = shown(write(code, facts, language))
            assert page.count(f"<bdi>{literal}</bdi>") >= 5
            assert not re.search(r"<(script|img|a)\b", page)


@settings(max_examples=80)
@given(st.text(max_size=40))
def test_a_value_is_never_markup_and_loses_nothing_that_can_be_shown(text: str) -> None:
    inner = str(value(text)).removeprefix("<bdi>").removesuffix("</bdi>")

    assert not re.search("[<>\"']", inner)
    for given_sign, shown_sign in zip(text, unescape(inner), strict=True):
        assert shown_sign == given_sign or (shown_sign == "\ufffd" and not given_sign.isprintable())


@pytest.mark.parametrize(
    ("own", "said"),
    [
        ({"stay": {"months": 24}}, "2 years after the end of your last stay"),
        ({"stay": {"months": 18, "starts": "departure"}}, "18 months after your departure"),
        ({"stay": {"starts": "departure"}}, "3 years after your departure"),
        ({"stay": {"months": 0}}, "3 years after the end of your last stay"),
        ({"stay": {"months": 9999, "starts": "doomsday"}}, "3 years after the end of your last stay"),
        ({"stay": {"months": True}}, "3 years after the end of your last stay"),
        ({"stay": "for ever"}, "3 years after the end of your last stay"),
        ({"unheard_of": {"months": 3}}, "3 years after the end of your last stay"),
    ],
)
def test_a_house_may_keep_for_less_and_the_notice_says_so(own: dict[str, object], said: str) -> None:
    facts = replace(FACTS, keepings=keepings(Property(country="FR", retention=own)))

    assert words(write("privacy_notice", facts, "en")).count(said) == 2


def test_what_a_law_fixes_no_house_changes() -> None:
    own = {"police": {"months": 60, "starts": "departure"}}
    french, spanish, polish = (keepings(Property(country=c, retention=own)) for c in ("FR", "ES", "PL"))

    assert (french["police"].months, french["police"].starts) == (6, "departure")
    assert spanish["police"].months == 36
    assert "police" not in polish


def test_dropped_files_are_kept_as_long_as_the_notice_says() -> None:
    assert timedelta(days=keepings(Property(country="FR", retention={}))["imports"].days) == KEPT


def test_facts_come_from_the_settings_of_the_house(session: Session) -> None:
    place = default_property(session)
    place.name, place.reception_phone, place.senders = "Hôtel", "+33450000000", {"sms": "HOTEL"}
    place.zone = "Pacific/Auckland"
    other = LegalEntity(name="Table SARL")
    gone = LegalEntity(name="Former SARL")
    session.add_all([other, gone, Source(name="Mews", layout="mews", kind="pms", property_id=place.id)])
    session.flush()
    for entity, withdrawn_at in ((other, None), (gone, NOON)):
        session.add(
            Arrangement(
                one_id=place.legal_entity_id,
                other_id=entity.id,
                recorded_at=NOON,
                recorded_by="staff:1",
                withdrawn_at=withdrawn_at,
            )
        )
    session.flush()

    facts = facts_of(session, place, now=NOON)

    assert facts.entity == ""  # nobody named the company yet
    assert facts.entity_address == ()
    assert (facts.phone, set(facts.sends)) == ("+33 4 50 00 00 00", {"sms"})
    assert (facts.sources, facts.partners) == (("Mews",), ("Table SARL",))
    assert facts.today == date(2026, 11, 23)  # it is tomorrow there
    assert {lack.code for paper in shelf(facts) for lack in paper.lacks if lack.stops} == {
        "paper.lacks_entity",
        "paper.lacks_address",
        "paper.lacks_privacy_contact",
    }

"""Hostile words in every setting: refused with a sentence, or shown literally wherever they appear."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import cycle

import pytest
from flask import Flask
from flask.testing import FlaskClient
from markupsafe import escape
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.properties.models import LegalEntity, Property
from server.properties.setup import default_property
from tests.house import expect_guest, seated_client

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
TEMPLATES = "{{7*7}} {% raw %} %(name)s {x} {property} {email} {seconds} ${7*7} #{7*7}"
LITERAL = (SCRIPT, TEMPLATES)
REFUSED = (
    "Hotel \u202egnp.exe",
    "Ho\u200btel",
    "Hotel\r\nBcc: all@guests.example",
    "Hotel\x00",
    "Hotel \u2067x",
    "x" * 10_000,
)
FIELDS = {
    "identity": ("name", "kind", "country", "zone"),
    "reception": ("street", "postal_code", "city", "reception_phone", "reply_to"),
    "languages": ("languages", "offered", "first", "tone-fr"),
    "look": ("accent",),
    "sentences": tuple(
        f"{step}-{code}"
        for step in ("attract", "greet", "name", "email", "mobile", "birth", "stay", "thanks")
        for code in ("en", "fr")
    ),
    "reasons": ("email_reasons",),
    "sending": ("quiet_from", "quiet_until", "sms", "email_name"),
    "stays": ("stay_kinds",),
    "retention": ("starts-stay", "months-stay"),
    "own": ("own_domains", "own_emails", "own_phones"),
    "entity": ("name", "street", "postal_code", "city", "country", "registration", "privacy_contact"),
}
GOOD = {
    "identity": {"name": "Hôtel", "kind": "hotel", "country": "FR", "zone": "Europe/Paris"},
    "languages": {"languages": "en", "offered": "en"},
    "entity": {"name": "Hôtel SAS"},
}


def settings_of(client: FlaskClient, house: Property) -> str:
    return client.get(f"/desk/house/{house.id}").get_data(as_text=True)


def save(client: FlaskClient, house: Property, page: str, section: str, field: str, value: str) -> int:
    """Send one section of the settings' page that was opened, with one field filled in so."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    part = page.split(f'<input type="hidden" name="section" value="{section}">')[1]
    seen = re.search(r'name="seen" value="([^"]*)"', part)
    assert token is not None
    assert seen is not None
    given = {"csrf_token": token[1], "seen": seen[1]} | GOOD.get(section, {}) | {field: value}
    return client.post(f"/desk/house/{house.id}/{section}", data=given).status_code


def pages(app: Flask, client: FlaskClient, house: Property) -> Iterator[str]:
    """Every page on which a setting of a house appears."""
    guest = app.test_client()
    token = expect_guest(app.config["ENGINE"], now=clock()).token
    for address in (
        "/kiosk/",
        "/kiosk/pre_check_in/en",
        "/kiosk/pre_check_in/fr",
        "/kiosk/pre_check_in/en/thanks",
        f"/g/{token}",
        f"/accent/{house.code}.css",
    ):
        yield guest.get(address).get_data(as_text=True)
    for address in (
        f"/desk/house/{house.id}",
        "/desk/house/",
        "/desk/houses/new",
        "/desk/arrangements/",
        "/",
    ):
        yield client.get(address).get_data(as_text=True)


def test_every_field_takes_hostile_words_literally_or_refuses_them(app: Flask, soak: bool) -> None:
    client = seated_client(app)
    with reading(app.config["ENGINE"]) as session:
        house = default_property(session)
    page, taken = settings_of(client, house), set()
    turns = cycle(REFUSED)
    for section, fields in FIELDS.items():
        for field in fields:
            short = [words[: 20 if "postal" in field else 60] for words in LITERAL]
            refused = REFUSED if soak else (next(turns), next(turns))  # they meet one rule for all fields
            for value in (*short, *refused):
                status = save(client, house, page, section, field, value)
                assert status in (303, 422), (section, field, value)
                if status == 303:
                    page = settings_of(client, house)  # the one opened before is not the last state any more
                    taken |= {f"{section}.{field}"} if value in short else set()
    assert {"identity.name", "sentences.email-en", "sending.email_name", "entity.name"} <= taken

    with reading(app.config["ENGINE"]) as session:
        for row in (*session.scalars(select(Property)), *session.scalars(select(LegalEntity))):
            held = repr({column.name: getattr(row, column.name) for column in row.__table__.columns})
            for sign in (  # as repr writes them
                "\\u202e",
                "\\u200b",
                "\\u2067",
                "\\r",
                "\\n",
                "\\x00",
                "x" * 401,
            ):
                assert sign not in held
    for page in pages(app, client, house):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert "display:none}" not in page


@pytest.mark.parametrize("words", LITERAL)
def test_a_name_and_a_sentence_are_shown_as_they_were_written(app: Flask, words: str) -> None:
    client = seated_client(app)
    with writing(app.config["ENGINE"]) as session:
        house = default_property(session)
        house.name = words
        house.sentences = {
            step: {"en": words, "fr": words}
            for step in ("attract", "greet", "name", "email", "mobile", "birth", "stay", "thanks")
        }
    literal = str(escape(words))

    for page in pages(app, client, house):
        if 'class="guest' in page:
            assert literal in page
            assert words == literal or words not in page
            assert "49 " not in page.replace("+49 ", "")

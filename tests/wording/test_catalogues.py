"""Every text is translated, and whatever did not go through the catalogue is found out."""

from __future__ import annotations

import re
import string
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from flask import Flask
from flask.testing import FlaskClient

from server.app import APOLOGIES
from server.clock import clock
from server.forms.definition import find_form, published_forms
from server.language import desk_languages, number, speak
from server.properties.reasons import EMAIL_REASONS
from server.properties.topics import TOPICS
from server.wording import CATALOGUES, GUESTS, SOURCE_LANGUAGE, pseudo, translations
from tests.house import expect_guest, seated_client, token_of
from tests.surfaces.showcase import add_showcase

TOP = Path(__file__).parents[2]
DESK = ("de", "es", "fr", "it")
"""What the desk speaks besides English."""


def texts() -> set[str | tuple[str, ...]]:
    """Every text marked for translation in code and templates, as `pybabel extract` finds them."""
    with (CATALOGUES / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)  # type: ignore[no-untyped-call]  # Babel types it nowhere
    found: set[str | tuple[str, ...]] = set()
    for folder in ("server", "kiosk", "templates"):
        inside = [
            (pattern.removeprefix(f"{folder}/"), method)
            for pattern, method in methods
            if pattern.startswith(folder)
        ]
        given = {pattern.removeprefix(f"{folder}/"): option for pattern, option in options.items()}
        for _file, _line, message, _comments, _context in extract_from_dir(
            TOP / folder, inside, given, keywords=DEFAULT_KEYWORDS | {"N_": None, "NN_": (1, 2)}
        ):
            found.add(message)
    return found


def parameters(text: str) -> set[str]:
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name} if "%(" not in text else set()
    return braces | set(re.findall(r"%\((\w+)\)s", text))


def test_the_desk_speaks_the_languages_of_its_hotels() -> None:
    assert desk_languages() == (SOURCE_LANGUAGE, *DESK)
    assert {path.stem for path in (CATALOGUES / GUESTS).glob("*.po")}.isdisjoint(DESK)


@pytest.mark.parametrize("language", [path.stem for path in CATALOGUES.glob("*.po")])
def test_every_text_is_translated_with_its_parameters(language: str) -> None:
    catalogue = translations(language)
    missing = []
    for text in texts():
        singular = text if isinstance(text, str) else text[0]
        said = (
            {catalogue.gettext(singular)}
            if isinstance(text, str)
            else {catalogue.ngettext(text[0], text[1], number) for number in (1, 2)}
        )
        known = catalogue._catalog  # type: ignore[attr-defined]  # gettext has no other way to ask
        if not (singular in known or (singular, 0) in known):
            missing.append(singular)
        for words in said:
            assert parameters(words) == parameters(singular), singular
    assert missing == []


SEEN_BY_GUESTS = (
    *("templates/phone/**.html", "templates/kiosk/**.html", "templates/mail/**.html"),
    *("server/phone/**.py", "server/prompts/texts/**.py", "kiosk/**.py"),
)
STAFF_ONLY = {"Rehearsal", "Rehearsal: you are the guest. Nothing of this is kept longer than a day."}


def texts_for_guests() -> set[str]:
    """What a guest can read outside of a form: the pages' own words, the reasons, the apologies."""
    found = {reason.guest for reason in EMAIL_REASONS.values()} | set(TOPICS.values()) | {"Start again"}
    found |= {words for apology in APOLOGIES.values() for words in apology}
    for place in SEEN_BY_GUESTS:
        method = "python" if place.endswith(".py") else "jinja2"
        for _file, _line, message, _comments, _context in extract_from_dir(
            TOP / place.split("/**")[0], [("**", method)], {}, keywords=DEFAULT_KEYWORDS | {"N_": None}
        ):
            found.add(message if isinstance(message, str) else message[0])
    return found - STAFF_ONLY


@pytest.mark.parametrize("language", [path.stem for path in (CATALOGUES / GUESTS).glob("*.po")])
def test_guests_read_every_page_in_their_language(language: str) -> None:
    known = translations(language)._catalog  # type: ignore[attr-defined]  # gettext has no other way to ask

    assert sorted(texts_for_guests() - set(known)) == []
    assert all(parameters(known[text]) == parameters(text) for text in texts_for_guests())


def test_guests_are_spoken_to_in_the_languages_of_the_forms(client: FlaskClient) -> None:
    folders = (CATALOGUES, CATALOGUES / GUESTS)
    spoken = {SOURCE_LANGUAGE, *(path.stem for folder in folders for path in folder.glob("*.po"))}

    assert len(spoken) == 12
    for name, _version in published_forms():
        newest = find_form(name)
        assert newest is not None
        assert set(newest.languages) == spoken
    page = client.get("/g/unknown", headers={"Accept-Language": "ar"}).get_data(as_text=True)
    assert '<html lang="ar" dir="rtl"' in page
    assert "هذا الرابط لا يُفتح" in page


@pytest.mark.parametrize(
    ("language", "said"), [("en", "Arrivals today"), ("fr", "Arrivées du jour"), ("de", "Anreisen heute")]
)
def test_each_language_is_its_own(language: str, said: str) -> None:
    assert translations(language).gettext("Arrivals today") == said


@pytest.mark.parametrize(
    ("language", "amount"),
    [
        ("en", "12,345.6"),
        ("fr", "12\u202f345,6"),
        ("de", "12.345,6"),
        ("es", "12.345,6"),
        ("it", "12.345,6"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(app: Flask, language: str, amount: str) -> None:
    with app.test_request_context("/"):
        speak(language)

        assert number(12345.6) == amount


WHOLE = re.compile(r'<span class="whole">([^<]*)</span>')
"""A word kept on one line is no text of its own."""


class VisibleTexts(HTMLParser):
    """What a page shows or says aloud, less the values that must not be translated."""

    VOID = frozenset({"meta", "link", "input", "img", "br", "hr", "path", "rect", "circle", "line"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def _quiet(self) -> bool:
        return any(quiet for _, quiet in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        quiet = given.get("translate") == "no" or tag in ("script", "style", "title")
        if not (quiet or self._quiet()):
            for name in ("aria-label", "placeholder", "alt", "title", "data-words", "data-busy"):
                if given.get(name):
                    self.found.append(str(given[name]))
        if tag not in self.VOID:
            self._open.append((tag, quiet))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._quiet():
            self.found.append(data.strip())


def plain_texts(page: str) -> list[str]:
    """Visible texts with words in them that no catalogue has touched."""
    reader = VisibleTexts()
    reader.feed(WHOLE.sub(r"\1", page))
    bare = []
    for text in reader.found:
        rest = re.sub(r"\[[^\[\]]*\]", "", text)
        if re.search(r"[^\W\d_]{2,}", rest):
            bare.append(text)
    return bare


def test_the_walker_finds_a_text_that_nobody_marked() -> None:
    assert plain_texts('<p>[Ŵélçömé··]</p><p translate="no">Rossi</p><p>Hello</p>') == ["Hello"]
    assert plain_texts('<input placeholder="Name">') == ["Name"]


PAGES = (
    "/kiosk/",
    "/kiosk/choose/qps",
    "/kiosk/pre_check_in/qps",
    "/kiosk/pre_check_in/qps/thanks",
    "/kiosk/survey/qps",
    "/kiosk/wishes/qps",
    "/g/unknown",
    "/g/stop/1.a",
    "/g/messages",
    "/nowhere",
)


@pytest.mark.parametrize("address", PAGES)
def test_nothing_on_a_page_escapes_the_catalogue(client: FlaskClient, address: str) -> None:
    page = client.get(address, query_string={"lang": "qps"}).get_data(as_text=True)

    assert plain_texts(page) == []


@pytest.mark.parametrize("arrivals", [0, 1])
def test_nothing_on_the_desk_escapes_the_catalogue(app: Flask, arrivals: int) -> None:
    if arrivals:
        expect_guest(app.config["ENGINE"], now=clock())

    page = seated_client(app, "reception").get("/?lang=qps").get_data(as_text=True)

    assert ("María" in page) == bool(arrivals)
    assert plain_texts(re.sub(r"<p>\w+day, \d+ \w+</p>", "", page)) == []


def test_nothing_on_the_phone_escapes_the_catalogue(app: Flask, client: FlaskClient) -> None:
    expected = expect_guest(app.config["ENGINE"], now=clock())
    door = f"/g/{expected.token}?lang=qps"
    pages = [client.get(door).get_data(as_text=True)]
    client.post(f"/g/{expected.token}", data=expected.right_answers | {"csrf_token": token_of(client, door)})
    token = token_of(client, "/g/form")
    begun = {"csrf_token": token, "language": "qps", "staying": "self", "given_name": "Anna"}
    for step in ("staying", "name", "stay", "companions", "email", "mobile", "wishes"):
        for go in ("next", "back", "add"):
            data = begun | {"step": step, "go": go}
            pages.append(client.post("/g/form", data=data, follow_redirects=True).get_data(as_text=True))
    data = begun | {"step": "wishes", "go": "out:skipped"}
    pages.append(client.post("/g/form", data=data, follow_redirects=True).get_data(as_text=True))

    for page in pages:
        assert plain_texts(page) == []


def test_guests_never_get_the_pseudo_language(client: FlaskClient) -> None:
    client.application.testing = False

    assert client.get("/kiosk/pre_check_in/qps").status_code == 404
    assert "[" not in client.get("/kiosk/?lang=qps").get_data(as_text=True)


def test_the_pseudo_language_keeps_parameters_and_is_longer() -> None:
    assert pseudo("Row {line} of %(file)s").count("{line}") == 1
    assert "%(file)s" in pseudo("Row {line} of %(file)s")
    assert len(pseudo("Arrivals today")) >= 1.3 * len("Arrivals today")


def test_the_desk_speaks_the_language_that_was_chosen(app: Flask) -> None:
    desk = seated_client(app)
    data = {"csrf_token": token_of(desk, "/"), "language": "fr"}
    desk.post("/desk/language", data=data)

    page = desk.get("/", headers={"Accept-Language": "en"}).get_data(as_text=True)

    assert '<html lang="fr" dir="ltr"' in page
    assert "Arrivées du jour" in page


@pytest.mark.parametrize(
    ("wish", "language"),
    [("fr-CH, en;q=0.5", "fr"), ("de-AT, en;q=0.5", "de"), ("nl, en;q=0.5", "en"), ("", "en")],
)
def test_else_it_speaks_the_browsers_language(app: Flask, wish: str, language: str) -> None:
    page = seated_client(app).get("/", headers={"Accept-Language": wish}).get_data(as_text=True)

    assert f'<html lang="{language}"' in page


def test_the_components_bring_no_words_of_their_own_untranslated(own_app: Flask) -> None:
    add_showcase(own_app)

    page = seated_client(own_app).get("/desk/showcase?lang=qps").get_data(as_text=True)

    for own in ("agrees", "differs", "Next", "Previous"):
        assert f">{own}<" not in page

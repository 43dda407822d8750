"""What a tablet holds for the time without a network belongs together, is of no guest, and is small."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kiosk.closed import CLOSED
from server.db import writing
from server.forms.offering import tablet_forms
from server.forms.questions import Form
from server.properties.setup import default_property
from tests.house import NAME

SHOWN = re.compile(r'<(?:link rel="(?:icon|stylesheet)"|script|img)[^>]*?(?:href|src)="(/[^"?]+)')
LARGEST_PAGE = 15 * 1024
LARGEST_SET = 400_000


def listed(client: FlaskClient) -> dict[str, Any]:
    held: dict[str, Any] = client.get("/kiosk/precache.json").get_json()
    return held


def test_every_file_is_what_its_digest_says(client: FlaskClient) -> None:
    for file in listed(client)["files"]:
        answer = client.get(file["from"])

        assert answer.status_code == 200, file
        assert hashlib.sha256(answer.data).hexdigest() == file["sha256"], file


def test_all_that_a_held_page_shows_is_held_too(client: FlaskClient) -> None:
    files = listed(client)["files"]
    held = {file["path"] for file in files}

    for file in files:
        content = client.get(file["from"]).data.decode("utf-8", "replace")
        if file["path"].endswith(".js"):
            shown = [f"/static/kiosk/{name}" for name in re.findall(r'from "\./([\w.]+)"', content)]
        elif file["path"].startswith("/kiosk/"):
            found = re.findall(
                r'<(?:link rel="(?:icon|stylesheet)"|script|img)[^>]*?(?:href|src)="([^"?]+)', content
            )
            shown = [path for path in found if path.startswith("/")]
            assert shown
        else:
            continue
        assert set(shown) <= held, file


def test_a_held_page_is_of_no_visit(client: FlaskClient) -> None:
    for file in listed(client)["files"]:
        if file["path"].startswith("/kiosk/"):
            answer = client.get(file["from"])
            page = answer.get_data(as_text=True)
            assert "Set-Cookie" not in answer.headers
            assert "csrf_token" not in page
            assert 'name="capture"' not in page
    plain = client.get("/kiosk/pre_check_in/en").get_data(as_text=True)
    assert 'name="csrf_token"' in plain
    assert 'name="capture"' in plain


def test_a_page_that_tablets_do_not_hold_has_no_held_form(client: FlaskClient) -> None:
    assert client.get("/kiosk/pre_check_in/xx?shell=1").status_code == 404


def test_pages_and_the_whole_set_are_small(client: FlaskClient) -> None:
    sizes = {
        file["path"]: len(gzip.compress(client.get(file["from"]).data)) for file in listed(client)["files"]
    }

    for path, size in sizes.items():
        assert size <= LARGEST_PAGE or not path.startswith("/kiosk/"), (path, size)
    assert sum(sizes.values()) <= LARGEST_SET


def test_a_changed_house_is_a_newer_set_and_another_worker(app: Flask, client: FlaskClient) -> None:
    before = client.get("/kiosk/worker.js").get_data(as_text=True)
    assert listed(client)["version"] in before
    assert client.get("/kiosk/worker.js").get_data(as_text=True) == before

    with writing(app.config["ENGINE"]) as session:
        default_property(session).name = "Hôtel du Lac"

    after = client.get("/kiosk/worker.js").get_data(as_text=True)
    assert listed(client)["version"] in after
    assert after != before


def test_browsers_ask_for_the_worker_each_time(client: FlaskClient) -> None:
    answer = client.get("/kiosk/worker.js")

    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.mimetype == "text/javascript"


def test_the_tablet_can_be_put_on_the_home_screen(client: FlaskClient) -> None:
    app = json.loads(client.get("/kiosk/app.webmanifest").data)

    assert (app["name"], app["start_url"], app["scope"]) == (NAME, "/kiosk/", "/kiosk/")
    assert {icon["sizes"] for icon in app["icons"]} == {"192x192", "512x512"}
    for icon in app["icons"]:
        assert client.get(icon["src"]).data.startswith(b"\x89PNG")
    assert "/kiosk/app.webmanifest" in client.get("/kiosk/").get_data(as_text=True)


@pytest.mark.parametrize("language", ["fr", "en", "de", "es", "it", "nl", "pt", "pl", "ru", "ar", "zh", "ja"])
def test_a_closed_tablet_says_so_in_every_language(language: str) -> None:
    assert CLOSED[language]


@pytest.mark.parametrize("form", tablet_forms(), ids=lambda form: form.name)
def test_a_closed_tablet_says_so_in_the_languages_of_its_forms(form: Form) -> None:
    assert set(form.languages) <= set(CLOSED)


@pytest.fixture
def largest(app: Flask, client: FlaskClient) -> dict[str, int]:
    """Bytes, gzip, of each file of a house of twelve languages that offers everything."""
    with writing(app.config["ENGINE"]) as session:
        house = default_property(session)
        house.languages, house.flows = list(CLOSED), [form.name for form in tablet_forms()]
    return {
        file["path"]: len(gzip.compress(client.get(file["from"]).data)) for file in listed(client)["files"]
    }


def is_of_the_law(path: str) -> bool:
    return path.startswith("/kiosk/police_")


def test_a_house_of_twelve_languages_that_offers_everything_still_fits(largest: dict[str, int]) -> None:
    pages = {path: size for path, size in largest.items() if path.startswith("/kiosk/")}

    colleagues = 1  # the page on which they write the forms of a cut-off tablet to a file
    police_form = 1
    assert len(pages) == 1 + colleagues + 12 * (1 + len(tablet_forms()) + police_form)
    assert max(pages.values()) <= LARGEST_PAGE
    assert sum(size for path, size in largest.items() if not is_of_the_law(path)) <= LARGEST_SET


@pytest.mark.xfail(strict=True, reason="541 KB with the police form in twelve languages, 541 548 bytes")
def test_and_with_the_police_form_of_its_country_too(largest: dict[str, int]) -> None:
    assert sum(largest.values()) <= LARGEST_SET

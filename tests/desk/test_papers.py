"""The papers at the desk: looked at and printed by whoever may, for the houses they may."""

from __future__ import annotations

import re
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.db import reading, writing
from server.journal.models import JournalEntry
from server.papers.rendering import AT_ONCE, turn
from server.properties.models import Property
from server.properties.setup import default_property, ensure_properties
from tests.accessible import assert_accessible, assert_accessible_in_both
from tests.house import seated_client
from tests.papers.test_rendering import inside
from tests.wording.test_catalogues import plain_texts

if TYPE_CHECKING:
    from playwright.sync_api import Page

NOTICE = "/desk/papers/1/privacy_notice/en"


def set_up(app: Flask, **own: str) -> None:
    """A house whose company has said who it is."""
    with writing(app.config["ENGINE"]) as session:
        place = default_property(session)
        place.legal_entity.name = "Arcades SAS"
        place.legal_entity.street, place.legal_entity.city = "2 quai de l’Isle", "Annecy"
        place.legal_entity.postal_code, place.legal_entity.country = "74000", "FR"
        place.legal_entity.privacy_contact = "privacy@arcades.example"
        place.reception_phone = "+33450000000"
        for name, text in own.items():
            setattr(place, name, text)


def printed(app: Flask) -> list[tuple[str, str, dict[str, str]]]:
    with reading(app.config["ENGINE"]) as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.act == "paper.printed"))
        return [(entry.actor, entry.subject, entry.detail) for entry in entries]


def test_a_house_that_was_just_made_sees_what_its_notice_waits_for(app: Flask, client: FlaskClient) -> None:
    with writing(app.config["ENGINE"]) as session:
        default_property(session).legal_entity.name = "Our house"

    page = client.get("/desk/papers").get_data(as_text=True)
    refused = client.get(NOTICE)

    assert "The company behind the house has no name yet." in page
    assert NOTICE not in page
    assert "/desk/papers/1/desk_card/fr" in page
    assert refused.status_code == 422
    assert "without the settings named here it would be untrue" in refused.get_data(as_text=True)
    assert client.get(f"{NOTICE}.pdf").status_code == 422


def test_a_paper_is_looked_at_before_it_is_printed(house: Flask, desk: FlaskClient) -> None:
    set_up(house)

    page = desk.get(NOTICE).get_data(as_text=True)
    french = desk.get("/desk/papers/1/privacy_notice/fr").get_data(as_text=True)

    assert "Your data at <bdi>Hôtel des Arcades</bdi>" in page
    assert f'href="{NOTICE}.pdf"' in page
    assert 'lang="fr" dir="ltr"' in french
    assert printed(house) == []


def test_a_printed_paper_is_a_pdf_and_stands_in_the_journal(house: Flask, desk: FlaskClient) -> None:
    set_up(house)

    answer = desk.get(f"{NOTICE}.pdf")

    assert answer.data.startswith(b"%PDF-")
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"] == 'inline; filename="privacy-notice-1-en.pdf"'
    ((actor, subject, detail),) = printed(house)
    assert actor.startswith("staff:")
    assert (subject, detail) == ("property:1", {"paper": "privacy_notice", "language": "en"})


def test_a_name_made_to_do_harm_is_printed_as_it_was_typed(app: Flask, client: FlaskClient) -> None:
    name = "<img src=http://evil.example/x> {{ 7*7 }} فندق"
    set_up(app, name=name, accent="#1f5f5b; } @import url(http://evil.example)")

    made = client.get(f"{NOTICE}.pdf").data

    said = subprocess.run(
        ["pdftotext", "-", "-"], input=made, capture_output=True, check=True
    ).stdout.decode()
    assert "<img src=http://evil.example/x> {{ 7*7 }}" in " ".join(said.split())
    assert b"/URI" not in inside(made)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_card_is_one_page_even_for_a_house_with_a_long_name(
    app: Flask, client: FlaskClient, language: str
) -> None:
    set_up(app, name="Donaudampfschifffahrtsgesellschaftskapitänswitwenerholungsheim am Wörthersee")

    made = client.get(f"/desk/papers/1/desk_card/{language}.pdf").data

    assert len(re.findall(rb"/Type /Page\b", inside(made))) == 1


def test_whoever_prints_sees_the_houses_of_their_post_only(house: Flask) -> None:
    set_up(house)
    with writing(house.config["ENGINE"]) as session:
        (other,) = ensure_properties(session, [{"code": "rives", "name": "Les Rives"}])
    reception = seated_client(house, "reception", property_id=other.id)

    page = reception.get("/desk/papers").get_data(as_text=True)

    assert "/desk/papers/1/" not in page
    assert f"/desk/papers/{other.id}/desk_card/en" in page
    for address in (NOTICE, f"{NOTICE}.pdf", "/desk/papers/99/desk_card/en", "/desk/papers/1/desk_card/en"):
        assert reception.get(address).status_code == 404
    assert printed(house) == []


@pytest.mark.parametrize("role", ["reviewer", "auditor"])
def test_who_prints_no_papers_is_not_let_in(app: Flask, role: str) -> None:
    colleague = seated_client(app, role)

    for address in ("/desk/papers", "/desk/papers/1/desk_card/en", "/desk/papers/1/desk_card/en.pdf"):
        assert colleague.get(address).status_code == 403


@pytest.mark.parametrize(
    "address", ["1/unheard_of/en", "1/desk_card/xx", "1/desk_card/..", "1/desk_card/en.txt", "0/desk_card/en"]
)
def test_there_is_no_other_paper(client: FlaskClient, address: str) -> None:
    assert client.get(f"/desk/papers/{address}").status_code == 404


def test_when_too_many_print_the_next_is_asked_to_wait_a_moment(app: Flask, client: FlaskClient) -> None:
    card = "/desk/papers/1/desk_card/en.pdf"

    with ExitStack() as others:
        for _ in range(AT_ONCE):
            assert others.enter_context(turn(app.config["ONEGUEST"].data_dir))
        answer = client.get(card)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "Try again in a few seconds" in answer.get_data(as_text=True)
    assert client.get(card).status_code == 200


def test_languages_a_notice_lacks_are_named_on_the_page(app: Flask, client: FlaskClient) -> None:
    with writing(app.config["ENGINE"]) as session:
        session.get_one(Property, 1).languages = ["fr", "de"]

    page = client.get("/desk/papers").get_data(as_text=True)

    assert "not translated into them yet: German" in " ".join(page.split())


PAGES = ("/desk/papers", NOTICE, "/desk/papers/1/register/fr", "/desk/papers/1/desk_card/en")


def test_the_papers_can_be_used_by_everyone(app: Flask, served: str, page: Page) -> None:
    set_up(app)
    page.emulate_media(reduced_motion="reduce")
    for address in PAGES:
        page.goto(served + address)
        for width in (1440, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{address} {width}"
            if width == 1440:
                assert_accessible_in_both(page, f"{address} {width}")
            elif width == 390:
                assert_accessible(page, f"{address} {width}")


def test_nothing_about_the_papers_escapes_the_catalogue(app: Flask, client: FlaskClient) -> None:
    in_pseudo = [f"{address}?lang=qps" for address in PAGES]
    waiting = [client.get(address).get_data(as_text=True) for address in in_pseudo]
    set_up(app)
    ready = [client.get(address).get_data(as_text=True) for address in in_pseudo]

    bare = {text.rpartition("]")[2].strip(" ,") for page in (*waiting, *ready) for text in plain_texts(page)}
    assert bare - {"English", "French", "PDF", "English, PDF", "French, PDF"} == set()

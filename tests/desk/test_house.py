"""The settings of a house at the desk: saved section by section, within reach, looked at before."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.db import reading, writing
from server.jobs.models import Job
from server.journal.models import JournalEntry
from server.properties.models import Arrangement, Property, PropertyPicture
from server.properties.setup import default_property, ensure_properties
from tests.builders import take_in
from tests.house import seated_client


def token_in(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def house_of(app: Flask) -> Property:
    with reading(app.config["ENGINE"]) as session:
        return default_property(session)


def picture_of(size: tuple[int, int] = (400, 200), colour: str = "red") -> bytes:
    into = io.BytesIO()
    Image.new("RGB", size, colour).save(into, "PNG")
    return into.getvalue()


class Desk:
    """A colleague who changes settings."""

    def __init__(self, app: Flask, client: FlaskClient) -> None:
        self.app, self.client = app, client
        self.id = house_of(app).id

    def page(self, property_id: int | None = None) -> str:
        return self.client.get(f"/desk/house/{property_id or self.id}").get_data(as_text=True)

    def send(self, address: str, **given: Any) -> TestResponse:
        page = self.client.get(f"/desk/house/{self.id}")
        return self.client.post(address, data={"csrf_token": token_in(page.get_data(as_text=True))} | given)

    def seen(self, section: str) -> str:
        """What the form of a section says of when it was opened."""
        found = re.search(rf'name="section" value="{section}">\s*<input [^>]*value="([^"]*)"', self.page())
        assert found
        return found[1]

    def save(self, section: str, **given: Any) -> TestResponse:
        seen = house_of(self.app).changes.get(section, {}).get("at", "")
        return self.send(f"/desk/house/{self.id}/{section}", **({"seen": seen} | given))


@pytest.fixture
def desk_of(house: Flask) -> Desk:
    return Desk(house, seated_client(house))


@pytest.fixture
def manager(app: Flask) -> Desk:
    return Desk(app, seated_client(app))


IDENTITY = {"name": "Hôtel du Lac", "kind": "hotel", "country": "FR", "zone": "Europe/Paris"}


def test_a_saved_section_says_who_and_when_and_stands_in_the_journal_without_values(desk_of: Desk) -> None:
    answer = desk_of.save("identity", **IDENTITY, reason="New sign over the door")

    assert answer.status_code == 303
    assert house_of(desk_of.app).name == "Hôtel du Lac"
    page = desk_of.page()
    assert "Last changed by Nadia" in page
    with reading(desk_of.app.config["ENGINE"]) as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "house.changed")).one()
    assert entry.detail == {"section": "identity", "fields": "name"}
    assert entry.reason == "New sign over the door"
    assert entry.actor.startswith("staff:")


def test_a_faulty_field_says_what_to_write_and_keeps_what_was_typed(manager: Desk) -> None:
    answer = manager.save("identity", **IDENTITY | {"name": "Hôtel neuf", "zone": "Paris"})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "There is no time zone of that name" in page
    assert 'value="Hôtel neuf"' in page
    assert house_of(manager.app).name == "Hôtel des Arcades"


def test_a_page_that_was_open_too_long_does_not_undo_a_colleagues_change(manager: Desk) -> None:
    manager.save("identity", **IDENTITY)

    answer = manager.save("identity", **IDENTITY | {"name": "Old tab", "seen": ""})

    assert answer.status_code == 422
    assert "Somebody else has changed this part meanwhile" in answer.get_data(as_text=True)
    assert house_of(manager.app).name == "Hôtel du Lac"


def test_what_is_not_set_is_said_and_what_is_set_works(manager: Desk) -> None:
    assert "No reply-to yet: replies of guests cannot be read." in manager.page()

    manager.save("reception", reply_to="reception@lac.example")

    assert "No reply-to yet: replies of guests cannot be read." not in manager.page()


def test_a_manager_of_one_house_changes_it_and_no_other(app: Flask) -> None:
    with writing(app.config["ENGINE"]) as session:
        other = ensure_properties(session, [{"code": "lake", "name": "Hôtel du Lac"}])[0]
    own = house_of(app)
    desk = Desk(app, seated_client(app, "manager", property_id=own.id))

    assert desk.client.get("/desk/house/").headers["Location"] == f"/desk/house/{own.id}"
    assert desk.save("identity", **IDENTITY).status_code == 303
    for address in (f"/desk/house/{other.id}", "/desk/house/999"):
        assert desk.client.get(address).status_code == 404
    assert desk.send(f"/desk/house/{other.id}/identity", **IDENTITY).status_code == 404
    assert desk.send(f"/desk/house/{other.id}/preview").status_code == 404
    assert desk.send(f"/desk/house/{own.id}/company", new_entity="Mine SAS").status_code == 403
    assert desk.send(f"/desk/house/{own.id}/entity", name="Mine SAS").status_code == 403
    assert desk.client.get("/desk/houses/new").status_code == 403
    assert desk.client.get("/desk/arrangements/").status_code == 403
    with reading(app.config["ENGINE"]) as session:
        assert session.get_one(Property, other.id).changes == {}


@pytest.mark.parametrize("role", ["reception", "reviewer", "privacy", "auditor"])
def test_who_may_not_set_the_house_does_not_see_its_settings(app: Flask, role: str) -> None:
    client = seated_client(app, role)

    assert client.get(f"/desk/house/{house_of(app).id}").status_code == 403


def test_the_logo_stands_on_guests_pages_and_can_be_taken_away(desk_of: Desk) -> None:
    answer = desk_of.send(
        f"/desk/house/{desk_of.id}/pictures/logo", file=(io.BytesIO(picture_of()), "logo.png")
    )

    assert answer.status_code == 303
    guest = desk_of.app.test_client()
    found = re.search(r'src="(/picture/[0-9a-f]{64})"', guest.get("/kiosk/").get_data(as_text=True))
    assert found is not None
    shown = guest.get(found[1])
    assert (shown.status_code, shown.mimetype) == (200, "image/png")
    assert "immutable" in shown.headers["Cache-Control"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"

    desk_of.send(f"/desk/house/{desk_of.id}/pictures/logo/remove")
    assert "/picture/" not in guest.get("/kiosk/").get_data(as_text=True)
    assert guest.get(found[1]).status_code == 404


def test_a_file_that_is_no_picture_is_refused_with_a_sentence(manager: Desk) -> None:
    answer = manager.send(
        f"/desk/house/{manager.id}/pictures/photo",
        file=(
            io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
            "a.png",
        ),
    )

    assert answer.status_code == 422
    assert "Only PNG, JPEG and WebP pictures can be used" in answer.get_data(as_text=True)
    with reading(manager.app.config["ENGINE"]) as session:
        assert session.scalars(select(PropertyPicture.id)).all() == []


def test_a_preview_shows_what_is_typed_and_saves_nothing(desk_of: Desk) -> None:
    given = {"section": "sentences", "email-en": "Tell us {x} & <b>why</b>", "view": "email:en"}
    page = desk_of.send(f"/desk/house/{desk_of.id}/preview", **given).get_data(as_text=True)

    assert "Tell us {x} &amp; &lt;b&gt;why&lt;/b&gt;" in page
    assert "Preview. Nothing here is saved" in page
    assert house_of(desk_of.app).sentences == {}


@pytest.mark.parametrize("view", ["kiosk:en", "kiosk:fr", "email:fr", "greet:en", "greet:fr", "x:y", ""])
def test_every_view_can_be_looked_at_in_every_language(manager: Desk, view: str) -> None:
    page = manager.send(f"/desk/house/{manager.id}/preview", view=view)

    assert page.status_code == 200
    assert "Hôtel des Arcades" in page.get_data(as_text=True)


def test_a_colour_that_is_looked_at_first_reaches_the_style_sheet_unsaved(manager: Desk) -> None:
    page = manager.send(f"/desk/house/{manager.id}/preview", section="look", accent="#AA1122").get_data(
        as_text=True
    )

    assert "/accent/house.css?colour=aa1122" in page
    assert "#aa1122" in manager.client.get("/accent/house.css?colour=aa1122").get_data(as_text=True)
    assert house_of(manager.app).accent != "#aa1122"


def test_reasons_ticked_are_what_guests_read(desk_of: Desk) -> None:
    desk_of.save("reasons", email_reasons=["invoice", "wifi", "made-up"])

    assert house_of(desk_of.app).email_reasons == ["invoice", "wifi"]
    english = desk_of.client.get("/kiosk/pre_check_in/en").get_data(as_text=True)
    french = desk_of.client.get("/kiosk/pre_check_in/fr").get_data(as_text=True)
    assert "Your invoice comes to you by e-mail." in english
    assert "The reception can write to you" not in english
    assert "Votre facture vous arrive par e-mail." in french


def test_a_house_that_says_tu_says_it_on_tablet_and_in_its_reasons(manager: Desk) -> None:
    manager.save("reasons", email_reasons=["invoice"])
    manager.save(
        "languages", languages=["fr", "en"], offered=["en", "fr"], first="fr", **{"tone-fr": "familiar"}
    )

    page = manager.client.get("/kiosk/pre_check_in/fr").get_data(as_text=True)

    assert 'Quelle est ton adresse <span class="whole">e-mail</span> ?' in page
    assert "Ta facture t’arrive par e-mail." in page
    assert "envoyez-moi par e-mail" in page  # what a guest agrees to stays as it was published
    assert house_of(manager.app).languages == ["fr", "en"]


def test_a_new_house_takes_over_how_it_works_and_not_who_it_is(desk_of: Desk) -> None:
    desk_of.save("look", accent="#334455")
    desk_of.save("reception", reply_to="reception@arcades.example", street="1 rue Haute")
    desk_of.send(f"/desk/house/{desk_of.id}/pictures/logo", file=(io.BytesIO(picture_of()), "x.png"))

    answer = desk_of.send(
        "/desk/houses/new", like=str(desk_of.id), code="port", name="Hôtel du Port", pictures="1"
    )

    assert answer.status_code == 303
    with reading(desk_of.app.config["ENGINE"]) as session:
        made = session.scalars(select(Property).where(Property.code == "port")).one()
        assert (made.accent, made.reply_to, made.street, made.is_default) == ("#334455", "", "", False)
        assert made.legal_entity_id == house_of(desk_of.app).legal_entity_id
        assert session.scalars(select(PropertyPicture.property_id)).all() == [desk_of.id, made.id]
    again = desk_of.send("/desk/houses/new", like=str(desk_of.id), code="port", name="Another")
    assert again.status_code == 422
    assert "There is a property with the code port already." in again.get_data(as_text=True)


def test_an_arrangement_is_recorded_and_withdrawn_at_the_desk(desk_of: Desk) -> None:
    with writing(desk_of.app.config["ENGINE"]) as session:
        other = ensure_properties(session, [{"code": "spa", "name": "Spa SAS"}])[0]
        mine = default_property(session).legal_entity_id

    pair = {"one": str(mine), "other": str(other.legal_entity_id), "note": "Signed in May"}
    assert desk_of.send("/desk/arrangements/", **pair).status_code == 303
    page = desk_of.client.get("/desk/arrangements/").get_data(as_text=True)
    assert "Signed in May" in page
    assert "Recorded by Nadia" in page
    assert desk_of.send("/desk/arrangements/", **pair).status_code == 422

    assert desk_of.send("/desk/arrangements/1/withdraw").status_code == 303
    with reading(desk_of.app.config["ENGINE"]) as session:
        assert session.scalars(select(Arrangement)).one().withdrawn_at is not None


def test_a_house_changes_to_another_company(manager: Desk) -> None:
    assert manager.save("company", new_entity="Lac SAS", entity="0").status_code == 303
    assert manager.save("entity", seen=manager.seen("entity"), name="Lac SA", country="CH").status_code == 303

    with reading(manager.app.config["ENGINE"]) as session:
        entity = default_property(session).legal_entity
        assert (entity.name, entity.country) == ("Lac SA", "CH")


def test_a_page_that_was_open_too_long_moves_no_house_back_and_undoes_no_companys_data(
    manager: Desk,
) -> None:
    company, entity = manager.seen("company"), manager.seen("entity")
    first = house_of(manager.app).legal_entity_id
    manager.save("company", new_entity="Lac SAS", entity="0")
    manager.save("entity", seen=manager.seen("entity"), name="Lac SAS", country="CH")

    for section, seen, given in (
        ("company", company, {"entity": str(first)}),
        ("entity", entity, {"name": "Old tab"}),
    ):
        answer = manager.save(section, seen=seen, **given)
        assert answer.status_code == 422, section
        assert "Somebody else has changed this part meanwhile" in answer.get_data(as_text=True), section

    with reading(manager.app.config["ENGINE"]) as session:
        now = default_property(session).legal_entity
        assert (now.name, now.country) == ("Lac SAS", "CH")


def test_new_own_addresses_have_the_records_that_bear_them_read_again(manager: Desk) -> None:
    assert manager.save("own", own_emails="reception@hotel.example").status_code == 303

    with reading(manager.app.config["ENGINE"]) as session:
        assert [job.kind for job in session.scalars(select(Job))] == ["reread_records"]


def test_another_country_has_the_records_with_a_phone_number_read_again(manager: Desk) -> None:
    engine = manager.app.config["ENGINE"]
    row = {"key": "A1", "last_name": "Okafor", "first_name": "Ada"}
    take_in(engine, row | {"mobile": "0470 12 34 56"}, row | {"key": "A2"}, at=house_of(manager.app).code)
    assert "1 record with a phone number is read again" in manager.page()

    assert manager.save("identity", **IDENTITY | {"country": "BE"}).status_code == 303

    with reading(engine) as session:
        asked = [(job.kind, job.payload["why"]) for job in session.scalars(select(Job))]
    assert asked == [("reread_records", "country")]


def test_nothing_is_read_again_for_a_name_or_for_the_languages_of_the_house(manager: Desk) -> None:
    assert manager.save("identity", **IDENTITY).status_code == 303
    languages = {"languages": ["de", "fr"], "offered": ["en", "fr", "de"], "first": "de"}
    assert manager.save("languages", **languages).status_code == 303

    with reading(manager.app.config["ENGINE"]) as session:
        assert session.scalars(select(Job)).all() == []


def test_a_house_without_records_promises_to_read_none_again(manager: Desk) -> None:
    assert "read again" not in manager.page().split('id="reception"')[0]


def test_what_a_preview_shows_is_told_to_who_cannot_see_it_and_cannot_be_pressed(manager: Desk) -> None:
    given = IDENTITY | {"section": "identity", "view": "greet:fr", "name": "Auberge <b>du Pont</b>"}

    page = manager.send(f"/desk/house/{manager.id}/preview", **given).get_data(as_text=True)

    told = page.split('aria-label="What guests read here">')[1].split("</section>")[0]
    lines = re.findall(r'<p lang="fr" dir="auto">([^<]*)</p>', told)
    assert "Auberge &lt;b&gt;du Pont&lt;/b&gt;" in lines
    assert {"Bienvenue", "Continuer"} <= set(lines)
    assert not re.search(r"<(a|button|input|select|form)[ >]", told)
    assert '<div class="preview-body" inert>' in page

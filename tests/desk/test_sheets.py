"""Police forms at the desk: the list, a form's page, typing from paper and from a document's lines."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.journal.models import JournalEntry
from server.properties.finding import today_at
from server.properties.models import Property
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.registration.finding import sheets_of_record
from server.registration.houses import house_that_keeps, set_house
from server.registration.keeping import Opened, Origin, Purpose, keep_sheet, open_sheet
from server.registration.models import KeptSheet, Owed
from server.registration.sheet import Sheet
from server.registration.signing import Signature
from server.vault import Vault, open_vault
from tests.house import NAME, expect_guest, seated_client, token_of
from tests.registration.sheets import SHEET, signed

FAMILY = "de la Cruz Gómez"
PASSPORT = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n"
TYPED = {
    "people": "1",
    "p0_family_name": "Yıldız",
    "p0_given_names": "Deniz",
    "p0_birth_date_year": "1990",
    "p0_birth_place": "İzmir",
    "p0_nationality": "TUR",
    "p0_home_line": "Atatürk Caddesi 5",
    "p0_home_city": "İzmir",
    "p0_home_country": "TUR",
}


@pytest.fixture
def record_id(house: Flask) -> int:
    """A guest who arrives today at a house that keeps its forms here."""
    return arrive(house)


def arrive(app: Flask) -> int:
    now = clock()
    with writing(app.config["ENGINE"]) as session:
        keeps = house_that_keeps(session, default_property(session).id, EVERYWHERE)
        assert keeps is not None
        set_house(session, keeps, is_on=True, ids={}, actor="staff:1", now=now)
    return expect_guest(app.config["ENGINE"], now=now, last_name=FAMILY).record_id


def vault_of(app: Flask) -> Vault:
    return open_vault(app.config["ONEGUEST"].keys_dir)


def keep(
    app: Flask,
    record_id: int,
    signature: Signature | None = None,
    *,
    sheet: Sheet = SHEET,
    country: str = "FR",
) -> str:
    now = clock()
    with writing(app.config["ENGINE"]) as session:
        place = default_property(session)
        today = today_at(place, now=now)
        stay = replace(sheet.stay, arrives=today, departs=today + timedelta(days=2))
        return keep_sheet(
            session,
            vault_of(app),
            replace(sheet, stay=stay),
            Origin("tablet", "police_fr.v1", "de", "device:1"),
            id=f"of-{record_id}",
            property_id=place.id,
            country=country,
            record_id=record_id,
            signature=signature,
            today=today,
            now=now,
        ).id


def opened(app: Flask, sheet_id: str) -> Opened:
    with writing(app.config["ENGINE"]) as session:
        kept = session.get_one(KeptSheet, sheet_id)
        return open_sheet(session, vault_of(app), kept, purpose=Purpose.PRINT, actor="staff:1", now=clock())


def page_of(desk: FlaskClient, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    assert answer.headers["Cache-Control"] == "no-store"
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def press(desk: FlaskClient, address: str, **said: str) -> int:
    token = token_of(desk, "/desk/keys")
    return desk.post(address, data={"csrf_token": token} | said).status_code


def post(desk: FlaskClient, address: str, said: dict[str, str]) -> tuple[int, str]:
    answer = desk.post(address, data=said | {"csrf_token": token_of(desk, "/desk/keys")})
    return answer.status_code, re.sub(r"\s+", " ", answer.get_data(as_text=True))


def owed(app: Flask, record_id: int) -> str | None:
    with reading(app.config["ENGINE"]) as session:
        return session.scalar(select(Owed.state).where(Owed.record_id == record_id))


def test_an_arrival_is_answered_by_one_key_and_taken_back(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    page = page_of(desk, "/desk/sheets")
    assert FAMILY in page
    assert "not asked yet" in page

    assert press(desk, f"/desk/sheets/guest/{record_id}/none") == 303
    page = page_of(desk, "/desk/sheets")
    assert "none needed" in page
    assert f"/desk/sheets/guest/{record_id}/unknown" in page
    assert press(desk, f"/desk/sheets/guest/{record_id}/unknown") == 303

    assert owed(house, record_id) is None
    assert "not asked yet" in page_of(desk, "/desk/sheets")


def test_who_got_the_key_first_is_counted_until_the_form_is_there(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    press(desk, f"/desk/sheets/guest/{record_id}/key")
    page = page_of(desk, "/desk/sheets")
    assert "key given, form owed" in page
    assert "1 guest has the key and owes a form" in page

    keep(house, record_id, signed())

    page = page_of(desk, "/desk/sheets")
    assert "key given, form owed" not in page
    assert "1 finished" in page


def test_a_house_that_is_off_asks_for_nothing_and_its_manager_switches_it_on(app: Flask) -> None:
    desk = seated_client(app)
    with reading(app.config["ENGINE"]) as session:
        house = default_property(session).id
    assert "No house keeps its police forms here yet" in page_of(desk, "/desk/sheets")
    assert "was not seen" in page_of(desk, f"/desk/sheets/house/{house}")

    press(desk, f"/desk/sheets/house/{house}", is_set="yes", is_on="yes")

    assert "No arrivals known for this day" in page_of(desk, "/desk/sheets")


def test_a_form_is_opened_with_its_signature_and_the_journal_tells_who_did(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    sheet_id = keep(house, record_id, signed())

    page = page_of(desk, f"/desk/sheets/form/{sheet_id}")

    assert "Öztürk" in page
    assert '<path d="M10 100L300 20L590 100"/>' in page
    title = page.split("<title>")[1].split("</title>")[0]
    assert title == "Police form · OneGuest"
    with reading(house.config["ENGINE"]) as session:
        entry = session.scalars(
            select(JournalEntry).where(JournalEntry.act == "sheet.opened").order_by(JournalEntry.id.desc())
        ).first()
    assert entry is not None
    assert (entry.subject, entry.actor[:6]) == (f"sheet:{sheet_id}", "staff:")


def test_a_correction_wants_a_reason_and_breaks_the_signature_loudly(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    sheet_id = keep(house, record_id, signed())
    address = f"/desk/sheets/form/{sheet_id}/correct"
    form = page_of(desk, address)
    assert 'value="Öztürk"' in form
    today = str(opened(house, sheet_id).sheet.stay.arrives)

    assert post(desk, address, TYPED | {"s_arrives": today})[0] == 422
    assert post(desk, address, TYPED | {"s_arrives": today, "reason": "misread"})[0] == 303

    page = page_of(desk, f"/desk/sheets/form/{sheet_id}")
    assert "This is not what the guest signed" in page
    assert "Reason: misread" in page
    assert "Yıldız" in page
    assert "Öztürk" in page_of(desk, f"/desk/sheets/form/{sheet_id}?version=1")
    assert "changed after signing" in page_of(desk, "/desk/sheets")


def test_a_colleague_witnesses_for_who_cannot_sign(house: Flask, desk: FlaskClient, record_id: int) -> None:
    sheet_id = keep(house, record_id)

    press(desk, f"/desk/sheets/form/{sheet_id}/witness")
    assert opened(house, sheet_id).kept.state == "filled"
    press(desk, f"/desk/sheets/form/{sheet_id}/witness", saw="yes")

    now_signed = opened(house, sheet_id)
    assert now_signed.kept.state == "witnessed"
    assert now_signed.signature is not None
    assert "Family name: Öztürk" in now_signed.signature.text
    assert "saw the guest" in page_of(desk, f"/desk/sheets/form/{sheet_id}")


def test_a_form_made_in_error_is_void_and_owed_again(house: Flask, desk: FlaskClient, record_id: int) -> None:
    sheet_id = keep(house, record_id, signed())

    assert press(desk, f"/desk/sheets/form/{sheet_id}/void", reason="I mistook Öztürk") == 422
    assert press(desk, f"/desk/sheets/form/{sheet_id}/void", reason="twice") == 303

    assert opened(house, sheet_id).kept.state == "void"
    assert owed(house, record_id) == "owed"
    assert "owes a form" in page_of(desk, "/desk/sheets")


def test_a_paper_is_typed_with_only_what_the_country_asks(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    address = f"/desk/sheets/type/{record_id}"
    form = page_of(desk, address)
    assert f'value="{FAMILY}"' in form
    assert "document_number" not in form

    more = {"p0_document_number": "X123", "source": "paper", "on_paper": "yes"}
    assert post(desk, address, TYPED | {"p0_birth_place": ""})[0] == 422
    assert post(desk, address, TYPED | more)[0] == 303

    with reading(house.config["ENGINE"]) as session:
        kept = sheets_of_record(session, record_id)[0]
    found = opened(house, kept.id)
    assert (kept.source, kept.state) == ("paper", "witnessed")
    assert found.sheet.main.family_name == "Yıldız"
    assert found.sheet.main.document_number is None
    assert str(found.sheet.main.birth_date) == "1990"


def test_whoever_needs_none_is_told_at_once_and_the_nationality_is_not_kept(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    status, _ = post(desk, f"/desk/sheets/type/{record_id}", {"people": "1", "p0_nationality": "FRA"})

    assert (status, owed(house, record_id)) == (303, "none")
    with reading(house.config["ENGINE"]) as session:
        assert session.scalars(select(KeptSheet)).all() == []


def test_a_documents_lines_fill_in_what_is_asked_and_are_gone(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    address = f"/desk/sheets/type/{record_id}"

    status, page = post(desk, address, {"people": "1", "mrz": PASSPORT, "go": "mrz"})

    assert status == 200
    assert 'value="Eriksson"' in page
    assert 'value="1974"' in page
    assert "L898902C3" not in page
    assert "In doubt" in page  # Utopia is no state
    unconfirmed = TYPED | {"from_lines": "yes"}
    assert post(desk, address, unconfirmed)[0] == 422
    assert post(desk, address, unconfirmed | {"confirmed": "yes"})[0] == 303


def test_a_name_that_was_typed_stays_and_lines_that_are_none_are_told(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    address = f"/desk/sheets/type/{record_id}"

    _, page = post(desk, address, {"p0_family_name": "Eriksön", "mrz": PASSPORT, "go": "mrz"})
    _, none = post(desk, address, {"mrz": "P<UTO", "go": "mrz"})

    assert 'value="Eriksön"' in page
    assert "These are not the lines of a document" in none


def test_children_stand_on_the_form_and_who_needs_their_own_is_told(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    address = f"/desk/sheets/type/{record_id}"
    _, page = post(desk, address, TYPED | {"go": "more"})
    assert 'name="p1_family_name"' in page
    child = {"people": "2", "p1_family_name": "Yıldız", "p1_given_names": "Ece", "p1_nationality": "TUR"}

    grown = post(desk, address, TYPED | child | {"p1_birth_date_year": "1990"})
    small = post(desk, address, TYPED | child | {"p1_birth_date_year": str(clock().year - 4)})

    assert grown[0] == 422
    assert "needs a form of their own" in grown[1]
    assert small[0] == 303


@pytest.mark.parametrize("role", ["privacy", "auditor", "administrator"])
def test_who_has_no_business_with_forms_sees_none(app: Flask, role: str) -> None:
    sheet_id = keep(app, arrive(app), signed())
    other = seated_client(app, role)

    for address in ("/desk/sheets", f"/desk/sheets/form/{sheet_id}"):
        answer = other.get(address)
        assert answer.status_code == 403
        assert "Öztürk" not in answer.get_data(as_text=True)


def test_another_houses_form_is_not_found(app: Flask) -> None:
    sheet_id = keep(app, arrive(app))
    with writing(app.config["ENGINE"]) as session:
        entity = default_property(session).legal_entity_id
        session.add(Property(code="lake", name=NAME, legal_entity_id=entity))
        session.flush()
        lake = session.scalars(select(Property.id).where(Property.code == "lake")).one()
    desk = seated_client(app, "manager", property_id=lake)

    assert desk.get(f"/desk/sheets/form/{sheet_id}").status_code == 404
    assert desk.get("/desk/sheets/form/none").status_code == 404
    assert FAMILY not in page_of(desk, "/desk/sheets")


def test_a_kept_form_and_forms_for_the_pen_are_printed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    set_in_type: list[str] = []

    def set_type(html: str, *, folder: Path) -> bytes:
        set_in_type.append(html)
        return b"%PDF-"

    monkeypatch.setattr("server.desk.sheet_prints.pdf_of", set_type)
    record_id, desk = arrive(app), seated_client(app, "reception")
    with reading(app.config["ENGINE"]) as session:
        house = default_property(session).id

    blank = desk.get(f"/desk/sheets/print/blank/{house}")
    kept = desk.get(f"/desk/sheets/print/{keep(app, record_id, signed())}")

    for answer in (blank, kept):
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert answer.headers["Cache-Control"] == "no-store"
    assert FAMILY in set_in_type[0]
    assert "Öztürk" in set_in_type[1]


def test_an_authority_that_asks_gets_the_register_of_its_days_and_only_a_manager_makes_it(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(app, arrive(app), signed())
    monkeypatch.setattr("server.desk.sheet_prints.pdf_of", lambda html, **_: html.encode())
    with reading(app.config["ENGINE"]) as session:
        place = default_property(session)
        address, today = f"/desk/sheets/request/{place.id}", str(today_at(place, now=clock()))
    asked = {"first": today, "last": today, "authority": "Gendarmerie", "basis": "R. 814-3"}
    manager = seated_client(app, "manager")

    assert post(manager, address, asked | {"basis": " "})[0] == 422
    status, page = post(manager, address, asked)
    pdf = post(manager, address, asked | {"go": "pdf"})

    assert status == 200
    assert "Öztürk" in page
    assert "Gendarmerie" in page
    assert (pdf[0], "Öztürk" in pdf[1]) == (200, True)
    assert post(seated_client(app, "reception"), address, asked)[0] == 403
    with reading(app.config["ENGINE"]) as session:
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "sheets.requested")).first()
    assert entry is not None
    assert entry.reason == "Gendarmerie: R. 814-3"


def test_a_walk_in_whom_no_record_knows_gets_a_form_that_the_list_shows(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    with reading(house.config["ENGINE"]) as session:
        place = default_property(session)
        address, departs = f"/desk/sheets/type/house/{place.id}", today_at(place, now=clock())
    assert address in page_of(desk, "/desk/sheets")

    status, _ = post(desk, address, TYPED | {"s_departs": str(departs + timedelta(days=1))})

    assert status == 303
    with reading(house.config["ENGINE"]) as session:
        kept = session.scalars(select(KeptSheet)).one()
    assert (kept.record_id, kept.state) == (None, "filled")
    page = page_of(desk, "/desk/sheets")
    assert f"/desk/sheets/form/{kept.id}" in page
    assert "Yıldız" not in page


def test_a_bus_gets_its_forms_for_the_pen_in_files_that_the_list_links(
    house: Flask, desk: FlaskClient, record_id: int
) -> None:
    for at in range(17):
        expect_guest(house.config["ENGINE"], now=clock(), last_name=f"Passenger{at}")

    page = page_of(desk, "/desk/sheets")

    assert "Forms for the pen 1/2" in page
    assert "part=1" in page

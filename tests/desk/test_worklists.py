"""The worklists and the ledger at the desk: what stands there, who may press, and what a file of it holds."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading
from server.prompts.models import TypedIn
from server.properties.models import Property
from server.properties.setup import default_property
from tests.accessible import LANGUAGES, assert_accessible_in_both
from tests.house import seat, seat_page, seated_client, token_of
from tests.prompts.asked import ALIAS, ask, book, came, guest

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
HOSTILE = "=cmd|' /C calc'!A0"
ADDRESSES = (
    "/desk/dying",
    "/desk/to-type",
    "/desk/ledger",
    "/desk/ledger?period=365",
    "/desk/ledger/behind?number=chances",
)


def fill_lists(app: Flask) -> None:
    """Two guests in house, one who left, questions with answers, and two addresses that came back."""
    engine, now = app.config["ENGINE"], clock()
    today = now.date()

    def stay(name: str, arrives: int, departs: int, **changed: str) -> dict[str, str]:
        days = {
            "stay_from": str(today + timedelta(days=arrives)),
            "stay_to": str(today + timedelta(days=departs)),
        }
        return guest(name) | days | {"key": name, "room": "12", "reference": f"BK-{name[0]}"} | changed

    book(
        engine,
        stay("Anna Rossi", -1, 2, email=ALIAS, status="in_house", channel="booking.com"),
        stay("Berta Klein", -1, 1, status="in_house"),
        stay("Clara Gross", -6, -3, email=ALIAS, status="left"),
        stay("Dora Mittel", -1, 3, email=ALIAS, status="in_house", channel=HOSTILE),
        stay("Emma Lang", -2, 4, status="in_house"),
        now=now,
    )
    ask(engine, "Clara Gross", "asked", at=now - timedelta(days=4))
    ask(engine, "Dora Mittel", "given", at=now - timedelta(days=2), source_channel=HOSTILE)
    ask(engine, "Emma Lang", "declined", at=now - timedelta(days=2), rule="survey", purpose="survey")
    came(engine, guest("Dora Mittel") | {"email": "dora@posteo.de"}, at=now - timedelta(days=1))
    came(
        engine, guest("Emma Lang") | {"email": "emma@posteo.de"}, at=now - timedelta(days=1), surface="phone"
    )


def text_of(desk: FlaskClient, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return re.sub(r"\s+", " ", answer.get_data(as_text=True))


def press(desk: FlaskClient, address: str) -> int:
    return desk.post(address, data={"csrf_token": token_of(desk, "/desk/keys")}).status_code


@pytest.fixture
def desk(app: Flask) -> FlaskClient:
    return seated_client(app, "reception")


def test_reception_sees_whose_address_dies_and_what_to_do(app: Flask, desk: FlaskClient) -> None:
    fill_lists(app)

    page = text_of(desk, "/desk/dying")

    names = re.findall(r'<th scope="row"><a href="/desk/guests/[0-9a-f]+" translate="no"><bdi>([^<]+)', page)
    assert names == ["Berta Klein", "Clara Gross", "Anna Rossi"]
    assert page.count("Ask aloud") == 2
    assert "Was asked" in page
    assert "an estimate" in page


def test_an_address_is_copied_typed_ticked_and_can_be_taken_back(app: Flask, desk: FlaskClient) -> None:
    fill_lists(app)
    page = text_of(desk, "/desk/to-type")
    assert re.findall(r'readonly value="([^"]+)"', page) == ["dora@posteo.de", "emma@posteo.de"]
    action = re.search(r'action="(/desk/to-type/\d+/\d+/done)"', page)
    assert action is not None

    assert press(desk, action[1]) == 303
    page = text_of(desk, "/desk/to-type")
    assert "Typed, not proven yet" in page
    assert re.findall(r'readonly value="([^"]+)"', page) == ["emma@posteo.de"]

    assert press(desk, action[1].replace("done", "back")) == 303
    assert "Typed, not proven yet" not in text_of(desk, "/desk/to-type")
    assert press(desk, action[1].replace("done", "back")) == 303
    assert "The list has changed meanwhile" in text_of(desk, "/desk/to-type")


@pytest.mark.parametrize("role", ["privacy", "auditor"])
def test_whoever_may_only_look_ticks_nothing(app: Flask, role: str) -> None:
    fill_lists(app)
    page = text_of(seated_client(app, "reception"), "/desk/to-type")
    action = re.search(r'action="(/desk/to-type/\d+/\d+/done)"', page)
    assert action is not None
    looking = seated_client(app, role)

    assert press(looking, action[1]) == 403
    assert looking.get("/desk/to-type").status_code == (200 if role == "privacy" else 403)
    with reading(app.config["ENGINE"]) as session:
        assert session.scalars(select(TypedIn.id)).all() == []


def test_an_auditor_reads_the_ledger_and_no_guest_stands_in_it(app: Flask) -> None:
    fill_lists(app)

    page = text_of(seated_client(app, "auditor"), "/desk/ledger")

    assert "of 4 chances" in page
    assert "Too few to tell yet" in page
    assert not re.search("Rossi|Klein|Gross|Mittel|posteo", page)


def test_messages_have_no_shift_in_any_language(app: Flask) -> None:
    fill_lists(app)

    page = text_of(seated_client(app, "auditor"), "/desk/ledger?lang=de")

    assert "Nachrichten und Links, kein Team" in page
    assert "Content-Type" not in page


def test_the_file_holds_the_same_numbers_and_no_formula(app: Flask, desk: FlaskClient) -> None:
    fill_lists(app)

    answer = desk.get("/desk/ledger/file?period=90")

    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert (rows[0]["cut"], rows[0]["chances"], rows[0]["given"], rows[0]["declined"]) == (
        "all",
        "5",
        "3",
        "1",
    )
    by_way = {row["name"]: row["given"] for row in rows if row["cut"] == "way"}
    assert by_way == {"Text message": "1", "Tablet": "1", "Guest's phone": "1"}
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row.values())
    assert any(row["name"] == f"'{HOSTILE}" for row in rows)


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("since=2026-01-01&until=2026-01-31", "1 Jan 2026 – 31 Jan 2026"),
        ("since=2026-02-01&until=2026-01-01", " – "),
        ("since=x&until=%00", " – "),
        ("period=9999", " – "),
    ],
)
def test_a_period_is_chosen_and_what_is_none_is_the_usual_one(
    desk: FlaskClient, asked: str, shown: str
) -> None:
    page = text_of(desk, f"/desk/ledger?{asked}")

    assert shown in page
    assert "Nothing was asked in this period" in page


def test_a_colleague_of_one_house_sees_its_ledger_only(app: Flask) -> None:
    fill_lists(app)
    book(app.config["ENGINE"], guest("Otto Lang") | {"key": "L1"}, house="lake")
    with reading(app.config["ENGINE"]) as session:
        lake = session.scalars(select(Property.id).where(Property.code == "lake")).one()
        main = default_property(session).id
    client = seated_client(app, "manager", property_id=lake)

    assert "Nothing was asked in this period" in text_of(client, "/desk/ledger")
    assert client.get(f"/desk/ledger?property={main}").status_code == 404
    assert client.get(f"/desk/ledger/file?property={main}").status_code == 404
    assert "Nobody" in text_of(client, "/desk/dying")
    assert "Nothing to type" in text_of(client, "/desk/to-type")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_lists_can_be_used_by_everyone_and_fit_a_phone(
    app: Flask, served: str, page: Page, language: str
) -> None:
    seat_page(page, served, seat(app.config["ENGINE"], name="Omar"))
    page.emulate_media(reduced_motion="reduce")
    if language == LANGUAGES[0]:
        for address in ADDRESSES:
            page.goto(served + address)
            assert_accessible_in_both(page, f"{address}, empty")
    fill_lists(app)
    for address in ADDRESSES:
        page.goto(f"{served}{address}{'&' if '?' in address else '?'}lang={language}")
        page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true; })")
        assert_accessible_in_both(page, f"{address} in {language}")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 844})
            assert page.evaluate(WIDER) == 0, f"{address}, {width}"


def test_the_list_is_worked_by_keyboard(app: Flask, served: str, page: Page) -> None:
    fill_lists(app)
    seat_page(page, served, seat(app.config["ENGINE"], name="Omar"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(served)

    page.keyboard.press("g")
    page.keyboard.press("n")
    page.locator("[data-copy]").first.wait_for()  # shown by the script that also hears the keys
    page.keyboard.press("j")
    page.keyboard.press("c")
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    page.keyboard.press("d")
    page.get_by_text("Typed, not proven yet").wait_for()

    assert copied == "dora@posteo.de"
    page.keyboard.press("u")
    page.get_by_text("It stands among what is to be typed again.").wait_for()


def test_a_number_of_the_ledger_opens_its_questions_with_their_guests(app: Flask) -> None:
    fill_lists(app)
    manager = seated_client(app, "manager")
    address = re.search(
        r'href="(/desk/ledger/behind[^"]+number=given[^"]*)"', text_of(manager, "/desk/ledger")
    )
    assert address is not None

    page = text_of(manager, address[1].replace("&amp;", "&"))

    assert "data-total>3<" in page
    assert {name for name in ("Dora Mittel", "Emma Lang", "Clara Gross") if name in page} == {
        "Dora Mittel",
        "Emma Lang",
    }
    assert not re.search("mittel|lang|posteo", address[1], re.IGNORECASE)


@pytest.mark.parametrize(
    ("role", "asked", "status"),
    [
        ("auditor", "number=given", 403),
        ("manager", "number=cost", 404),
        ("manager", "number=given&cut=guest", 404),
        ("manager", "number=given&cut=way&name=%00", 404),
        ("manager", "number=given&cut=property&name=x&page=999", 200),
    ],
)
def test_behind_a_number_nobody_sees_what_is_not_theirs(
    app: Flask, role: str, asked: str, status: int
) -> None:
    fill_lists(app)
    client = seated_client(app, role)

    assert client.get(f"/desk/ledger/behind?{asked}").status_code == status
    assert "/desk/ledger/behind" not in text_of(seated_client(app, "auditor"), "/desk/ledger")

"""A stay's page: what tells of it, and a colleague's word that two are one or one is two, and its undo."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import Engine, select

from server.captures.links import issue_link
from server.captures.models import GuestLink
from server.db import reading, writing
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.stays.groups import stays_of_group
from server.stays.models import Stay
from tests.accessible import assert_accessible
from tests.builders import guests_by_key
from tests.desk.test_review import field, undo_in
from tests.guests.deciding_house import state
from tests.guests.test_one_stay import fill, join, part, stay_of
from tests.guests.test_staying import told_by
from tests.house import seated_client
from tests.stays.test_groups import SAMPLE

ARRIVING = datetime(2026, 5, 1, 14, tzinfo=UTC)
SAID_OF = [["4817985054", "A1"], ["A2"]]


@pytest.fixture
def engine(house: Flask) -> Engine:
    made: Engine = house.config["ENGINE"]
    fill(made)
    return made


def choose(desk: FlaskClient, page: str, act: str, **given: str) -> str:
    """Send one of the page's two forms, and follow to where it leads."""
    address = re.search(rf'action="(/desk/stays/\w+/{act})"', page)
    assert address is not None
    carried = {name: field(page, name) for name in ("csrf_token", "guest")}
    return desk.post(address[1], data=carried | given, follow_redirects=True).text


def test_from_the_guests_page_two_stays_are_made_one_and_two_again(desk: FlaskClient, engine: Engine) -> None:
    before = state(engine)
    guest = desk.get(f"/desk/guests/{guests_by_key(engine)['A1']}").text
    assert f"/desk/stays/{stay_of(engine, 'A1')}" in guest
    page = desk.get(f"/desk/stays/{stay_of(engine, 'A1')}").text
    assert "2 records tell of it" in page
    assert "told already" in page

    joined = choose(desk, page, "join", other=field(page, "other"), why="stayed_on")

    assert "They are one stay now." in joined
    assert "The guest stayed on, or changed room" in joined
    assert told_by(engine) == [["4817985054", "A1", "A2"]]
    undone = undo_in(desk, joined)
    assert "Undone" in undone
    assert state(engine) == before


def test_a_guests_link_lives_as_long_as_the_stay_that_colleagues_speak_of(
    desk: FlaskClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("stays", "review"):
        monkeypatch.setattr(f"server.desk.{module}.clock", lambda: ARRIVING)
    with writing(engine) as session:
        of_first = session.scalars(select(SourceRecord).where(SourceRecord.key == "A1")).one()
        link_id = issue_link(session, of_first, actor="staff:1", now=ARRIVING).link.id

    def ends() -> datetime:
        with reading(engine) as session:
            return session.get_one(GuestLink, link_id).expires_at

    alone = ends()
    page = desk.get(f"/desk/stays/{stay_of(engine, 'A1')}").text

    joined = choose(desk, page, "join", other=field(page, "other"), why="stayed_on")
    assert ends() > alone
    undo_in(desk, joined)
    assert ends() == alone


def test_what_is_ticked_is_a_stay_of_its_own(desk: FlaskClient, engine: Engine) -> None:
    page = desk.get(f"/desk/stays/{stay_of(engine, 'A1')}").text
    ticked = re.search(r'name="taken" value="([\d.]+)" id="telling-2" checked', page)
    assert ticked is not None

    parted = choose(desk, page, "part", taken=ticked[1], seen=field(page, "seen"), why="other_booking")

    assert "They are two stays now." in parted
    assert told_by(engine) == [["4817985054"], ["A1"], ["A2"]]
    assert "Two stays" in desk.get(f"/desk/guests/{guests_by_key(engine)['A1']}").text


def test_the_second_colleague_hears_who_was_first_also_when_the_stay_is_gone(
    desk: FlaskClient, engine: Engine
) -> None:
    page = desk.get(f"/desk/stays/{stay_of(engine, 'A2')}").text
    join(engine, "A1", "A2")

    late = choose(desk, page, "join", other=field(page, "other"), why="twice")

    assert "Nadia was first and has decided already." in late
    with reading(engine) as session:
        assert len(session.scalars(select(Stay.id)).all()) == 1


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"taken": "x.9"}, "Please choose which of these"),
        ({"taken": "9" * 30 + ".1"}, "Please choose which of these"),
        ({"taken": ""}, "Please choose which of these"),
        ({"taken": "", "why": ""}, "Please say why"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    client: FlaskClient, app: Flask, given: dict[str, str], says: str
) -> None:
    engine = app.config["ENGINE"]
    fill(engine)
    page = client.get(f"/desk/stays/{stay_of(engine, 'A1')}").text

    answered = choose(client, page, "part", **({"seen": field(page, "seen"), "why": "two_rooms"} | given))

    assert says in answered
    assert told_by(engine) == SAID_OF


def test_an_auditor_sees_no_stay_and_the_privacy_officer_says_nothing_of_it(app: Flask) -> None:
    engine = app.config["ENGINE"]
    fill(engine)
    part(engine, "4817985054")
    address = f"/desk/stays/{stay_of(engine, 'A1')}"

    assert seated_client(app, "auditor").get(address).status_code == 403
    page = seated_client(app, "privacy").get(address).text
    assert "These are one stay" not in page
    assert "/undo" not in page
    assert "Two stays" in page


def test_a_stay_is_parted_in_a_browser_by_keyboard_on_a_phone(page: Page, app: Flask, served: str) -> None:
    engine = app.config["ENGINE"]
    fill(engine)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{served}/desk/stays/{stay_of(engine, 'A1')}")
    page.get_by_text("These are two stays").first.focus()
    page.keyboard.press("Enter")
    assert_accessible(page, "a stay, about to be parted")
    page.get_by_role("button", name="It belongs to another booking").focus()
    page.keyboard.press("Enter")

    page.get_by_text("They are two stays now.").wait_for()
    page.get_by_role("button", name="Undo").first.click()
    page.get_by_text("Undone. Everything is as it was before.").wait_for()
    assert told_by(engine) == SAID_OF


def test_a_stay_of_a_group_says_how_its_leader_is_reached(
    client: FlaskClient, app: Flask, tmp_path: Path
) -> None:
    engine = app.config["ENGINE"]
    path = tmp_path / "group.csv"
    path.write_text(SAMPLE.read_text("utf-8").replace("@exemplo.test", "@posteo.de"), "utf-8")
    looked = look_at(path, name="group.csv", kept={})
    with writing(engine) as session:
        import_id = prepare(session, looked).id
    run_import(engine, import_id, path)
    link_imports(engine, [import_id])
    with reading(engine) as session:
        leader, other, *_ = stays_of_group(session, default_property(session).id, "G-2042")
        others, leaders = other.id, (leader.id, leader.guest_id)

    page = client.get(f"/desk/stays/{others}").text

    assert "Who booked it" in page
    assert "anton.huber@beispiel.test" in page
    assert f"/desk/guests/{leaders[1]}" in page
    assert "Who booked it" not in client.get(f"/desk/stays/{leaders[0]}").text

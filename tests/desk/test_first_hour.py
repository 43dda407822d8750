"""The first hour: resumable, told by the tables, each step for whom it belongs to; nothing is sent."""

from __future__ import annotations

import re
import threading
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.clock import clock
from server.db import reading, writing
from server.discovery import discover
from server.jobs.worker import run_due
from server.prompts.asking import approve
from server.properties.beginning import STEPS, mark_step
from server.properties.models import NotOwn, Property
from server.properties.sending import sending_waits_for
from server.properties.setup import UNNAMED, default_property, ensure_properties
from server.reporting.beginning import beginning
from server.staff.models import Colleague
from tests.builders import take_in, write_export
from tests.desk.filled import count
from tests.desk.test_imports import drop, look_at, run, say_to
from tests.house import make_app, seated_client, token_of
from tests.wording.test_catalogues import plain_texts

HOUR = "/desk/first-hour"


def page_of(client: FlaskClient, address: str = HOUR) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def press(client: FlaskClient, address: str, **data: str) -> int:
    token = token_of(client, "/desk/keys")
    return client.post(address, data={"csrf_token": token} | data).status_code


def states(app: Flask) -> dict[str, str]:
    with reading(app.config["ENGINE"]) as session:
        return dict(beginning(session, default_property(session)).steps)


def opened(page: str) -> str:
    return str(re.findall(r'<li id="(\w+)" class="step \w+ opened"', page)[0])


def let_the_worker_work(app: Flask) -> None:
    engine, settings = app.config["ENGINE"], app.config["ONEGUEST"]
    run_due(engine, settings, discover("server.work", ("run",)), once=True, stop=threading.Event())


def own_addresses_everywhere(app: Flask) -> None:
    names = ("Martin", "Rossi", "Ivanova", "Smith", "García", "Nowak")
    rows = [
        {"key": f"A{n}", "first_name": "Ada", "last_name": name, "email": "desk@arcades.example"}
        for n, name in enumerate(names)
    ]
    with writing(app.config["ENGINE"]) as session:
        default_property(session).code = "main"
    take_in(app.config["ENGINE"], *rows)
    let_the_worker_work(app)


def test_a_new_house_begins_with_its_name_and_is_led_through_every_step(
    sqlite_url: str, tmp_path: Path
) -> None:
    app = make_app(tmp_path, sqlite_url)
    with writing(app.config["ENGINE"]) as session:
        default_property(session).name = UNNAMED
    client = seated_client(app)

    page = page_of(client)

    assert re.findall(r'<li id="(\w+)" class="step', page) == list(STEPS)
    assert opened(page) == "name"
    assert "0 of 9 done" in page


def test_one_step_is_open_at_a_time_and_any_of_ones_own_can_be_opened(desk: FlaskClient) -> None:
    assert page_of(desk).count("opened") == 1
    assert opened(page_of(desk, f"{HOUR}?step=sending")) == "sending"
    assert opened(page_of(desk, f"{HOUR}?step=nonsense")) == "import"  # the name is set


def test_what_was_done_elsewhere_is_done_here(house: Flask) -> None:
    engine = house.config["ENGINE"]
    assert states(house)["import"] == "open"

    with writing(engine) as session:
        default_property(session).code = "main"
        session.add_all(Colleague(name=name, created_at=clock()) for name in ("Nadia", "Luc"))
    take_in(engine, {"key": "A1", "last_name": "Ivanova"})

    assert {code for code, state in states(house).items() if state == "done"} == {
        "name",
        "import",
        "colleagues",
    }


def test_a_step_is_put_off_taken_up_and_ticked(house: Flask, desk: FlaskClient) -> None:
    assert press(desk, f"{HOUR}/1/import/later") == 303
    assert (states(house)["import"], opened(page_of(desk))) == ("later", "found")

    assert press(desk, f"{HOUR}/1/import/again") == 303
    assert states(house)["import"] == "open"

    assert press(desk, f"{HOUR}/1/found/done") == 303
    assert states(house)["found"] == "done"
    assert press(desk, f"{HOUR}/1/found/later") == 303  # a stale page does not untick
    assert states(house)["found"] == "done"


def test_when_all_is_done_or_put_off_the_first_that_was_put_off_is_open(
    house: Flask, desk: FlaskClient
) -> None:
    with writing(house.config["ENGINE"]) as session:
        for code in STEPS:
            mark_step(session, default_property(session), code, "later", by="test", now=clock())

    assert opened(page_of(desk)) == "import"


def test_the_navigation_names_it_until_it_is_put_away_or_done(house: Flask, desk: FlaskClient) -> None:
    assert f'href="{HOUR}"' in page_of(desk, "/")

    assert press(desk, f"{HOUR}/1/hour/later") == 303
    away = page_of(desk, "/")
    assert f'href="{HOUR}"' not in away
    assert "The first hour is put away." in away
    assert press(desk, f"{HOUR}/1/hour/again") == 303
    assert f'href="{HOUR}"' in page_of(desk, "/")

    with writing(house.config["ENGINE"]) as session:
        for code in STEPS:
            mark_step(session, default_property(session), code, "done", by="test", now=clock())
    assert f'href="{HOUR}"' not in page_of(desk, "/")
    assert "All done." in page_of(desk)


@pytest.mark.parametrize("step", ["nonsense", "../name", "hour2"])
def test_a_step_that_there_is_not_is_not_marked(desk: FlaskClient, step: str) -> None:
    assert press(desk, f"{HOUR}/1/{step}/done") == 404


@pytest.mark.parametrize(
    ("role", "theirs"),
    [
        ("reception", {"import", "found", "kiosk", "guest", "notice"}),
        ("manager", set(STEPS) - {"colleagues"}),
        ("administrator", {"name", "colleagues", "kiosk", "notice", "sending"}),
        ("auditor", {"found", "kiosk"}),
    ],
)
def test_each_step_shows_to_whom_it_belongs_instead_of_failing(
    house: Flask, role: str, theirs: set[str]
) -> None:
    client = seated_client(house, role)
    page = page_of(client)

    for code in STEPS:
        allowed = press(client, f"{HOUR}/1/{code}/done") == 303
        assert allowed == (code in theirs), code
        if code not in theirs:
            assert f"step={code}#" not in page
    assert ("This is for:" in page) == (theirs != set(STEPS))


def test_an_administrator_sees_no_address_of_a_guest(house: Flask) -> None:
    own_addresses_everywhere(house)
    client = seated_client(house, "administrator")

    assert "arcades.example" not in page_of(client, f"{HOUR}?step=own")
    assert press(client, f"{HOUR}/1/own/accept", kind="email", value="desk@arcades.example") == 404
    assert press(client, f"{HOUR}/1/rehearsal") == 403


def test_another_house_is_not_there_for_whoever_works_in_this_one(house: Flask) -> None:
    with writing(house.config["ENGINE"]) as session:
        other = ensure_properties(session, [{"code": "lake", "name": "Hôtel du Lac"}])[0].id
        mine = default_property(session).id
    client = seated_client(house, "manager", property_id=mine)

    page = page_of(client)
    assert "Hôtel du Lac" not in page
    assert client.get(f"{HOUR}?house={other}").status_code == 404
    for deed in ("found/done", "found/later", "found/again", "hour/later", "rehearsal", "kiosk/open"):
        assert press(client, f"{HOUR}/{other}/{deed}") == 404
    assert press(client, f"{HOUR}/{other}/own/accept", kind="email", value="a@b.example") == 404


def test_a_colleague_of_several_houses_chooses_one(house: Flask) -> None:
    with writing(house.config["ENGINE"]) as session:
        other = ensure_properties(session, [{"code": "lake", "name": "Hôtel du Lac"}])[0].id
    client = seated_client(house)

    assert press(client, f"{HOUR}/{other}/found/done") == 303
    assert "Hôtel du Lac" in page_of(client, f"{HOUR}?house={other}")
    assert states(house)["found"] == "open"  # of the default house


def test_the_numbers_and_classes_of_the_first_file_stand_here(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    export = write_export(tmp_path / "guests.txt", 30).read_bytes()
    number = drop(client, "guests.csv", export)
    assert "Nobody is counted yet" in page_of(client, f"{HOUR}?step=found")
    assert 'hx-trigger="every 2s"' in page_of(client, f"{HOUR}?step=import")
    look_at(app, number)
    assert "It was looked at" in page_of(client)
    say_to(client, f"/desk/imports/{number}/confirm")
    run(app, number)
    count(app.config["ENGINE"], clock().date())

    page = page_of(client)

    assert opened(page) == "found"
    assert "Records that were the same person as another" in page
    assert '<rect class="class-real"' in page
    assert "30 rows stored" in page_of(client, f"{HOUR}?step=import")


def test_a_page_that_knows_the_list_already_is_told_so(client: FlaskClient, tmp_path: Path) -> None:
    drop(client, "guests.csv", write_export(tmp_path / "guests.txt", 30).read_bytes())
    page = page_of(client, f"{HOUR}?step=import")
    tag = re.findall(r'If-None-Match": "\\"(\w+)', page)[0]

    known = client.get(f"{HOUR}/steps?step=import", headers={"If-None-Match": f'"{tag}"'})
    press(client, f"{HOUR}/1/found/done")
    moved = client.get(f"{HOUR}/steps?step=import", headers={"If-None-Match": f'"{tag}"'})

    assert (known.status_code, moved.status_code) == (304, 200)


def test_an_own_address_is_taken_with_its_evidence_and_taken_back(house: Flask, desk: FlaskClient) -> None:
    own_addresses_everywhere(house)

    page = page_of(desk, f"{HOUR}?step=own")
    assert "It stands with 6 guests of 6 different names." in page
    assert "The name of the house stands in it." in page
    assert press(desk, f"{HOUR}/1/own/accept", kind="domain", value="arcades.example") == 303
    let_the_worker_work(house)

    taken = page_of(desk, f"{HOUR}?step=own")
    assert "Known as yours" in taken
    assert "It stands with" not in taken
    assert states(house)["own"] == "done"
    assert press(desk, f"{HOUR}/1/own/back", kind="domain", value="arcades.example") == 303
    let_the_worker_work(house)
    assert "It stands with 6 guests" in page_of(desk, f"{HOUR}?step=own")


def test_no_a_guests_is_kept_and_a_second_press_on_a_stale_page_only_says_so(
    house: Flask, desk: FlaskClient
) -> None:
    own_addresses_everywhere(house)

    for _ in range(2):
        assert press(desk, f"{HOUR}/1/own/refuse", kind="email", value="desk@arcades.example") == 303

    assert "This was decided already." in page_of(desk)
    with reading(house.config["ENGINE"]) as session:
        assert session.scalars(select(NotOwn.value)).all() == ["desk@arcades.example"]


def test_nothing_is_sent_and_the_step_says_what_sending_waits_for(house: Flask, desk: FlaskClient) -> None:
    page = page_of(desk, f"{HOUR}?step=sending")

    assert "Nothing goes to your guests" in page
    assert page.count('<span class="badge attention">waits</span>') == 3
    with writing(house.config["ENGINE"]) as session:
        place = session.scalars(select(Property)).one()
        assert sending_waits_for(place) == ["sending.no_sender", "sending.no_test", "sending.plan_unseen"]
        place.test_arrived_at = place.plan_seen_at = clock()
        assert sending_waits_for(place) == ["sending.no_sender"]


def test_the_step_ticks_what_is_done_and_leads_to_the_plan(house: Flask, desk: FlaskClient) -> None:
    with writing(house.config["ENGINE"]) as session:
        place = session.scalars(select(Property)).one()
        place.senders, place.test_arrived_at = {"sms": "Arcades"}, clock()

    page = page_of(desk, f"{HOUR}?step=sending")
    assert page.count('<span class="badge attention">waits</span>') == 1
    assert "A test has arrived at one of you." in page
    assert f'href="/desk/asking/{place.id}"' in page

    with writing(house.config["ENGINE"]) as session:
        approve(session, session.scalars(select(Property)).one(), actor="staff:1", now=clock())
    assert "Messages go out as planned." in page_of(desk, f"{HOUR}?step=sending")


def test_a_step_whose_page_is_not_there_yet_says_so(house: Flask, desk: FlaskClient) -> None:
    for step, endpoint in (
        ("name", "house.show"),
        ("colleagues", "colleagues.index"),
        ("notice", "papers.index"),
    ):
        page = page_of(desk, f"{HOUR}?step={step}")
        assert ("This version" in page) == (endpoint not in house.view_functions)


def test_nothing_escapes_the_catalogue(house: Flask, desk: FlaskClient) -> None:
    own_addresses_everywhere(house)
    press(desk, f"{HOUR}/1/rehearsal")

    for step in STEPS:
        page = page_of(desk, f"{HOUR}?step={step}&lang=qps")
        page = re.sub(r"\d{1,2} \w{3} \d{4}", "", page)  # days come from the locale
        assert plain_texts(page) == [], step

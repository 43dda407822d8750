"""Administration of colleagues: what an administrator may do, and that it takes hold at once."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.clock import clock
from server.db import reading, writing
from server.desk import colleagues as desk_colleagues
from server.jobs.worker import Task
from server.journal.models import JournalEntry
from server.properties.models import HouseMark
from server.properties.reach import Reach
from server.properties.setup import default_property, ensure_properties
from server.staff.demo import make_demo_colleagues
from server.staff.entry import first_link, make_link
from server.staff.models import Colleague, Post, StaffSession
from server.staff.sessions import reach_of
from server.work import forget_leavers
from tests.door import EMAIL, PASSWORD, PIN, Clock, engage, is_in, send, sign_in, token_on
from tests.house import DESK_COOKIE, make_app, seat, seated_client


@pytest.fixture
def boss(app: Flask) -> FlaskClient:
    """An administrator of the whole house at their desk."""
    return seated_client(app, "administrator")


@pytest.fixture
def houses(app: Flask) -> list[int]:
    """Two properties."""
    with writing(app.config["ENGINE"]) as session:
        wanted = [{"code": "lake", "name": "Lake"}, {"code": "hill", "name": "Hill"}]
        return [house.id for house in ensure_properties(session, wanted)]


def act(boss: FlaskClient, number: int, what: str = "", **fields: str) -> TestResponse:
    address = f"/desk/colleagues/{number}"
    seen = re.search(r'name="seen" value="([^"]*)"', boss.get(address).get_data(as_text=True))
    fields = ({"seen": seen[1]} if seen else {}) | fields
    return send(boss, f"{address}/{what}".rstrip("/"), "/desk/me", **fields)


def facts(app: Flask, number: int) -> dict[str, object]:
    with reading(app.config["ENGINE"]) as session:
        one = session.get_one(Colleague, number)
        return {
            "name": one.name,
            "email": one.email,
            "posts": {(post.role, post.property_id) for post in one.posts},
            "disabled": one.disabled_at is not None,
            "ends_on": one.ends_on,
        }


def link_on(page: str) -> str:
    found = re.search(r'value="http://localhost:8000(/desk/enter/[^"]+)"', page)
    assert found
    return found[1]


NADIA = {"name": "Nadia", "email": EMAIL, "post-reception-0": "yes"}


def test_an_invited_colleague_chooses_a_password_and_comes_in(
    app: Flask, boss: FlaskClient, newcomer: FlaskClient
) -> None:
    answer = send(boss, "/desk/colleagues/new", "/desk/colleagues/new", **NADIA)
    link = link_on(answer.get_data(as_text=True))

    short = send(newcomer, link, link, password="short", repeated="short")
    other = send(newcomer, link, link, password=PASSWORD, repeated="something else")
    taken = send(newcomer, link, link, password=PASSWORD, repeated=PASSWORD)

    assert (short.status_code, other.status_code, taken.status_code) == (422, 422, 303)
    assert is_in(newcomer)
    assert app.test_client().get(link).status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " \u202e "}, "Please give a name."),
        ({"email": "nadia at hotel"}, "Please give an e-mail address"),
        ({"email": "nadia@hotel.example\r\nBcc: x@y.example"}, "Please give an e-mail address"),
        ({"post-chef-0": "yes"}, "There is no role chef."),
        ({"ends_on": "yesterday"}, "Please give the last day"),
        ({"ends_on": "2001-01-01"}, "Please give the last day"),
    ],
)
def test_what_cannot_be_invited_is_said_beside_its_field(
    app: Flask, boss: FlaskClient, wrong: dict[str, str], said: str
) -> None:
    answer = send(boss, "/desk/colleagues/new", "/desk/colleagues/new", **(NADIA | wrong))

    assert answer.status_code == 422
    assert said in answer.get_data(as_text=True)


def test_two_colleagues_never_share_an_address(app: Flask, boss: FlaskClient) -> None:
    engage(app)

    answer = send(boss, "/desk/colleagues/new", "/desk/colleagues/new", **(NADIA | {"email": EMAIL.upper()}))

    assert "There is a colleague with this e-mail already." in answer.get_data(as_text=True)


def test_a_hostile_name_is_shown_literally(app: Flask, boss: FlaskClient) -> None:
    engage(app, name="<script>alert(1)</script>")

    page = boss.get("/desk/colleagues").get_data(as_text=True)

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("", NADIA | {"post-reviewer-0": "yes"}),
        ("", NADIA | {"email": "other@hotel.example"}),
        ("", NADIA | {"ends_on": "2126-01-01"}),
        ("disable", {}),
        ("second-step", {}),
        ("sessions", {}),
    ],
)
def test_every_change_ends_what_is_open(
    app: Flask, boss: FlaskClient, newcomer: FlaskClient, what: str, fields: dict[str, str]
) -> None:
    number = engage(app)
    sign_in(newcomer)
    assert is_in(newcomer)

    assert act(boss, number, what, **fields).status_code == 303

    assert not is_in(newcomer)


def test_a_form_that_was_open_meanwhile_gives_no_role_back(app: Flask, boss: FlaskClient) -> None:
    number = engage(app, "reviewer")
    stale = boss.get(f"/desk/colleagues/{number}").get_data(as_text=True)
    seen = re.findall(r'name="seen" value="([^"]+)"', stale)
    act(boss, number, **NADIA)

    answer = act(boss, number, **NADIA, **{"seen": seen[0], "post-reviewer-0": "yes"})

    assert answer.status_code == 422
    assert "Somebody else has changed this part meanwhile." in answer.get_data(as_text=True)
    assert facts(app, number)["posts"] == {("reception", None)}


@pytest.mark.parametrize(("hours", "taken"), [(-12, True), (11, True), (13, False)])
def test_the_last_day_is_a_day_at_the_hotel(
    app: Flask, boss: FlaskClient, monkeypatch: pytest.MonkeyPatch, hours: int, taken: bool
) -> None:
    """At a hotel of Honolulu it is still today when it is tomorrow in London."""
    number = engage(app)
    with writing(app.config["ENGINE"]) as session:
        default_property(session).zone = "Pacific/Honolulu"
    noon = clock().astimezone(ZoneInfo("Pacific/Honolulu")).replace(hour=12)
    monkeypatch.setattr(desk_colleagues, "clock", lambda: (noon + timedelta(hours=hours)).astimezone(UTC))

    answer = act(boss, number, **NADIA, ends_on=noon.date().isoformat())

    assert answer.status_code == (303 if taken else 422)


def test_a_link_is_never_made_of_what_the_browser_says_the_house_is_called(
    sqlite_url: str, tmp_path: Path
) -> None:
    app = make_app(tmp_path, sqlite_url, host="192.0.2.10")  # opened, so that any number is let in
    boss, number = app.test_client(), engage(app)
    boss.set_cookie(DESK_COOKIE, seat(app.config["ENGINE"], "administrator"), domain="198.51.100.66")
    said = "http://198.51.100.66"
    token = token_on(boss.get("/desk/me", base_url=said).get_data(as_text=True))

    answer = boss.post(f"/desk/colleagues/{number}/link", data={"csrf_token": token}, base_url=said)

    page = answer.get_data(as_text=True)
    assert "198.51.100.66" not in page
    assert "http://192.0.2.10:8000/desk/enter/" in page


def test_a_new_name_ends_nothing(app: Flask, boss: FlaskClient, newcomer: FlaskClient) -> None:
    number = engage(app)
    sign_in(newcomer)

    act(boss, number, **(NADIA | {"name": "Nadia Benali"}))

    assert facts(app, number)["name"] == "Nadia Benali"
    assert is_in(newcomer)


def test_a_closed_account_opens_again(app: Flask, boss: FlaskClient, newcomer: FlaskClient) -> None:
    number = engage(app)
    act(boss, number, "disable")
    assert sign_in(newcomer).status_code == 422

    act(boss, number, "enable")

    assert sign_in(newcomer).status_code == 303


def test_the_last_administrator_cannot_be_locked_out(app: Flask, newcomer: FlaskClient) -> None:
    number = engage(app, "administrator", with_app=True)
    engage(app, "administrator", name="Invited", email="invited@hotel.example", password=None)
    boss = seated_client(app, "administrator")  # has no password, so cannot come back
    mine = {"name": "Nadia", "email": EMAIL}

    assert act(boss, number, "disable").status_code == 422
    assert act(boss, number, **mine, **{"post-reception-0": "yes"}).status_code == 422
    leaving = act(boss, number, **mine, **{"post-administrator-0": "yes", "ends_on": "2126-01-01"})
    assert leaving.status_code == 422
    assert "This is the last administrator who stays." in leaving.get_data(as_text=True)
    assert facts(app, number)["posts"] == {("administrator", None)}
    engage(app, "administrator", name="Omar", email="omar@hotel.example")
    assert act(boss, number, "disable").status_code == 303


def test_an_administrator_of_one_house_does_nothing_in_another(app: Flask, houses: list[int]) -> None:
    lake, hill = houses
    boss = seated_client(app, "administrator", property_id=lake)
    own = engage(app, property_id=lake)
    foreign = engage(app, name="Omar", email="omar@hotel.example", property_id=hill)
    group = engage(app, "manager", name="Chiara", email="chiara@hotel.example")
    both = engage(app, name="Pavel", email="pavel@hotel.example", property_id=lake)
    with writing(app.config["ENGINE"]) as session:
        session.add(Post(colleague_id=both, role="manager", property_id=hill))

    page = boss.get("/desk/colleagues").get_data(as_text=True)

    assert "Nadia" in page
    assert "Pavel" in page
    assert "Omar" not in page
    assert "Chiara" not in page
    for number in (foreign, group, 999, 2**40):
        assert boss.get(f"/desk/colleagues/{number}").status_code == 404
    for number in (foreign, group, both, 999):
        for what in ("", "disable", "enable", "link", "second-step", "sessions"):
            assert act(boss, number, what, **NADIA).status_code == 404
    assert "Hill" not in page
    assert "Hill" not in boss.get(f"/desk/colleagues/{both}").get_data(as_text=True)
    for place, answer in ((0, 422), (hill, 404), (987654, 404)):  # whether a house exists is not told either
        wanted = {f"post-manager-{place}": "yes"}
        assert act(boss, own, name="Nadia", email=EMAIL, **wanted).status_code == answer
    assert facts(app, own)["posts"] == {("reception", lake)}
    assert act(boss, own, "disable").status_code == 303


def test_nobody_gives_themselves_a_post(app: Flask, houses: list[int]) -> None:
    lake, _ = houses
    mine = f"post-administrator-{lake}"
    for role in ("auditor", "privacy", "manager"):
        boss = seated_client(app, "administrator", property_id=lake)
        with reading(app.config["ENGINE"]) as session:
            number = max(session.scalars(select(Colleague.id)))
        kept = facts(app, number)
        fields = {"name": "Nadia", "email": str(kept["email"]), mine: "yes"}

        answer = act(boss, number, **fields, **{f"post-{role}-{lake}": "yes"})

        assert answer.status_code == 422
        assert "Nobody gives themselves a role" in answer.get_data(as_text=True)
        assert facts(app, number) == kept
        assert act(boss, number, **fields | {"name": "Nadine"}).status_code == 303


def test_the_administrator_of_a_house_names_its_auditor_who_watches_that_house_only(
    app: Flask, houses: list[int]
) -> None:
    lake, hill = houses
    boss = seated_client(app, "administrator", property_id=lake)
    pavel = {"name": "Pavel", "email": "pavel@hotel.example"}

    here, there, everywhere = (
        send(boss, "/desk/colleagues/new", "/desk/colleagues/new", **pavel, **{f"post-auditor-{at}": "yes"})
        for at in (lake, hill, 0)
    )

    assert (here.status_code, there.status_code, everywhere.status_code) == (200, 404, 422)
    with reading(app.config["ENGINE"]) as session:
        found = session.scalars(select(Colleague).where(Colleague.email == pavel["email"])).one()
        assert reach_of(found, "journal.read") == Reach(frozenset({lake}))


@pytest.mark.parametrize("role", ["reception", "reviewer", "manager", "privacy", "auditor"])
def test_nobody_else_administers(app: Flask, role: str) -> None:
    number = engage(app)
    browser = seated_client(app, role)

    assert browser.get("/desk/colleagues").status_code == 403
    assert act(browser, number, "disable").status_code == 403
    assert "/desk/colleagues" not in browser.get("/").get_data(as_text=True)


def test_a_new_password_ends_every_session_and_the_old_password(
    app: Flask, boss: FlaskClient, newcomer: FlaskClient
) -> None:
    number = engage(app)
    sign_in(newcomer)
    old = link_on(act(boss, number, "link").get_data(as_text=True))
    link = link_on(act(boss, number, "link").get_data(as_text=True))
    other = app.test_client()

    assert other.get(old).status_code == 404
    send(other, link, link, password="another quiet morning", repeated="another quiet morning")

    assert is_in(other)
    assert not is_in(newcomer)
    assert sign_in(newcomer).status_code == 422


def test_a_link_opens_nothing_for_a_closed_account(
    app: Flask, boss: FlaskClient, newcomer: FlaskClient
) -> None:
    number = engage(app)
    link = link_on(act(boss, number, "link").get_data(as_text=True))
    act(boss, number, "disable")

    assert newcomer.get(link).status_code == 404


def test_a_new_password_of_ones_own_ends_the_other_desks(app: Flask, newcomer: FlaskClient) -> None:
    engage(app)
    other = app.test_client()
    sign_in(newcomer)
    sign_in(other)
    new = {"password": "another quiet morning", "repeated": "another quiet morning"}

    send(newcomer, "/desk/me/password", "/desk/me/password", **new)

    assert is_in(newcomer)
    assert not is_in(other)


def test_one_ends_what_one_left_open_elsewhere(app: Flask, newcomer: FlaskClient) -> None:
    engage(app, pin=PIN)
    other = app.test_client()
    sign_in(other)
    sign_in(newcomer)
    with reading(app.config["ENGINE"]) as session:
        first = session.scalars(select(StaffSession.id).order_by(StaffSession.id)).all()[0]
    stranger = app.test_client()
    engage(app, name="Omar", email="omar@hotel.example")
    sign_in(stranger, "omar@hotel.example")

    send(stranger, f"/desk/me/sessions/{first}/end", "/desk/me")
    assert is_in(other)
    send(newcomer, f"/desk/me/sessions/{first}/end", "/desk/me")
    assert not is_in(other)
    assert is_in(newcomer)


def test_a_role_that_asks_for_a_second_step_keeps_it(app: Flask) -> None:
    boss = seated_client(app, "manager")

    assert send(boss, "/desk/me/second-step/none", "/desk/me/second-step").status_code == 403


def test_every_act_stands_in_the_journal_by_number(app: Flask, boss: FlaskClient) -> None:
    number = engage(app)
    for what in ("link", "second-step", "sessions", "disable", "enable"):
        act(boss, number, what)

    with reading(app.config["ENGINE"]) as session:
        kept = session.scalars(
            select(JournalEntry).where(JournalEntry.subject == f"colleague:{number}")
        ).all()
    assert {entry.act for entry in kept} >= {
        "colleague.invited",
        "entry.password",
        "colleague.second_step_reset",
        "colleague.sessions_ended",
        "colleague.disabled",
        "colleague.enabled",
    }
    assert not [entry for entry in kept if EMAIL in str(entry.detail) or "Nadia" in str(entry.detail)]


@pytest.mark.parametrize(("days", "kept"), [("30", 303), ("0", 303), ("-1", 422), ("", 422), ("99999", 422)])
def test_the_house_sets_how_long_leavers_keep_their_names(boss: FlaskClient, days: str, kept: int) -> None:
    assert send(boss, "/desk/colleagues/leavers", "/desk/me", days=days).status_code == kept


def test_a_demo_is_entered_by_choosing_whom_to_be(app: Flask, newcomer: FlaskClient) -> None:
    with writing(app.config["ENGINE"]) as session:
        manager = make_demo_colleagues(session, now=clock())[3].id
        token = make_link(session, "demo", None, actor="t", now=clock()).token
    entrance = f"/desk/enter/{token}"
    assert newcomer.get(entrance).status_code == 404  # a real house has no such door
    app.config["ONEGUEST"] = replace(app.config["ONEGUEST"], demo=True)
    assert newcomer.get(entrance).status_code == 404  # nor has one that only says it is a demo
    with writing(app.config["ENGINE"]) as session:
        session.merge(HouseMark(id=1, kind="demo"))

    send(newcomer, entrance, entrance, who=str(manager))

    assert is_in(newcomer)
    assert "Tomás Varga" in newcomer.get("/desk/me").get_data(as_text=True)
    assert newcomer.get(entrance).status_code == 200  # it opens again


def test_wrong_links_are_counted(app: Flask, newcomer: FlaskClient) -> None:
    codes = [newcomer.get(f"/desk/enter/guess{number}").status_code for number in range(11)]

    assert codes == [404] * 10 + [429]


def test_the_worker_forgets_leavers_and_what_they_left(
    app: Flask, newcomer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    time = Clock(monkeypatch)
    number = engage(app, "manager", pin=PIN, with_app=True)
    staying = engage(app, name="Omar", email="omar@hotel.example")
    with writing(app.config["ENGINE"]) as session:
        session.get_one(Colleague, number).ends_on = clock().date() + timedelta(days=1)
    task = Task(app.config["ENGINE"], app.config["ONEGUEST"], {}, threading.Event().is_set)
    time.passes(days=90)
    forget_leavers.run(task)
    assert facts(app, number)["name"] == "Nadia"

    time.passes(days=3)
    forget_leavers.run(task)
    forget_leavers.run(task)

    with reading(app.config["ENGINE"]) as session:
        gone = session.get_one(Colleague, number)
        assert (gone.name, gone.email) == ("former colleague", None)
        assert (gone.password_hash, gone.pin_hash, gone.totp_sealed) == (None, None, None)
        forgotten = select(JournalEntry).where(JournalEntry.act == "colleague.forgotten")
        assert [entry.subject for entry in session.scalars(forgotten)] == [f"colleague:{number}"]
    assert facts(app, staying)["name"] == "Omar"
    page = seated_client(app, "administrator").get("/desk/colleagues").get_data(as_text=True)
    assert f"former colleague {number}" in page


@pytest.mark.parametrize(
    ("said", "posts"),
    [
        ({"guests": "yes"}, {("administrator", None), ("manager", None)}),
        ({}, {("administrator", None)}),
    ],
)
def test_the_first_one_here_says_whether_they_work_with_the_guests_too(
    app: Flask, newcomer: FlaskClient, said: dict[str, str], posts: set[tuple[str, None]]
) -> None:
    with writing(app.config["ENGINE"]) as session:
        made = first_link(session, now=clock())
    assert made is not None
    link = f"/desk/enter/{made.token}"
    owner = {"name": "Anneke", "email": "anneke@hotel.example", "password": PASSWORD, "repeated": PASSWORD}

    assert 'name="guests" value="yes" checked' in newcomer.get(link).text
    assert send(newcomer, link, link, **owner, **said).status_code == 303
    with reading(app.config["ENGINE"]) as session:
        number = session.scalars(select(Colleague.id).where(Colleague.email == owner["email"])).one()
    assert facts(app, number)["posts"] == posts

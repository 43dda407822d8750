"""A colleague of one house sees what its records say, and of the other house nothing, however they ask."""

from __future__ import annotations

import csv
import io
import random
import re
import statistics
import time
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, func, select
from werkzeug.test import TestResponse

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Guest, GuestEvent
from server.importing.dropping import look
from server.journal import note
from server.journal.models import JournalEntry
from server.keys import read_key
from server.properties.setup import UNNAMED, ensure_properties
from server.records.models import Import, Problem, SourceRecord
from server.staff.models import Colleague, Post
from tests.builders import NOON, PATRICK, take_in
from tests.desk.two_houses import TELLTALE, House, fill_two
from tests.house import seat, seated_client, sit, token_of

PLACES = ("/", "/desk/guests", "/desk/imports", "/desk/imports/list", "/desk/problems", "/desk/completeness")
MANY = 300
"""Swaps in an ordinary run; ten thousand in a long one."""


@pytest.fixture
def houses(house: Flask, tmp_path: Path) -> tuple[House, House]:
    """The two houses, on each store."""
    return fill_two(house.config["ENGINE"], tmp_path)


def at_house(app: Flask, house: House, *roles: str) -> FlaskClient:
    return seated_client(app, *roles or ("reviewer",), property_id=house.property_id)


def without_ages(page: str) -> str:
    """A page without how long ago something was, and without the address that was asked for."""
    page = re.sub(r'name="(back|next)" value="[^"]*"', "", page)
    return re.sub(r"\d+ seconds? ago", "now", page)


def tells_of(answer: TestResponse, house: House) -> list[str]:
    """What of a house stands in an answer, its headers included."""
    said = (answer.get_data(as_text=True) + str(answer.headers)).casefold()
    return [mark for mark in TELLTALE[house.code] if mark in said]


def test_every_page_shows_the_own_house_and_nothing_of_the_other(
    house: Flask, houses: tuple[House, House]
) -> None:
    for own, other in (houses, houses[::-1]):
        desk = at_house(house, own)
        addresses = [
            *PLACES,
            *(f"/desk/guests/{guest}" for guest in (*own.guests, own.shared_guest)),
            f"/desk/guests/{own.shared_guest}?all=1",
            *(f"/desk/imports/{number}" for number in own.imports.values()),
            *(f"/desk/imports/{number}/progress" for number in own.imports.values()),
            "/desk/problems?settled=1",
            "/desk/guests?population=records&when=before&number=all",
            "/desk/guests?population=stays&when=after&number=all",
        ]
        for address in addresses:
            answer = desk.get(address)
            assert answer.status_code in (200, 204), address
            assert tells_of(answer, other) == [], address
            if answer.status_code == 200 and "settled" not in address:
                assert tells_of(answer, own), address


def test_the_whole_group_sees_both(house: Flask, houses: tuple[House, House]) -> None:
    desk = seated_client(house, "manager")
    for address in (*PLACES, f"/desk/guests/{houses[0].shared_guest}"):
        answer = desk.get(address)
        assert all(tells_of(answer, one) for one in houses), address


def test_a_guest_of_both_houses_is_at_each_the_guest_of_its_own_records(
    house: Flask, houses: tuple[House, House]
) -> None:
    own, other = houses
    assert own.shared_guest == other.shared_guest

    page = at_house(house, own).get(f"/desk/guests/{own.shared_guest}").get_data(as_text=True)
    whole = seated_client(house, "manager").get(f"/desk/guests/{own.shared_guest}").get_data(as_text=True)

    assert "1 record · 1 system" in page
    assert "qxarc.s@posteo.de" in page
    assert "Why they are one guest" not in page
    assert "2 records · 2 systems" in whole
    assert "Why they are one guest" in whole


def test_what_only_the_other_house_knows_is_asked_for_again(house: Flask) -> None:
    engine = house.config["ENGINE"]
    today = str(clock().astimezone(ZoneInfo("Europe/Paris")).date())
    with writing(engine) as session:
        group = {"legal_entity": UNNAMED}
        ensure_properties(
            session, [{"code": "main"} | group, {"code": "lac", "name": "Hôtel du Lac"} | group]
        )
    booking = {name: text for name, text in PATRICK.items() if name != "email"}
    take_in(
        engine,
        booking | {"key": "a", "stay_from": today, "stay_to": "2099-01-01", "status": "booked"},
        stay_kind="stay",
    )
    take_in(engine, PATRICK | {"key": "l"}, source="pms lac", at="lac")
    link_waiting(engine)
    with reading(engine) as session:
        main = session.scalars(select(SourceRecord.property_id).where(SourceRecord.key == "a")).one()

    own, whole = seated_client(house, "reception", property_id=main), seated_client(house, "reception")

    assert '<span class="badge attention">e-mail</span>' in own.get("/").get_data(as_text=True)
    assert '<span class="badge attention">e-mail</span>' not in whole.get("/").get_data(as_text=True)
    reachable = "/desk/guests?population=guests&when=after&number=email.reachable"
    at_main = f"{reachable}&property={main}"  # a house is counted by its own records, whoever looks
    for desk, address, total in (
        (own, reachable, 0),
        (own, at_main, 0),
        (whole, reachable, 1),
        (whole, at_main, 0),
    ):
        assert f"<dd data-total>{total}</dd>" in desk.get(address).get_data(as_text=True), address


def test_searching_the_other_houses_guest_finds_nobody(house: Flask, houses: tuple[House, House]) -> None:
    own, other = houses
    desk = at_house(house, own)
    token = token_of(desk, "/")
    for words in ("qxlac", "qxlacfirst", "699887766", "qxlac.a@posteo.de", "patrick qxlac"):
        found = desk.post("/desk/guests", data={"csrf_token": token, "q": words}, follow_redirects=True)
        nobody = desk.post(
            "/desk/guests", data={"csrf_token": token, "q": words[::-1]}, follow_redirects=True
        )
        shown = found.get_data(as_text=True).replace(words, "")
        assert len(shown) == len(nobody.get_data(as_text=True).replace(words[::-1], ""))
        assert "/desk/guests/" + other.guests[0] not in shown


def test_a_colleagues_search_opens_for_nobody_else(house: Flask, houses: tuple[House, House]) -> None:
    theirs = at_house(house, houses[1])
    sealed = theirs.post("/desk/guests", data={"csrf_token": token_of(theirs, "/"), "q": "qxlaclast"})
    address = sealed.headers["Location"]
    assert 'value="qxlaclast"' in theirs.get(address).get_data(as_text=True)

    for desk in (at_house(house, houses[0]), seated_client(house, "manager")):
        page = desk.get(address).get_data(as_text=True)
        assert 'value="qxlaclast"' not in page


def test_a_guest_that_left_for_the_other_house_leads_nowhere_it_should_not(
    house: Flask, houses: tuple[House, House]
) -> None:
    engine, (own, other) = house.config["ENGINE"], houses
    with writing(engine) as session:
        theirs = Guest(id="a" * 32, merged_into=other.guests[0], created_at=NOON)
        ours = Guest(id="b" * 32, merged_into=own.guests[0], created_at=NOON)
        session.add_all([theirs, ours])
        record = session.scalars(
            select(SourceRecord.id).where(SourceRecord.property_id == own.property_id).limit(1)
        ).one()
        session.add(
            GuestEvent(
                at=NOON, kind="moved", record_id=record, guest_id=own.guests[0], from_guest_id="b" * 32
            )
        )
    desk = at_house(house, own)

    assert desk.get("/desk/guests/" + "a" * 32).status_code == 404
    assert desk.get("/desk/guests/" + "b" * 32).headers["Location"] == f"/desk/guests/{own.guests[0]}"


# --- files


def test_a_file_cannot_be_dropped_for_a_house_out_of_reach(house: Flask, houses: tuple[House, House]) -> None:
    own, other = houses
    desk = at_house(house, own, "reception")
    for place, status in ((own.property_id, 303), (other.property_id, 404), (999, 404), ("x", 404)):
        data = {
            "csrf_token": token_of(desk, "/"),
            "file": (BytesIO(b"a;b\n1;2\n"), "f.csv"),
            "property": str(place),
        }
        answer = desk.post("/desk/imports", data=data, content_type="multipart/form-data")
        assert answer.status_code == status, place


def drop_and_look(house: Flask, desk: FlaskClient, content: bytes) -> int:
    data = {"csrf_token": token_of(desk, "/"), "file": (BytesIO(content), "bookings.csv")}
    answer = desk.post("/desk/imports", data=data, content_type="multipart/form-data")
    number = int(answer.headers["Location"].rsplit("/", 1)[1])
    settings = house.config["ONEGUEST"]
    secret = read_key(settings.keys_dir, "sealing").secret
    look(house.config["ENGINE"], number, settings.uploads_dir, [secret])
    return number


def test_a_file_that_names_another_house_is_refused_and_nothing_of_it_shown(
    house: Flask, houses: tuple[House, House]
) -> None:
    own, _ = houses
    rows = "K1;Durand;zoe@orange.fr;Hôtel Qxarc\nK2;Qxlaclast;qxlac@posteo.de;Hôtel Qxlac\n"
    content = f"Réf;Client;Courriel;Maison\n{rows}".encode()
    desk = at_house(house, own)
    number = drop_and_look(house, desk, content)
    fields = {"column-1": "last_name", "column-2": "email", "column-3": "property", "key-0": "on"}
    said = {"csrf_token": token_of(desk, "/"), "source_name": "bar", "kind": "restaurant", **fields}
    assert desk.post(f"/desk/imports/{number}/mapping", data=said).status_code == 303
    settings = house.config["ONEGUEST"]
    secret = read_key(settings.keys_dir, "sealing").secret
    look(house.config["ENGINE"], number, settings.uploads_dir, [secret])

    page = desk.get(f"/desk/imports/{number}").get_data(as_text=True)
    answer = desk.post(f"/desk/imports/{number}/confirm", data={"csrf_token": token_of(desk, "/")})
    both = seated_client(house, "reviewer")

    assert "rows of houses that are not yours" in page
    assert "Durand" not in page
    assert answer.status_code == 422
    assert "rows of houses that are not yours" in answer.get_data(as_text=True)
    assert "Import 2 rows" in both.get(f"/desk/imports/{number}").get_data(as_text=True)
    token = token_of(both, "/")
    assert both.post(f"/desk/imports/{number}/confirm", data={"csrf_token": token}).status_code == 303


def test_what_waits_of_a_file_of_several_houses_is_for_those_who_see_them_all(
    house: Flask, houses: tuple[House, House]
) -> None:
    own, _ = houses
    with writing(house.config["ENGINE"]) as session:
        done = session.get_one(Import, own.imports["done"])
        done.reading = done.reading | {"columns": done.reading["columns"] | {"Hotel": "property"}}
    desk = at_house(house, own)

    assert "qxarc;row" not in desk.get("/desk/problems").get_data(as_text=True)
    assert "qxarc form" in desk.get("/desk/problems").get_data(as_text=True)
    assert "qxarc;row" not in desk.get(f"/desk/imports/{own.imports['done']}").get_data(as_text=True)
    assert "qxarc;row" in seated_client(house, "reviewer").get("/desk/problems").get_data(as_text=True)
    settled = f"/desk/problems/{own.problems[0]}/settled"
    assert desk.post(settled, data={"csrf_token": token_of(desk, "/")}).status_code == 422


def test_a_system_cannot_be_named_like_another_houses(house: Flask, houses: tuple[House, House]) -> None:
    engine, (own, other) = house.config["ENGINE"], houses
    with writing(engine) as session:
        theirs = session.scalars(select(Import).where(Import.id == own.imports["known"])).one()
        theirs.property_id = 1
        theirs.reading = theirs.reading | {"source_name": other.source}
    desk = sit(house.test_client(), seat(engine, "reviewer", property_id=1))

    token = token_of(desk, "/")
    answer = desk.post(f"/desk/imports/{own.imports['known']}/confirm", data={"csrf_token": token})

    assert answer.status_code == 422


def test_reception_takes_in_arrivals_and_leaves_the_rest_to_the_reviewer(
    house: Flask, houses: tuple[House, House]
) -> None:
    own, _ = houses
    desk = at_house(house, own, "reception")
    token = token_of(desk, "/")
    known, unknown = own.imports["known"], own.imports["unknown"]

    page = desk.get(f"/desk/imports/{unknown}").get_data(as_text=True)

    assert "Waits for a reviewer" in page
    assert "does not come from a reservation system" in page
    for deed, status in (("mapping", 403), ("confirm", 422), ("discard", 422)):
        answer = desk.post(f"/desk/imports/{unknown}/{deed}", data={"csrf_token": token})
        assert answer.status_code == status, deed
    with reading(house.config["ENGINE"]) as session:
        assert session.get_one(Import, unknown).state == "preview"
    assert desk.post(f"/desk/imports/{known}/confirm", data={"csrf_token": token}).status_code == 303
    reviewer = at_house(house, own, "reviewer").get(f"/desk/imports/{unknown}").get_data(as_text=True)
    assert "These columns are not known yet" in reviewer


def test_a_newsletter_is_not_for_reception_even_when_its_columns_are_known(
    house: Flask, houses: tuple[House, House]
) -> None:
    own, _ = houses
    with writing(house.config["ENGINE"]) as session:
        found = session.get_one(Import, own.imports["known"])
        found.reading = found.reading | {"kind": "newsletter"}
    desk = at_house(house, own, "reception")

    address = f"/desk/imports/{own.imports['known']}/confirm"
    assert desk.post(address, data={"csrf_token": token_of(desk, "/")}).status_code == 422


def test_a_reviewer_at_one_house_is_reception_at_the_other(house: Flask, houses: tuple[House, House]) -> None:
    own, other = houses
    engine = house.config["ENGINE"]
    token = seat(engine, "reception", property_id=own.property_id, name="Both")
    with writing(engine) as session:
        mine = session.scalars(select(Post).order_by(Post.id.desc()).limit(1)).one()
        session.add(Post(colleague_id=mine.colleague_id, role="reviewer", property_id=other.property_id))
    desk = sit(house.test_client(), token)

    for place, ready in ((own, False), (other, True)):
        page = desk.get(f"/desk/imports/{place.imports['unknown']}").get_data(as_text=True)
        assert ("These columns are not known yet" in page) is ready
        assert ("Waits for a reviewer" in page) is not ready
    say = {"csrf_token": token_of(desk, "/")}
    assert desk.post(f"/desk/imports/{own.imports['unknown']}/mapping", data=say).status_code == 404


def test_figures_of_one_house_are_shown_alone(house: Flask, houses: tuple[House, House]) -> None:
    own, other = houses
    for role in ("reception", "auditor"):
        desk = seated_client(house, role, property_id=own.property_id)
        page = desk.get("/desk/completeness").get_data(as_text=True)
        same = desk.get(f"/desk/completeness?property={own.property_id}").get_data(as_text=True)
        theirs = desk.get(f"/desk/completeness?property={other.property_id}")
        nobodys = desk.get("/desk/completeness?property=999")
        assert page.split("<main")[1] == same.split("<main")[1]
        assert "The whole house" not in page
        assert (theirs.status_code, theirs.data) == (404, nobodys.data)
        assert ("figure-link" in page) is (role == "reception")


# --- ten thousand tries


def tries(own: House, other: House, chance: random.Random) -> list[tuple[str, str, dict[str, str], str]]:
    """Method, address with the other house's number, the form; and the same address with nobody's."""
    guest = chance.choice([*other.guests, other.gone_guest])
    stranger = f"{chance.randrange(16**32):032x}"
    number, problem = chance.choice(list(other.imports.values())), chance.choice(other.problems)
    nobody = chance.randrange(10**6, 2 * 10**9)
    what = chance.choice(["records", "guests", "stays"])
    when = "before" if what == "records" else "after"
    figure = chance.choice(["all", "email.reachable", "phone", "class:real", "email.marketable"])
    behind = f"/desk/guests?population={what}&when={when}&number={figure}"
    return [
        ("GET", f"/desk/guests/{guest}", {}, f"/desk/guests/{stranger}"),
        ("GET", f"/desk/guests/{guest}?all=1", {}, f"/desk/guests/{stranger}?all=1"),
        *(
            (method, f"/desk/imports/{number}{deed}", {}, f"/desk/imports/{nobody}{deed}")
            for method, deed in (
                ("GET", ""),
                ("GET", "/progress"),
                ("POST", "/confirm"),
                ("POST", "/discard"),
                ("POST", "/mapping"),
            )
        ),
        ("POST", f"/desk/problems/{problem}/settled", {}, f"/desk/problems/{nobody}/settled"),
        ("POST", f"/desk/problems/{problem}/waiting", {}, f"/desk/problems/{nobody}/waiting"),
        ("GET", f"{behind}&property={other.property_id}", {}, f"{behind}&property={nobody}"),
        ("GET", f"{behind}&source={other.source}", {}, f"{behind}&source=pms q%78nil"),
        (
            "GET",
            f"/desk/completeness?property={other.property_id}",
            {},
            f"/desk/completeness?property={nobody}",
        ),
        ("POST", "/desk/imports", {"property": str(other.property_id)}, "/desk/imports"),
    ]


@pytest.mark.timeout(3600)
def test_swapping_numbers_between_two_houses_brings_nothing_out(
    app: Flask, tmp_path: Path, soak: bool
) -> None:
    """Neither a byte, nor a status, nor a length, nor the time tells what is the other house's."""
    chance = random.Random(20261122)
    own, other = fill_two(app.config["ENGINE"], tmp_path)
    desk = at_house(app, own, "reviewer")
    token = token_of(desk, "/")
    asked, seconds = 0, {"theirs": [0.0], "nobodys": [0.0]}

    def ask(method: str, address: str, form: dict[str, str], whose: str) -> TestResponse:
        data = {"csrf_token": token, **form} if method == "POST" else None
        if method == "POST" and address == "/desk/imports":
            data = {**(data or {}), "property": form.get("property", "987654")}
            data |= {"file": (BytesIO(b"a;b"), "f.csv")}  # type: ignore[dict-item]  # a file beside words
        started = time.perf_counter()
        answer = desk.open(address, method=method, data=data)
        if address.startswith("/desk/guests/"):
            seconds[whose].append(time.perf_counter() - started)
        return answer

    while asked < (10_000 if soak else MANY):
        for method, address, form, twin in tries(own, other, chance):
            theirs = ask(method, address, form, "theirs")
            nobodys = ask(method, twin, {}, "nobodys")
            asked += 1
            typed = other.source if "source=" in address else "\0"
            said = theirs.get_data(as_text=True).replace(typed, "pms qxnil")
            assert theirs.status_code == nobodys.status_code, address
            assert len(without_ages(said)) == len(without_ages(nobodys.get_data(as_text=True))), address
            said = (said + str(theirs.headers)).casefold()
            assert [mark for mark in TELLTALE[other.code] if mark in said] == [], address
    medians = {whose: statistics.median(times) for whose, times in seconds.items()}
    assert abs(medians["theirs"] - medians["nobodys"]) < 0.002 + 0.3 * medians["nobodys"], medians
    with reading(app.config["ENGINE"]) as session:
        states = set(session.execute(select(Problem.state)).scalars())
        theirs_now = session.scalars(select(Import.state).where(Import.id.in_(other.imports.values())))
        assert states == {"waiting"}
        assert sorted(theirs_now) == ["done", "looking", "preview", "preview"]


# --- who tries too often


def denials(app: Flask) -> list[tuple[str, str]]:
    with reading(app.config["ENGINE"]) as session:
        query = select(JournalEntry.actor, JournalEntry.subject)
        rows = session.execute(query.where(JournalEntry.act == "access.many_denied"))
        return [(actor, subject) for actor, subject in rows]


def test_a_colleague_who_tries_ten_closed_doors_stands_in_the_journal_once(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    desk = seated_client(app, "reception")
    for _ in range(9):
        desk.get("/desk/guests/" + "2" * 32, buffered=True)
    assert denials(app) == []

    for _ in range(9):
        desk.get("/desk/guests/" + "2" * 32, buffered=True)

    assert denials(app) == [("staff:1", "staff:1")]
    assert "denied endpoint=guests.show status=404 who=staff:1" in caplog.text


def test_doors_tried_far_apart_are_nobodys_business(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = seated_client(app, "auditor")
    for hours in range(2):
        monkeypatch.setenv("ONEGUEST_CLOCK_OFFSET", str(hours * 600))
        for _ in range(9):
            assert desk.get("/desk/guests", buffered=True).status_code == 403

    assert denials(app) == []


def test_an_address_is_counted_by_its_connection_whatever_headers_say(own_app: Flask) -> None:
    own_app.add_url_rule("/closed", "closed", lambda: "never")
    for number in range(12):
        spoofed = {
            "X-Forwarded-For": f"203.0.113.{number}",
            "Forwarded": f"for=203.0.113.{number}",
            "X-Real-IP": f"203.0.113.{number}",
            "CF-Connecting-IP": f"203.0.113.{number}",
        }
        away = {"REMOTE_ADDR": "192.0.2.9"}
        own_app.test_client().get("/closed", headers=spoofed, environ_overrides=away, buffered=True)
    found = denials(own_app)

    assert len(found) == 1
    assert found[0][1].startswith("address:")
    assert "192.0.2.9" not in found[0][1]


def test_forwarding_headers_change_neither_addresses_nor_cookies(app: Flask) -> None:
    spoofed = {
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Prefix": "/evil",
        "X-Original-URL": "/healthz",
        "X-Rewrite-URL": "/healthz",
    }

    plain, other = app.test_client().get("/"), app.test_client().get("/", headers=spoofed)

    assert plain.status_code == other.status_code == 303
    assert plain.headers["Location"] == other.headers["Location"]
    page = seated_client(app).get("/", headers=spoofed)
    assert b"evil" not in page.data
    assert "Secure" not in str(page.headers.get("Set-Cookie", ""))


IN_EACH = 11
"""Entries of each house: its feed, its tablet, a stay for it, a pinned value, a household, what follows."""


def fill_journal(engine: Engine, *houses: House) -> None:
    """In each house somebody read, imported and was invited; one entry is the group's."""
    with writing(engine) as session:
        note(session, "command", "staff.kept_days_set", "house:1", now=clock(), days=30)
        for house in houses:
            place = house.property_id
            for act, subject in (
                ("guest.opened", f"guest:{house.guests[0]}"),
                ("import.started", f"import:{house.imports['done']}"),
                ("colleague.invited", f"colleague:{house.colleague}"),
                ("guests.many_opened", f"staff:{house.colleague}"),
            ):
                actor = f"staff:{house.colleague}"
                note(session, actor, act, subject, now=clock(), property_id=place, count=151)


@pytest.mark.parametrize("role", ["auditor", "privacy"])
def test_who_watches_one_house_reads_what_was_done_there_only(
    house: Flask, houses: tuple[House, House], role: str
) -> None:
    own, other = houses
    fill_journal(house.config["ENGINE"], own, other)
    desk = at_house(house, own, role)

    for asked in ("", f"?actor=staff:{other.colleague}", f"?subject=guest:{other.guests[0]}"):
        page = desk.get(f"/desk/journal{asked}").get_data(as_text=True)
        listed = page.partition('class="table journal"')[2].partition("</table>")[0]
        assert f"guest:{other.guests[0]}" not in listed, asked
        assert f"Qx{other.code} Colleague" not in page, asked
        assert "staff.kept_days_set" not in listed, asked
        assert not re.search("entries are sealed|Nothing is sealed", page), asked
    page = desk.get("/desk/journal").get_data(as_text=True)
    assert page.count('<td class="when">') == IN_EACH
    assert f"Qx{own.code} Colleague" in page
    assert page.count("Show what they did") == 1


def test_an_auditor_takes_away_what_was_done_at_their_house_only(
    house: Flask, houses: tuple[House, House]
) -> None:
    own, other = houses
    engine = house.config["ENGINE"]
    fill_journal(engine, own, other)
    desk = at_house(house, own, "auditor")
    form = {"csrf_token": token_of(desk, "/desk/journal"), "reason": "yearly check"}

    rows = list(csv.DictReader(io.StringIO(desk.post("/desk/journal/entries", data=form).get_data(True))))
    head = desk.post("/desk/journal/head", data=form)

    assert [row["property"] for row in rows] == [str(own.property_id)] * IN_EACH
    assert head.status_code == 403
    with reading(engine) as session:
        told = session.scalars(select(JournalEntry).where(JournalEntry.act == "journal.exported")).one()
    assert (told.property_id, told.detail["rows"]) == (own.property_id, IN_EACH)
    assert told.subject == f"entries:{rows[-1]['id']}"


def test_the_groups_auditor_reads_all_of_it(house: Flask, houses: tuple[House, House]) -> None:
    fill_journal(house.config["ENGINE"], *houses)

    page = seated_client(house, "auditor").get("/desk/journal").get_data(as_text=True)

    assert page.count('<td class="when">') == 2 * IN_EACH + 1
    assert "Nothing is sealed yet" in page


def test_what_is_done_about_a_colleague_stands_at_their_house(
    house: Flask, houses: tuple[House, House]
) -> None:
    own, _ = houses
    engine, boss = house.config["ENGINE"], seated_client(house, "administrator", "auditor")
    token = token_of(boss, "/desk/colleagues/new")
    at = {f"post-reception-{own.property_id}": "yes"}
    with reading(engine) as session:
        before = session.scalar(select(func.max(JournalEntry.id)))
    who = {"csrf_token": token, "name": "Bo", "email": "bo@hotel.example"}

    boss.post("/desk/colleagues/new", data=who | at)
    with reading(engine) as session:
        number = session.scalars(select(Colleague.id).where(Colleague.email == "bo@hotel.example")).one()
    boss.post(f"/desk/colleagues/{number}/disable", data=who)
    boss.post(f"/desk/colleagues/{number}/enable", data=who)
    boss.post(f"/desk/colleagues/{number}/link", data=who)
    problem = own.problems[0]
    desk = seated_client(house, "manager")
    desk.post(f"/desk/problems/{problem}/settled", data=who | {"csrf_token": token_of(desk, "/")})

    with reading(engine) as session:
        query = select(JournalEntry.act, JournalEntry.property_id)
        told = dict(session.execute(query.where(JournalEntry.id > before)).all())
    assert told == dict.fromkeys(
        (
            "colleague.invited",
            "colleague.disabled",
            "colleague.enabled",
            "entry.invitation",
            "problem.settled",
        ),
        own.property_id,
    )

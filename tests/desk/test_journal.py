"""What colleagues do stands in the journal, which auditors read, prove and take away; no guest is named."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from server import noting
from server.clock import clock
from server.db import reading, writing
from server.desk.journal import guarded
from server.journal import note
from server.journal.heads import Head
from server.journal.models import JournalEntry
from server.journal.sealing import chain_key, seal, waiting_for_seal
from server.journal.verifying import verify
from server.journal.watching import alerts_since, note_reading
from server.records.models import SourceRecord
from tests.accessible import LANGUAGES, assert_accessible_in_both
from tests.desk.filled import add_problem, fill, guest_of
from tests.desk.test_imports import UNKNOWN, drop, look_at, run, say_to
from tests.house import make_app, seat, seat_page, seated_client, sit
from tests.wording.test_catalogues import plain_texts

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

NIGHT = datetime(2026, 6, 1, 21, 30, tzinfo=UTC)
"""Half past eleven in the evening at the hotel, in Paris."""


def entries_of(engine: Engine) -> list[JournalEntry]:
    with reading(engine) as session:
        return list(session.scalars(select(JournalEntry).order_by(JournalEntry.id)))


def acts_of(engine: Engine) -> list[tuple[str, str, str]]:
    return [(entry.actor, entry.act, entry.subject) for entry in entries_of(engine)]


def token_in(client: FlaskClient, address: str = "/desk/journal") -> str:
    page = client.get(address).get_data(as_text=True)
    return page.split('name="csrf_token" value="')[1].split('"')[0]


def post(client: FlaskClient, address: str, **form: str) -> tuple[int, str]:
    answer = client.post(address, data={"csrf_token": token_in(client, "/desk/completeness")} | form)
    return answer.status_code, answer.get_data(as_text=True)


def seal_all(engine: Engine) -> Head:
    with writing(engine) as session:
        return seal(session, waiting_for_seal(session), chain_key("k", b"k" * 32), now=clock())


def test_a_change_whose_verb_notes_nothing_is_noted_with_its_colleague_and_route(house: Flask) -> None:
    engine = house.config["ENGINE"]
    desk = seated_client(house, "reception", property_id=1)

    desk.post("/desk/language", data={"csrf_token": token_in(desk, "/desk/guests"), "language": "fr"})

    (entry,) = [entry for entry in entries_of(engine) if entry.act == "frame.choose_language"]
    assert (entry.actor, entry.property_id, entry.subject) == ("staff:1", 1, "page:frame.choose_language")
    assert entry.detail["method"] == "POST"
    assert "language" in entry.detail["route"]


def test_every_change_is_noted_with_the_colleague_and_what_it_was_done_to(house: Flask) -> None:
    engine = house.config["ENGINE"]
    desk = seated_client(house)
    problem = add_problem(engine)

    say_to(desk, f"/desk/problems/{problem}/settled")
    number = drop(desk, "table.csv", UNKNOWN)

    mine = [(act, subject) for actor, act, subject in acts_of(engine) if actor == "staff:1"]
    assert ("problem.settled", f"problem:{problem}") in mine or (
        "imports.settle_problem",
        f"problem:{problem}",
    ) in mine
    assert ("import.dropped", f"import:{number}") in mine


def test_a_change_that_is_refused_leaves_no_entry(house: Flask) -> None:
    desk = seated_client(house)

    answer = desk.post("/desk/problems/99999/settled", data={"csrf_token": token_in(desk, "/desk/guests")})

    assert answer.status_code >= 400
    assert entries_of(house.config["ENGINE"]) == []


def test_reading_a_guests_page_is_noted_and_lists_and_polls_are_not(house: Flask) -> None:
    engine = house.config["ENGINE"]
    fill(engine)
    guest = guest_of(engine, "A1")
    with reading(engine) as session:
        place = session.scalars(select(SourceRecord.property_id).where(SourceRecord.key == "A1")).one()
    desk = seated_client(house, "reception", property_id=place)

    for address in ("/desk/guests", "/desk/imports", "/desk/imports/list", f"/desk/guests/{guest}"):
        desk.get(address).close()

    (entry,) = entries_of(engine)
    assert (entry.actor, entry.act, entry.subject) == ("staff:1", "guest.opened", f"guest:{guest}")
    assert (entry.property_id, entry.detail) == (place, {})


def test_a_guest_whose_page_is_not_there_is_not_noted(house: Flask) -> None:
    seated_client(house).get("/desk/guests/" + "9" * 32).close()

    assert entries_of(house.config["ENGINE"]) == []


def test_a_reveal_that_cannot_be_noted_is_not_shown(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from server.access import staff

    def reveal() -> str:
        noting.note_reveal("guest:7", reason="the police ask")
        return "19AB12345"

    house = make_app(tmp_path, database_url)
    house.add_url_rule("/desk/reveal", "reveal", staff("guests.see")(reveal))
    desk = seated_client(house)
    shown = desk.get("/desk/reveal")

    def away(*_: object, **__: object) -> bool:
        raise OperationalError("", None, Exception("away"))

    monkeypatch.setattr(noting, "note_reading", away)
    hidden = desk.get("/desk/reveal")

    assert shown.get_data(as_text=True) == "19AB12345"
    assert [(e.act, e.subject, e.reason) for e in entries_of(house.config["ENGINE"])] == [
        ("document.revealed", "guest:7", "the police ask")
    ]
    assert hidden.status_code == 503
    assert "19AB12345" not in hidden.get_data(as_text=True)


def read_pages(engine: Engine, count: int, *, start: datetime = NIGHT, every: float = 10) -> list[bool]:
    told = []
    with writing(engine) as session:
        for n in range(count):
            now = start + timedelta(seconds=n * every)
            told.append(note_reading(session, "staff:1", "guest.opened", f"guest:{n}", now=now))
    return told


def test_a_colleague_who_opens_more_than_150_guests_in_an_hour_is_told_of_once(house: Flask) -> None:
    told = read_pages(house.config["ENGINE"], 200)

    assert told.index(True) == 150
    assert sum(told) == 1
    with reading(house.config["ENGINE"]) as session:
        (alert,) = alerts_since(session, NIGHT, houses=None)
    assert (alert.actor, alert.count) == ("staff:1", 151)


def test_a_busy_day_is_no_alert(house: Flask) -> None:
    assert not any(read_pages(house.config["ENGINE"], 400, every=24))


def test_the_auditor_sees_the_alert_first(house: Flask) -> None:
    engine = house.config["ENGINE"]
    read_pages(engine, 152, start=clock() - timedelta(minutes=50))

    page = seated_client(house, "auditor").get("/desk/journal").get_data(as_text=True)

    assert "More than 150 guests' pages within an hour" in page.replace("&#39;", "'")


def test_the_journal_is_read_newest_first_and_by_page(house: Flask) -> None:
    engine = house.config["ENGINE"]
    with writing(engine) as session:
        for n in range(1, 121):
            note(session, "command", "import.started", f"import:{n}", now=NIGHT)
    auditor = seated_client(house, "auditor")

    seen, address = [], "/desk/journal"
    while address:
        page = auditor.get(address).get_data(as_text=True)
        seen += re.findall(r">import:(\d+)<", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert seen == [str(n) for n in range(120, 0, -1)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("actor=staff:1", ["import:1", "guest:ab"]),
        ("act=import.started", ["import:1", "import:2"]),
        ("act=import.", ["import:1", "import:2"]),
        ("subject=guest:ab", ["guest:ab"]),
        ("day=2026-06-01", ["import:1"]),  # the hotel's day, not that of UTC
        ("day=2026-06-02", ["import:2", "guest:ab"]),
        ("day=2026-06-02&actor=staff:1", ["guest:ab"]),
        ("act=nothing.such", []),
        ("subject=Anna+Rossi", []),
        ("day=yesterday", []),
        ("day=9999-12-31", []),
        ("before=99999999999999", ["import:1", "import:2", "guest:ab"]),
        ("act=%25.", []),
    ],
)
def test_the_journal_is_searched_by_colleague_act_subject_and_day(
    house: Flask, asked: str, found: list[str]
) -> None:
    with writing(house.config["ENGINE"]) as session:
        note(session, "staff:1", "import.started", "import:1", now=NIGHT)
        note(session, "command", "import.started", "import:2", now=NIGHT + timedelta(hours=1))
        note(session, "staff:1", "guest.opened", "guest:ab", now=NIGHT + timedelta(hours=2))

    page = seated_client(house, "auditor").get(f"/desk/journal?{asked}").get_data(as_text=True)

    assert sorted(re.findall(r"<code translate=\"no\">((?:import|guest):\w+)</code>", page)) == sorted(found)


def test_a_former_colleague_is_named_no_more(house: Flask) -> None:
    from server.staff.models import Colleague

    engine = house.config["ENGINE"]
    seat(engine, "reception", name="Bertrand")
    with writing(engine) as session:
        session.get_one(Colleague, 1).forgotten_at = clock()
        note(session, "staff:1", "guest.opened", "guest:ab", now=NIGHT)

    page = seated_client(house, "auditor").get("/desk/journal").get_data(as_text=True)

    assert "Former colleague" in page
    assert "Bertrand" not in page


@pytest.mark.parametrize(("roles", "status"), [(("reception", "manager"), 403), (("privacy",), 200)])
def test_the_journal_is_for_those_who_check(house: Flask, roles: tuple[str, ...], status: int) -> None:
    desk = seated_client(house, *roles)

    assert desk.get("/desk/journal").status_code == status
    shown = 'href="/desk/journal"' in desk.get("/").get_data(as_text=True)
    assert shown == (status == 200)


def test_the_privacy_officer_reads_but_takes_nothing_away(house: Flask) -> None:
    desk = seated_client(house, "privacy")

    assert "Download" not in desk.get("/desk/journal").get_data(as_text=True)
    assert desk.post("/desk/journal/entries", data={"csrf_token": token_in(desk)}).status_code == 403


def test_an_auditor_without_the_second_step_takes_nothing_away(house: Flask) -> None:
    engine = house.config["ENGINE"]
    desk = sit(house.test_client(), seat(engine, "auditor", second_factor=False))

    answer = desk.post("/desk/journal/head", data={"csrf_token": token_in(desk)})

    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/desk/second-step")


def test_the_head_is_a_file_that_verifying_takes(house: Flask) -> None:
    engine = house.config["ENGINE"]
    with writing(engine) as session:
        note(session, "command", "import.started", "import:1", now=clock())
    sealed = seal_all(engine)

    auditor = seated_client(house, "auditor")
    file = auditor.post("/desk/journal/head", data={"csrf_token": token_in(auditor)}).get_data(as_text=True)

    assert Head.from_text(file) == sealed
    with reading(engine) as session:
        assert verify(session, {"k": chain_key("k", b"k" * 32)}, head=Head.from_text(file)).wrong is None
    assert acts_of(engine)[-1][1:] == ("journal.head_exported", "seal:1")


def test_there_is_no_head_before_the_first_seal(house: Flask) -> None:
    auditor = seated_client(house, "auditor")

    answer = auditor.post("/desk/journal/head", data={"csrf_token": token_in(auditor)})

    assert answer.status_code == 422
    assert "Nothing is sealed yet" in answer.get_data(as_text=True)


NAMED = "Patrick Martin asked for it"
"""What a colleague should not have typed."""


def test_the_entries_chosen_are_exported_with_the_reason_noted(house: Flask) -> None:
    engine = house.config["ENGINE"]
    with writing(engine) as session:
        for n in range(1, 2101):
            act = "import.started" if n % 2 else "import.discarded"
            note(session, "command", act, f"import:{n}", now=NIGHT, reason=NAMED if n == 1 else None, rows=n)

    auditor = seated_client(house, "auditor")
    form = {"csrf_token": token_in(auditor), "act": "import.started", "reason": "yearly check"}
    answer = auditor.post("/desk/journal/entries", data=form)
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))

    assert [row["subject"] for row in rows] == [f"import:{n}" for n in range(1, 2101, 2)]
    assert [row["reason"] for row in rows] == ["given", *[""] * (len(rows) - 1)]
    assert "Martin" not in answer.get_data(as_text=True)
    assert json.loads(rows[1]["detail"]) == {"rows": 3}
    told = entries_of(engine)[-1]
    assert (told.actor, told.act, told.reason, told.detail["rows"]) == (
        "staff:1",
        "journal.exported",
        "yearly check",
        1050,
    )


def test_an_export_without_a_reason_is_refused(house: Flask) -> None:
    auditor = seated_client(house, "auditor")

    answer = auditor.post("/desk/journal/entries", data={"csrf_token": token_in(auditor), "reason": "  "})

    assert answer.status_code == 422
    assert entries_of(house.config["ENGINE"]) == []


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+33", "'+33"),
        ("-2", "'-2"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("\r", "'\r"),
        ("＝1+1", "'＝1+1"),
        ("plain", "plain"),
        ("a=b", "a=b"),
        (7, "7"),
        (None, ""),
    ],
)
def test_no_cell_begins_a_formula(cell: object, written: str) -> None:
    assert guarded(cell) == written


CANARIES = ("Zzyzxcanary", "canary.zz@guest-mail.example", "0652998877", "19AB55321", "12 rue Canarine")


def test_neither_journal_nor_log_holds_what_a_guest_or_a_colleague_typed(
    house: Flask, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    engine, desk = house.config["ENGINE"], seated_client(house)
    name, email, phone, document, street = CANARIES
    export = (
        f"Guest name;Mail;Mobile phone;Doc;Address\n{name} Rossi;{email};{phone};{document};{street}\n"
    ).encode()

    for canary in CANARIES:
        post(desk, "/desk/guests", q=canary)
        desk.get(f"/desk/journal?subject={canary}&actor={canary}&act={canary}&day={canary}").close()
        desk.get(f"/desk/guests/{canary}").close()
        post(desk, "/desk/language", language=canary)
        post(desk, f"/desk/problems/{canary}/settled", note=canary)
    number = drop(desk, f"{name}.csv", export)
    look_at(house, number)
    mapping = {"column-0": "full_name", "column-1": "email", "source_name": name, "kind": "pms"}
    post(desk, f"/desk/imports/{number}/mapping", **mapping)
    say_to(desk, f"/desk/imports/{number}/confirm")
    run(house, number)
    post(desk, "/desk/journal/entries", subject=name, reason=f"{email} called from {phone}")
    post(desk, "/desk/journal/entries", reason=f"asked by {email}, {phone}, {document}")

    written = entries_of(engine)
    told = json.dumps([[e.actor, e.act, e.subject, e.reason, e.detail] for e in written], ensure_ascii=False)
    logged = "\n".join(r.getMessage() for r in caplog.records if r.name.startswith("oneguest"))
    assert len(written) > 10
    for canary in (name, email, phone, street):
        assert canary.lower() not in told.lower()
        assert canary.lower() not in logged.lower()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (None, None),
        ("  ", None),
        ("the police ask", "the police ask"),
        ("call +33 6 52 99 88 77 back", "call … back"),
        ("write anna@x.example", "write …"),
        ("room 214, two keys", "room 214, two keys"),
        ("a\nb\x00c", "a b c"),
        ("x" * 300, "x" * 200),
    ],
)
def test_a_reason_keeps_no_address_and_no_number(
    session: Session, typed: str | None, kept: str | None
) -> None:
    assert note(session, "staff:1", "guest.opened", "guest:1", now=NIGHT, reason=typed).reason == kept


@pytest.mark.parametrize("subject", ["Anna Rossi", "guest:", "guest:anna@x.example", "guest:+33652", ""])
def test_a_subject_that_is_no_number_is_not_written(session: Session, subject: str) -> None:
    with pytest.raises(ValueError, match="kind:id"):
        note(session, "staff:1", "guest.opened", subject, now=NIGHT)


def test_a_detail_that_is_no_code_is_not_written(session: Session) -> None:
    with pytest.raises(ValueError, match="no code"):
        note(session, "staff:1", "import.started", "import:1", now=NIGHT, file="Anna Rossi.csv")


@pytest.fixture
def audited(app: Flask) -> Flask:
    """A journal with every kind of line, sealed."""
    engine = app.config["ENGINE"]
    start = clock() - timedelta(minutes=50)
    seat(engine, "reception", name="Bertrand")
    read_pages(engine, 152, start=start)
    with writing(engine) as session:
        note(session, "command", "import.started", "import:1", now=clock(), property_id=1, rows=30)
        note(session, "staff:1", "house.renamed", "property:1", now=clock(), reason="new owner")
    seal_all(engine)
    return app


ADDRESSES = ("", "?act=import.started", "?act=nothing.such", "?subject=what", "?before=20")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_journal_can_be_used_by_everyone(audited: Flask, served: str, page: Page, language: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    for address in ADDRESSES:
        page.goto(f"{served}/desk/journal{address}{'&' if address else '?'}lang={language}")
        assert_accessible_in_both(page, f"{address} in {language}")
        for width in (1440, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            wider = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert wider == 0, (address, width)


def test_nothing_of_the_journal_escapes_the_catalogue(audited: Flask, client: FlaskClient) -> None:
    ours = r"\d{1,2} \w{3} \d{4}, \d\d:\d\d"
    for address in ADDRESSES:
        shown = client.get(f"/desk/journal{address}{'&' if address else '?'}lang=qps")
        assert plain_texts(re.sub(ours, "", shown.get_data(as_text=True))) == [], address


def test_the_journal_works_without_script(audited: Flask, served: str, page: Page) -> None:
    assert page.context.browser is not None
    plain = seat_page(
        page.context.browser.new_context(java_script_enabled=False).new_page(),
        served,
        seat(audited.config["ENGINE"], name="Odile"),
    )
    plain.goto(f"{served}/desk/journal")
    plain.get_by_label("Act").select_option("import.started")
    plain.get_by_role("button", name="Show", exact=True).click()
    assert plain.locator("main tbody tr").count() == 1

    plain.get_by_label("Why you need the entries").fill("yearly check")
    with plain.expect_download() as download:
        plain.get_by_role("button", name="Download the entries chosen").click()

    assert download.value.suggested_filename.endswith(".csv")
    assert "import:1" in download.value.path().read_text("utf-8")
    plain.context.close()

"""Imports at the desk: nothing is stored before staff saw how it will be read, and nothing is lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from server.access import guard_of
from server.clock import clock
from server.db import reading, writing
from server.discovery import discover
from server.importing import pipeline
from server.importing.dropping import look
from server.jobs.worker import Task, run_due
from server.keys import read_key
from server.records.models import Import, KeptMapping, Problem, SourceRecord
from server.settings import Settings
from server.sources.layout import layouts
from server.work import run_import
from tests.builders import write_export
from tests.desk.filled import HOSTILE, add_problem
from tests.house import token_of

UNKNOWN = (
    "Réf;Client;Courriel;GSM;Inscrit\n"
    "K1;Durand Zoé;zoe@orange.fr;06 39 98 12 01;03/04/2026\n"
    f"K2;{HOSTILE};piet@xs4all.nl;;05/06/2026\n"
).encode()


def settings_of(house: Flask) -> Settings:
    settings: Settings = house.config["ONEGUEST"]
    return settings


def drop(desk: FlaskClient, name: str, content: bytes) -> int:
    """Drop a file at the desk; the number of its import."""
    answer = desk.post(
        "/desk/imports",
        data={"csrf_token": token_of(desk, "/desk/imports"), "file": (BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 303
    return int(answer.headers["Location"].rsplit("/", 1)[1])


def look_at(house: Flask, import_id: int) -> None:
    """What the worker does with a file that was dropped."""
    settings = settings_of(house)
    secret = read_key(settings.keys_dir, "sealing").secret
    look(house.config["ENGINE"], import_id, settings.uploads_dir, [secret])


def run(house: Flask, import_id: int) -> None:
    """What the worker does with an import that staff confirmed."""
    run_import.run(Task(house.config["ENGINE"], settings_of(house), {"import_id": import_id}, lambda: False))


def do_what_is_due(house: Flask) -> None:
    """What the worker does with all that is due."""
    tasks = discover("server.work", ("run",))
    run_due(house.config["ENGINE"], settings_of(house), tasks, once=True, stop=threading.Event())


def say_to(desk: FlaskClient, address: str, **fields: str) -> int:
    """Send a form of an import's page; the answer's status."""
    return desk.post(address, data={"csrf_token": token_of(desk, "/desk/imports"), **fields}).status_code


def page_of(desk: FlaskClient, address: str) -> str:
    answer = desk.get(address)
    assert answer.status_code == 200, address
    return answer.get_data(as_text=True)


def records_of(house: Flask) -> int:
    with reading(house.config["ENGINE"]) as session:
        return session.scalar(select(func.count()).select_from(SourceRecord)) or 0


@pytest.fixture
def export(tmp_path: Path) -> bytes:
    """An export of the English PMS, thirty rows, UTF-16."""
    return write_export(tmp_path / "export.txt", 30).read_bytes()


def test_every_page_and_form_names_its_permission(house: Flask) -> None:
    guards = {
        name: str(guard_of(house, name)) for name in house.view_functions if name.startswith("imports.")
    }

    for name in ("map_columns", "ask_undo", "undo"):
        assert guards.pop(f"imports.{name}") == "staff:files.import"
    for name in ("problems", "settle_problem", "reopen_problem"):
        assert guards.pop(f"imports.{name}") == "staff:problems.settle"
    assert set(guards.values()) == {"staff:arrivals.import"}


@pytest.mark.parametrize(
    "address",
    [
        "/desk/imports",
        "/desk/imports/1/confirm",
        "/desk/imports/1/discard",
        "/desk/imports/1/mapping",
        "/desk/imports/1/layout",
        "/desk/problems/1/settled",
        "/desk/problems/1/waiting",
    ],
)
def test_a_form_without_the_pages_token_does_nothing(desk: FlaskClient, address: str) -> None:
    assert desk.post(address).status_code == 400


def test_a_house_without_imports_says_what_to_do(desk: FlaskClient) -> None:
    assert "Nothing imported yet" in page_of(desk, "/desk/imports")


def test_dropping_nothing_is_said_on_the_same_page(desk: FlaskClient) -> None:
    answer = desk.post("/desk/imports", data={"csrf_token": token_of(desk, "/desk/imports")})

    assert answer.status_code == 422
    assert "Choose a file first" in answer.get_data(as_text=True)


def test_a_file_over_the_limit_is_told_what_else_can_be_done(desk: FlaskClient) -> None:
    answer = desk.post("/desk/imports", data=b"x" * 20_000_001)

    assert answer.status_code == 413
    assert "./oneguest import" in answer.get_data(as_text=True)


def test_a_known_export_is_shown_before_a_row_is_stored_and_then_imported(
    house: Flask, desk: FlaskClient, export: bytes
) -> None:
    number = drop(desk, "export.txt", export)
    assert "being looked at" in page_of(desk, f"/desk/imports/{number}")

    look_at(house, number)
    page = page_of(desk, f"/desk/imports/{number}")

    assert "PMS guest profiles" in page
    assert "utf-16" in page
    assert "Import 30 rows" in page
    assert "Profile ID" in page
    assert records_of(house) == 0

    assert say_to(desk, f"/desk/imports/{number}/confirm") == 303
    assert "waiting its turn" in page_of(desk, f"/desk/imports/{number}")
    run(house, number)
    page = page_of(desk, f"/desk/imports/{number}")
    assert "30 rows read: 30 stored, 0 unchanged, 0 waiting" in page
    assert records_of(house) == 30


def test_what_the_door_takes_out_is_counted_once(house: Flask, desk: FlaskClient) -> None:
    header = (
        "Profile ID\tGuest Name\tEmail\tTelephone\tDOB\tNationality\tLang\tID Doc\tInsert Date\tArr\tDep\n"
    )
    row = "G1\tRossi, Anna\tanna@libero.it\t\t1980-02-03\tIT\tit\tYA1234567\t2025-03-01\t\t\n"
    number = drop(desk, "one.txt", (header + row).encode("utf-16"))
    look_at(house, number)

    assert "<strong>1</strong> identity document number was" in page_of(desk, f"/desk/imports/{number}")
    assert "YA1234567" not in page_of(desk, f"/desk/imports/{number}")
    say_to(desk, f"/desk/imports/{number}/confirm")
    run(house, number)

    with reading(house.config["ENGINE"]) as session:
        assert session.get_one(Import, number).findings["taken-out-identity-document"] == 1


@pytest.mark.parametrize("language", ["en", "fr", "qps"])
def test_what_was_noticed_is_summed_up_without_holes(house: Flask, desk: FlaskClient, language: str) -> None:
    header = (
        "Profile ID\tGuest Name\tEmail\tTelephone\tDOB\tNationality\tLang\tInsert Date\tArr\tDep\tID Doc\n"
    )
    rows = (
        "G1\tRossi, Anna\tabc.1@guest.booking.com\t123\t31/02/1980\tXX\tit\t2025-03-01\t\t\tYA1234567\n"
        "G2\tRossi, Zoé\tabc.2@guest.booking.com\t\t1900-01-01\tIT\tit\t2025-03-01\t\t\t\n"
        "G3\tRossi\n"
    )
    number = drop(desk, "one.txt", (header + rows).encode("utf-16"))
    look_at(house, number)
    before = page_of(desk, f"/desk/imports/{number}?lang={language}")
    say_to(desk, f"/desk/imports/{number}/confirm")
    run(house, number)
    after = page_of(desk, f"/desk/imports/{number}?lang={language}")

    for page in (before, after):
        for shown in page.split('<ul class="findings">')[1:]:
            listed = shown.split("</ul>")[0]
            assert "…" not in listed
            assert "{" not in listed
    if language == "en":
        assert "<strong>2</strong> e-mail addresses belong to a booking" in after
        assert "<strong>1</strong> row has another number of cells" in before


def test_a_file_can_be_discarded_and_is_gone(house: Flask, desk: FlaskClient, export: bytes) -> None:
    number = drop(desk, "export.txt", export)
    look_at(house, number)

    assert say_to(desk, f"/desk/imports/{number}/discard") == 303

    assert "Discarded" in page_of(desk, f"/desk/imports/{number}")
    assert list(settings_of(house).uploads_dir.iterdir()) == []


def test_an_unknown_header_is_asked_about_kept_and_never_asked_again(house: Flask, desk: FlaskClient) -> None:
    number = drop(desk, "clients.csv", UNKNOWN)
    look_at(house, number)
    page = page_of(desk, f"/desk/imports/{number}")
    assert "These columns are not known yet" in page
    assert '<option value="email" selected>' in page
    assert "Import 2 rows" not in page
    assert say_to(desk, f"/desk/imports/{number}/confirm") == 422

    fields = {"column-1": "full_name", "column-2": "email", "column-3": "mobile", "key-0": "on"}
    said = say_to(
        desk, f"/desk/imports/{number}/mapping", source_name="Fidélité du bar", kind="restaurant", **fields
    )
    assert said == 303
    look_at(house, number)

    page = page_of(desk, f"/desk/imports/{number}")
    assert "Import 2 rows" in page
    assert "Fidélité du bar" in page
    again = drop(desk, "clients of June.csv", UNKNOWN)
    look_at(house, again)
    assert "Import 2 rows" in page_of(desk, f"/desk/imports/{again}")
    with reading(house.config["ENGINE"]) as session:
        assert session.scalars(select(KeptMapping)).one().key_columns == ["Réf"]


def both(first: str, second: str) -> bytes:
    """A file whose header has all columns of two systems, with one row."""
    columns = [*layouts()[first].columns]
    columns += [name for name in layouts()[second].columns if name not in columns]
    return (";".join(columns) + "\n" + ";".join(f"{at}a" for at in range(len(columns))) + "\n").encode()


def test_a_header_that_fits_two_systems_is_asked_about_once(house: Flask, desk: FlaskClient) -> None:
    number = drop(desk, "both.csv", both("pms_a", "gift"))
    do_what_is_due(house)
    page = page_of(desk, f"/desk/imports/{number}")
    assert "fit several systems alike" in page
    assert "Import 1 row" not in page
    assert say_to(desk, f"/desk/imports/{number}/layout", layout="wifi") == 422

    assert say_to(desk, f"/desk/imports/{number}/layout", layout="gift") == 303
    do_what_is_due(house)

    page = page_of(desk, f"/desk/imports/{number}")
    assert "Gift card sales" in page
    assert "as the house said" in page
    say_to(desk, f"/desk/imports/{number}/confirm")
    do_what_is_due(house)
    again = drop(desk, "both of June.csv", both("pms_a", "gift"))
    do_what_is_due(house)
    page = page_of(desk, f"/desk/imports/{again}")
    assert "Import 1 row" in page
    assert "Is the file from another one?" in page  # who said it wrong the first time can still say otherwise


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"source_name": "bar", "kind": "restaurant"},
        {"source_name": "", "kind": "restaurant", "column-2": "email"},
        {"source_name": "bar", "kind": "casino", "column-2": "email"},
        {"source_name": "bar", "kind": "restaurant", "column-2": "shoe_size"},
    ],
    ids=["nothing", "no column", "no name", "no such kind", "no such field"],
)
def test_a_mapping_that_cannot_be_is_said_and_what_was_filled_in_stays(
    house: Flask, desk: FlaskClient, fields: dict[str, str]
) -> None:
    number = drop(desk, "clients.csv", UNKNOWN)
    look_at(house, number)

    token = token_of(desk, "/desk/imports")
    answer = desk.post(f"/desk/imports/{number}/mapping", data={"csrf_token": token, **fields})

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Name the system, its kind" in page
    if fields.get("source_name"):
        assert 'value="bar"' in page


def test_a_file_that_is_no_table_says_so(house: Flask, desk: FlaskClient) -> None:
    number = drop(desk, "photo.csv", b"\x89PNG\r\n\x1a\n" + b"\0" * 500)
    look_at(house, number)

    page = page_of(desk, f"/desk/imports/{number}")

    assert "This file could not be imported" in page
    assert "photo.csv" in page


@pytest.mark.parametrize("name", [f"{HOSTILE}.csv", "a\u202egnp.csv", "../../etc/passwd", "x" * 400])
def test_a_hostile_file_name_is_only_text(desk: FlaskClient, name: str) -> None:
    number = drop(desk, name, UNKNOWN)

    for address in ("/desk/imports", f"/desk/imports/{number}"):
        assert "<script>alert" not in page_of(desk, address)


def test_hostile_cells_are_only_text_in_the_preview(house: Flask, desk: FlaskClient) -> None:
    number = drop(desk, "clients.csv", UNKNOWN)
    look_at(house, number)

    page = page_of(desk, f"/desk/imports/{number}")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


def test_a_page_that_waits_is_told_only_what_moved(house: Flask, desk: FlaskClient, export: bytes) -> None:
    number = drop(desk, "export.txt", export)
    page = page_of(desk, f"/desk/imports/{number}")
    asks = {"If-None-Match": page.split('"If-None-Match": "\\"')[1].split("\\")[0].join('""')}

    still = desk.get(f"/desk/imports/{number}/progress", headers=asks)
    look_at(house, number)
    moved = desk.get(f"/desk/imports/{number}/progress", headers=asks)

    assert still.status_code == 304
    assert moved.status_code == 200
    assert "hx-trigger" not in moved.get_data(as_text=True)
    assert 'hx-trigger="every 2s"' not in page_of(desk, "/desk/imports")


def test_the_time_left_is_told_from_the_pace_so_far(house: Flask, desk: FlaskClient, export: bytes) -> None:
    number = drop(desk, "export.txt", export)
    with writing(house.config["ENGINE"]) as session:
        found = session.get_one(Import, number)
        found.state, found.started_at = "running", clock() - timedelta(seconds=100)
        found.rows_total, found.rows_read, found.rows_stored = 400, 100, 100

    page = page_of(desk, f"/desk/imports/{number}")

    assert "100 of 400 rows" in page
    assert "5 minutes left" in page or "6 minutes left" in page


@pytest.mark.parametrize("address", ["/desk/imports/999", "/desk/imports/99999999999999", "/desk/imports/x"])
def test_an_import_there_is_not_is_404(desk: FlaskClient, address: str) -> None:
    assert desk.get(address).status_code == 404


def test_an_import_that_moved_on_is_not_started_twice(house: Flask, desk: FlaskClient, export: bytes) -> None:
    number = drop(desk, "export.txt", export)
    look_at(house, number)

    assert say_to(desk, f"/desk/imports/{number}/confirm") == 303
    assert say_to(desk, f"/desk/imports/{number}/confirm") == 422


def test_what_waits_stands_in_a_list_with_its_reason_and_can_be_settled_and_taken_back(
    house: Flask, desk: FlaskClient
) -> None:
    assert "Nothing waits" in page_of(desk, "/desk/problems")
    number = add_problem(house.config["ENGINE"], content=f"{HOSTILE};b")
    page = page_of(desk, "/desk/problems")
    assert "3 cells where there are 7 columns" in page
    assert "<script>alert" not in page

    assert say_to(desk, f"/desk/problems/{number}/settled") == 303

    assert "Nothing waits" in page_of(desk, "/desk/problems")
    assert "3 cells where" in page_of(desk, "/desk/problems?settled=1")
    token = token_of(desk, "/desk/imports")
    undone = desk.post(
        f"/desk/problems/{number}/waiting", headers={"HX-Request": "true", "X-CSRFToken": token}
    )
    assert "3 cells where" in undone.get_data(as_text=True)
    with reading(house.config["ENGINE"]) as session:
        assert session.get_one(Problem, number).state == "waiting"


def test_a_problem_there_is_not_is_said(desk: FlaskClient) -> None:
    assert say_to(desk, "/desk/problems/999/settled") == 422


def test_a_file_so_long_that_another_process_reads_it_is_imported_from_the_desk_too(
    house: Flask, desk: FlaskClient, export: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "WORTH_A_PROCESS", 30)
    number = drop(desk, "long.txt", export)
    look_at(house, number)
    say_to(desk, f"/desk/imports/{number}/confirm")

    run(house, number)

    with reading(house.config["ENGINE"]) as session:
        found = session.get_one(Import, number)
        assert (found.state, found.rows_read) == ("done", 30)

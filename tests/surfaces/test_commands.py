"""The commands that make and end links, and the map of the house."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from server import cli, data_folder
from server.captures.links import find_link
from server.captures.models import GuestLink
from server.clock import clock
from server.db import make_engine, reading
from tests.house import Expected, expect_guest


@pytest.fixture
def expected(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Expected:
    monkeypatch.setenv("ONEGUEST_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("ONEGUEST_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("ONEGUEST_PUBLIC_URL", "https://guests.hotel.example")
    return expect_guest(make_engine(sqlite_url), now=clock())


def test_a_link_is_issued_by_its_booking_reference_under_the_public_name(
    expected: Expected, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["link", "issue", "--reference", "BK-2040"]) == 0

    address, when = capsys.readouterr().out.splitlines()
    assert address.startswith("https://guests.hotel.example/g/")
    assert "works until" in when
    with reading(make_engine(sqlite_url)) as session:
        assert find_link(session, address.rpartition("/")[2], now=clock()) is not None
        assert find_link(session, expected.token, now=clock()) is None


def issued_address(capsys: pytest.CaptureFixture[str]) -> tuple[str, str]:
    assert cli.main(["link", "issue", "--reference", "BK-2040"]) == 0
    said = capsys.readouterr()
    return said.out.splitlines()[0], said.err


def test_without_a_public_name_a_link_leads_to_the_house_that_runs(
    expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ONEGUEST_PUBLIC_URL")
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)

    with data_folder.serving(folder, "http://127.0.0.1:8123"):
        address, note = issued_address(capsys)

    assert address.startswith("http://127.0.0.1:8123/g/")
    assert "For guests' phones set ONEGUEST_PUBLIC_URL" in note


def test_a_link_says_when_nothing_runs_that_would_open_it(
    expected: Expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ONEGUEST_PUBLIC_URL")
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)
    with data_folder.serving(folder, "http://127.0.0.1:8123"):
        pass  # and it ended

    address, note = issued_address(capsys)

    assert address.startswith("http://localhost:8000/g/")
    assert f"Nothing serves {folder} just now" in note


def test_the_public_name_wins_over_the_house_that_runs(
    expected: Expected, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "data"
    folder.mkdir(exist_ok=True)

    with data_folder.serving(folder, "http://127.0.0.1:8123"):
        address, note = issued_address(capsys)

    assert address.startswith("https://guests.hotel.example/g/")
    assert note == ""


def test_a_link_is_revoked_by_its_number(
    expected: Expected, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["link", "revoke", str(expected.link_id)]) == 0
    assert cli.main(["link", "revoke", str(expected.link_id)]) == 1

    assert "There is no link" in capsys.readouterr().err
    with reading(make_engine(sqlite_url)) as session:
        assert session.get_one(GuestLink, expected.link_id).revoked_at is not None


def test_what_cannot_be_issued_is_refused_with_a_sentence(
    expected: Expected, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["link", "issue", "--record", "999"]) == 1
    assert cli.main(["link", "issue", "--reference", "nothing"]) == 1

    said = capsys.readouterr().err
    assert "There is no record 999" in said
    assert "No stay has the booking reference nothing" in said


def test_the_map_of_the_house_names_every_guard(
    expected: Expected, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["routes", "--json"]) == 0

    guards = {route["rule"]: route["guard"] for route in json.loads(capsys.readouterr().out)}
    assert guards["/"] == "staff:desk.open"
    assert guards["/desk/guests/<guest_id>"] == "staff:guests.see"
    assert guards["/kiosk/"] == "kiosk"
    assert guards["/g/form"] == "link"
    assert guards["/g/<token>"] == guards["/healthz"] == "anyone"
    assert "closed" not in guards.values()

"""The ways into a house that nobody can sign in to: the first administrator's link, invitations, the demo."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from sqlalchemy import select

from server import cli
from server.clock import clock
from server.commands._entrance import demo_entrance, first_entrance
from server.commands._house import make_house
from server.db import make_engine, reading, writing
from server.settings import Settings
from server.staff.entry import find_entry
from server.staff.models import Colleague
from tests.door import Clock


def opens(settings: Settings, said: str | None) -> bool:
    assert said is not None
    token = said.rpartition("/desk/enter/")[2].split()[0]
    with reading(make_engine(settings.database_url)) as session:
        return find_entry(session, token, now=clock()) is not None


def house(folder: Path, *, demo: bool = False) -> Settings:
    settings = Settings(data_dir=folder, database_url=f"sqlite:///{folder}/oneguest.db", demo=demo)
    make_house(settings)
    return settings


def test_each_start_makes_a_new_first_link_and_kills_the_older(tmp_path: Path) -> None:
    settings = house(tmp_path / "house")

    old = first_entrance(settings, "http://localhost:8000")
    new = first_entrance(settings, "http://localhost:8000")

    assert not opens(settings, old)
    assert opens(settings, new)


def test_the_first_link_opens_for_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, time = house(tmp_path / "house"), Clock(monkeypatch)
    said = first_entrance(settings, "http://localhost:8000")
    time.passes(hours=23)
    assert opens(settings, said)
    time.passes(hours=2)

    assert not opens(settings, said)


def test_once_somebody_is_here_there_is_no_first_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONEGUEST_DATA_DIR", str(tmp_path / "house"))
    settings = house(tmp_path / "house")
    before = first_entrance(settings, "http://localhost:8000")

    cli.main(["staff", "add", "nadia@hotel.example", "--name", "Nadia", "--role", "administrator"])

    assert first_entrance(settings, "http://localhost:8000") is None
    assert not opens(settings, before)


def test_a_colleague_is_added_and_listed_from_the_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ONEGUEST_DATA_DIR", str(tmp_path / "house"))
    monkeypatch.setenv("ONEGUEST_PUBLIC_URL", "https://desk.hotel.example")
    words = ["staff", "add", "Omar@hotel.example", "--name", "Omar", "--role", "reception"]

    assert cli.main([*words, "--property", "house", "--until", "2126-09-30"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("https://desk.hotel.example/desk/enter/")
    assert opens(house(tmp_path / "house"), said)

    assert cli.main(["staff", "list"]) == 0
    listed = capsys.readouterr().out
    assert "omar@hotel.example" in listed
    assert "invited" in listed
    assert "reception@house until 2126-09-30" in listed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["no address", "--name", "O", "--role", "reception"], "Please give an e-mail address"),
        (
            ["o@hotel.example", "--name", "O", "--role", "chef"],
            "There is no role chef. The roles are: reception",
        ),
        (["o@hotel.example", "--name", " ", "--role", "reception"], "Please give a name"),
        (["o@hotel.example", "--name", "O", "--role", "reception", "--until", "soon"], "as a date"),
        (["o@hotel.example", "--name", "O", "--role", "reception", "--property", "moon"], "code moon"),
    ],
)
def test_what_cannot_be_added_is_said(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    said: str,
) -> None:
    monkeypatch.setenv("ONEGUEST_DATA_DIR", str(tmp_path / "house"))

    assert cli.main(["staff", "add", *words]) == 1

    assert said in capsys.readouterr().err
    assert cli.main(["staff", "list"]) == 0
    assert capsys.readouterr().out == ""


def test_the_demos_entrance_stays_the_same_while_it_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, time = house(tmp_path / "demo", demo=True), Clock(monkeypatch)

    first = demo_entrance(settings, "http://localhost:8000")
    assert demo_entrance(settings, "http://localhost:8000") == first
    assert opens(settings, first)
    assert stat.S_IMODE((settings.data_dir / "entrance").stat().st_mode) == 0o600
    time.passes(days=31)

    second = demo_entrance(settings, "http://localhost:8000")
    assert second != first
    assert opens(settings, second)
    assert not opens(settings, first)


def test_nobody_in_the_demo_has_a_password(tmp_path: Path) -> None:
    settings = house(tmp_path / "demo", demo=True)
    demo_entrance(settings, "http://localhost:8000")

    with reading(make_engine(settings.database_url)) as session:
        people = session.scalars(select(Colleague)).all()
        roles = {post.role for one in people for post in one.posts}
    assert len(people) == 7
    assert len(roles) == 6
    assert {one.password_hash for one in people} == {None}


def test_a_real_house_has_no_demo_entrance(tmp_path: Path) -> None:
    settings = house(tmp_path / "house")

    assert demo_entrance(settings, "http://localhost:8000") is None
    with writing(make_engine(settings.database_url)) as session:
        assert session.scalars(select(Colleague)).all() == []

"""A watched folder: whole files are taken, once, and none is lost, whatever lies there."""

from __future__ import annotations

import os
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from server.clock import clock
from server.db import reading
from server.feeds import folder as folders
from server.feeds import taking
from server.feeds.taking import Written
from server.importing.uploads import drop_old_uploads
from server.records.models import SourceRecord
from server.stays.models import ToldStay
from tests.door import Clock
from tests.feeds.house import House, in_folder, report, stay
from tests.stores import open_store

MONDAY = report(stay("1001", "Rossi", "Maria", "25/05/2026", "27/05/2026"))
TUESDAY = report(stay("1001", "Rossi", "Maria", "25/05/2026", "28/05/2026"))


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> House:
    return House(open_store(sqlite_url), tmp_path)


@pytest.fixture
def on_either_store(engine: Engine, tmp_path: Path) -> House:
    return House(engine, tmp_path)


def look_twice(house: House, time: Clock) -> None:
    house.look()
    time.passes(minutes=1)
    house.look()
    house.work()
    time.passes(minutes=1)


def test_a_file_is_asked_about_once_and_the_next_mornings_one_comes_in_by_itself(
    on_either_store: House, time: Clock
) -> None:
    house = on_either_store
    house.feed()
    house.put("arrivals.csv", MONDAY)
    look_twice(house, time)
    assert house.files() == [("arrivals.csv", "taken", None, "preview")]
    house.say_yes(1)

    house.put("arrivals.csv", TUESDAY)
    look_twice(house, time)

    assert house.files()[1:] == [("arrivals.csv", "taken", None, "done")]
    assert in_folder(house.folder) == {"": [], "done": ["arrivals (2).csv", "arrivals.csv"], "refused": []}
    with reading(house.engine) as session:
        assert session.scalars(select(ToldStay.departs)).one() == date(2026, 5, 28)


def test_a_file_that_still_grows_is_left_until_it_is_whole(house: House, time: Clock) -> None:
    house.feed()
    path = house.put("arrivals.csv", MONDAY[:30])
    house.look()
    time.passes(minutes=1)
    path.write_bytes(MONDAY)
    house.look()
    assert house.files() == []

    look_twice(house, time)

    assert house.files() == [("arrivals.csv", "taken", None, "preview")]


def test_two_looks_within_a_moment_are_one(house: House, time: Clock) -> None:
    house.feed()
    house.put("arrivals.csv", MONDAY)

    house.look()
    house.look()

    assert house.files() == []


@pytest.mark.parametrize("name", ["arrivals.csv.part", ".arrivals.csv", "~$arrivals.xlsx", "arrivals.TMP"])
def test_what_is_not_finished_by_its_name_is_left_alone(house: House, time: Clock, name: str) -> None:
    house.feed()
    house.put(name, MONDAY)

    look_twice(house, time)

    assert house.files() == []
    assert in_folder(house.folder)[""] == [name]


def test_an_unfinished_file_of_an_hour_ago_is_told_of_once_and_taken_under_its_real_name(
    house: House, time: Clock
) -> None:
    house.feed()
    path = house.put("arrivals.csv.part", MONDAY, at=clock() - timedelta(hours=2))
    look_twice(house, time)
    look_twice(house, time)
    assert house.files() == [("arrivals.csv.part", "left", "feed.unfinished", None)]

    path.rename(house.folder / "arrivals.csv")
    look_twice(house, time)

    assert house.files()[-1] == ("arrivals.csv", "taken", None, "preview")


def test_the_same_bytes_are_told_of_and_not_imported_twice(house: House, time: Clock) -> None:
    house.feed()
    house.put("monday.csv", MONDAY)
    look_twice(house, time)
    house.say_yes(1)

    house.put("monday again.csv", MONDAY)
    look_twice(house, time)

    assert house.files()[-1] == ("monday again.csv", "same", "feed.same", "done")
    assert house.imports() == ["done"]
    assert list(house.settings.uploads_dir.iterdir()) == []


def test_what_is_no_table_lies_in_refused_with_its_reason(house: House, time: Clock) -> None:
    house.feed()
    house.put("report.pdf", b"%PDF-1.7 a report for people")

    look_twice(house, time)

    assert house.files() == [("report.pdf", "taken", None, "failed")]
    assert in_folder(house.folder) == {"": [], "done": [], "refused": ["report.pdf"]}


def test_a_link_is_never_followed(house: House, time: Clock, tmp_path: Path) -> None:
    house.feed()
    secret = tmp_path / "other.csv"
    secret.write_bytes(MONDAY)
    (house.folder / "arrivals.csv").symlink_to(secret)

    look_twice(house, time)

    assert house.files() == [("arrivals.csv", "refused", "feed.no_plain_file", None)]
    assert in_folder(house.folder)["refused"] == ["arrivals.csv"]
    assert secret.read_bytes() == MONDAY


def test_a_file_that_is_exchanged_for_another_while_it_is_read_is_taken_in_both_forms(
    house: House, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.feed()
    path = house.put("arrivals.csv", MONDAY)

    def exchange(*words: object) -> Written:
        new = path.with_name(".new")
        new.write_bytes(TUESDAY)
        new.rename(path)
        return taking.write_down(*words)  # type: ignore[arg-type]

    house.look()
    time.passes(minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(folders, "write_down", exchange)
        house.look()

    assert in_folder(house.folder)[""] == ["arrivals.csv"]
    assert path.read_bytes() == TUESDAY
    assert house.files() == [("arrivals.csv", "taken", None, "preview")]


class PowerCut(BaseException):
    pass


@pytest.mark.parametrize("at", ["keep", "write_down", "look_at_taken", "_move"])
def test_a_power_cut_at_any_moment_loses_no_file_and_takes_none_twice(
    house: House, time: Clock, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    house.feed()
    house.put("arrivals.csv", MONDAY)
    house.look()
    time.passes(minutes=1)

    def cut(*_: object) -> None:
        raise PowerCut

    with monkeypatch.context() as patch:
        patch.setattr(folders, at, cut)
        with pytest.raises(PowerCut):
            house.look()
    house.look()

    assert [file[0] for file in house.files()] == ["arrivals.csv"]
    assert len(house.imports()) == 1
    assert in_folder(house.folder) == {"": [], "done": ["arrivals.csv"], "refused": []}


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_folder_that_is_closed_to_us_is_told_of_until_it_opens(house: House, time: Clock) -> None:
    feed = house.feed()
    house.put("arrivals.csv", MONDAY)
    house.folder.chmod(0o500)
    look_twice(house, time)
    assert house.trouble(feed) == "feed.folder_closed"

    house.folder.chmod(0o700)
    look_twice(house, time)

    assert house.trouble(feed) is None
    assert [file[1] for file in house.files()] == ["taken"]


def test_a_folder_that_is_away_is_told_of_until_it_is_back(house: House, time: Clock) -> None:
    feed = house.feed()
    away = house.folder.rename(house.folder.with_name("unmounted"))
    house.look()
    assert house.trouble(feed) == "feed.no_folder"

    away.rename(house.folder.with_name("arrivals.gone"))
    house.put("arrivals.csv", MONDAY)
    look_twice(house, time)

    assert house.trouble(feed) is None
    assert [file[1] for file in house.files()] == ["taken"]


def test_dates_that_tell_no_order_are_read_as_the_feed_always_was(house: House, time: Clock) -> None:
    american = report(stay("1", "Rossi", "Maria", "05/25/2026", "05/27/2026"))
    house.feed()
    house.put("may.csv", american)
    look_twice(house, time)
    house.say_yes(1)

    house.put("june.csv", report(stay("2", "Weber", "Anna", "06/03/2026", "06/05/2026")))
    look_twice(house, time)

    with reading(house.engine) as session:
        days = session.scalars(select(ToldStay.arrives).order_by(ToldStay.arrives)).all()
    assert days == [date(2026, 5, 25), date(2026, 6, 3)]


@pytest.mark.parametrize(
    "content",
    [
        report(stay("2", "Weber", "Anna", "05/25/2026", "05/27/2026")),  # the other order of day and month
        report(stay("2", "Weber", "Anna", "25/05/2026", "27/05/2026")).replace(b"Room", b"Guest"),
    ],
)
def test_a_file_that_is_read_otherwise_than_usual_waits_for_a_colleague(
    house: House, time: Clock, content: bytes
) -> None:
    house.feed()
    house.put("monday.csv", MONDAY)
    look_twice(house, time)
    house.say_yes(1)

    house.put("tuesday.csv", content)
    look_twice(house, time)

    assert house.files()[-1] == ("tuesday.csv", "taken", None, "preview")
    with reading(house.engine) as session:
        assert session.scalar(select(func.count()).select_from(SourceRecord)) == 1


def test_uploads_of_files_that_wait_are_not_swept_away(house: House, time: Clock) -> None:
    house.feed()
    house.put("arrivals.csv", MONDAY)
    look_twice(house, time)

    assert drop_old_uploads(house.settings.uploads_dir, now=clock()) == 0
    house.say_yes(1)
    assert house.imports() == ["done"]

"""The worker seals by itself, the command verifies, and both take up where they were."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server import cli
from server.clock import clock
from server.db import make_engine, reading, writing
from server.jobs.models import Lease
from server.jobs.worker import Task
from server.journal import note, sealing
from server.journal.heads import Head, head_of
from server.journal.models import JournalSeal
from server.keys import ensure_keys, read_key
from server.work import seal_journal
from tests.house import make_settings


def task_of(engine: Engine, folder: Path) -> Task:
    settings = make_settings(folder, str(engine.url))
    ensure_keys(settings.keys_dir)
    return Task(engine, settings, {}, lambda: False)


def write(engine: Engine, count: int, *, at: datetime | None = None) -> None:
    with writing(engine) as session:
        for n in range(1, count + 1):
            note(session, "staff:1", "guest.opened", f"guest:{n}", now=at or clock())


def sealed(engine: Engine) -> int:
    with reading(engine) as session:
        head = head_of(session)
    return head.sequence if head else 0


def test_the_worker_seals_all_that_waits_and_tells_the_log(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.INFO, "oneguest.journal")
    write(engine, 2_500)

    seal_journal.run(task_of(engine, tmp_path))
    seal_journal.run(task_of(engine, tmp_path))

    assert sealed(engine) == 2_500
    assert [record.getMessage().partition(" chain")[0] for record in caplog.records] == [
        "journal sealed sequence=2500 entry=2500"
    ]


def test_an_entry_that_many_overtook_is_sealed_within_the_hour(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealing, "LOOK_BACK", 3)
    write(engine, 10)
    with writing(engine) as session:
        ids = [number for number in sealing.waiting_for_seal(session) if number != 2]
        sealing.seal(session, ids, sealing.chain_key("k", b"k" * 32), now=clock())
    with writing(engine) as session:
        session.add(
            Lease(name="every:seal_journal.whole", holder="clock", until=clock() + timedelta(hours=1))
        )

    seal_journal.run(task_of(engine, tmp_path))
    before = sealed(engine)
    with writing(engine) as session:
        session.get_one(Lease, "every:seal_journal.whole").until = clock() - timedelta(seconds=1)
    seal_journal.run(task_of(engine, tmp_path))

    assert (before, sealed(engine)) == (9, 10)


@pytest.fixture
def house(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder that the command finds."""
    folder = tmp_path / "house"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("ONEGUEST_DATA_DIR", str(folder))
    monkeypatch.setenv("ONEGUEST_DATABASE_URL", sqlite_url)
    return folder


def seal_house(engine: Engine, folder: Path) -> None:
    seal_journal.run(task_of(engine, folder))


def test_the_command_says_the_counts_and_writes_the_head(
    house: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(sqlite_url)
    write(engine, 3)
    seal_house(engine, house)
    write(engine, 1)
    file = house / "head.json"

    code = cli.main(["journal", "verify", "--write-head", str(file)])
    said = capsys.readouterr().out
    again = cli.main(["journal", "verify", "--head", str(file)])

    assert (code, again) == (0, 0)
    assert "3 entries sealed, 0 of them erased, 1 waiting for their seal." in said
    assert Head.from_text(file.read_text("utf-8")).sequence == 3


def test_a_house_that_was_never_started_has_a_journal_that_is_well(
    house: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["journal", "verify"]) == 0
    assert "0 entries sealed" in capsys.readouterr().out


def test_the_command_names_the_first_bad_entry(
    house: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(sqlite_url)
    write(engine, 3, at=datetime(2026, 5, 4, tzinfo=UTC))
    seal_house(engine, house)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER journal_entry_unchanged")
        connection.exec_driver_sql("UPDATE journal_entry SET actor = 'staff:9' WHERE id = 2")

    code = cli.main(["journal", "verify"])

    assert code == 1
    assert capsys.readouterr().out.startswith("Entry 2 (seal 2): its time, actor, act")


@pytest.mark.parametrize("content", [None, "not a head"])
def test_a_head_that_is_none_is_refused_with_a_sentence(
    house: Path, content: str | None, capsys: pytest.CaptureFixture[str]
) -> None:
    file = house / "head.json"
    if content is not None:
        file.write_text(content, "utf-8")

    assert cli.main(["journal", "verify", "--head", str(file)]) == 1
    assert "This is no head of a journal" in capsys.readouterr().err


def set_aside(folder: Path) -> Path:
    """The sealing secret makes room for another one, and lies beside it under its id."""
    keys = make_settings(folder, "sqlite://").keys_dir
    aside = keys / f"{read_key(keys, 'sealing').id}.json"
    (keys / "sealing.json").rename(aside)
    ensure_keys(keys)
    return aside


def test_a_journal_sealed_under_two_secrets_is_one_chain(
    house: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(sqlite_url)
    write(engine, 3)
    seal_house(engine, house)
    assert cli.main(["journal", "verify", "--write-head", str(house / "head.json")]) == 0

    set_aside(house)
    write(engine, 2)
    seal_house(engine, house)
    capsys.readouterr()

    assert cli.main(["journal", "verify", "--head", str(house / "head.json")]) == 0
    assert "5 entries sealed" in capsys.readouterr().out
    with reading(engine) as session:
        sealed_with = session.scalars(select(JournalSeal.key_id).order_by(JournalSeal.sequence)).all()
    assert len(set(sealed_with)) == 2
    assert sealed_with[:3] == [sealed_with[0]] * 3
    assert cli.main(["keys", "list"]) == 0
    listed = capsys.readouterr().out
    assert [line.endswith(", set aside") for line in listed.splitlines() if "sealing" in line] == [
        False,
        True,
    ]


def test_a_secret_set_aside_and_lost_is_named_by_what_it_sealed(
    house: Path, sqlite_url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = make_engine(sqlite_url)
    write(engine, 3)
    seal_house(engine, house)
    aside = set_aside(house)
    write(engine, 2)
    seal_house(engine, house)
    aside.unlink()

    assert cli.main(["journal", "verify"]) == 1
    assert "Entry 1 (seal 1): the secret it was sealed with is not in the keys folder." in (
        capsys.readouterr().out
    )


def test_a_secret_set_aside_that_others_can_read_is_refused(house: Path, sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    write(engine, 1)
    seal_house(engine, house)
    set_aside(house).chmod(0o644)

    assert cli.main(["journal", "verify"]) == 1


def test_the_end_of_the_chain_is_told_once_a_day_at_the_usual_level(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG, "oneguest.journal")
    for hours in (0, 1, 2, 25):
        monkeypatch.setenv("ONEGUEST_CLOCK_OFFSET", str(hours * 3600))
        write(engine, 1)
        seal_journal.run(task_of(engine, tmp_path))

    assert [record.levelname for record in caplog.records] == ["INFO", "DEBUG", "DEBUG", "INFO"]

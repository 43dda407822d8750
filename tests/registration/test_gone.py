"""What is over is nowhere any more: in no row, no file of the database, nor after a backup was put back."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from server.captures.models import Capture, SealedForm, VaultedAnswers
from server.captures.receiving import keep as receive
from server.commands import _house, worker
from server.db import reading, writing
from server.intake import open_forms
from server.journal.models import JournalEntry
from server.properties.setup import default_property
from server.records.models import Problem
from server.registration.models import Destroyed, KeptSheet, SheetVersion
from server.registration.purging import purge_all
from server.settings import Settings
from tests.captures.tablet import hand_over, new_tablet
from tests.house import make_settings
from tests.registration.sheets import NOON, SHEET, VAULT, keep, signed
from tests.registration.test_purging import SIX_MONTHS, TWO_DAYS, count
from tests.stores import open_store

BEFORE, AFTER = NOON + SIX_MONTHS - TWO_DAYS, NOON + SIX_MONTHS + TWO_DAYS
ANSWERS = {"family_name": "Öztürk", "nationality": "TUR"}


def sealed_bytes(engine: Engine) -> list[bytes]:
    """A piece of all that lies sealed here."""
    with reading(engine) as session:
        versions = session.scalars(select(SheetVersion)).all()
        found = [value for one in versions for value in (one.content, one.signature) if value is not None]
        found += session.scalars(select(VaultedAnswers.sealed)).all()
        found += [value for value in session.scalars(select(SealedForm.sealed)) if value is not None]
    return [value[30:80] for value in found]


def files_of(engine: Engine) -> list[Path]:
    """The files of the database as they are on the disk, what was written put there."""
    if engine.dialect.name == "sqlite":
        return [path for path in Path(str(engine.url.database)).parent.iterdir() if path.is_file()]
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = Path(str(connection.scalar(text("SHOW data_directory"))))
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
    return [path for path in (folder / "base" / str(number)).iterdir() if path.is_file()]


def found_in_files(engine: Engine, pieces: list[bytes]) -> int:
    """How many of these pieces stand in a file."""
    contents = [path.read_bytes() for path in files_of(engine)]
    return sum(any(piece in content for content in contents) for piece in pieces)


def a_house_with_everything(engine: Engine) -> None:
    """A signed form and a corrected one; one that nobody can read, with a copy that says otherwise; and one
    that is sealed with a key that is lost."""
    with writing(engine) as session:
        default_property(session).country = "FR"
    keep(engine, "signed", signature=signed())
    keep(engine, "filled")
    for name in ("Öztürk", "Yıldız"):
        come(engine, "unread", ANSWERS | {"family_name": name}, version=99)
    tablet = new_tablet(engine, now=NOON)
    item = tablet.item(ANSWERS, at=NOON, form="police_fr")
    hand_over(engine, tablet, item, now=NOON)
    open_forms(engine, [], 50, VAULT)


def come(
    engine: Engine, id_: str, answers: dict[str, str], *, form: str = "police_fr", version: int = 1
) -> None:
    with writing(engine) as session:
        receive(
            session,
            id=id_,
            form=form,
            version=version,
            language="tr",
            surface="kiosk",
            proof="typed",
            property_id=default_property(session).id,
            answers=answers,
            vault=VAULT,
            now=NOON,
        )


def test_two_days_before_all_is_there_and_two_days_after_nothing_is_in_rows_or_files(engine: Engine) -> None:
    a_house_with_everything(engine)
    pieces = sealed_bytes(engine)
    assert len(pieces) == 6

    assert purge_all(engine, now=BEFORE) == 0
    assert sealed_bytes(engine) == pieces
    assert found_in_files(engine, pieces) == 6, "the search finds what is there"
    assert count(engine, Problem) == [2]
    assert purge_all(engine, now=AFTER) == 4

    assert sealed_bytes(engine) == []
    assert found_in_files(engine, pieces) == 0
    assert count(engine, KeptSheet, VaultedAnswers, Capture, Problem) == [0, 0, 0, 0]
    with reading(engine) as session:
        left = session.scalars(select(SealedForm)).one()  # that a form came, not of whom nor which
        assert (left.state, left.form, left.sealed) == ("erased", "", None)


def test_what_tells_of_the_purge_tells_of_nobody(engine: Engine) -> None:
    a_house_with_everything(engine)

    purge_all(engine, now=AFTER)

    with reading(engine) as session:
        told = session.scalars(select(Destroyed)).one()
        entries = session.scalars(select(JournalEntry).where(JournalEntry.act == "sheets.destroyed")).all()
    assert (told.sheets, told.rule, told.country) == (2, "arrival+6m", "FR")
    assert [(one.subject, one.reason, one.detail) for one in entries] == [
        (f"destroyed:{told.id}", None, {"sheets": 2})
    ]


def start_house(settings: Settings) -> None:
    _house.make_house(settings)


def start_worker(settings: Settings) -> None:
    worker.run(argparse.Namespace(once=True), settings)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Sets the clock of what starts; no signals and no work, it only starts."""
    monkeypatch.setattr("signal.signal", lambda *_: None)
    monkeypatch.setattr("server.jobs.worker.run_due", lambda *_, **__: 0)

    def set_clock(now: datetime) -> None:
        monkeypatch.setattr("server.clock.clock", lambda: now)

    return set_clock


@contextmanager
def at_rest(url: str) -> Iterator[Engine]:
    engine = open_store(url)
    yield engine
    engine.dispose()


@pytest.mark.parametrize("start", [start_house, start_worker])
def test_an_older_backup_that_was_put_back_is_purged_before_anybody_is_answered(
    sqlite_url: str,
    tmp_path: Path,
    start: Callable[[Settings], None],
    at: Callable[[datetime], None],
) -> None:
    database, backup = Path(sqlite_url.removeprefix("sqlite:///")), tmp_path / "backup"
    settings = make_settings(tmp_path / "house", sqlite_url)
    with at_rest(sqlite_url) as engine:
        a_house_with_everything(engine)
        pieces = sealed_bytes(engine)
    shutil.copy(database, backup)
    at(BEFORE)
    start(settings)
    with at_rest(sqlite_url) as engine:
        assert sealed_bytes(engine) == pieces
        purge_all(engine, now=AFTER)
    shutil.copy(backup, database)

    at(AFTER)
    start(settings)

    with at_rest(sqlite_url) as engine:
        assert sealed_bytes(engine) == []
        assert found_in_files(engine, [*pieces]) == 6, "in the backup itself, which stands beside it"
        backup.unlink()
        assert found_in_files(engine, pieces) == 0


def test_a_copy_that_says_otherwise_does_not_take_the_sheet_with_it_before_its_day(engine: Engine) -> None:
    keep(engine, "of-a-month", signature=signed())
    with writing(engine) as session:
        session.get_one(KeptSheet, "of-a-month").departs = SHEET.stay.arrives + timedelta(days=30)
        default_property(session).retention = {"police": {"starts": "departure"}}
    come(engine, "of-a-month", ANSWERS)
    come(engine, "of-a-month", ANSWERS | {"family_name": "Yıldız"})

    assert purge_all(engine, now=AFTER) == 0
    assert purge_all(engine, now=AFTER + timedelta(days=31)) == 1
    assert sealed_bytes(engine) == []


@pytest.mark.parametrize("moved_to", ["AT", "US"])
def test_a_house_that_is_in_another_country_now_keeps_no_french_form_longer(
    engine: Engine, moved_to: str
) -> None:
    keep(engine, "french", signature=signed())
    come(engine, "unread", ANSWERS, version=99)
    with writing(engine) as session:
        default_property(session).country = moved_to

    assert purge_all(engine, now=BEFORE) == 0
    assert purge_all(engine, now=AFTER) == 2


def test_a_form_of_a_country_that_nobody_here_knows_goes_too(engine: Engine) -> None:
    with writing(engine) as session:
        default_property(session).country = "US"
    come(engine, "unread", ANSWERS, form="police_pt")

    assert purge_all(engine, now=BEFORE) == 0
    assert purge_all(engine, now=AFTER) == 1
    assert count(engine, Capture, VaultedAnswers) == [0, 0]


def test_a_year_that_was_mistyped_keeps_nothing_for_decades(engine: Engine) -> None:
    keep(engine, "mistyped", signature=signed())
    with writing(engine) as session:
        session.get_one(KeptSheet, "mistyped").arrives = SHEET.stay.arrives.replace(year=2062)

    assert purge_all(engine, now=AFTER) == 0
    assert purge_all(engine, now=AFTER + timedelta(days=731)) == 1

"""Sheets are there as long as their law says, and not two days longer."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from server.captures.models import Capture, VaultedAnswers
from server.captures.receiving import keep as receive
from server.db import empty_log, reading, writing
from server.properties.setup import default_property
from server.records.models import Problem
from server.registration.models import Destroyed, KeptSheet, SheetVersion
from server.registration.purging import TABLES, purge_sheets
from tests.registration.sheets import ARRIVES, NOON, VAULT, keep, signed

SIX_MONTHS = date(2026, 11, 4) - ARRIVES
TWO_DAYS = timedelta(days=2)


def purge(engine: Engine, now: datetime) -> int:
    with writing(engine) as session:
        gone = purge_sheets(session, now=now)
    empty_log(engine, TABLES)
    return gone


def count(engine: Engine, *tables: type) -> list[int]:
    with reading(engine) as session:
        return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_french_sheet_is_there_for_six_months(engine: Engine) -> None:
    keep(engine, signature=signed())

    assert purge(engine, NOON + SIX_MONTHS - TWO_DAYS) == 0
    assert count(engine, KeptSheet) == [1]
    assert purge(engine, NOON + SIX_MONTHS + TWO_DAYS) == 1
    assert count(engine, KeptSheet, SheetVersion) == [0, 0]
    with reading(engine) as session:
        told = session.scalars(select(Destroyed)).one()
        assert (told.rule, told.sheets, told.first_day, told.last_day) == ("arrival+6m", 1, ARRIVES, ARRIVES)


@pytest.mark.parametrize(("starts", "later"), [("arrival", 0), ("departure", 2), ("signature", 0)])
def test_the_house_says_from_when_where_the_law_does_not(engine: Engine, starts: str, later: int) -> None:
    keep(engine, signature=signed())
    with writing(engine) as session:
        default_property(session).retention = {"police": {"starts": starts}}
    last = NOON + SIX_MONTHS + timedelta(days=later)

    assert purge(engine, last) == 0
    assert purge(engine, last + timedelta(days=1)) == 1


def test_a_restored_database_is_purged_again(engine: Engine) -> None:
    keep(engine, signature=signed())
    purge(engine, NOON + SIX_MONTHS + TWO_DAYS)
    keep(engine, signature=signed())  # as a backup brings it back

    assert purge(engine, NOON + SIX_MONTHS + TWO_DAYS) == 1
    assert count(engine, KeptSheet) == [0]


def test_a_form_that_nobody_could_read_goes_with_its_problem(engine: Engine) -> None:
    with writing(engine) as session:
        place = default_property(session)
        place.country = "FR"
        for name in ("Öztürk", "Yıldız"):
            receive(
                session,
                id="c-1",
                form="police_fr",
                version=99,
                language="tr",
                surface="kiosk",
                proof="typed",
                property_id=place.id,
                answers={"family_name": name},
                vault=VAULT,
                now=NOON,
            )
    assert count(engine, Capture, VaultedAnswers, Problem) == [1, 2, 1]

    assert purge(engine, NOON + SIX_MONTHS - TWO_DAYS) == 0
    assert purge(engine, NOON + SIX_MONTHS + TWO_DAYS) == 1
    assert count(engine, Capture, VaultedAnswers, Problem) == [0, 0, 0]


def test_nothing_of_a_destroyed_sheet_is_in_the_files(
    sqlite_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from pathlib import Path

    from tests.stores import open_store

    engine = open_store(sqlite_url)
    keep(engine, signature=signed())
    with reading(engine) as session:
        sealed = session.scalars(select(SheetVersion.content)).one()
    files = list(Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("*"))
    assert any(sealed in path.read_bytes() for path in files if path.is_file()), (
        "the search finds what is there"
    )

    purge(engine, NOON + SIX_MONTHS + TWO_DAYS)

    assert not any(sealed in path.read_bytes() for path in files if path.is_file() and path.exists())
    engine.dispose()

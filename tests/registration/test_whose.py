"""A sheet stays whose it was: whatever becomes of guests, of their records, of the key, of the database."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, select, text

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import Link
from server.keys import Key
from server.privacy.check import check
from server.privacy.erasing import erase
from server.properties.setup import default_property
from server.records.models import SourceRecord
from server.registration.finding import sheets_of_record
from server.registration.keeping import Opened, Purpose, keep_sheet, open_sheet
from server.registration.models import KeptSheet, SheetVersion
from server.registration.purging import purge_all
from server.registration.resealing import reseal
from server.vault import CannotOpenVault, Vault
from tests.builders import take_in
from tests.guests.deciding_house import fill, say_of, state, take_back, take_out, together
from tests.registration.sheets import ANNA, ARRIVES, AT_THE_TABLET, KEY, NOON, SHEET, VAULT, signed
from tests.registration.test_purging import SIX_MONTHS, TWO_DAYS
from tests.stores import open_store

GUESTS = {"p1": "Ivanov", "n3": "Petit", "t1": "Martin"}
LATER = timedelta(days=40)


@pytest.fixture
def house(engine: Engine) -> Engine:
    """A sheet for a record of each of three guests; the second came later."""
    fill(engine)
    for key, name in GUESTS.items():
        keep(engine, key, name, arrives=ARRIVES + LATER if key == "n3" else ARRIVES)
    return engine


def keep(engine: Engine, key: str, name: str, *, arrives: date = ARRIVES) -> None:
    people = (replace(ANNA, family_name=name),)
    sheet = replace(
        SHEET, stay=replace(SHEET.stay, arrives=arrives, departs=arrives + TWO_DAYS), people=people
    )
    with writing(engine) as session:
        place = default_property(session)
        place.country = "FR"
        keep_sheet(
            session,
            VAULT,
            sheet,
            AT_THE_TABLET,
            id=f"sheet-{key}",
            property_id=place.id,
            country="FR",
            record_id=record(engine, key),
            signature=signed(f"Family name: {name}"),
            today=arrives,
            now=NOON,
        )


def record(engine: Engine, key: str) -> int:
    with reading(engine) as session:
        return session.scalars(select(SourceRecord.id).where(SourceRecord.key == key)).one()


def opened(engine: Engine, sheet_id: str, vault: Vault = VAULT) -> Opened:
    with writing(engine) as session:
        kept = session.get_one(KeptSheet, sheet_id)
        return open_sheet(session, vault, kept, purpose=Purpose.PRINT, actor="staff:1", now=NOON)


def whose(engine: Engine, vault: Vault = VAULT) -> dict[str, str | None]:
    """By the key of each record the name on its sheet, which must be the one that was signed."""
    found: dict[str, str | None] = {}
    for key in GUESTS:
        with reading(engine) as session:
            [kept] = sheets_of_record(session, record(engine, key))
        says = opened(engine, kept.id, vault)
        assert says.signature is not None
        assert says.signature.text == f"Family name: {says.sheet.main.family_name}"
        found[key] = says.sheet.main.family_name
    return found


def test_guests_who_are_made_one_and_parted_again_have_each_their_own_sheet(house: Engine) -> None:
    before = state(house)

    merged = say_of(house, "p1", "n3", "same")
    assert together(house, "p1", "n3")
    assert whose(house) == GUESTS
    parted = take_out(house, "t1")
    assert whose(house) == GUESTS
    link_waiting(house, bulk=True)
    assert whose(house) == GUESTS
    take_back(house, parted)
    take_back(house, merged)

    assert whose(house) == GUESTS
    assert state(house) == before


def test_one_guest_of_two_stays_loses_the_sheet_that_is_over_and_keeps_the_other(house: Engine) -> None:
    merged = say_of(house, "p1", "n3", "same")

    assert purge_all(house, now=NOON + SIX_MONTHS - TWO_DAYS) == 0
    assert purge_all(house, now=NOON + SIX_MONTHS + TWO_DAYS) == 2
    take_back(house, merged)

    with reading(house) as session:
        assert [kept.id for kept in session.scalars(select(KeptSheet))] == ["sheet-n3"]
        assert sheets_of_record(session, record(house, "p1")) == []
    assert opened(house, "sheet-n3").sheet.main.family_name == "Petit"
    assert purge_all(house, now=NOON + SIX_MONTHS + LATER + TWO_DAYS) == 1


def test_who_is_erased_leaves_the_sheet_that_the_law_wants_and_nobody_gets_it(house: Engine) -> None:
    gone = record(house, "n3")
    with writing(house) as session:
        erase(session, [gone], actor="staff:1", now=NOON)
    take_in(house, {"key": "new", "first_name": "Nils", "last_name": "Newcomer"})
    link_waiting(house)

    with reading(house) as session:
        kept = session.get_one(KeptSheet, "sheet-n3")
        assert kept.record_id is None
        assert sheets_of_record(session, record(house, "new")) == []
        assert check(session) == []
    assert opened(house, "sheet-n3").sheet.main.family_name == "Petit"
    assert purge_all(house, now=NOON + SIX_MONTHS + LATER + TWO_DAYS) == 3


def test_a_number_that_is_free_again_brings_no_sheet_along(house: Engine) -> None:
    gone = record(house, "n3")
    with writing(house) as session:
        session.execute(delete(Link).where(Link.record_id == gone))
        session.execute(text("DELETE FROM source_record WHERE id = :id"), {"id": gone})

    with reading(house) as session:
        assert session.get_one(KeptSheet, "sheet-n3").record_id is None


@pytest.mark.parametrize("column", ["content", "signature"])
def test_what_is_moved_from_one_guests_row_to_anothers_does_not_open(house: Engine, column: str) -> None:
    with writing(house) as session:
        one, other = (
            session.scalars(select(SheetVersion).where(SheetVersion.sheet_id == f"sheet-{key}")).one()
            for key in ("p1", "n3")
        )
        setattr(one, column, getattr(other, column))

    with pytest.raises(CannotOpenVault, match="damaged"):
        opened(house, "sheet-p1")
    assert opened(house, "sheet-n3").sheet.main.family_name == "Petit"


def test_a_backup_from_before_the_key_was_changed_opens_and_is_sealed_anew(
    sqlite_url: str, tmp_path: Path
) -> None:
    engine = open_store(sqlite_url)
    fill(engine)
    for key, name in GUESTS.items():
        keep(engine, key, name)
    database, fresh = Path(sqlite_url.removeprefix("sqlite:///")), Key("vault", "vault-two", b"w" * 32, NOON)
    both, alone = Vault([fresh, KEY], b"i" * 32), Vault([fresh], b"i" * 32)
    before = state(engine)
    engine.dispose()
    shutil.copy(database, tmp_path / "backup")
    reseal(engine, both)
    say_of(engine, "p1", "n3", "same")
    engine.dispose()

    shutil.copy(tmp_path / "backup", database)

    assert state(engine) == before
    assert whose(engine, both) == GUESTS
    assert reseal(engine, both) == 3
    assert whose(engine, alone) == GUESTS
    engine.dispose()

"""Reading kept versions again: an own address changes what rows mean, and taking it back changes it back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, true, update

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import GuestValue
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.models import Property
from server.records import rereading
from server.records.models import CleanRow, RecordVersion, SourceRecord
from server.records.rereading import Reread, concerned_by_own_addresses, reread
from tests.builders import PATRICK, take_in, write_export

DESK = "welcome@bains.example"
SWITCHBOARD = "+33 4 72 10 20 30"


def set_own(engine: Engine, **own: list[str]) -> None:
    with writing(engine) as session:
        for place in session.scalars(select(Property)):
            for name, values in own.items():
                setattr(place, name, values)


def read_concerned(engine: Engine) -> Reread:
    """What the worker does after an own address was added or taken back."""
    with reading(engine) as session:
        concerned = concerned_by_own_addresses(session.scalars(select(Property)).one())
    done = reread(engine, concerned)
    link_waiting(engine)
    return done


def state(engine: Engine) -> list[str]:
    with reading(engine) as session:
        assert check(session) == []
        return dump(session)


def classes(engine: Engine) -> dict[str, str]:
    with reading(engine) as session:
        query = select(SourceRecord.key, CleanRow.email_class).join(
            CleanRow, CleanRow.record_id == SourceRecord.id
        )
        return dict(session.execute(query).all())


def with_our_own_address(engine: Engine) -> None:
    """Three guests; at two of them the desk typed its own address, and Patrick's own stands elsewhere."""
    take_in(
        engine,
        PATRICK | {"key": "A1", "email": DESK, "stay_from": "2026-05-01", "amount": "410.5"},
        {"key": "A2", "last_name": "Ivanova", "first_name": "Olga", "email": DESK, "phone": SWITCHBOARD},
        {"key": "A3", "last_name": "Okafor", "first_name": "Ada", "email": "ada@posteo.de"}
        | {"phone": f"{SWITCHBOARD} / 06 52 52 72 73"},
        stay_kind="stay",
    )
    take_in(
        engine,
        PATRICK | {"key": "n1", "email_consent": "yes"},
        source="newsletter",
        kind="newsletter",
        proof="typed",
    )
    link_waiting(engine)


def test_an_address_found_to_be_our_own_is_no_guests_any_more(engine: Engine) -> None:
    with_our_own_address(engine)

    set_own(engine, own_emails=[DESK])
    done = read_concerned(engine)

    assert (done.changed, done.unreadable, done.is_finished) == (2, 0, True)
    assert classes(engine) == {"A1": "shared", "A2": "shared", "A3": "real", "n1": "real"}
    with reading(engine) as session:
        known = session.execute(
            select(GuestValue.value, GuestValue.value_class).where(GuestValue.field == "email")
        )
        assert set(known.all()) == {
            ("patrick.martin@orange.fr", "real"),
            (DESK, "shared"),
            ("ada@posteo.de", "real"),
        }


def test_taking_an_own_address_back_restores_the_very_same_state(engine: Engine) -> None:
    with_our_own_address(engine)
    before = state(engine)

    set_own(engine, own_emails=[DESK], own_phones=["+33472102030", "+33652527273"], own_domains=["posteo.de"])
    read_concerned(engine)
    between = state(engine)
    set_own(engine, own_emails=[], own_phones=[], own_domains=[])
    read_concerned(engine)

    assert between != before
    assert state(engine) == before


def test_only_records_that_may_read_otherwise_are_looked_at(engine: Engine) -> None:
    with_our_own_address(engine)
    take_in(engine, {"key": "B1", "last_name": "Nowak", "email": "anna@notbains.example"})

    set_own(engine, own_domains=["bains.example"])

    assert read_concerned(engine).read == 3  # both with the address, and the one with two numbers in a cell


def test_reading_an_import_again_in_the_same_house_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    export = write_export(tmp_path / "profiles.txt", 300)
    looked = look_at(export, name=export.name, kept={})
    with writing(engine) as session:
        import_id = prepare(session, looked).id
    run_import(engine, import_id, export)
    link_imports(engine, [import_id])
    before = state(engine)

    done = reread(engine, true())

    assert (done.read, done.changed, done.unreadable) == (300, 0, 0)
    assert state(engine) == before


def test_a_lost_reading_is_rebuilt_from_what_the_source_sent(engine: Engine, tmp_path: Path) -> None:
    export = write_export(tmp_path / "profiles.txt", 60)
    looked = look_at(export, name=export.name, kept={})
    with writing(engine) as session:
        import_id = prepare(session, looked).id
    run_import(engine, import_id, export)
    link_imports(engine, [import_id])
    before = state(engine)
    with writing(engine) as session:
        session.execute(update(CleanRow).values(last_name="Wrong", email=None, birth_date=None))

    assert reread(engine, true()).changed == 60
    link_waiting(engine)

    assert state(engine) == before


def test_a_run_that_was_stopped_goes_on_and_makes_no_version(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [{"key": f"K{n}", "last_name": f"Martin{n}", "email": DESK} for n in range(7)]
    take_in(engine, *people)
    link_waiting(engine)
    set_own(engine, own_emails=[DESK])
    monkeypatch.setattr(rereading, "BATCH", 3)
    rounds = iter([False, False, True])

    first = reread(engine, true(), stopping=lambda: next(rounds))
    rest = reread(engine, true(), after=first.after)
    again = reread(engine, true())

    assert (first.read, first.is_finished) == (6, False)
    assert (rest.read, rest.changed, rest.is_finished) == (1, 1, True)
    assert (again.read, again.changed) == (7, 0)
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(RecordVersion)) == 7
        assert set(session.scalars(select(SourceRecord.versions))) == {1}


def test_a_file_whose_layout_is_gone_keeps_its_readings(engine: Engine, tmp_path: Path) -> None:
    export = write_export(tmp_path / "profiles.txt", 20)
    looked = look_at(export, name=export.name, kept={})
    with writing(engine) as session:
        made = prepare(session, looked)
    run_import(engine, made.id, export)
    link_imports(engine, [made.id])
    before = state(engine)
    with writing(engine) as session:
        found = session.get_one(type(made), made.id)
        found.reading = found.reading | {"layout": "no_such_layout"}

    done = reread(engine, true())

    assert (done.read, done.changed, done.unreadable) == (20, 0, 20)
    assert state(engine) == before

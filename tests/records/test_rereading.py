"""Reading kept versions again: an own address changes what rows mean, and taking it back changes it back."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, true, update

from server.clock import clock
from server.db import reading, writing
from server.guests.linking import link_waiting
from server.guests.models import GuestValue
from server.importing.preparing import look_at, prepare
from server.importing.running import link_imports, run_import
from server.jobs.queue import enqueue
from server.jobs.worker import run_due
from server.journal.models import JournalEntry
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.models import Property
from server.records import rereading
from server.records.models import CleanRow, RecordVersion, SourceRecord
from server.records.rereading import (
    Reread,
    Why,
    ask_to_reread,
    concerned_by_own_addresses,
    count_concerned,
    reread,
)
from server.settings import read_settings
from server.work import count_day, reread_records
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


def with_local_numbers(engine: Engine) -> None:
    """Guests of a French house: numbers without a country's code, with one, and none at all."""
    take_in(
        engine,
        {"key": "local", "last_name": "Okafor", "first_name": "Ada", "mobile": "0470 12 34 56"},
        {"key": "abroad", "last_name": "Nowak", "first_name": "Anna", "mobile": "+48 512 345 679"},
        {"key": "told", "last_name": "Martin", "first_name": "Patrick", "mobile": "06 52 52 72 72"}
        | {"country": "France"},
        {"key": "none", "last_name": "Ivanova", "first_name": "Olga", "email": "olga@posteo.de"}
        | {"birth_date": "03/04/1980", "city": "Lyon"},
    )
    link_waiting(engine)


def move_to(engine: Engine, country: str, *, why: Why = "country") -> None:
    """Somebody corrects the country of the house, and the worker does what that asks for."""
    with writing(engine) as session:
        place = session.scalars(select(Property)).one()
        place.country = country
        ask_to_reread(session, place, why, now=clock())
    kinds = {"reread_records": reread_records, "count_day": count_day}
    run_due(engine, read_settings({"HOME": "/nowhere"}), kinds, once=True, stop=threading.Event())


def mobiles(engine: Engine) -> dict[str, str | None]:
    with reading(engine) as session:
        query = select(SourceRecord.key, CleanRow.mobile).join(
            CleanRow, CleanRow.record_id == SourceRecord.id
        )
        return dict(session.execute(query).all())


def test_a_house_that_stands_in_another_country_reads_local_numbers_as_of_there(engine: Engine) -> None:
    with_local_numbers(engine)
    before = mobiles(engine)

    move_to(engine, "BE")

    after = mobiles(engine)
    assert before["local"] != after["local"] == "+32470123456"
    assert {key: mobile for key, mobile in after.items() if key != "local"} == {
        "abroad": "+48512345679",
        "told": "+33652527272",
        "none": None,
    }


def test_a_country_set_back_restores_the_very_same_state(engine: Engine) -> None:
    with_local_numbers(engine)
    before = state(engine)

    move_to(engine, "BE")
    between = state(engine)
    move_to(engine, "FR")

    assert [line for line in between if '"type": "record_version"' in line] == [
        line for line in before if '"type": "record_version"' in line
    ]
    assert between != before
    assert [line for line in state(engine) if '"type": "property"' not in line] == [
        line for line in before if '"type": "property"' not in line
    ]


def test_the_journal_lists_the_records_that_read_otherwise_and_nothing_they_say(engine: Engine) -> None:
    with_local_numbers(engine)

    move_to(engine, "BE")
    move_to(engine, "BE")  # read again and found as they are: no entry

    with reading(engine) as session:
        entries = session.scalars(select(JournalEntry).where(JournalEntry.act == "records.reread")).all()
        local = session.scalar(select(SourceRecord.id).where(SourceRecord.key == "local"))
        place = session.scalars(select(Property)).one()
    assert [(entry.actor, entry.subject, entry.property_id) for entry in entries] == [
        ("worker", f"property:{place.id}", place.id)
    ]
    assert entries[0].detail == {"after": "country", "records": [local]}


def test_a_worker_that_was_stopped_reads_the_rest_for_the_same_reason(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rereading, "BATCH", 1)
    with_local_numbers(engine)
    with writing(engine) as session:
        place = session.scalars(select(Property)).one()
        place.country = "BE"
        enqueue(
            session,
            "reread_records",
            {"property_id": place.id, "why": "country", "after": 0},
            now=clock(),
        )
    real, rounds = rereading.reread, iter([False, True])

    def stopped_early(*args: object, **how: object) -> Reread:
        how["stopping"] = lambda: next(rounds, False)
        return real(*args, **how)  # type: ignore[arg-type]  # passed on as they came

    monkeypatch.setattr(reread_records, "reread", stopped_early)
    kinds = {"reread_records": reread_records, "count_day": count_day}
    run_due(engine, read_settings({"HOME": "/nowhere"}), kinds, once=True, stop=threading.Event())

    assert next(rounds, None) is None
    assert mobiles(engine)["local"] == "+32470123456"


def test_only_records_with_a_phone_number_hang_on_the_country(engine: Engine) -> None:
    with_local_numbers(engine)

    with reading(engine) as session:
        assert count_concerned(session, session.scalars(select(Property)).one(), "country") == 3

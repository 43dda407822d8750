"""Erasing: nothing that a record said is left in any table; the rest of the house stands as without it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, select

from server.db import Base, reading, writing
from server.guests.erasing import erase_records
from server.guests.linking import link_waiting
from server.guests.models import Decision, GuestEvent, GuestValue, Link
from server.journal.models import JournalEntry
from server.privacy.check import check
from server.privacy.dump import dump
from server.privacy.erasing import erase, record_of_source, records_of_guest
from server.records.models import Import, RecordKey, SourceRecord
from server.refusal import Refused
from tests.builders import NOON, PATRICK, guests_by_key, take_in

OLGA = {"key": "s1", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}
SECRET = PATRICK | {"key": "x1", "city": "Quimperlé", "loyalty_id": "QX-990017"}


@pytest.fixture
def house(engine: Engine) -> Engine:
    """Patrick with two records, Olga with one."""
    take_in(engine, PATRICK | {"key": "A1"}, OLGA)
    link_waiting(engine)
    take_in(engine, SECRET, source="shop", kind="shop")
    link_waiting(engine)
    assert guests_by_key(engine)["x1"] == guests_by_key(engine)["A1"]
    return engine


def id_of(engine: Engine, key: str) -> int:
    with reading(engine) as session:
        return session.scalars(select(SourceRecord.id).where(SourceRecord.key == key)).one()


def everything(engine: Engine) -> Iterator[str]:
    """All that stands in any table, as text."""
    with reading(engine) as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield repr(tuple(row))


def test_an_erased_record_leaves_no_value_in_any_table(house: Engine) -> None:
    gone = id_of(house, "x1")
    assert any("QX-990017" in row for row in everything(house))

    with writing(house) as session:
        changes = erase_records(session, [gone], cause="erasure", now=NOON)

    assert guests_by_key(house)["A1"] in changes.guests
    for value in ("QX-990017", "Quimperl"):
        assert not [row for row in everything(house) if value in row]
    with reading(house) as session:
        assert check(session) == []
        assert not session.scalars(select(RecordKey.key).where(RecordKey.record_id == gone)).all()
        assert session.get_one(GuestValue, (guests_by_key(house)["A1"], "email")).record_id != gone
        told = session.scalars(select(GuestEvent).order_by(GuestEvent.id.desc())).all()
        assert ("erased", gone) in [(event.kind, event.record_id) for event in told]


def test_the_house_stands_as_if_the_erased_record_had_never_come(house: Engine) -> None:
    with writing(house) as session:
        erase_records(session, [id_of(house, "x1")], cause="erasure", now=NOON)
    with reading(house) as session:
        after = [line for line in dump(session) if '"shop"' not in line]
    link_waiting(house, bulk=True)

    with reading(house) as session:
        assert [line for line in dump(session) if '"shop"' not in line] == after


def test_a_guest_whose_last_record_is_erased_is_gone_with_its_decisions(house: Engine) -> None:
    guest, olga = guests_by_key(house)["s1"], id_of(house, "s1")
    with writing(house) as session:
        a, b = sorted((olga, id_of(house, "A1")))
        word = Decision(record_a=a, record_b=b, verdict="not_same", author="desk", reason="", at=NOON)
        session.add(word)

    with writing(house) as session:
        erase(session, records_of_guest(session, guest), actor="desk", now=NOON)

    with reading(house) as session:
        assert check(session) == []
        assert not session.scalars(select(Decision.id)).all()
        assert not session.scalars(select(Link).where(Link.guest_id == guest)).all()
        assert ("gone", guest) in session.execute(select(GuestEvent.kind, GuestEvent.guest_id)).all()
        entry = session.scalars(select(JournalEntry).where(JournalEntry.act == "records.erased")).one()
        assert "Olga" not in repr(entry.detail)
        with pytest.raises(Refused, match=r"erase\.no_guest"):
            records_of_guest(session, guest)
        with pytest.raises(Refused, match=r"erase\.no_record"):
            record_of_source(session, "pms_a", "s1")


def test_what_an_import_counted_stays_with_what_was_erased_of_it(house: Engine) -> None:
    with writing(house) as session:
        place = session.scalars(select(SourceRecord.property_id).limit(1)).one()
        done = Import(
            property_id=place,
            file_name="a.csv",
            file_digest="0",
            file_size=1,
            state="done",
            rows_total=1,
            rows_read=1,
            rows_stored=1,
            created_at=NOON,
        )
        session.add(done)
        session.flush()
        record = session.scalars(select(SourceRecord).where(SourceRecord.key == "x1")).one()
        session.connection().exec_driver_sql(
            f"UPDATE record_version SET import_id = {done.id} WHERE record_id = {record.id}"
        )

    with writing(house) as session:
        erase_records(session, [id_of(house, "x1")], cause="erasure", now=NOON)

    with reading(house) as session:
        assert session.scalars(select(Import.rows_erased)).all() == [1]
        assert check(session) == []

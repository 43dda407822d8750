"""Two legal entities: their records are never one guest until an arrangement says so, and no longer after."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from threading import Thread
from time import sleep

import pytest
from sqlalchemy import Engine, select, text, update

from server.db import reading, writing
from server.guests.circles import move_property, record_arrangement, withdraw_arrangement
from server.guests.linker import take_linker
from server.guests.linking import link_waiting
from server.guests.models import Decision
from server.jobs.models import Job
from server.jobs.worker import Task
from server.journal.models import JournalEntry
from server.privacy.check import check
from server.privacy.dump import dump
from server.properties.arrangements import circles
from server.properties.models import Arrangement, LegalEntity, Property
from server.properties.setup import ensure_properties
from server.records.models import Source, SourceRecord
from server.refusal import Refused
from server.work import link_circles
from tests.builders import NOON, PATRICK, guests_by_key, take_in
from tests.house import make_settings

LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("agreed", "expected"),
    [
        ([], {1: 1, 2: 2, 3: 3}),
        ([(1, 2)], {1: 1, 2: 1, 3: 3}),
        ([(2, 3), (1, 2)], {1: 1, 2: 1, 3: 1}),
        ([(2, 9)], {1: 1, 2: 2, 3: 3}),
    ],
)
def test_arrangements_connect_as_far_as_they_are_recorded(
    agreed: list[tuple[int, int]], expected: dict[int, int]
) -> None:
    assert circles([1, 2, 3], agreed) == expected


def move(engine: Engine, source: str, code: str) -> None:
    """A source's records belong to that property."""
    with writing(engine) as session:
        place = session.scalars(select(Property).where(Property.code == code)).one()
        found = session.scalars(select(Source).where(Source.name == source)).one()
        found.property_id = place.id
        for record in session.scalars(select(SourceRecord).where(SourceRecord.source_id == found.id)):
            record.property_id = place.id


@pytest.fixture
def group(engine: Engine) -> Engine:
    """A hotel and a spa of two companies; Patrick is known to both."""
    with writing(engine) as session:
        ensure_properties(
            session, [{"code": "main", "name": "Hôtel des Bains"}, {"code": "spa", "name": "Spa"}]
        )
    take_in(engine, PATRICK | {"key": "A1"}, PATRICK | {"key": "A2"})
    take_in(engine, PATRICK | {"key": "s1"}, source="spa", kind="spa")
    move(engine, "spa", "spa")
    return engine


def entities(engine: Engine) -> tuple[LegalEntity, LegalEntity]:
    with reading(engine) as session:
        one, other = session.scalars(select(LegalEntity).order_by(LegalEntity.id)).all()
        return one, other


def agree(engine: Engine) -> None:
    one, other = entities(engine)
    with writing(engine) as session:
        record_arrangement(session, one, other, actor="staff:1", note="Signed in May", now=NOON)


def withdraw(engine: Engine) -> None:
    with writing(engine) as session:
        found = session.scalars(select(Arrangement).where(Arrangement.withdrawn_at.is_(None))).one()
        withdraw_arrangement(session, found, actor="staff:2", now=LATER)


def decide_same(engine: Engine, one: str, other: str) -> None:
    with writing(engine) as session:
        ids = sorted(session.scalars(select(SourceRecord.id).where(SourceRecord.key.in_((one, other)))))
        session.add(
            Decision(record_a=ids[0], record_b=ids[1], verdict="same", author="Nadia", reason="", at=NOON)
        )


def in_order(engine: Engine) -> None:
    with reading(engine) as session:
        assert check(session) == []


def test_an_agreement_waits_for_the_linker_before_it_holds_a_record(group: Engine) -> None:
    if group.dialect.name == "sqlite":
        pytest.skip("SQLite has one writer at a time")
    agreeing = Thread(target=agree, args=(group,))
    with writing(group) as linker:
        take_linker(linker)
        agreeing.start()
        waits = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'advisory'")
        with group.connect().execution_options(isolation_level="AUTOCOMMIT") as looking:
            while agreeing.is_alive() and not looking.scalar(waits):
                sleep(0.01)
        linker.execute(text("SET LOCAL lock_timeout = '1s'"))
        linker.execute(update(SourceRecord).values(needs_linking=False))
    agreeing.join()

    with reading(group) as session:
        assert set(session.scalars(select(SourceRecord.needs_linking))) == {True}


@pytest.mark.parametrize("bulk", [True, False])
def test_a_guest_of_two_companies_is_two_guests_until_they_agree(group: Engine, bulk: bool) -> None:
    link_waiting(group, bulk=bulk)

    guests = guests_by_key(group)
    assert guests["A1"] == guests["A2"] != guests["s1"]
    in_order(group)


def test_one_who_comes_later_to_the_other_company_stays_apart_too(group: Engine) -> None:
    link_waiting(group)
    take_in(group, PATRICK | {"key": "s2"}, source="spa", kind="spa")
    move(group, "spa", "spa")

    link_waiting(group)

    guests = guests_by_key(group)
    assert guests["s2"] == guests["s1"] != guests["A1"]
    in_order(group)


@pytest.mark.parametrize("bulk", [True, False])
def test_nobodys_decision_links_across_companies_without_an_arrangement(group: Engine, bulk: bool) -> None:
    link_waiting(group)
    decide_same(group, "A1", "s1")
    with writing(group) as session:
        session.scalars(select(SourceRecord).where(SourceRecord.key == "s1")).one().needs_linking = True

    link_waiting(group, bulk=bulk)

    guests = guests_by_key(group)
    assert guests["A1"] != guests["s1"]
    in_order(group)  # the decision waits for an arrangement; it is not violated

    agree(group)
    link_waiting(group)
    assert len(set(guests_by_key(group).values())) == 1
    in_order(group)


def test_an_arrangement_unites_and_its_end_parts_the_same_guests_again(group: Engine) -> None:
    link_waiting(group)
    with reading(group) as session:
        apart = dump(session)

    agree(group)
    link_waiting(group)
    assert len(set(guests_by_key(group).values())) == 1

    withdraw(group)
    link_waiting(group)
    with reading(group) as session:
        assert [line for line in dump(session) if '"arrangement"' not in line] == apart
        found = session.scalars(select(Arrangement)).one()
        assert (found.recorded_by, found.note, found.withdrawn_by) == ("staff:1", "Signed in May", "staff:2")
        acts = session.scalars(select(JournalEntry.act).order_by(JournalEntry.id)).all()
    assert acts == ["arrangement.recorded", "arrangement.withdrawn"]
    in_order(group)


def test_a_property_that_changes_hands_takes_its_records_to_the_other_company(group: Engine) -> None:
    link_waiting(group)
    one, _ = entities(group)
    with writing(group) as session:
        spa = session.scalars(select(Property).where(Property.code == "spa")).one()
        move_property(session, spa, session.get_one(LegalEntity, one.id), actor="staff:1", now=LATER)

    link_waiting(group)

    assert len(set(guests_by_key(group).values())) == 1
    in_order(group)


def test_a_linker_under_way_when_an_arrangement_ends_does_not_keep_it_alive(
    group: Engine, tmp_path: Path
) -> None:
    agree(group)
    link_waiting(group)
    withdraw(group)
    with writing(group) as session:  # as a linker leaves it that had read the arrangement before its end
        for record in session.scalars(select(SourceRecord)):
            record.needs_linking = False
        job = session.scalars(select(Job).where(Job.kind == "link_circles").order_by(Job.id.desc())).first()
        assert job is not None
        payload = job.payload

    link_circles.run(Task(group, make_settings(tmp_path, "sqlite://"), payload, lambda: False))

    guests = guests_by_key(group)
    assert guests["A1"] != guests["s1"]


def test_the_check_finds_a_guest_across_companies(group: Engine) -> None:
    agree(group)
    link_waiting(group)
    with writing(group) as session:
        session.scalars(select(Arrangement)).one().withdrawn_at = LATER

    with reading(group) as session:
        assert [b.says for b in check(session)] == [
            "No guest unites legal entities that have no arrangement."
        ]


def test_what_is_agreed_already_and_an_entity_with_itself_are_refused(group: Engine) -> None:
    agree(group)
    one, other = entities(group)
    with writing(group) as session:
        with pytest.raises(Refused, match=r"arrangement\.recorded"):
            record_arrangement(session, other, one, actor="staff:1", note="", now=NOON)
        with pytest.raises(Refused, match=r"arrangement\.itself"):
            record_arrangement(session, one, one, actor="staff:1", note="", now=NOON)

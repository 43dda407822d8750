"""Events are read by cursor: each once, in order, of one's own houses, and never anything of a guest."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session

from server.db import reading, writing
from server.guests.erasing import erase_records
from server.guests.events import RECORD_KINDS, Event, events_after, is_lost, oldest_and_newest
from server.guests.linking import link_waiting
from server.guests.models import GuestEvent
from server.properties.models import Property
from server.properties.reach import EVERYWHERE, NOWHERE, Reach
from server.records.models import SourceRecord
from tests.builders import NOON, PATRICK, take_in

OLGA = {"key": "S-1", "first_name": "Olga", "last_name": "Ivanova", "email": "olga.ivanova@mail.ru"}


def reach_of(session: Session, code: str) -> Reach:
    return Reach(frozenset(session.scalars(select(Property.id).where(Property.code == code))))


def id_of(session: Session, key: str) -> int:
    return session.scalars(select(SourceRecord.id).where(SourceRecord.key == key)).one()


def of_records(events: list[Event]) -> list[tuple[str, str | None, str | None]]:
    return [(event.kind, event.source, event.key) for event in events if event.kind in RECORD_KINDS]


def two_houses(engine: Engine) -> None:
    take_in(engine, PATRICK | {"key": "A-1"})
    take_in(engine, OLGA, source="pms_b", at="lyon")
    link_waiting(engine)


def test_a_reader_sees_each_change_once_whatever_the_size_of_its_pages(engine: Engine) -> None:
    take_in(engine, *(PATRICK | {"key": f"A-{n}", "first_name": f"P{n}"} for n in range(5)))
    link_waiting(engine)

    seen, after = list[Event](), 0
    with reading(engine) as session:
        while page := events_after(session, after, 2, EVERYWHERE).events:
            seen += page
            after = page[-1].id

    assert sorted(str(key) for _, _, key in of_records(seen)) == [f"A-{n}" for n in range(5)]
    assert [event.id for event in seen] == sorted({event.id for event in seen})


def test_a_reader_of_one_house_sees_that_house_only(engine: Engine) -> None:
    two_houses(engine)

    with reading(engine) as session:
        lyon = events_after(session, 0, 10, reach_of(session, "lyon")).events
        nobody = events_after(session, 0, 10, NOWHERE).events

    assert of_records(lyon) == [("linked", "pms_b", "S-1")]
    assert len({event.guest_id for event in lyon}) == 1
    assert nobody == []


def test_what_happens_to_a_guest_as_a_whole_is_told_where_the_guest_is_known(engine: Engine) -> None:
    two_houses(engine)
    with writing(engine) as session:
        guest_id = events_after(session, 0, 10, reach_of(session, "lyon")).events[0].guest_id
        session.add(GuestEvent(at=NOON, kind="merged", guest_id=guest_id, cause="deed:7"))

    with reading(engine) as session:
        lyon = events_after(session, 0, 10, reach_of(session, "lyon")).events
        main = events_after(session, 0, 10, reach_of(session, "main")).events

    assert [(event.kind, event.source, event.cause) for event in lyon][-1] == ("merged", None, "deed:7")
    assert "merged" not in {event.kind for event in main}


def test_a_reader_of_one_house_hears_that_its_guest_was_erased_and_no_other(engine: Engine) -> None:
    two_houses(engine)
    take_in(engine, OLGA | {"key": "M-1"})
    link_waiting(engine)
    with writing(engine) as session:
        heard = events_after(session, 0, 10, EVERYWHERE).next
        erase_records(session, [id_of(session, "S-1")], cause="erasure", now=NOON)

    with reading(engine) as session:
        everywhere = events_after(session, 0, 10, EVERYWHERE).events
        lyon = events_after(session, heard, 10, reach_of(session, "lyon")).events
        main = events_after(session, heard, 10, reach_of(session, "main")).events

    assert ("erased", None, None) in of_records(everywhere)
    assert [event.kind for event in lyon] == ["erased"]
    assert "erased" not in {event.kind for event in main}


def test_that_a_guest_is_gone_is_heard_in_each_house_that_knew_them(engine: Engine) -> None:
    two_houses(engine)
    take_in(engine, OLGA | {"key": "M-1"})
    link_waiting(engine)
    with writing(engine) as session:
        heard = events_after(session, 0, 10, EVERYWHERE).next
        both = [id_of(session, "S-1"), id_of(session, "M-1")]
        erase_records(session, both, cause="erasure", now=NOON)

    with reading(engine) as session:
        for code in ("main", "lyon"):
            told = events_after(session, heard, 10, reach_of(session, code)).events
            assert [event.kind for event in told] == ["erased", "gone"]


def test_a_reader_passes_over_what_is_of_other_houses_once(engine: Engine) -> None:
    two_houses(engine)

    with reading(engine) as session:
        _, newest = oldest_and_newest(session)
        assert events_after(session, 0, 10, NOWHERE) == ([], newest)
        assert events_after(session, newest, 10, EVERYWHERE) == ([], newest)
        assert events_after(session, 0, 1, EVERYWHERE).next < newest


@pytest.mark.parametrize(
    ("key", "is_told"),
    [
        ("P-2040", True),
        ("0190f0c2", True),
        ("patrick.martin@orange.fr", False),
        ("+33652527272", False),
        ("06 52 52 72 72", False),
        ("Martin|1956-12-28", False),
        ("PATRICK_77", False),
        ("Martinique-77", True),
    ],
)
def test_a_key_that_is_a_name_or_an_address_is_not_told(engine: Engine, key: str, is_told: bool) -> None:
    take_in(engine, PATRICK | {"key": key})
    link_waiting(engine)

    with reading(engine) as session:
        told = of_records(events_after(session, 0, 5, EVERYWHERE).events)

    assert told == [("linked", "pms_a", key if is_told else None)]


def test_a_reader_knows_when_it_missed_something(engine: Engine) -> None:
    with reading(engine) as session:
        assert not is_lost(session, 0)
        assert is_lost(session, 5)

    take_in(engine, *(PATRICK | {"key": f"A-{n}", "first_name": f"P{n}"} for n in range(5)))
    link_waiting(engine)
    with writing(engine) as session:
        _, newest = oldest_and_newest(session)
        session.execute(delete(GuestEvent).where(GuestEvent.id < newest - 1))

    with reading(engine) as session:
        oldest, newest = oldest_and_newest(session)
        assert newest - oldest == 1
        lost = {after: is_lost(session, after) for after in (0, oldest - 2, oldest - 1, newest, newest + 1)}
    assert [after for after, missed in lost.items() if missed] == [oldest - 2, newest + 1]

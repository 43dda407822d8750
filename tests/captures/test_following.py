"""A reservation that changes takes the guest's link and the arrivals along, in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from server.captures.following import follow_rows
from server.captures.links import issue_link, open_link, revoke_link
from server.captures.models import GuestLink
from server.db import reading, writing
from server.guests.arrivals import arrivals
from server.guests.linking import link_waiting
from server.properties.reach import EVERYWHERE
from server.records.models import SourceRecord
from server.stays.models import Stay
from tests.builders import PATRICK, take_in

MORNING = datetime(2026, 6, 2, 7, tzinfo=UTC)
BOOKED = PATRICK | {
    "key": "A1",
    "reference": "BK-2040",
    "status": "booked",
    "stay_from": "2026-06-02",
    "stay_to": "2026-06-04",
}


def say(engine: Engine, row: Mapping[str, str], source: str = "pms_a", kind: str = "pms") -> None:
    """The system says a row, as one batch of an import stores it; nothing is linked yet."""
    stored = take_in(engine, row, stay_kind="stay", source=source, kind=kind)
    with writing(engine) as session:
        follow_rows(session, stored.record_ids, cause="arrival", now=MORNING)


def send_link(engine: Engine) -> int:
    with writing(engine) as session:
        record = session.scalars(select(SourceRecord).order_by(SourceRecord.id)).first()
        assert record is not None
        return issue_link(session, record, actor="test", now=MORNING - timedelta(days=3)).link.id


@pytest.fixture
def house(engine: Engine) -> Engine:
    say(engine, BOOKED)
    link_waiting(engine)
    return engine


def opens(session: Session, link_id: int, arrives: date) -> str:
    link = session.get_one(GuestLink, link_id)
    return open_link(session, link, last_name="Martin", arrives=arrives, now=MORNING)


def expected_today(engine: Engine) -> list[str | None]:
    with reading(engine) as session:
        return [arrival.reference for arrival in arrivals(session, EVERYWHERE, now=MORNING)]


def test_a_cancelled_reservation_ends_its_link_and_leaves_todays_arrivals(house: Engine) -> None:
    link_id = send_link(house)
    assert expected_today(house) == ["BK-2040"]

    say(house, BOOKED | {"status": "cancelled"})

    assert expected_today(house) == []
    with writing(house) as session:
        assert session.scalars(select(Stay.status)).one() == "cancelled"
        assert session.get_one(GuestLink, link_id).revoked_at == MORNING
        assert opens(session, link_id, date(2026, 6, 2)) == "dead"


def test_changed_days_move_the_link_and_the_arrival(house: Engine) -> None:
    link_id = send_link(house)

    say(house, BOOKED | {"stay_from": "2026-06-03", "stay_to": "2026-06-07"})

    assert expected_today(house) == []
    with writing(house) as session:
        assert opens(session, link_id, date(2026, 6, 2)) == "wrong"
        assert opens(session, link_id, date(2026, 6, 3)) == "opened"
        assert session.get_one(GuestLink, link_id).expires_at.date() == date(2026, 6, 8)


def test_a_reservation_that_was_cancelled_by_mistake_has_its_link_again(house: Engine) -> None:
    link_id = send_link(house)
    with reading(house) as session:
        before = session.get_one(GuestLink, link_id).expires_at
    say(house, BOOKED | {"status": "cancelled"})

    say(house, BOOKED)

    with writing(house) as session:
        assert opens(session, link_id, date(2026, 6, 2)) == "opened"
        assert session.get_one(GuestLink, link_id).expires_at == before


def test_a_link_that_a_colleague_ended_stays_dead_whatever_becomes_of_the_stay(house: Engine) -> None:
    link_id = send_link(house)
    say(house, BOOKED | {"status": "cancelled"})
    with writing(house) as session:
        revoke_link(session, link_id, actor="staff:1", now=MORNING)

    say(house, BOOKED)

    with writing(house) as session:
        assert opens(session, link_id, date(2026, 6, 2)) == "dead"


def test_the_channel_that_took_the_booking_cancels_the_link_of_the_houses_own_record(house: Engine) -> None:
    channel = BOOKED | {"key": "BK-2040"}
    say(house, channel, "ota", "channel")
    link_waiting(house)
    link_id = send_link(house)

    say(house, channel | {"status": "cancelled"}, "ota", "channel")

    with writing(house) as session:
        assert opens(session, link_id, date(2026, 6, 2)) == "dead"

"""Whether the morning's file is here: by the house's clock, through the hours of a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from server.db import reading, writing
from server.feeds.freshness import is_fresh, standings
from server.feeds.models import Feed, FeedFile
from server.properties.reach import EVERYWHERE
from server.properties.setup import default_property
from server.records.models import Import
from tests.feeds.house import House
from tests.stores import open_store

PARIS = timedelta(hours=2)  # in May
DAY = datetime(2026, 5, 4, tzinfo=UTC)


def at(clock: str, *, days: int = 0) -> datetime:
    """A time by the house's clock on Monday 4 May 2026, or some days later."""
    hours, minutes = map(int, clock.split(":"))
    return DAY - PARIS + timedelta(days=days, hours=hours, minutes=minutes)


@pytest.fixture
def house(sqlite_url: str, tmp_path: Path) -> House:
    return House(open_store(sqlite_url), tmp_path)


def set_up(house: House, expected_at: str, made: datetime) -> int:
    feed_id = house.feed(expected_at=expected_at)
    with writing(house.engine) as session:
        session.execute(update(Feed).values(made_at=made))
    return feed_id


def came(house: House, feed_id: int, when: datetime, state: str = "done") -> None:
    with writing(house.engine) as session:
        place = default_property(session)
        facts = {"file_name": "a.csv", "file_digest": "0", "file_size": 1, "created_at": when}
        made = Import(property_id=place.id, state=state, reading={"kind": "pms"}, **facts)
        session.add(made)
        session.flush()
        session.add(
            FeedFile(
                feed_id=feed_id,
                mark=f"{when}{state}",
                at=when,
                received_at=when,
                file_name="a.csv",
                import_id=made.id,
                state="taken",
            )
        )


def standing(house: House, now: datetime) -> tuple[str, bool]:
    with reading(house.engine) as session:
        (found,) = standings(session, EVERYWHERE, now=now)
        return found.standing, is_fresh(session, found.house.id, now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (at("06:20", days=1), "fresh"),  # due at 05:30, and an hour is given to it
        (at("06:31", days=1), "late"),
        (at("23:59", days=0), "fresh"),
        (at("05:00", days=1), "fresh"),
    ],
)
def test_yesterdays_file_is_enough_until_todays_is_overdue(
    house: House, now: datetime, expected: str
) -> None:
    feed_id = set_up(house, "05:30", at("00:00", days=-9))
    came(house, feed_id, at("05:32"))

    assert standing(house, now) == (expected, expected == "fresh")


def test_a_file_somewhat_before_its_time_is_todays(house: House) -> None:
    feed_id = set_up(house, "05:30", at("00:00", days=-9))
    came(house, feed_id, at("05:25"))

    assert standing(house, at("12:00")) == ("fresh", True)


@pytest.mark.parametrize(("state", "expected"), [("preview", "waits"), ("failed", "failed")])
def test_a_file_that_waits_or_cannot_be_read_has_brought_nothing_yet(
    house: House, state: str, expected: str
) -> None:
    feed_id = set_up(house, "05:30", at("00:00", days=-9))
    came(house, feed_id, at("05:32", days=-1))
    came(house, feed_id, at("05:32"), state)

    assert standing(house, at("12:00")) == (expected, False)


def test_without_a_time_a_file_is_fresh_for_a_day_and_a_little(house: House) -> None:
    feed_id = set_up(house, "", at("00:00", days=-9))
    came(house, feed_id, at("05:32"))

    assert standing(house, at("07:00", days=1)) == ("fresh", True)
    assert standing(house, at("08:00", days=1)) == ("late", False)


def test_a_feed_that_was_just_set_up_is_not_late(house: House) -> None:
    set_up(house, "05:30", at("10:00"))

    assert standing(house, at("18:00")) == ("first", True)
    assert standing(house, at("07:00", days=1)) == ("late", False)


def test_a_feed_that_rests_and_a_house_without_one_promise_nothing(house: House) -> None:
    set_up(house, "05:30", at("00:00", days=-9))
    with writing(house.engine) as session:
        session.execute(update(Feed).values(state="off"))

    with reading(house.engine) as session:
        assert standings(session, EVERYWHERE, now=at("12:00")) == []
        assert is_fresh(session, default_property(session).id, at("12:00"))

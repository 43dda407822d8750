"""A simulated season: more guests can be reached once they are asked, and the ledger counts as they did."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

from benchmarks.recapturing import climb, differences, ledger_of
from benchmarks.season.guests import BEGINS, draw
from benchmarks.season.house import open_house
from benchmarks.season.living import season_of
from server.prompts.senders import is_mobile
from server.reporting.ledger import Ledger

DAYS, AFTER = 3, 7
LOOKS = (time(10, 5), time(19))


def test_the_ledger_of_a_season_is_what_its_guests_counted(sqlite_url: str, tmp_path: Path) -> None:
    begins = datetime.combine(BEGINS - timedelta(days=3), time(8), UTC)
    with open_house(sqlite_url, tmp_path, begins=begins) as house:
        season = season_of(house, draw(30, days=DAYS), days=DAYS, after=AFTER, looks=LOOKS)

        found = ledger_of(house.engine, season, days=DAYS)
        assert differences(found, season) == []
        assert found.whole.given > 5
        assert (dict(climb(house.engine, days=DAYS))["2026-01"] or 0) > 0.28
        nothing = Ledger(found.since, found.until, found.whole, dict.fromkeys(found.cuts, ()))
        assert any("way ('sms',) chances: ledger 0" in line for line in differences(nothing, season))


def test_every_guest_of_a_large_season_has_a_mobile_that_a_house_may_text() -> None:
    guests = [guest for guest in draw(10_000) if guest.mobile]

    assert [one.mobile for one in guests if not is_mobile(one.mobile)] == []
    assert len({one.mobile for one in guests}) == len(guests)

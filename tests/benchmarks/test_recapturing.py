"""A simulated season: more guests can be reached once they are asked, and the ledger counts alike."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from sqlalchemy import Engine

from benchmarks.recapturing import BEGINS, MONTHS, ByTables, climb, differences, draw, simulate
from server.db import reading
from server.properties.reach import EVERYWHERE
from server.reporting.ledger import Row, ledger
from tests.builders import NOON


def test_the_ledger_of_a_season_is_what_the_simulation_counted(engine: Engine) -> None:
    own = simulate(engine, draw(360), ByTables())

    until = BEGINS + timedelta(days=30 * MONTHS)
    with reading(engine) as session:
        found = ledger(session, EVERYWHERE, BEGINS, until, now=NOON + timedelta(days=365))
    assert differences(found.cuts["way"], own) == []
    rates = dict(climb(engine))
    assert (rates["2026-01"] or 0) < 0.4
    assert (rates["2026-05"] or 0) > 0.5


def test_a_number_that_differs_is_told() -> None:
    own = {"sms": Counter({"given": 1})}

    assert differences([Row(("sms",))], own) == ["sms given: ledger 0, simulation 1"]

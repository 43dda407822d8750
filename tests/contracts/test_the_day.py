"""Which day it is, a house says: late in the evening it is another one in UTC."""

from __future__ import annotations

import ast
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from server.db import reading, writing
from server.guests.linking import link_waiting
from server.importing import running
from server.jobs.worker import Task
from server.properties.setup import default_property
from server.record import Context
from server.reporting.models import DailyCount
from server.sources.reading import Reading
from server.work import count_day
from tests.builders import PATRICK, take_in
from tests.house import make_settings

ROOT = Path(__file__).parents[2]
EVENING = datetime(2026, 5, 4, 22, 30, tzinfo=UTC)
"""Half past midnight in Paris."""

OF_ANY_ZONE = {
    "server/properties/finding.py",  # the one function that says it
    "server/staff/colleagues.py",  # a last day is over when it is over at each of several houses
    "server/staff/sessions.py",
    "server/staff/leaving.py",  # asks for a day more than UTC has, and lets has_left judge
    "server/commands/demo.py",  # the invented houses are not there yet
    "server/commands/_demo.py",
    "server/guests/loading.py",  # how fresh a value is among a guest's others
    "server/guests/within.py",
    "server/guests/history.py",
    "server/desk/handing.py",  # whether to offer a key: a day less than UTC has; the house judges
    "server/captures/settling.py",  # how far back a list reaches
    "server/prompts/planning.py",  # how far the plan reaches: a day more than it says
    "server/records/arriving.py",  # the day of a sale as its cell says it
}


def asks_for_a_day(node: ast.AST) -> bool:
    """`clock().date()`, `now.date()`, `received_at.date()`: the day of a moment."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "date"


def test_only_one_function_says_which_day_it_is_at_a_house() -> None:
    rooms = ("cleaning", "sources", "demo", "matching")  # they read days that stand in cells
    found = {
        str(path.relative_to(ROOT))
        for path in (*ROOT.glob("server/**/*.py"), *ROOT.glob("kiosk/**/*.py"))
        if not any(f"server/{room}/" in path.as_posix() for room in rooms)
        and any(asks_for_a_day(node) for node in ast.walk(ast.parse(path.read_text("utf-8"))))
    }

    assert found == OF_ANY_ZONE


def test_a_day_is_counted_as_the_day_it_is_at_the_house(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(engine, PATRICK | {"key": "1"})
    link_waiting(engine)
    monkeypatch.setattr(count_day, "clock", lambda: EVENING)

    count_day.run(Task(engine, make_settings(tmp_path, "sqlite://"), {}, lambda: False))

    with reading(engine) as session:
        assert set(session.scalars(select(DailyCount.day))) == {date(2026, 5, 5)}


def test_an_import_reads_dates_by_the_day_it_is_at_each_house(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writing(engine) as session:
        place = default_property(session)
        here = place.id
    monkeypatch.setattr(running, "clock", lambda: EVENING)

    with reading(engine) as session:
        house = running._house(session, Reading("a.csv", "csv", ("Arrival",), "digest"), here)

    context: Context = house.contexts[here]
    assert context.today == date(2026, 5, 5)

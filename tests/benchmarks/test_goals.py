"""A figure against its bar: reached, or by how much not."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.goals import GOALS, Goal, growth, lost, number, percent, share


def never(measured: object) -> None:
    """No figure."""


@pytest.mark.parametrize(
    ("goal", "found", "verdict"),
    [
        (Goal("F1", 0.955, True, never), 0.955, "reached"),
        (Goal("F1", 0.955, True, never), 0.9301, "no, short by .0249"),
        (Goal("mixed", 60, False, never, number), 60, "reached"),
        (Goal("mixed", 60, False, never, number), 72, "no, over by 12"),
        (Goal("right", 0.2, True, never, percent, upto=0.8), 0.5, "reached"),
        (Goal("right", 0.2, True, never, percent, upto=0.8), 0.93, "no, over by 13 %"),
        (Goal("right", 0.2, True, never, percent, upto=0.8), 0.15, "no, short by 5 %"),
        (Goal("F1", 0.955, True, never), None, "not measured"),
    ],
)
def test_a_figure_is_told_against_its_bar(goal: Goal, found: float | None, verdict: str) -> None:
    assert goal.verdict(found) == verdict


def test_a_bar_is_said_in_words() -> None:
    assert Goal("F1", 0.955, True, never).wanted() == "≥ .9550"
    assert Goal("mixed", 60, False, never, number).wanted() == "≤ 60"
    assert Goal("right", 0.2, True, never, percent, upto=0.8).wanted() == "20 % to 80 %"


@pytest.mark.parametrize(
    ("value", "text"), [(0.9802, ".9802"), (1.0, "1.0000"), (0.0, ".0000"), (-0.02, "-.0200")]
)
def test_a_share_is_written_without_its_nought(value: float, text: str) -> None:
    assert share(value) == text


def test_nothing_measured_reaches_no_goal() -> None:
    assert {goal.verdict(goal.value({})) for goal in GOALS} == {"not measured"}


def test_a_cut_loses_what_the_best_of_the_sweep_has_more() -> None:
    figures = {
        "cut": 0.85,
        "sweep": [[0.5, 0.70, 0.6, 0.8], [0.85, 0.88, 0.9, 0.86], [0.95, 0.90, 0.95, 0.85]],
    }

    assert lost(figures) == pytest.approx(0.02)


def test_growth_is_of_processor_time_a_record() -> None:
    def run(records: int, cpu: float) -> dict[str, Any]:
        return {
            "records": records,
            "stages": {stage: [99.0, cpu / 3] for stage in ("columns", "model", "match")},
        }

    assert growth({"hotel_100k": run(100_000, 4), "hotel_1m": run(1_000_000, 60)}) == pytest.approx(1.5)
    assert growth({"hotel_100k": run(100_000, 4)}) is None

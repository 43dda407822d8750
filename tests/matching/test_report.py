"""What a match reports of itself: figures that people judge it by, without a guest's data."""

from __future__ import annotations

import numpy as np
import pytest

from server.matching.report import BINS, calibration, largest_groups
from server.matching.scoring import log_odds
from tests.matching.builders import person, resolve


@pytest.mark.parametrize(
    ("probability", "lower_edge"),
    [(0.5, 0.5), (0.59, 0.5), (0.61, 0.6), (0.86, 0.85), (0.991, 0.99), (0.9999, 0.999)],
)
def test_a_pair_is_counted_in_the_bin_of_its_probability(probability: float, lower_edge: float) -> None:
    bins = calibration(np.array([log_odds(probability)], dtype=np.float32), np.array([True]))

    counted = [found for found in bins if found["pairs"]]
    assert [found["from"] for found in counted] == [lower_edge]
    assert counted[0]["expected right"] == pytest.approx(probability, abs=1e-3)
    assert counted[0]["in one group"] == 1


def test_pairs_that_are_two_persons_are_in_no_bin() -> None:
    bins = calibration(np.array([-3.0, -0.1], dtype=np.float32), np.array([False, False]))

    assert sum(found["pairs"] for found in bins) == 0
    assert [found["from"] for found in bins] == list(BINS[:-1])


def test_the_largest_groups_come_first() -> None:
    assert largest_groups(np.array([0, 0, 0, 3, 4, 4])) == [3, 2, 1]
    assert largest_groups(np.zeros(0, dtype=np.int64)) == []


def test_a_match_reports_its_groups_and_how_sure_it_was() -> None:
    eva = person("Eva", "Kern", email="eva@kern.example", mobile="+491701234567", born="1980-02-01")

    report = resolve(eva, eva, person("Ali")).partition.report

    assert report["largest groups"] == [2, 1]
    surest = report["calibration"]
    assert isinstance(surest, list)
    assert surest[-1]["in one group"] == 1

"""The scorer against partitions whose faults can be counted by hand, and against the public set's own."""

from __future__ import annotations

import csv
import json
import random
import subprocess
import sys
from hashlib import md5
from pathlib import Path

import numpy as np
import pytest

from benchmarks.scores import answer, calibrate, score
from benchmarks.sets import Truth

SCORER = Path(__file__).resolve().parents[3] / "shared" / "bench" / "hotel" / "score.py"

Guest = tuple[str, str, str, str]
"""Person, household, group, decidable."""


def told(*guests: Guest) -> Truth:
    """The truth of records, one guest each."""
    return Truth.of_rows(
        {"person_id": person, "household_id": household, "group_id": group, "decidable": decidable}
        for person, household, group, decidable in guests
    )


def test_a_perfect_partition_has_nothing_wrong() -> None:
    found = score(np.array([7, 7, 9]), Truth.of_persons(["ana", "ana", "ben"]))

    assert (found.precision, found.recall, found.f1, found.b3_f1) == (1, 1, 1, 1)
    assert (found.wrong_pairs, found.mixed, found.largest, found.largest_wrong) == (0, 0, 2, 0)


def test_a_stranger_among_a_guests_records_is_a_false_pair_with_each_of_them() -> None:
    found = score(np.array([0, 0, 0, 3]), Truth.of_persons(["ana", "ana", "ben", "ana"]))

    assert (found.false_pairs, found.missed_pairs) == (2, 2)
    assert found.precision == pytest.approx(1 / 3)
    assert found.recall == pytest.approx(1 / 3)
    # B-cubed by record: precision 2/3, 2/3, 1/3, 1; recall 2/3, 2/3, 1, 1/3
    assert found.b3_precision == pytest.approx(8 / 3 / 4)
    assert found.b3_recall == pytest.approx(8 / 3 / 4)
    assert (found.mixed, found.most_mixed, found.largest_wrong, found.largest_true) == (1, 2, 3, 3)


def test_the_largest_wrong_group_is_not_the_largest_group() -> None:
    found = score(np.array([0, 0, 0, 0, 4, 4]), Truth.of_persons(["ana"] * 4 + ["ben", "eva"]))

    assert (found.largest, found.largest_wrong) == (4, 2)


def test_two_stays_of_one_guest_that_share_no_evidence_may_be_linked_or_not() -> None:
    guests = told(("ana", "h", "first", "1"), ("ana", "h", "second", "1"))

    together, apart = score(np.array([0, 0]), guests), score(np.array([0, 1]), guests)

    assert together.wrong_pairs == apart.wrong_pairs == 0
    assert together.precision == apart.recall == 1.0


def test_a_record_that_nobody_could_place_is_not_scored() -> None:
    guests = told(("ana", "h", "a", "1"), ("ben", "i", "b", "0"))

    assert score(np.array([0, 0]), guests).false_pairs == 0


def test_a_couple_in_one_group_is_a_household_glued_once() -> None:
    guests = told(
        ("ana", "h", "a", "1"), ("ben", "h", "b", "1"), ("eva", "i", "c", "1"), ("kim", "j", "d", "1")
    )

    found = score(np.array([0, 0, 2, 2]), guests)

    assert (found.mixed, found.glued) == (2, 1)


def test_a_half_is_scored_by_its_own_records_alone() -> None:
    guests = Truth.of_persons(["ana", "ana", "ben", "ben"])
    first_two = np.array([True, True, False, False])

    found = score(np.array([0, 0, 2, 3]), guests, first_two)

    assert (found.records, found.f1) == (2, 1.0)


def test_an_empty_set_is_scored_as_faultless() -> None:
    found = score(np.zeros(0, dtype=np.int64), Truth.of_persons([]))

    assert (found.records, found.precision, found.recall, found.largest) == (0, 1.0, 1.0, 0)


def test_a_probability_that_keeps_its_word_has_no_error() -> None:
    truth = Truth.of_persons(["ana"] * 11 + ["ben"])
    left, right = np.zeros(20, dtype=np.int64), np.array([*range(1, 11)] + [1] * 9 + [11])

    found = calibrate(left, right, np.full(20, 0.95), truth)

    assert len(found.bins) == 10
    assert sum(count for _, _, count in found.bins) == 20
    # nineteen of twenty are right; the bins are too small to show it, so only their mean does
    assert np.mean([right for _, right, _ in found.bins]) == pytest.approx(0.95)


def test_a_boast_shows_in_its_bin_and_in_the_error() -> None:
    truth = Truth.of_persons(["ana", "ana", "ben", "eva"])
    left, right = np.array([0, 0, 2, 2]), np.array([1, 2, 3, 0])

    found = calibrate(left, right, np.array([0.999, 0.91, 0.92, 0.5]), truth)

    assert found.bins == ((0.91, 0.0, 1), (0.92, 0.0, 1), (0.999, 1.0, 1))
    assert found.worst == 0.0
    assert found.error == pytest.approx((0.91 + 0.92 + 0.001) / 3)


def test_what_a_doubt_is_worth_shows_in_its_band() -> None:
    truth = Truth.of_persons(["ana", "ana", "ben", "ben"])
    left, right = np.array([0, 2, 0, 1]), np.array([1, 3, 2, 3])

    bands = calibrate(left, right, np.array([0.6, 0.65, 0.02, 0.5]), truth).bands

    told = {at: (right, count) for at, (_, right, count) in enumerate(bands) if count}
    assert len(bands) == 10
    assert told == {1: (0.0, 1), 6: (pytest.approx(2 / 3), 3)}


def test_bins_do_not_depend_on_the_order_of_the_pairs() -> None:
    truth = Truth.of_persons(["ana", "ana", "ben", "ben", "eva"] * 8)
    pairs = [(i, j) for i in range(40) for j in range(i + 1, 40)][:200]
    mixed = random.Random(3).sample(pairs, len(pairs))

    one, other = (
        calibrate(np.array([i for i, _ in order]), np.array([j for _, j in order]), np.full(200, 0.97), truth)
        for order in (pairs, mixed)
    )

    assert one == other


def test_questions_are_answered_by_the_person() -> None:
    truth = Truth.of_persons(["ana", "ana", "ben"])

    assert answer([(0, 1, 0.7), (1, 2, 0.6)], truth) == ([(0, 1)], [(1, 2)])


@pytest.mark.parametrize("seed", range(4))
def test_the_public_sets_own_scorer_counts_the_same(seed: int, tmp_path: Path) -> None:
    if not SCORER.is_file():
        pytest.skip("the public set's scorer is not beside the repository")
    rng = random.Random(seed)
    rows = []
    for number in range(300):
        household = rng.randrange(60)
        person = f"{household}-{rng.randrange(3)}"
        rows.append(
            {
                "record_id": f"r{number}",
                "person_id": person,
                "household_id": f"h{household}",
                "group_id": f"{person}-{rng.randrange(2)}",
                "decidable": "0" if rng.random() < 0.1 else "1",
                "tags": "",
            }
        )
    # mostly right, some split, some thrown together
    labels = [rng.randrange(60) if rng.random() < 0.1 else 100 + number_of(row["group_id"]) for row in rows]
    write(tmp_path / "truth.csv", rows)
    write(
        tmp_path / "clusters.csv",
        [
            {"record_id": row["record_id"], "cluster_id": str(label)}
            for row, label in zip(rows, labels, strict=True)
        ],
    )

    theirs = json.loads(
        subprocess.run(
            [
                sys.executable,
                str(SCORER),
                str(tmp_path / "clusters.csv"),
                str(tmp_path / "truth.csv"),
                "--json",
            ],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
    )
    ours = score(np.array(labels), Truth.of_rows(rows))

    assert ours.records == theirs["scored"]
    for name, their_name in (
        ("precision", "pair_precision"),
        ("recall", "pair_recall"),
        ("f1", "pair_f1"),
        ("b3_precision", "b3_precision"),
        ("b3_recall", "b3_recall"),
        ("b3_f1", "b3_f1"),
        ("false_pairs", "fp"),
        ("missed_pairs", "fn"),
        ("mixed", "clusters_mixing_persons"),
        ("most_mixed", "largest_mix"),
        ("glued", "households_glued"),
    ):
        assert getattr(ours, name) == pytest.approx(theirs[their_name]), name


def number_of(text: str) -> int:
    """A number of a text that is the same in every process."""
    return int(md5(text.encode(), usedforsecurity=False).hexdigest()[:12], 16)


def write(path: Path, rows: list[dict[str, str]]) -> None:
    """A CSV of rows."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)

"""Which errors are shown for reading, and which never are."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.errors import GLUED, MISSED, Mistake, drawn, laid_open, mistakes
from benchmarks.sets import PUBLIC, Truth, bring, is_held_out
from tests.benchmarks.bench_folder import add_public, make


def test_each_mistake_is_told_once_however_many_records_share_it() -> None:
    truth = Truth.of_persons(["ana", "ana", "ben", "ben", "eva", "eva"])
    # ana and ben in one group, eva in two
    labels = np.array([0, 0, 0, 0, 4, 5])

    found = mistakes(labels, truth, truth.part("whole"))

    assert found == [Mistake(GLUED, 0, 2), Mistake(MISSED, 4, 5)]


def test_a_mistake_is_shown_by_the_likeliest_of_its_pairs() -> None:
    truth = Truth.of_persons(["ana", "ana", "ana", "ben", "ben"])
    labels = np.array([0, 0, 2, 2, 4])
    compared = np.array([0, 1, 2, 3]), np.array([2, 2, 3, 4]), np.array([0.2, 0.7, 0.9, 0.1])

    found = mistakes(labels, truth, truth.part("whole"), compared)

    assert found == [Mistake(GLUED, 2, 3), Mistake(MISSED, 1, 2), Mistake(MISSED, 3, 4)]


def test_what_nobody_could_know_is_no_mistake() -> None:
    guests = ("person_id", "household_id", "group_id", "decidable")
    rows = [("ana", "h", "a", "1"), ("ana", "h", "b", "1"), ("ben", "i", "c", "0")]
    truth = Truth.of_rows(dict(zip(guests, row, strict=True)) for row in rows)

    apart = mistakes(np.array([0, 1, 2]), truth, truth.part("whole"))
    with_a_stranger = mistakes(np.array([0, 1, 0]), truth, truth.part("whole"))

    assert apart == with_a_stranger == []


def test_the_same_errors_are_drawn_whatever_else_is_wrong() -> None:
    ids = [f"r{number}" for number in range(100)]
    many = [Mistake(GLUED, number, number + 1) for number in range(0, 98, 2)]

    first = drawn(many, ids, 5)

    assert len(first) == 5
    assert drawn(many[::-1], ids, 5) == first
    assert first[0] in drawn([first[0], *many[:3]], ids, 4)


def test_an_error_of_the_held_out_half_is_never_printed(tmp_path: Path) -> None:
    # one guest of each household under two names and no contact: both are missed, one may be shown
    homes = {home: is_held_out(home) for home in ("H1", "H2", "H3", "H4")}
    secret = next(home for home, held in homes.items() if held)
    shown = next(home for home, held in homes.items() if not held)
    records, truth = [], []
    for home, surnames in ((secret, ("Nightingale", "Abernathy")), (shown, ("Featherstone", "Okonkwo"))):
        for number, surname in enumerate(surnames):
            own = f"{home}-{number}"
            records.append({"record_id": own, "source": "pms", "first_name": "Sam", "last_name": surname})
            truth.append({"record_id": own, "person_id": home, "household_id": home, "group_id": home,
                          "decidable": "1", "kind": "adult", "tags": ""})  # fmt: skip
    folder = make(tmp_path / "bench")
    add_public(folder, records, truth)

    said = "\n".join(laid_open(bring(PUBLIC, folder, tmp_path / "cache", None), 100))

    assert "Featherstone" in said
    assert "Okonkwo" in said
    assert MISSED in said
    assert "of 1 and 1 records, not asked" in said
    assert "against strangers" in said
    assert "Nightingale" not in said
    assert "Abernathy" not in said

"""The receptionist of the learning benchmark: asked about one half, measured on the other."""

from __future__ import annotations

import numpy as np

from benchmarks.learning import House, learning_table, measured
from benchmarks.sets import Truth
from tests.matching.test_answers import house


def small_house() -> House:
    """36 guests told of twice; those with two telephones are two persons. Half of them are held out."""
    records, _ = house()
    guests = np.arange(len(records)) // 2
    person = np.where(guests % 2 == 0, guests, 100 + np.arange(len(records)))
    every = np.ones(len(records), dtype=np.bool_)
    return House(records, Truth(person, person, guests, every, guests // 2 % 2 == 1))


def test_who_is_asked_is_of_the_other_half_than_what_is_measured() -> None:
    found = small_house()
    asked, rest = (found.answered(found.doubts(part)) for part in ("dev", "held out"))

    assert 0 < len(asked) < 36
    assert not found.truth.held_out[asked.left].any()
    assert found.truth.held_out[rest.left].all()


def test_answers_are_worth_something_to_those_nobody_was_asked_about() -> None:
    before, after, slipped = measured(small_house(), [18], [0.0, 0.2])

    assert (before.answers, after.wrong, slipped.wrong) == (0, 0.0, 0.2)
    assert after.fit.log_loss < before.fit.log_loss
    assert learning_table([before, after]).count("\n") == 4

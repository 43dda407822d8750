"""What a house learns from the answers of people: within bounds, in any order, and never from a few."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.matching import Model, Records, explain, make_model
from server.matching.answers import Answers, fit_of, learn_from, questions_among
from server.matching.correcting import held
from server.matching.guard import check_model, read_model
from server.matching.learnt import MOST_LEARNT, Learnt
from server.matching.model import shipped_levels
from server.matching.scoring import score
from server.record import CleanRecord
from server.refusal import Refused
from tests.matching.builders import columns, person

FIRSTS = ("Orsolya", "Bence", "Tivadar", "Ilka", "Gergely", "Piroska")
LASTS = ("Vadkerti", "Halmosi", "Borsodi", "Csorba", "Dombi", "Erdelyi")
GUESTS = list(product(FIRSTS, LASTS))


def told(number: int, turn: int) -> CleanRecord:
    """A name and the dates of a stay, told twice; of each second guest two telephones besides, and both times
    another address."""
    first, last = GUESTS[number]
    return person(
        first,
        last,
        stay=("2026-05-01", "2026-05-04"),
        email=f"g{7_919_317 * (2 * number + turn + 1) % 1_000_003}@{('posta', 'level')[turn]}.example",
        mobile=f"+3620{7_919_317 * (2 * number + turn + 1) % 10_000_000:07d}" if number % 2 else None,
    )


@cache
def house() -> tuple[Records, Model]:
    """36 guests of whom each is told of twice, and nobody knows whether it is one person."""
    records = columns([told(number, turn) for number in range(len(GUESTS)) for turn in (0, 1)])
    return records, make_model(records)


def answers(verdicts: Sequence[bool]) -> Answers:
    """What was said of the two records of each guest, from the first one on."""
    count = len(verdicts)
    return Answers(
        np.arange(0, 2 * count, 2, dtype=np.int32),
        np.arange(1, 2 * count, 2, dtype=np.int32),
        np.array(verdicts, dtype=np.bool_),
    )


def probability(model: Model, number: int) -> float:
    return explain(house()[0], model, 2 * number, 2 * number + 1).probability


def taught(verdicts: Sequence[bool]) -> Model:
    records, model = house()
    return replace(model, learnt=learn_from(records, model, answers(verdicts)))


def test_the_two_of_each_guest_are_a_question() -> None:
    records, model = house()
    assert questions_among(records, model, answers([True] * 36)).all()


def test_what_people_say_again_and_again_is_believed_the_next_time() -> None:
    """Of guests with two telephones the desk says no, of the others yes."""
    _, model = house()
    after = taught([number % 2 == 0 for number in range(30)])

    assert probability(model, 34) - probability(model, 35) < 0.1
    assert probability(after, 34) - probability(after, 35) > 0.2
    assert probability(after, 35) < 0.5 < probability(after, 34)


def test_answers_that_the_model_expected_change_next_to_nothing() -> None:
    records, model = house()
    expected = [(number // 2 + 0.5) / 18 < probability(model, number) for number in range(36)]

    after = taught(expected)

    assert score(records, after, *sides(range(36))) == pytest.approx(
        score(records, model, *sides(range(36))), abs=0.15
    )


def sides(numbers: Sequence[int]) -> tuple[np.ndarray, np.ndarray]:
    records, _ = house()
    one = np.array([records.position[2 * n] for n in numbers], dtype=np.int32)
    other = np.array([records.position[2 * n + 1] for n in numbers], dtype=np.int32)
    return one, other


def test_three_answers_move_hardly_anything() -> None:
    _, model = house()
    assert probability(taught([False] * 3), 34) > 0.5
    assert abs(probability(taught([True] * 3), 35) - probability(model, 35)) < 0.1


@settings(max_examples=3, deadline=None)
@given(st.randoms(use_true_random=False), st.lists(st.booleans(), min_size=8, max_size=8))
def test_neither_the_order_of_answers_nor_that_of_the_two_matters(random: object, said: list[bool]) -> None:
    records, model = house()
    straight = answers(said)
    order = list(range(len(said)))
    random.shuffle(order)  # type: ignore[attr-defined]  # Hypothesis' own kind of random.Random
    turned = Answers(straight.right[order], straight.left[order], straight.is_same[order])

    assert learn_from(records, model, turned) == learn_from(records, model, straight)


@settings(max_examples=3, deadline=None)
@given(st.lists(st.booleans(), min_size=36, max_size=36))
def test_rubbish_stays_inside_the_bounds(said: list[bool]) -> None:
    after = taught(said)

    check_model(after, "house.json")
    assert read_model(after.to_json(), "house.json").version == after.version


@given(st.dictionaries(st.integers(1, 5), st.tuples(st.floats(-9, 9), st.floats(-9, 9))))
def test_no_correction_lets_a_level_overtake_a_better_one(found: dict[int, tuple[float, float]]) -> None:
    levels = shipped_levels()["email"]
    weights = np.array([(level.stranger, level.kin) for level in levels])
    _, model = house()

    kept = held(weights, found, levels)

    check_model(replace(model, learnt=Learnt({"email": kept})), "house.json")
    assert all(max(map(abs, bits)) <= MOST_LEARNT for bits in kept.values())


def test_a_model_that_nobody_taught_weighs_as_ever_and_says_nothing_of_learning() -> None:
    records, model = house()
    idle = replace(model, learnt=Learnt({}))

    assert "learnt" not in json.loads(model.to_json())
    assert (score(records, model, *sides(range(36))) == score(records, idle, *sides(range(36)))).all()


ABSURD = [
    ("so sure of an address", Learnt({"email": {5: (3.5, 0.0)}}), "3.5 bits for email_same"),
    ("steeper than can be", Learnt({}, slope=4.0), "4 bits for slope"),
    ("no number for a shift", Learnt({}, shift=float("nan")), "nan bits for shift"),
    ("of a kind there is not", Learnt({"shoe size": {1: (1.0, 0.0)}}), "shoe size"),
    ("of a level there is not", Learnt({"email": {6: (1.0, 0.0)}}), "email"),
    ("taking a contradiction for a reason", Learnt({"email": {1: (2.0, 0.0)}}), "email_unlike is a contra"),
    ("of fewer than no answers", Learnt({}, answers=-1), "-1 of answers"),
]


@pytest.mark.parametrize(("learnt", "said"), [row[1:] for row in ABSURD], ids=[row[0] for row in ABSURD])
def test_a_model_with_corrections_that_cannot_be_is_refused(learnt: Learnt, said: str) -> None:
    from server.sentences import say

    _, model = house()
    with pytest.raises(Refused) as refusal:
        check_model(replace(model, learnt=learnt), "house.json")
    assert said in say(refusal.value.code, refusal.value.params)


def test_a_typed_record_gets_no_further_by_what_was_learnt() -> None:
    """Whoever types a victim's telephone at the kiosk stays a question, though answers make it weigh more."""
    guest = person("Ilka", "Dombi", mobile="+36207123456")
    records = columns([guest, guest], ["source", "typed"])
    model = make_model(records)
    sure = replace(model, learnt=Learnt({"phone": {5: (3.0, 3.0)}}, 1.5, 3.0, 100))

    found = explain(records, sure, 0, 1)

    assert found.verdict == "ask"
    assert found.probability < sure.link_cut


def test_how_well_answers_were_foretold_is_told_in_bits_and_in_distance() -> None:
    records, model = house()
    right = fit_of(records, model, answers([True] * 36))
    wrong = fit_of(records, model, answers([False] * 36))

    assert right.log_loss < 1 < wrong.log_loss
    assert right.error < wrong.error
    assert fit_of(records, model, answers([])).answers == 0

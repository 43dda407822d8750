"""What colleagues say of stays comes before every rule, whatever else is told."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.stays.counting import count_stays
from server.stays.gathering import living_rows
from server.stays.told import Told
from server.stays.words import Anchor, Verdict, Word, rows_of, spoken_of, standing_against
from tests.stays.telling import MAY, records, revenue, told, visit
from tests.stays.test_counting_properties import GUESTS, house

BOOKED: dict[str, Any] = {"references": ("BK-20417",)}
ANNAS = {1: "anna", 2: "anna", 3: "anna"}


def word(verdict: Verdict, one: Told, other: Told, number: int = 1) -> Word:
    return Word(number, verdict, *(Anchor(row.record_id, row.arrives, row.departs) for row in (one, other)))


CALLED_ONE: dict[str, list[Told]] = {
    "the guest came back the day she left, by another booking": [
        told(1, days=(1, 3), references=("BK-1001",)),
        told(2, days=(3, 5), references=("BK-1002",)),
    ],
    "it was booked twice": [
        told(1, references=("BK-1001",), room="12"),
        told(2, references=("BK-1002",), room="14"),
    ],
    "she was away a night": [told(1, days=(1, 3)), told(2, days=(4, 6))],
    "one telling names the wrong month": [told(1), told(2, "booking.com", days=(20, 22))],
    "the bar's bill was split": [visit(1, "till", 2), visit(2, "spa", 3)],
}


@pytest.mark.parametrize("case", CALLED_ONE)
def test_a_colleague_makes_one_of_two_when(case: str) -> None:
    one, other = CALLED_ONE[case]
    assert records(count_stays([one, other], ANNAS)) == [[1], [2]]

    assert records(count_stays([one, other], ANNAS, words=[word("one", one, other)])) == [[1, 2]]


CALLED_TWO: dict[str, list[Told]] = {
    "two bookings were given one number": [told(1, **BOOKED), told(2, "booking.com", **BOOKED)],
    "two groups share a dormitory": [told(1, room="12"), told(2, room="12")],
    "one guest keeps two rooms that no system names": [told(1, amount="90"), told(2, "booking.com")],
}


@pytest.mark.parametrize("case", CALLED_TWO)
def test_a_colleague_makes_two_of_one_when(case: str) -> None:
    one, other = CALLED_TWO[case]
    assert records(count_stays([one, other], ANNAS)) == [[1, 2]]

    assert records(count_stays([one, other], ANNAS, words=[word("two", one, other)])) == [[1], [2]]


def test_who_is_taken_out_of_a_room_leaves_the_others_in_it_together() -> None:
    rows = [told(n, room="12") for n in (1, 2, 3)]
    words = [word("two", rows[0], other) for other in rows[1:]]

    assert records(count_stays(rows, {}, words=words)) == [[1], [2, 3]]


def test_what_comes_later_and_would_join_two_does_not() -> None:
    one, other, later = told(1, **BOOKED), told(2, "booking.com", **BOOKED), told(3, "expedia", **BOOKED)
    words = [word("two", one, other)]

    assert records(count_stays([one, other, later], ANNAS, words=words)) == [[1], [2, 3]]


def test_what_was_booked_twice_at_one_price_is_paid_once() -> None:
    one = told(1, references=("BK-1001",), amount="280")
    other = told(2, references=("BK-1002",), amount="280")
    assert revenue(count_stays([one, other], ANNAS)) == Decimal(560)

    assert revenue(count_stays([one, other], ANNAS, words=[word("one", one, other)])) == Decimal(280)


def test_two_houses_never_share_a_stay_whatever_was_said_before_one_was_moved() -> None:
    one, other = told(1), told(2, property_id=2)

    assert records(count_stays([one, other], ANNAS, words=[word("one", one, other)])) == [[1], [2]]


DAYS = MAY, MAY.replace(day=3)
SPOKEN: dict[str, tuple[list[Told], int | None]] = {
    "the very days": ([told(1, days=(1, 3)), told(1, days=(10, 12), version=2)], 1),
    "the same stay, prolonged": ([told(1, days=(1, 5), version=2), told(1, days=(10, 12), version=3)], 2),
    "the same stay, begun later": ([told(1, days=(2, 3), version=4)], 4),
    "a reservation that was moved": ([told(1, days=(20, 22), version=2)], 2),
    "a profile that tells of another stay": ([told(1, days=(20, 22), version=2, of_profile=True)], None),
    "nothing any more": ([], None),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_a_word_is_about(case: str) -> None:
    rows, version = SPOKEN[case]
    found = spoken_of(Anchor(1, *DAYS), rows)

    assert (found.version if found else None) == version


def test_a_word_goes_with_a_version_that_replaced_the_one_it_was_said_of() -> None:
    first, longer = told(1, days=(1, 3)), told(1, days=(1, 5), version=2)
    other = told(2, days=(20, 22))

    assert records(count_stays([first, longer, other], {}, words=[word("one", first, other)])) == [[1, 2]]


AGAINST: dict[str, tuple[list[tuple[int, Verdict, int, int]], int, int, Verdict, list[int]]] = {
    "said to be two": ([(1, "two", 1, 2)], 1, 2, "one", [1]),
    "one of them was made one with what is another": (
        [(1, "one", 1, 3), (2, "two", 3, 2)],
        1,
        2,
        "one",
        [2],
    ),
    "a chain of words makes them one": ([(1, "one", 1, 3), (2, "one", 3, 2)], 1, 2, "two", [1, 2]),
    "somebody spoke of others": ([(1, "two", 3, 4), (2, "one", 5, 6)], 1, 2, "one", []),
    "the same was said": ([(1, "two", 1, 2)], 1, 2, "two", []),
}


@pytest.mark.parametrize("case", AGAINST)
def test_what_stands_against_a_new_word(case: str) -> None:
    before, one, other, verdict, expected = AGAINST[case]
    rows = {n: told(n) for n in range(1, 7)}
    said = [(word(v, rows[a], rows[b], number), rows[a], rows[b]) for number, v, a, b in before]

    assert standing_against(said, {rows[one].place}, {rows[other].place}, verdict) == expected


VERDICTS: tuple[Verdict, ...] = ("one", "two")


@st.composite
def house_with_words(draw: st.DrawFn) -> tuple[list[Told], list[Word]]:
    """A busy house, and words of which none stands against another."""
    rows = draw(house())
    said: list[tuple[Word, Told, Told]] = []
    for number in range(draw(st.integers(0, 4)) if len(rows) > 1 else 0):
        one, other = draw(st.permutations(rows))[:2]
        verdict = draw(st.sampled_from(VERDICTS))
        if not standing_against(said, {one.place}, {other.place}, verdict):
            said.append((word(verdict, one, other, number), one, other))
    return rows, [w for w, _, _ in said]


@settings(max_examples=80)
@given(house_with_words(), st.randoms(use_true_random=False))
def test_words_hold_and_their_order_makes_no_difference(
    given_house: tuple[list[Told], list[Word]], chance: Random
) -> None:
    rows, words = given_house
    stays = count_stays(rows, GUESTS, words=words)
    shuffled = list(words)
    chance.shuffle(shuffled)

    assert count_stays(rows[::-1], GUESTS, words=shuffled) == stays
    of = {(source.record_id, source.version): n for n, stay in enumerate(stays) for source in stay.sources}
    alive, replaced = living_rows(rows)
    for said, one, other in rows_of(words, rows, {row.place: row for row in alive} | replaced):
        assert said.verdict == "one" or of[one.place] != of[other.place]


def test_no_day_is_needed_to_speak_of_a_stay() -> None:
    nameless, dated = told(1, days=None), told(2, days=(1, 3))

    assert records(count_stays([nameless, dated], {}, words=[word("one", nameless, dated)])) == [[1, 2]]

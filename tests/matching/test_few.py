"""A handful of records is judged by shorter ways than a house: what comes out is the same, bit for bit."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.matching import Records, contents, keys_of, match, match_component
from server.matching.columns import ONE_BY_ONE, Ints
from server.matching.naming import name_of
from server.matching.partition import IDENTITY
from server.matching.remembering import FEW
from server.matching.scoring import outcomes_of, weigh
from server.matching.spellings import spellings_of
from server.record import CleanRecord
from tests.drawing import drawn
from tests.matching.builders import person
from tests.matching.test_properties import FAMILY, GIVEN, houses, model, named, numbered

STRANGERS = [person(f"Guest{n}", f"Stranger{n}", email=f"s{n}@mail.example") for n in range(ONE_BY_ONE + 1)]
WRITTEN = st.sampled_from(
    [
        name
        for of in GIVEN
        for first, last in product(GIVEN[of], FAMILY[of])
        for name in name_of(person(first, last))[:2]
        if name
    ]
)


def every_two(count: int) -> tuple[Ints, Ints]:
    pairs = np.array(list(combinations(range(count), 2)), dtype=np.int32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1]


def among_strangers(house: Sequence[CleanRecord]) -> Records:
    ids = numbered(house) + [f"s{n:03d}" for n in range(len(STRANGERS))]
    return named([*house, *STRANGERS], ids)


@drawn(10)
@given(houses())
def test_few_guests_say_what_they_say_among_many(house: list[CleanRecord]) -> None:
    few, many = named(house, numbered(house)), among_strangers(house)
    left, right = every_two(len(house))
    lefts, rights = every_two(len(many))
    assert len(lefts) > FEW
    of_house = (lefts < len(house)) & (rights < len(house))

    alone, met = weigh(few, model(), left, right), weigh(many, model(), lefts, rights)

    assert np.array_equal(alone.bits, met.bits[of_house])
    for kind, outcome in alone.outcomes.items():
        assert np.array_equal(outcome.level, met.outcomes[kind].level[of_house])
    assert np.array_equal(contents(few), contents(many)[: len(house)])
    rows, keys = keys_of(many)
    mine = rows < len(house)
    assert [column.tolist() for column in keys_of(few)] == [rows[mine].tolist(), keys[mine].tolist()]


@drawn(25)
@given(houses(), st.data())
def test_a_pair_that_is_asked_for_again_says_what_it_said(
    house: list[CleanRecord], data: st.DataObject
) -> None:
    made, left, right = named(house, numbered(house)), *every_two(len(house))
    asked = data.draw(st.lists(st.integers(0, len(left) - 1), max_size=6)) if len(left) else []
    outcomes_of(made, model(), left[asked], right[asked], IDENTITY)
    weigh(made, model(), right[asked], left[asked])

    part = made.take(np.arange(len(house), dtype=np.int32))
    again = outcomes_of(part, model(), left, right, IDENTITY)

    fresh = outcomes_of(among_strangers(house), model(), left, right, IDENTITY)
    for kind in IDENTITY:
        for said in ("level", "stranger", "kin"):
            assert np.array_equal(getattr(again[kind], said), getattr(fresh[kind], said))


@drawn(25)
@given(st.lists(WRITTEN, max_size=8))
def test_a_name_is_read_alike_whoever_came_before(names: list[str]) -> None:
    strangers = [f"name{n}" for n in range(ONE_BY_ONE)]

    few, many = spellings_of(names), spellings_of(names + strangers)

    assert [list(column) for column in few] == [list(column)[: len(names)] for column in many]


def test_a_guest_alone_is_grouped_as_the_whole_house_would() -> None:
    made = named([person("Anna", "Rossi")], ["r1"])

    whole = match(made, model())
    alone = match_component(made, model(), whole.edges)

    for said in ("labels", "nearest", "probability"):
        one, other = getattr(alone, said), getattr(whole, said)
        assert np.array_equal(one, other)
        assert one.dtype == other.dtype
    assert alone.doubts == whole.doubts == []

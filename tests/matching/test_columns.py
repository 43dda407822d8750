"""Coded values: digests that are stored as keys and so never change, codes in the order of appearance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.matching.columns import AT_ONCE, ONE_BY_ONE, Column, digest, digests

WRITTEN = st.lists(
    st.sampled_from(["", "martin", "rossi", "müller", "山田", "dupont"]) | st.none(), max_size=30
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("", 155376375708713948),
        ("martin", -2649545491638846535),
        ("+33652527272", 4434064568125770474),
        ("müller", -8431479382008379981),
        ("山田", 7989786122918018165),
        ("x" * 64, 3881804359327477271),
        ("x" * 65, -4574124365301036746),
        ("\ud800z", 6682997499178485816),
    ],
)
def test_the_digest_of_a_stored_key_is_the_same_in_every_version(text: str, number: int) -> None:
    assert digest(text) == number


def test_a_lost_nul_is_no_letter_of_a_digest() -> None:
    assert digests(["martin\0", "\0martin", "mar\0tin"]).tolist() == [digest("martin")] * 3


@settings(max_examples=60)
@given(st.lists(st.text(max_size=80), max_size=12))
def test_a_text_has_the_same_digest_in_any_company(texts: list[str]) -> None:
    many = texts + [f"guest {number}" for number in range(ONE_BY_ONE)]

    assert digests(texts).tolist() == digests(many)[: len(texts)].tolist() == [digest(t) for t in texts]


def test_more_texts_than_are_digested_together_keep_their_places() -> None:
    texts = [f"guest {number}" for number in range(AT_ONCE + 3)]

    found = digests(texts)

    assert [int(found[at]) for at in (0, AT_ONCE, AT_ONCE + 2)] == [
        digest(texts[at]) for at in (0, AT_ONCE, AT_ONCE + 2)
    ]


@settings(max_examples=60)
@given(WRITTEN)
def test_a_column_tells_each_value_again_and_numbers_them_as_they_appear(texts: list[str | None]) -> None:
    column = Column.of(texts)

    told = [column.values[code] if code >= 0 else None for code in column.codes.tolist()]
    assert told == [text or None for text in texts]
    assert list(column.values) == list(dict.fromkeys(text for text in texts if text))


@settings(max_examples=60)
@given(WRITTEN, st.integers(0, 60), st.sampled_from([1, 2]))
def test_a_part_of_a_column_is_the_column_of_that_part(
    texts: list[str | None], until: int, times: int
) -> None:
    texts = texts * times  # more than are looked at one by one, or fewer
    whole = Column.of(texts)

    part = Column.ordered(whole.codes[:until], whole.values)

    own = Column.of(texts[:until])
    assert part.values == own.values
    assert np.array_equal(part.codes, own.codes)
    assert np.array_equal(part.digests, own.digests)

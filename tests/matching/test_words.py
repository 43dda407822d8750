"""Names of several words: whether two share one, told for many pairs at once as for each alone."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from server.matching.names import telling_words
from server.matching.words import Words

WORDS = st.sampled_from(
    ["garcia", "garzia", "lopez", "de", "la", "cruz", "cruzz", "j", "ana", "anna", "li", "al"]
)
NAMES = st.lists(st.lists(WORDS, min_size=1, max_size=4).map(" ".join), min_size=1, max_size=6)


def alike(a: str, b: str) -> tuple[bool, bool]:
    """Whether all words are the same; whether one is, or a long one but for a slip."""
    one, two = set(telling_words(a)), set(telling_words(b))
    same = bool(one) and "".join(sorted(one)) == "".join(sorted(two))
    full = any(len(word) > 1 for word in one & two)
    slip = any(max(len(x), len(y)) >= 4 and x != y and OSA.distance(x, y) <= 1 for x, y in product(one, two))
    return same, full or slip


@pytest.mark.parametrize(
    ("one", "other", "same", "share"),
    [
        ("garcia lopez", "lopez garcia", True, True),
        ("garcia lopez", "garcia", False, True),
        ("garcia lopez", "garzia", False, True),
        ("jean pierre", "pierre", False, True),
        ("de la cruz", "cruz", True, True),
        ("maria j", "ana j", False, False),
        ("de la", "de la", False, False),
        ("garcia", "lopez cruz", False, False),
    ],
)
def test_a_guest_with_two_surnames_is_known_by_either(one: str, other: str, same: bool, share: bool) -> None:
    words = Words.of([one, other])
    a, b = np.array([0], dtype=np.int32), np.array([1], dtype=np.int32)

    assert (bool(words.same(a, b)[0]), bool(words.share(a, b)[0])) == (same, share)


@settings(max_examples=120)
@given(NAMES)
def test_many_names_held_against_each_other_are_judged_as_each_pair_alone(names: list[str]) -> None:
    words = Words.of(names)
    pairs = list(product(range(len(names)), repeat=2))
    a, b = (np.array(side, dtype=np.int32) for side in zip(*pairs, strict=True))

    told = list(zip(words.same(a, b).tolist(), words.share(a, b).tolist(), strict=True))

    assert told == [alike(names[i], names[j]) for i, j in pairs]

"""Names by sound: what one guest's name becomes does not hang on whose names are heard with it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.matching.sounds import skeletons, sounds, spokens

FOLDED = st.lists(st.text(alphabet="aeiouyhctskgnmpqwxzd?9", max_size=9), max_size=6)


@pytest.mark.parametrize(
    ("name", "consonants"),
    [("mohamed", "mmd"), ("muhammad", "mmd"), ("tchaikovsky", "kkvsk"), ("h", "h"), ("", ""), ("anna", "an")],
)
def test_a_guest_is_found_by_the_consonants_of_the_name(name: str, consonants: str) -> None:
    assert sounds([name]) == [consonants]


@pytest.mark.parametrize(("one", "other"), [("sameera", "samira"), ("eman", "imane"), ("youssef", "yusef")])
def test_a_guest_whose_name_is_written_by_ear_sounds_the_same(one: str, other: str) -> None:
    first, second = spokens([one, other])
    assert first == second


@pytest.mark.parametrize(("one", "other"), [("alghamdi", "ghamdi"), ("khalifa", "khlyfh"), ("yusuf", "ywsf")])
def test_a_guest_whose_passport_leaves_out_vowels_keeps_the_consonants(one: str, other: str) -> None:
    first, second = skeletons([one, other])
    assert first == second


@settings(max_examples=80)
@given(FOLDED)
def test_a_name_sounds_the_same_in_any_company(names: list[str]) -> None:
    for hear in (sounds, spokens, skeletons):
        assert hear(names) == [hear([name])[0] for name in names]

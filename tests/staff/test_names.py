"""A colleague's name as the others see it: nothing unseen stands in it, and every real name stays."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.refusal import Refused
from server.staff.colleagues import LONGEST_NAME, read_name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nadia \t Benali\n", "Nadia Benali"),
        ("Na\u200bdia", "Nadia"),
        ("Nadia\ufeff\u2060", "Nadia"),
        ("Na\u00addia", "Nadia"),
        ("Nadia \u202eilaneB", "Nadia ilaneB"),
        ("\u2067Nadia\u2069", "Nadia"),
        ("Nadia\u3164", "Nadia"),
        ("Nadia\ufe0f", "Nadia"),
        ("Nadia\U000e0041", "Nadia"),
        ("N\u2028adia", "N adia"),
        ("N\udcffadia", "Nadia"),
        ("Z" + "\u0336" * 40, "Z" + "\u0336" * 3),
        ("Zoe\u0308 D\u2019Angelo-\u0141uk", "Zo\u00eb D\u2019Angelo-\u0141uk"),
        ("\u05e0\u05d0\u05d3\u05d9\u05d4", "\u05e0\u05d0\u05d3\u05d9\u05d4"),
        ("Nguy\u1ec5n V\u0103n \u0110\u1ee9c", "Nguy\u1ec5n V\u0103n \u0110\u1ee9c"),
        ("x" * 500, "x" * LONGEST_NAME),
    ],
)
def test_a_name_is_what_can_be_seen_of_it(typed: str, kept: str) -> None:
    assert read_name(typed) == kept


@pytest.mark.parametrize("typed", ["", " \u202e ", "\u200b", "\u3164\u2800", "\x00"])
def test_a_name_of_nothing_is_none(typed: str) -> None:
    with pytest.raises(Refused):
        read_name(typed)


@given(st.text(max_size=60))
@settings(max_examples=150)
def test_no_name_holds_what_nobody_sees(typed: str) -> None:
    try:
        name = read_name(typed)
    except Refused:
        return
    assert not {unicodedata.category(letter) for letter in name} & {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    assert read_name(name) == name

"""How many parts a text message is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.prompts.segments import Parts, count, signs_outside, split

SIGNS = st.text(st.sampled_from("aé€[ß\nçЖ😀漢") | st.characters(codec="utf-8"), max_size=400)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", Parts("gsm7", 0, 0, 160)),
        ("a" * 160, Parts("gsm7", 160, 1, 0)),
        ("a" * 161, Parts("gsm7", 161, 2, 145)),
        ("a" * 306, Parts("gsm7", 306, 2, 0)),
        ("a" * 307, Parts("gsm7", 307, 3, 152)),
        ("à l'hôtel", Parts("ucs2", 9, 1, 61)),  # ô stands in no table
        ("à bientôt".replace("ô", "o"), Parts("gsm7", 9, 1, 151)),
        ("10 €", Parts("gsm7", 5, 1, 155)),
        ("{}[]~^|\\€", Parts("gsm7", 18, 1, 142)),
        ("a" * 159 + "€", Parts("gsm7", 161, 2, 145)),
        ("a" * 152 + "€" + "a" * 20, Parts("gsm7", 174, 2, 131)),  # € is not cut: the first part holds 152
        ("я" * 70, Parts("ucs2", 70, 1, 0)),
        ("я" * 71, Parts("ucs2", 71, 2, 63)),
        ("😀" * 35, Parts("ucs2", 70, 1, 0)),
        ("😀" * 36, Parts("ucs2", 72, 2, 61)),  # 33 of them in the first part, one place of it left empty
    ],
)
def test_a_text_is_counted_as_networks_count_it(text: str, parts: Parts) -> None:
    assert count(text) == parts


def test_an_editor_is_told_which_signs_make_a_text_dear() -> None:
    assert signs_outside("Votre hôtel, ça : 10 €, ô") == ("ô", "ç")


@given(SIGNS)
def test_the_parts_joined_are_the_text(text: str) -> None:
    parts = split(text)
    counted = count(text)

    assert "".join(parts) == text
    assert len(parts) == counted.parts
    assert counted.left >= 0
    room = 153 if counted.encoding == "gsm7" else 67
    if counted.parts > 1:
        assert all(0 < count(part).units <= room for part in parts)

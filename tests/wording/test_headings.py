"""Where a heading or an answer may go on in the next line."""

from __future__ import annotations

import pytest

from server.language import unbroken


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("Comment vous appelez-vous ?", ["appelez-vous"]),
        ("Par sa propre adresse e-mail", ["e-mail"]),
        ("Wie ist Ihre E-Mail-Adresse?", []),  # with its question mark too long to stand beside others
        ("Über eine eigene E-Mail-Adresse", ["E-Mail-Adresse"]),
        ("Nord-Ostsee-Kanal-Schleusenwärter", []),
        ("7 - 9", []),
        ("名前", []),
        ("<b>-<i>", ["<b>-<i>"]),
    ],
)
def test_a_short_hyphened_word_stays_on_one_line(text: str, whole: list[str]) -> None:
    marked = unbroken(text)

    assert marked.count('<span class="whole">') == len(whole)
    assert marked.striptags() == text if "<" not in text else "<b>" not in marked

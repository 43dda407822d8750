"""What an import says of all its rows together: every finding has a sentence with its number in it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import server
from server.cleaning.sentences import SENTENCES as CLEANING
from server.sentences import sentences, summaries, summary
from server.sources.door import CODES
from server.sources.sentences import SENTENCES as SOURCES
from server.wording import CATALOGUES

WAITING = {code for code in SOURCES if code.startswith("row-")}
NAMED_IN_CODE = {
    code
    for file in Path(server.__file__).parent.rglob("*.py")
    for code in re.findall(r'Finding\(\s*"([^"]+)"', file.read_text(encoding="utf-8"))
}
COUNTED = sorted({*CLEANING, *CODES.values(), *WAITING, *NAMED_IN_CODE, "header-renamed"})


@pytest.mark.parametrize("code", COUNTED)
def test_every_finding_is_summed_up_for_one_row_and_for_many(code: str) -> None:
    one, many = summaries()[code]

    assert one != many
    for form in (one, many):
        assert re.findall(r"\{.*?\}", form) == ["{count}"]


@pytest.mark.parametrize("language", ["en", *sorted(path.stem for path in CATALOGUES.glob("*.po"))])
def test_the_number_stands_first_where_the_list_lines_numbers_up(language: str) -> None:
    for code in COUNTED:
        for count in (1, 2, 1000):
            assert summary(code, count, language).startswith("{count} "), code


def test_nothing_is_summed_up_that_has_no_sentence_of_its_own() -> None:
    assert set(summaries()) <= set(sentences())


def test_a_code_of_an_older_version_is_shown_as_it_is() -> None:
    assert summary("gone_since", 3) == "{count} gone_since"

"""No number of the demo rings anywhere, and no two people share one by accident."""

from __future__ import annotations

import re

import phonenumbers
import pytest

from server.demo.cultures import cultures
from server.demo.draw import Draw
from server.demo.group import HOUSES
from server.demo.phones import KEPT, PhoneBook, Range, kept_number, number_at, ranges, written

BLOCKS = [block for blocks in ranges().values() for block in blocks]

RESERVED = {
    "FR": r"\+3363998\d{4}",
    "GB": r"\+447700900\d{3}",
    "IE": r"\+3532091\d{5}",
    "US": r"\+1\d{3}55501\d{2}",
}
"""Numbers that regulators keep for fiction; libphonenumber takes those of the US for assigned ones."""


def places(block: Range) -> list[int]:
    draw = Draw(1)
    return [0, block.size - 1, *(draw.below(block.size) for _ in range(60))]


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.country}-{block.prefix}")
def test_a_block_is_reserved_for_fiction_or_belongs_to_nobody(block: Range) -> None:
    for place in places(block):
        number = number_at(block, place)
        parsed = phonenumbers.parse(number.e164)

        assert phonenumbers.is_possible_number(parsed), number
        if block.why.startswith("reserved for fiction"):
            assert re.fullmatch(RESERVED[block.country], number.e164), number
        else:
            assert not phonenumbers.is_valid_number(parsed), number


@pytest.mark.parametrize("country", ["GB", "US", "FR"])
def test_nobody_gets_a_number_twice_even_when_a_block_is_used_up(country: str) -> None:
    book = PhoneBook()

    given = [book.next_number(country) for _ in range(2_500)]

    assert None not in given
    assert len({number.e164 for number in given if number}) == 2_500


def test_a_country_without_a_block_gives_no_number() -> None:
    assert PhoneBook().next_number("AQ") is None


def test_the_houses_own_lines_are_kept_numbers() -> None:
    kept = {kept_number(country, place).e164 for country in ("FR", "CH") for place in range(KEPT)}

    assert {phone for house in HOUSES for phone in house.own_phones} <= kept


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.country}-{block.prefix}")
def test_however_a_reception_writes_a_number_its_digits_are_the_same(block: Range) -> None:
    draw = Draw(2)
    number = number_at(block, 500 % block.size)
    national = "".join(number.groups)

    for at in (block.country, "FR", "CH"):
        for _ in range(25):
            digits = re.sub(r"\D", "", written(number, at, draw).replace("(0)", ""))
            assert digits.removeprefix("00") in (
                number.e164[1:],
                national,
                block.trunk + national,
            )


COUNTRIES = {country for culture in cultures() for country in culture.countries}


def rings_in(text: str, country: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, country))
    except phonenumbers.NumberParseException:
        return False


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: f"{block.country}-{block.prefix}")
def test_a_block_names_the_countries_where_its_digits_would_ring(block: Range) -> None:
    for place in places(block)[:12]:
        number = number_at(block, place)
        home = number.home("")
        if not home.startswith("0") and len(home) >= 10 and rings_in(f"+{home}", None):
            assert "+" in block.home_rings
        for country in COUNTRIES:
            assert country in block.home_rings | {block.country} or not rings_in(home, country), number
            assert country in block.zeros_ring or not rings_in(number.e164[1:], country), number


@pytest.mark.parametrize(
    ("country", "at", "reader"),
    [("ES", "FR", "ES"), ("CH", "CH", "DE"), ("IT", "CH", "GB"), ("CN", "FR", "CN")],
)
def test_a_number_without_its_prefix_is_not_somebody_elses(country: str, at: str, reader: str) -> None:
    draw = Draw(3)
    number = kept_number(country, 10)

    for _ in range(400):
        text = written(number, at, draw, readers={reader})
        assert not rings_in(text, at), text
        assert not rings_in(text, reader), text


def test_a_french_number_is_mostly_written_as_the_french_do() -> None:
    draw = Draw(4)
    number = kept_number("FR", 10)

    at_home = sum(written(number, "FR", draw, readers={"FR"}).startswith("0") for _ in range(400))

    assert at_home > 300

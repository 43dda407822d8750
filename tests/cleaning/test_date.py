"""Dates as exports write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.cleaning import find_date_order
from server.cleaning.date import parse, parse_birth
from server.record import DateOrder

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("column", "order"),
    [
        (["01/02/2024", "28/12/1956"], "dmy"),
        (["01/02/2024", "12/28/1956"], "mdy"),
        (["2024-01-02", "2024-02-01"], "ymd"),
        (["05/08", "25/08"], "dmy"),
        (["13.01.24 10:00:00", ""], "dmy"),
        (["13/01/2024", "14/01/2024", "01/14/2024"], "dmy"),
        (["01/02/2024", "03/04/2024"], None),
        (["", "n/a", "3 mars 1980"], None),
        ([], None),
    ],
)
def test_the_order_of_day_and_month_is_found_over_the_whole_column(
    column: list[str], order: DateOrder | None
) -> None:
    assert find_date_order(column) == order


@pytest.mark.parametrize(
    ("written", "order", "read"),
    [
        ("28/12/1956", "dmy", date(1956, 12, 28)),
        ("03/04/1985", None, date(1985, 4, 3)),
        ("03/04/1985", "dmy", date(1985, 4, 3)),
        ("03/04/1985", "mdy", date(1985, 3, 4)),
        ("1985-04-03", "dmy", date(1985, 4, 3)),
        ("19850403", "dmy", date(1985, 4, 3)),
        ("1985/4/3", "mdy", date(1985, 4, 3)),
        ("03.04.1985", "dmy", date(1985, 4, 3)),
        ("3 - 4 - 1985", "dmy", date(1985, 4, 3)),
        ("85-04-03", "ymd", date(1985, 4, 3)),
        ("04/28/1980", "dmy", date(1980, 4, 28)),
        ("1985年4月3日", None, date(1985, 4, 3)),
        ("٠٣/٠٤/١٩٨٥", "dmy", date(1985, 4, 3)),
        # words, in twelve languages
        ("3 avril 1985", None, date(1985, 4, 3)),
        ("1er mai 1990", None, date(1990, 5, 1)),
        ("April 3, 1985", None, date(1985, 4, 3)),
        ("3. April 1985", None, date(1985, 4, 3)),
        ("3 de abril de 1985", None, date(1985, 4, 3)),
        ("3 aprile 1985", None, date(1985, 4, 3)),
        ("3 mei 1985", None, date(1985, 5, 3)),
        ("3 de março de 1985", None, date(1985, 3, 3)),
        ("3 kwietnia 1985", None, date(1985, 4, 3)),
        ("3 апреля 1985", None, date(1985, 4, 3)),
        ("3 أبريل 1985", None, date(1985, 4, 3)),
        ("12-Dec-75", None, date(1975, 12, 12)),
        ("31/02/1980", "dmy", None),
        ("2023-02-29", None, None),
        ("tomorrow", None, None),
        ("5" * 5_000, None, None),
        ("", None, None),
    ],
)
def test_a_date_is_read_by_strict_formats(written: str, order: DateOrder | None, read: date | None) -> None:
    assert parse(written, order, TODAY).value == read


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2022-01-02T08:57:28", datetime(2022, 1, 2, 8, 57, 28, tzinfo=UTC)),
        ("2022-01-02 08:57:28", datetime(2022, 1, 2, 8, 57, 28, tzinfo=UTC)),
        ("2022-01-02T08:57:28Z", datetime(2022, 1, 2, 8, 57, 28, tzinfo=UTC)),
        ("2022-01-02T08:57:28.123+02:00", datetime(2022, 1, 2, 6, 57, 28, tzinfo=UTC)),
        ("02/01/2022 16:05", datetime(2022, 1, 2, 16, 5, tzinfo=UTC)),
        ("02.01.22 16h05", datetime(2022, 1, 2, 16, 5, tzinfo=UTC)),
        ("02/01/2022 4:05 PM", datetime(2022, 1, 2, 16, 5, tzinfo=UTC)),
        ("44563.5", datetime(2022, 1, 2, 12, 0, tzinfo=UTC)),
        ("1641113848", datetime(2022, 1, 2, 8, 57, 28, tzinfo=UTC)),
    ],
)
def test_a_moment_is_read_in_utc(written: str, moment: datetime) -> None:
    assert parse(written, "dmy", TODAY).moment == moment


@pytest.mark.parametrize(
    ("written", "read", "code"),
    [
        ("28/12/1956", date(1956, 12, 28), None),
        ("03/03/73", date(1973, 3, 3), None),
        ("06/11/02", date(2002, 11, 6), None),
        ("19/05/30", date(1930, 5, 19), None),  # not 2030: nobody is born in the future
        ("24/12/26", date(1926, 12, 24), None),
        ("20452", date(1955, 12, 29), None),  # a spreadsheet's day number
        ("01/01/1900", None, "birth_date_placeholder"),
        ("1970-01-01", None, "birth_date_placeholder"),
        ("1111-11-11", None, "birth_date_placeholder"),
        ("01.01.2000", None, "birth_date_placeholder"),
        ("00/00/0000", None, "birth_date_placeholder"),
        ("31/02/1980", None, "date_does_not_exist"),
        ("12/05/1850", None, "birth_date_impossible_age"),
        ("12/05/2031", None, "birth_date_in_future"),
        ("05/08", None, "birth_year_missing"),
    ],
)
def test_a_birth_date_is_of_a_living_person(written: str, read: date | None, code: str | None) -> None:
    birth = parse_birth(written, "dmy", TODAY)

    assert (birth.value, birth.code) == (read, code)


@settings(max_examples=150, deadline=None)
@given(st.dates(date(1930, 1, 2), date(2020, 12, 31)))
def test_every_date_comes_back_from_each_way_of_writing_it(day: date) -> None:
    ways: tuple[tuple[str, DateOrder | None], ...] = (
        (day.isoformat(), None),
        (f"{day.day:02}/{day.month:02}/{day.year}", "dmy"),
        (f"{day.month}/{day.day}/{day.year}", "mdy"),
        (f"{day.day}.{day.month}.{day.year} 14:30", "dmy"),
        (f"{day:%Y%m%d}", None),
    )
    for written, order in ways:
        assert parse(written, order, TODAY).value == day


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.sampled_from(["dmy", "mdy", "ymd", None]))
def test_no_text_makes_a_date_fail(written: str, order: DateOrder | None) -> None:
    parse(written, order, TODAY)
    parse_birth(written, order)
    find_date_order([written])
